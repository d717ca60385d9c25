"""How a wrong value relates to the right one, as numbers alone: what no small change of a formula may give."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from grader.assignment.outcomes import Values
from grader.assignment.spec import CheckSpec
from grader.marking.compare import compare
from grader.marking.numbers import Numeric
from grader.records import Diagnosis, Message, translatable
from grader.wire.arrays import AnyArray

_MOST_ELEMENTS = 100_000
_MOST_ORDERED = 200
_DIGITS = 6
TRANSPOSED = Diagnosis(code="transposed", message=Message("It is transposed: rows stand where columns belong."))
SCALED = "scaled"
SHIFTED = "shifted"
_ORDERS = {
    "order-of-rows": translatable("Its rows stand in another order."),
    "order-of-columns": translatable("Its columns stand in another order."),
}
"""By axis."""


def relations(check: CheckSpec, found: Numeric, world: Values) -> Iterator[Diagnosis]:
    """What a wrong answer is to the right one: transposed, scaled, shifted, in another order, or another quantity."""
    expected = world[check.quantity]
    if not isinstance(expected, np.ndarray) or not 0 < found.values.size <= _MOST_ELEMENTS:
        return
    if not np.isfinite(found.values).all() or not np.isfinite(expected).all():
        return
    if expected.ndim >= 2 and _equal(check, found, np.swapaxes(expected, -1, -2)):
        yield TRANSPOSED
    yield from _same_shape(check, found, expected)
    for name, other in world.items():
        if name != check.quantity and isinstance(other, np.ndarray) and other.size > 1 and _equal(check, found, other):
            yield Diagnosis(code="another-quantity", message=Message("It is `{name}`.", {"name": name}))


def _same_shape(check: CheckSpec, found: Numeric, expected: AnyArray) -> Iterator[Diagnosis]:
    if found.values.shape != expected.shape or {found.values.dtype.kind, expected.dtype.kind} - set("fiu"):
        return
    right = expected.astype(np.float64)
    for factor in _factors(expected.shape):
        if right.any() and _equal(check, found, right * factor):
            yield Diagnosis(code=SCALED, message=_times(factor))
            return
    if expected.size > 1:
        shift = float(np.median(found.values.astype(np.float64) - right))
        if shift and _equal(check, found, right + shift):
            yield Diagnosis(code=SHIFTED, message=Message("All of it is off by {shift}.", {"shift": f"{shift:.4g}"}))
        for axis, (code, template) in enumerate(_ORDERS.items()):
            if _reordered(check, found, right, axis):
                yield Diagnosis(code=code, message=Message(template))
                return


def _factors(shape: tuple[int, ...]) -> Iterator[float]:
    """Powers of two, and the counts in a problem, each way round."""
    counts = sorted({2, 4, *shape, math.prod(shape)} - {0, 1})
    for count in counts:
        yield from (float(count), 1 / count)
    yield from (-float(count) for count in counts)


def _times(factor: float) -> Message:
    if abs(factor) >= 1:
        return Message("All of it is {factor} times what it should be.", {"factor": f"{factor:g}"})
    return Message("All of it is 1/{divisor} of what it should be.", {"divisor": round(1 / factor)})


def _reordered(check: CheckSpec, found: Numeric, expected: NDArray[np.float64], axis: int) -> bool:
    if expected.ndim <= axis or not 1 < expected.shape[axis] <= _MOST_ORDERED:
        return False
    own, right = _order(found.values.astype(np.float64), axis), _order(expected, axis)
    return not np.array_equal(own, right) and _equal(check, found, np.take(expected, right[np.argsort(own)], axis=axis))


def _order(values: NDArray[np.float64], axis: int) -> NDArray[np.intp]:
    """In which order rows (or columns) would be sorted; numbers that are as good as equal count as equal."""
    rows = np.moveaxis(values, axis, 0).reshape(values.shape[axis], -1)
    return np.lexsort(np.round(rows, _DIGITS).T[::-1])


def _equal(check: CheckSpec, found: Numeric, expected: AnyArray) -> bool:
    return found.values.shape == expected.shape and compare(found, expected, check.tolerance).holds


def nothing_else(diagnoses: Iterator[Diagnosis]) -> tuple[Diagnosis, ...]:
    """The one relation that holds; none where several do, which then say nothing."""
    found = tuple(itertools.islice(diagnoses, 2))
    return found if len(found) == 1 else ()
