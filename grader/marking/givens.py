"""Givens that a student changed, or typed in wrong: what they hold in place of the handout's."""

from __future__ import annotations

import numpy as np

from grader.assignment.outcomes import Expected, Values
from grader.assignment.spec import CheckSpec
from grader.marking.carrying import is_constant
from grader.marking.numbers import Numeric, as_numeric
from grader.marking.trace import Trace
from grader.wire.arrays import AnyArray

_SAME = 1e-6
"""Closer than this, numbers are the same ones in another precision."""


def changed_givens(trace: Trace, check: CheckSpec, world: Values) -> dict[str, AnyArray]:
    """The givens that a student's variables of their names, or of the version's, have other numbers for."""
    template = next((version.template for version in trace.spec.versions if version.id == check.version), "{}")
    task = trace.tasks[check.id]
    changed: dict[str, AnyArray] = {}
    for given in trace.spec.givens:
        value = trace.value_at(task, (template.replace("{}", given), given))
        numeric = as_numeric(value) if value is not None else None
        if isinstance(numeric, Numeric) and _differs(numeric.values, world[given]):
            changed[given] = numeric.values
    return changed


def _differs(values: AnyArray, expected: Expected) -> bool:
    if not isinstance(expected, np.ndarray) or values.shape != expected.shape:
        return False
    if not np.isfinite(values).all() or is_constant(values):  # with nothing given, nothing would be asked
        return False
    return not np.allclose(values, expected, rtol=_SAME, atol=_SAME)
