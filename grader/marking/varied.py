"""Whether what is right with the handout's numbers is right with others, too, by the runs that had others.

A hidden bug is claimed where such a run's value is what a mistake would make of it; a hard-coded value where it doesn't
move and its numbers are typed in. All else that isn't right there could not be tried, which accuses nobody: a notebook
may write its data down where nobody finds it, or draw at random.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from grader.assignment.spec import CheckSpec
from grader.marking.answers import Answer, Given
from grader.marking.numbers import Numeric, as_numeric
from grader.marking.trace import Trace
from grader.marking.varied_run import VariedRun, captured, place_of, same
from grader.notebook import WrittenDown, written_down
from grader.plan import given_variables
from grader.records import (
    CheckGrade,
    Diagnosis,
    Execution,
    Flag,
    Message,
    Value,
    has_figure,
    root_of,
    translatable,
)

if TYPE_CHECKING:
    from grader.assignment.reference import Reference

_TYPED_IN = translatable("`{name}` stays the same when the handout's numbers are others: its own are typed in.")
_BY_CHANCE = translatable("`{name}` is right with the handout's numbers, but not with others.")
_BY_MISTAKE = translatable("`{name}` is right with the handout's numbers, but not with others. {cause}")
_CLOSE = 1e-6
_MOST_NUMBERS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """That a value is right only by chance, and the mistake that explains it, if one does."""

    reason: Literal["hard-coded", "hidden-bug"]
    cause: Diagnosis | None = None


@dataclass(frozen=True, slots=True)
class Untried:
    """That a right value says nothing with other numbers."""


Finding = Claim | Untried | None
"""What is to be said of a right value; None where it is right with other numbers, too."""


@dataclass(frozen=True, kw_only=True)
class Varied:
    """What came of a submission's runs with other numbers, beside its marks with the handout's."""

    trace: Trace
    reference: Reference
    answers: Mapping[str, Given]
    executions: Sequence[Execution]

    def marked(self, checks: Mapping[str, CheckGrade]) -> tuple[Mapping[str, CheckGrade], tuple[Flag, ...]]:
        """The checks, of which those lose their points that are right only by chance, if the assignment has it so; and
        what there is to look at."""
        asked = [id for id in self._asked if checks[id].verdict == "correct"]
        findings: dict[str, Finding] = {}
        for id in asked:
            findings[id] = self._beside(id, self._finding(id), findings)
        claims = {id: finding for id, finding in findings.items() if isinstance(finding, Claim)}
        untried = [checks[id] for id, finding in findings.items() if isinstance(finding, Untried)]
        flags = (*(_claimed(checks[id], claim) for id, claim in claims.items()), *_not_varied(untried))
        if self.trace.spec.policies.varied == "require":
            checks = {id: _lost(grade, claims[id]) if id in claims else grade for id, grade in checks.items()}
        return checks, flags

    def _beside(self, id: str, finding: Finding, before: Mapping[str, Finding]) -> Finding:
        """A finding beside those of what a value is computed of: what goes wrong there is no fault of its own."""
        check, _ = self._asked[id]
        own = [self._asked[each][0] for each, found in before.items() if found is not None]
        of = {each.id for each in own if each.version == check.version and self._depends(check, each)}
        if not of or (isinstance(finding, Claim) and finding.reason == "hard-coded"):
            return finding
        return None if any(isinstance(before[each], Claim) for each in of) else finding and Untried()

    def _depends(self, check: CheckSpec, on: CheckSpec) -> bool:
        return on.quantity in self.trace.ancestors[check.quantity] - {check.quantity}

    @cached_property
    def _asked(self) -> Mapping[str, tuple[CheckSpec, Answer]]:
        """The checks whose values depend on givens that have other numbers, and were found in variables; in the order
        of the graph."""
        varied = {other.given for variation in self.trace.spec.variations for other in variation}
        return {
            check.id: (check, answer)
            for check in self.trace.spec.checks_by_dependence
            if isinstance(answer := self.answers[check.id], Answer) and answer.found.kind == "variable"
            if self.trace.ancestors[check.quantity] & varied
        }

    @cached_property
    def _runs(self) -> tuple[VariedRun, ...]:
        varied = [execution for execution in self.executions if execution.purpose == "varied"]
        return tuple(
            VariedRun(
                trace=self.trace,
                reference=self.reference,
                answers=self._asked,
                execution=execution,
                variation=variation,
            )
            for execution, variation in zip(varied, self.trace.spec.variations, strict=False)
        )

    def _finding(self, id: str) -> Finding:
        grades = [run.grades.get(id) for run in self._runs]
        if grades and all(grade is not None and grade.verdict in ("correct", "follow-through") for grade in grades):
            return None
        if any(self._broke(run.execution, id) for run in self._runs):
            return Untried()
        values = [run.value(id) for run in self._runs]
        main = as_numeric(self._asked[id][1].value)
        if not values or not isinstance(main, Numeric) or not self._is_repeatable(id, main):
            return Untried()
        if all(value is not None and same(main.values, value) for value in values):
            return Claim(reason="hard-coded") if self._is_typed_in(id, main) else Untried()
        wrong = [run for run, grade in zip(self._runs, grades, strict=True) if grade and grade.verdict == "incorrect"]
        return self._hidden_bug(id, wrong) if wrong else Untried()

    def _broke(self, execution: Execution, id: str) -> bool:
        """Whether a cell raised there that didn't raise before, up to where a value was read: it may have been left
        halfway, by an assertion of the handout's own numbers, say."""
        _, place = place_of(self.trace, *self._asked[id])
        main = {run.index: run.status for run in self.trace.execution.cells}
        return any(run.status != main.get(run.index) for run in execution.cells if run.index <= place)

    def _hidden_bug(self, id: str, wrong: Sequence[VariedRun]) -> Finding:
        """A claim where all runs that are wrong say the same of it; without a cause, only where the notebook's data was
        found whole, so that nothing else can be."""
        said = {run.grades[id].diagnoses for run in wrong}
        diagnoses = next(iter(said)) if len(said) == 1 else ()
        if any(each.code == "given-changed" for each in diagnoses):
            return Untried()
        if len(diagnoses) == 1 and _is_cause(diagnoses[0]):
            return Claim(reason="hidden-bug", cause=diagnoses[0])
        sure = self._is_all_varied(id) and all(run.is_far(id) for run in wrong)
        return Claim(reason="hidden-bug") if sure else Untried()

    def _is_repeatable(self, id: str, main: Numeric) -> bool:
        """Whether the notebook, run once more in its process with its own numbers, came to the same value."""
        value = self._again.get(place_of(self.trace, *self._asked[id]))
        numeric = None if value is None else as_numeric(value)
        return isinstance(numeric, Numeric) and same(main.values, numeric.values)

    @cached_property
    def _again(self) -> Mapping[tuple[str, int], Value]:
        again = next((execution for execution in self.executions if execution.purpose == "again"), None)
        return {} if again is None else captured(again)

    def _is_typed_in(self, id: str, main: Numeric) -> bool:
        """Whether all numbers of a value are written out in what makes it, and are no mere copy of the handout's."""
        if main.values.dtype.kind not in "fiu" or not 0 < main.values.size <= _MOST_NUMBERS:
            return False
        values = np.unique(main.values.astype(np.float64))
        own = values[~_are_among(values, self._handout)]
        written = frozenset(abs(number) for each in self._written(id) for number in each.numbers)
        return bool(np.isfinite(values).all()) and any(map(_is_telling, own)) and bool(_are_among(own, written).all())

    @cached_property
    def _handout(self) -> frozenset[float]:
        variations = self.trace.spec.variations
        return frozenset(abs(number) for variation in variations for each in variation for number in each.before)

    def _is_all_varied(self, id: str) -> bool:
        """Whether all numbers that a value depends on were found, where the notebook writes them down."""
        varied = {other.given for other in self.trace.spec.variations[0]}
        written = list(self._written(id))
        found = frozenset[str]().union(*(each.givens for each in written))
        needed = self.trace.ancestors[self._asked[id][0].quantity] & varied
        return needed <= found and not any(each.others for each in written)

    def _written(self, id: str) -> Iterator[WrittenDown]:
        """What is written down, cell by cell, in the statements that a value depends on."""
        name = root_of(self._asked[id][1].found.name)
        names = self.trace.computed_from((name,)) | {name}
        variables, variation = given_variables(self.trace.spec), self.trace.spec.variations[0]
        for cell in self.trace.notebook.code_cells:
            yield written_down(cell.source, variation, variables, names)


def _is_cause(diagnosis: Diagnosis) -> bool:
    """Whether a diagnosis names one mistake; how far numbers are off from those that nobody saw says nothing."""
    return not diagnosis.code.startswith("possible-") and not has_figure(diagnosis.message)


def _are_among(values: NDArray[np.float64], numbers: frozenset[float]) -> NDArray[np.bool_]:
    """Which values have the magnitude of one of some numbers."""
    known, sizes = np.array([-np.inf, *sorted(numbers), np.inf]), np.abs(values)
    after = np.searchsorted(known, sizes, side="right").clip(1, len(known) - 1)
    near = np.minimum(known[after] - sizes, sizes - known[after - 1])
    return np.asarray(near <= _CLOSE * sizes)


def _is_telling(number: float) -> bool:
    """Whether a number has three digits or more, which nobody writes by chance."""
    return bool(number != float(f"{number:.2g}"))


def _claimed(grade: CheckGrade, claim: Claim) -> Flag:
    assert grade.found is not None
    facts: dict[str, str | int | Message] = {"name": grade.found.name}
    if claim.reason == "hard-coded":
        message = Message(_TYPED_IN, facts)
    elif claim.cause is None:
        message = Message(_BY_CHANCE, facts)
    else:
        message = Message(_BY_MISTAKE, {**facts, "cause": claim.cause.message})
    return Flag(code=claim.reason, message=message, cell=grade.found.cell, check=grade.id)


def _not_varied(untried: Sequence[CheckGrade]) -> Iterator[Flag]:
    names = dict.fromkeys(f"`{grade.found.name}`" for grade in untried if grade.found is not None)
    if names:
        message = Message("Could not be tried with other numbers: {names}.", {"names": ", ".join(names)})
        yield Flag(code="not-varied", message=message)


def _lost(grade: CheckGrade, claim: Claim) -> CheckGrade:
    diagnoses = (claim.cause,) if claim.cause else ()
    return replace(grade, verdict="incorrect", points=Fraction(0), reason=claim.reason, diagnoses=diagnoses)
