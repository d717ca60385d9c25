"""A hand-in with one mutant, marked: whether it shows, what is said of it, and whether that is so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

import numpy as np
import torch

from grader.assignment.mutation import Mutant
from grader.assignment.plain import plain_value
from grader.assignment.variations import variations
from grader.guest.objects import Objects
from grader.marking import mark_submission
from grader.marking.mistakes import sentence_of
from grader.records import CallResult, CallsMade, CheckGrade, Execution, Notebook
from tests.in_process import execute, execute_again, notebook
from tests.mutants.hand_ins import SAMPLES, Sample

Said = Literal["named", "equivalent", "possible", "none", "wrong", "not visible"]
"""`possible`: one of several that are offered. `wrong`: said to be the cause, and isn't; or offered, and none is."""


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What came of a hand-in with one mutant: its check's verdict and causes, and the other checks that lost points."""

    sample: str
    mutant: Mutant
    mistake: str
    verdict: str
    diagnoses: tuple[str, ...]
    said: Said
    lost: tuple[str, ...]
    degenerate: bool
    """Whether something in it is no number, or the same everywhere."""
    hidden: str = ""
    """What is said of it with other numbers in the givens, where the handout's don't show it."""

    @property
    def is_seen(self) -> bool:
        return self.said != "not visible"


@cache
def all_tried() -> tuple[Tried, ...]:
    """Every mutant of every sample that runs."""
    return tuple(each for sample in SAMPLES for each in tried(sample))


def tried(sample: Sample) -> Iterator[Tried]:
    torch.set_num_threads(1)  # as in the processes that mark
    for mutant in sample.mutants():
        code = notebook(sample.write(sample, {mutant.quantity: mutant}))
        execution, namespace = run(sample, {mutant.quantity: mutant})
        if any(cell.error for cell in execution.cells) or any(
            result.status != "returned" for made in execution.calls for result in made.results
        ):
            continue
        loaded = sample.loaded
        grades = mark_submission(loaded.spec, loaded.reference, code, (execution,)).checks
        checks = [each for each in grades if each.version == sample.version and each.kind in ("value", "function")]
        done = _tried(sample, mutant, checks, _degenerate(namespace))
        yield done if done.is_seen else replace(done, hidden=_hidden(sample, code, execution))


def _hidden(sample: Sample, code: Notebook, execution: Execution) -> str:
    reference = sample.loaded.reference
    spec = replace(sample.loaded.spec, variations=variations(reference, 2))
    before = torch.get_default_dtype()
    try:
        further = execute_again(spec, code)
    finally:
        torch.set_default_dtype(before)
    flags = mark_submission(spec, reference, code, (execution, *further)).flags
    return " / ".join(str(flag.message) for flag in flags if flag.code == "hidden-bug")


def run(sample: Sample, changed: Mapping[str, Mutant]) -> tuple[Execution, dict[str, Any]]:
    namespace: dict[str, Any] = {}
    before = torch.get_default_dtype()
    try:
        execution = execute(sample.loaded.spec, notebook(sample.write(sample, changed)), namespace=namespace)
        if any(cell.error for cell in execution.cells):
            return execution, namespace
        return replace(execution, calls=tuple(_calls(sample, namespace))), namespace
    finally:
        torch.set_default_dtype(before)


def _calls(sample: Sample, namespace: Mapping[str, Any]) -> Iterator[CallsMade]:
    for function in sample.loaded.reference.functions.values():
        name = function.declaration.name
        arguments = Objects(function.frame)
        results = tuple(_called(namespace[name], arguments.make(str(at))) for at in range(len(function.cases)))
        yield CallsMade(calls=function.calls, after_cell=0, found=name, results=results)


def _called(function: Any, arguments: Any) -> CallResult:
    try:
        return CallResult(status="returned", value=plain_value(function(*arguments)))
    except Exception:
        return CallResult(status="raised")


def _tried(sample: Sample, mutant: Mutant, checks: list[CheckGrade], degenerate: bool) -> Tried:
    own = next((each for each in checks if each.quantity == mutant.quantity), None)
    wrong = [each for each in checks if each.verdict != "correct"]
    # A derivative's mistake leaves its own quantity right, and costs the gradient's check.
    costing = own if own in wrong and not mutant.derivative else next(iter(wrong), None)
    return Tried(
        sample=sample.name,
        mutant=mutant,
        mistake=str(sentence_of(mutant, costing.quantity if costing else mutant.quantity)),
        verdict=costing.verdict if costing else "correct",
        diagnoses=tuple(str(each.message) for each in costing.diagnoses) if costing else (),
        said=_judged(sample, mutant, costing) if costing else "not visible",
        lost=tuple(each.id for each in wrong if each is not costing and each.points != each.max_points),
        degenerate=degenerate,
    )


def _judged(sample: Sample, mutant: Mutant, check: CheckGrade) -> Said:
    right = str(sentence_of(mutant, check.quantity))
    if len(check.diagnoses) == 1 and str(check.diagnoses[0].message) == right:
        return "named"
    for diagnosis in check.diagnoses:
        sentence = str(diagnosis.message).removeprefix("Perhaps: ")
        if sentence == right or any(_alike(sample, mutant, other, check) for other in _saying(sample, sentence, check)):
            return "equivalent" if len(check.diagnoses) == 1 else "possible"
    return "wrong" if check.diagnoses else "none"


def _saying(sample: Sample, sentence: str, check: CheckGrade) -> Iterator[Mutant]:
    """The mutants of which a sentence may be said."""
    reference = sample.loaded.reference
    hypotheses = reference.hypotheses
    if check.kind == "function":
        candidates = reference.functions[check.id].changed.mutants
    else:
        candidates = [
            each
            for name in hypotheses.ancestors(check.quantity) & {*reference.graph.quantities}
            for each in (*hypotheses.mutants(name), *hypotheses.derivatives(name))
        ]
    return (each for each in candidates if str(sentence_of(each, check.quantity)) == sentence)


def _alike(sample: Sample, one: Mutant, other: Mutant, check: CheckGrade) -> bool:
    reference = sample.loaded.reference
    if check.kind == "function":
        return reference.functions[check.id].changed.alike(one, other)
    return reference.hypotheses.alike((one,), (other,), check.quantity)


def _degenerate(namespace: Mapping[str, Any]) -> bool:
    arrays = [each.detach().numpy() for each in namespace.values() if isinstance(each, torch.Tensor)]
    return any(not np.isfinite(array).all() or (array.size > 1 and np.ptp(array) == 0) for array in arrays)
