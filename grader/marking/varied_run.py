"""One run with other numbers in the givens, judged as the reference has it for those."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from grader.assignment.spec import CheckSpec
from grader.marking.answers import Answer
from grader.marking.judges import Judges
from grader.marking.numbers import Numeric, as_numeric
from grader.marking.trace import Trace
from grader.records import CheckGrade, Execution, Value, Variation
from grader.wire.arrays import AnyArray

if TYPE_CHECKING:
    from grader.assignment.reference import Reference

_SAME = 1e-6
_FAR = 1e-3
"""A value that is off by less, relative to its largest number, may be right and computed less precisely."""


@dataclass(frozen=True, kw_only=True)
class VariedRun:
    """What the variables that answered checks hold in a run with other numbers.

    `trace` is the main run's, and `answers` are those that were found in its variables, in the order of the graph.
    """

    trace: Trace
    reference: Reference
    answers: Mapping[str, tuple[CheckSpec, Answer]]
    execution: Execution
    variation: Variation

    @cached_property
    def grades(self) -> Mapping[str, CheckGrade]:
        """How each answer would be graded, if the handout had these numbers; without those that aren't there."""
        judges = Judges(
            trace=replace(self.trace, execution=self.execution),
            reference=self.reference,
            others=numbers_of(self.variation),
        )
        found: dict[str, CheckGrade] = {}
        for id, (check, answer) in self.answers.items():
            value = self._captured.get(place_of(self.trace, check, answer))
            if value is not None:
                found[id] = judges.judge(check, replace(answer, value=value))
        return found

    @cached_property
    def _captured(self) -> Mapping[tuple[str, int], Value]:
        return captured(self.execution)

    def value(self, id: str) -> AnyArray | None:
        """The numbers that answer a check here; None where there are none."""
        check, answer = self.answers[id]
        value = self._captured.get(place_of(self.trace, check, answer))
        numeric = None if value is None else as_numeric(value)
        return numeric.values if isinstance(numeric, Numeric) else None

    def is_far(self, id: str) -> bool:
        """Whether an answer is off by more than a lack of precision explains."""
        found = self.value(id)
        right = self.reference.worlds_with(numbers_of(self.variation))[0].values.get(self.answers[id][0].quantity)
        if found is None or not isinstance(right, np.ndarray) or found.shape != right.shape:
            return True
        with np.errstate(all="ignore"):
            error = np.abs(np.subtract(found, right, dtype=np.complex128)).max(initial=0.0)
        return bool(np.isfinite(error)) and bool(error > _FAR * np.abs(right).max(initial=0.0))


def numbers_of(variation: Variation) -> dict[str, AnyArray]:
    """The other numbers, by given, as arrays."""
    return {each.given: np.array(each.after).reshape(each.shape) for each in variation}


def captured(execution: Execution) -> Mapping[tuple[str, int], Value]:
    """What was captured in an execution, by the name that it had and the cell after which it stood."""
    return {(capture.name, capture.after_cell): capture.value for capture in execution.captures}


def place_of(trace: Trace, check: CheckSpec, answer: Answer) -> tuple[str, int]:
    """Where an answer was captured: under which name, and after which cell."""
    end = None if answer.late else trace.section_ends[trace.tasks[check.id]]
    return answer.found.name, trace.notebook.code_cells[-1].index if end is None else end


def same(one: AnyArray, other: AnyArray) -> bool:
    """Whether two arrays have the same numbers, as near as single precision has them."""
    if one.shape != other.shape or {one.dtype.kind, other.dtype.kind} - set("fiubc"):
        return False
    return bool(np.allclose(one, other, rtol=_SAME, atol=_SAME * float(np.abs(one).max(initial=0)), equal_nan=True))
