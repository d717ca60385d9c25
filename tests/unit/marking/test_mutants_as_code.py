"""The mutants of the sample's functions, each put into a right hand-in as code: named, and nothing else is lost."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from grader.assignment.declarations import Gradient
from grader.assignment.loading import Loaded, load
from grader.assignment.mutation.change import Change
from grader.assignment.mutation.changes import changes_of
from grader.assignment.mutation.sources import source_of
from grader.marking import mark_submission
from grader.records import CheckGrade, Execution, Notebook
from tests.command_line import ROOT
from tests.in_process import execute, notebook

NAMED = 0.9
WRONG = 0.02


@dataclass(frozen=True, kw_only=True)
class Marked:
    """What came of a hand-in with one mutant: its check's verdict and causes, and the other checks that lost points."""

    quantity: str
    change: Change
    verdict: str
    causes: tuple[str, ...]
    lost: tuple[str, ...]
    degenerate: bool


@cache
def sample() -> Loaded:
    return load(ROOT / "reference")


def hand_in(quantity: str, changed: ast.FunctionDef) -> str:
    """A notebook's code that computes the sample's quantities, one of them by another function."""
    graph = sample().reference.graph
    lines = ["import torch", "from torch import Tensor", "torch.set_default_dtype(torch.float64)"]
    for name, given in graph.givens.items():
        grad = ", requires_grad=True" if given.value.is_floating_point() else ""
        lines.append(f"{name} = torch.tensor({given.value.tolist()}{grad})")
    for name, declared in graph.quantities.items():
        definition = declared.definition
        if isinstance(definition, Gradient):
            lines.append(f"{name}_t = torch.autograd.grad({definition.of}_t, {definition.by}, retain_graph=True)[0]")
            continue
        source = source_of(definition.call)
        assert source is not None
        tree = changed if name == quantity else source.tree
        names = [argument.arg if argument.arg in graph.givens else f"{argument.arg}_t" for argument in tree.args.args]
        lines += [ast.unparse(ast.fix_missing_locations(tree)), f"{name}_t = {name}({', '.join(names)})"]
    return "\n".join(lines)


def every_change() -> Iterator[tuple[str, ast.FunctionDef, Change]]:
    for name, declared in sample().reference.graph.quantities.items():
        if not isinstance(declared.definition, Gradient):
            source = source_of(declared.definition.call)
            assert source is not None
            yield from ((name, tree, change) for tree, change in changes_of(source.tree, ()))


def marked() -> Iterator[Marked]:
    """What came of every mutant that runs, and shows in the handout's numbers."""
    loaded = sample()
    for quantity, tree, change in every_change():
        code = notebook(hand_in(quantity, tree))
        execution = execute(loaded.spec, code)
        if any(cell.error for cell in execution.cells):
            continue
        checks = {check.quantity: check for check in _grade(code, execution) if check.version == "torch"}
        own = checks.pop(quantity)
        if own.verdict != "correct":
            yield Marked(
                quantity=quantity,
                change=change,
                verdict=own.verdict,
                causes=tuple(diagnosis.code for diagnosis in own.diagnoses),
                lost=tuple(name for name, check in checks.items() if check.points != check.max_points),
                degenerate=_degenerate(execution),
            )


def _grade(code: Notebook, execution: Execution) -> tuple[CheckGrade, ...]:
    return tuple(mark_submission(sample().spec, sample().reference, code, (execution,)).checks)


def _degenerate(execution: Execution) -> bool:
    """Whether something in it is no number, or the same everywhere."""
    values = {capture.name: capture.value for capture in execution.captures if capture.name.endswith("_t")}
    arrays = [np.frombuffer(value.data, value.dtype) for value in values.values() if hasattr(value, "data")]
    return any(not np.isfinite(array).all() or (array.size > 1 and np.ptp(array) == 0) for array in arrays)


def test_nine_of_ten_are_named_the_others_not_wrongly_and_only_the_mutated_one_costs_points() -> None:
    found = list(marked())
    assert len(found) >= 25
    named = [each for each in found if each.causes == (each.change.code,)]
    wrong = [each for each in found if len(each.causes) == 1 and each not in named]
    assert len(named) >= NAMED * len(found), [each for each in found if each not in named]
    assert len(wrong) <= WRONG * len(found), wrong
    assert [each for each in found if each.verdict != "incorrect"] == []
    assert [each for each in found if each.lost and not each.degenerate] == []
