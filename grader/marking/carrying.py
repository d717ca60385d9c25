"""What is work: nothing follows from a value that took none, and a value that took none follows from nothing."""

from __future__ import annotations

import numpy as np

from grader.marking.answers import Answer
from grader.marking.strands import numbers_of
from grader.marking.trace import Trace
from grader.records import CheckGrade
from grader.wire.arrays import AnyArray


def is_work(trace: Trace, answer: Answer) -> bool:
    """Whether an answer may keep points for following from a mistake: it wasn't typed in."""
    return answer.found.kind == "printed" or not _typed_in(trace, answer.found.name)


def can_be_carried(trace: Trace, answer: Answer, grade: CheckGrade) -> bool:
    """Whether an answer may stand in its quantity's place for those after it: it is work, finite, of the shape that is
    asked for, and not the same number everywhere."""
    numeric = numbers_of(answer)
    if numeric is None or grade.reason == "other-shape" or not np.isfinite(numeric.values).all():
        return False
    return not is_constant(numeric.values) and is_work(trace, answer)


def is_constant(values: AnyArray) -> bool:
    """Whether an array has the same number everywhere; a single number isn't one."""
    return values.size > 1 and bool((values == values.flat[0]).all())


def _typed_in(trace: Trace, name: str) -> bool:
    """Whether a variable is computed from nothing but literals."""
    return not (trace.computed_from((name,)) - {trace.origin(name)}) & trace.own_names
