"""Which answers may be carried on: what comes after a mistake keeps its points only where the mistake is work."""

from __future__ import annotations

import numpy as np

from grader.marking.answers import Answer
from grader.marking.strands import numbers_of
from grader.marking.trace import Trace
from grader.records import CheckGrade


def can_be_carried(trace: Trace, answer: Answer, grade: CheckGrade) -> bool:
    """Whether an answer may stand in its quantity's place for those after it.

    Nothing follows from what isn't finite, is the same number everywhere, has another shape, or was typed in.
    """
    numeric = numbers_of(answer)
    if numeric is None or grade.reason == "other-shape":
        return False
    values = numeric.values
    if not np.isfinite(values).all() or (values.size > 1 and (values == values.flat[0]).all()):
        return False
    return answer.found.kind == "printed" or not _typed_in(trace, answer.found.name)


def _typed_in(trace: Trace, name: str) -> bool:
    """Whether a variable is computed from nothing but literals."""
    return not (trace.computed_from((name,)) - {trace.origin(name)}) & trace.own_names
