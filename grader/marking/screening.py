"""What is plainly wrong, told in a fraction of the time that a comparison takes: most hypotheses give other numbers."""

from __future__ import annotations

import numpy as np

from grader.assignment.outcomes import Expected
from grader.assignment.spec import Tolerance
from grader.marking.compare import allowed_for
from grader.marking.leaves import holds
from grader.marking.numbers import NotNumeric, Numeric, as_numeric
from grader.records import Array, Mapping, Value
from grader.wire.arrays import AnyArray, elements_of


def is_given(found: Value | Numeric, expected: Expected, tolerance: Tolerance) -> bool:
    """Whether a value is what is expected, as `leaves.holds` says."""
    return might_hold(found, expected, tolerance) and holds(found, expected, tolerance)


def might_hold(found: Value | Numeric, expected: Expected, tolerance: Tolerance) -> bool:
    """Whether a value is worth comparing: False only where it is certainly another one."""
    match expected:
        case np.ndarray():
            return _might_be(found, expected, tolerance)
        case Array() if not expected.is_time:
            return _might_be(found, elements_of(expected), tolerance)
        case Mapping() if isinstance(found, Mapping):
            entries = dict(zip(found.keys, found.values, strict=True))
            pairs = zip(expected.keys, expected.values, strict=True)
            return all(key in entries and might_hold(entries[key], value, tolerance) for key, value in pairs)
        case _:
            return True


def _might_be(found: Value | Numeric, expected: AnyArray, tolerance: Tolerance) -> bool:
    if (tolerance.sign, tolerance.scale, tolerance.order, tolerance.labels) != ("exact",) * 4:
        return True
    answer = as_numeric(found)
    if isinstance(answer, NotNumeric) or answer.half_units is not None or answer.judged is not None:
        return True
    if answer.values.size != expected.size:
        return False
    if answer.values.shape != expected.shape or expected.dtype.kind != "f" or answer.values.dtype.kind not in "fiub":
        return True
    claims = [allowed_for(tolerance, dtype, expected.dtype) for dtype in (answer.dtype, tolerance.dtype)]
    rtol, atol = max(claim.rtol for claim in claims), max(claim.atol for claim in claims)
    with np.errstate(all="ignore"):
        apart = np.abs(answer.values.astype(np.float64, copy=False) - expected.astype(np.float64, copy=False))
        # Of NaN and infinities nothing is certain.
        return not bool((apart > atol + rtol * np.abs(expected)).any())
