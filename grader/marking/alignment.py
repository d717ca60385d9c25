"""What an author says doesn't count: an answer's sign, scale, order or labels are made the reference's.

Each function gives the answer in the form that is nearest to the reference; whether that is near enough is for
`compare` to say. A form that is as wrong as the answer itself changes nothing about it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment.spec import Tolerance
from grader.marking.numbers import Numeric
from grader.wire.arrays import AnyArray

_DISTANCES = 50_000_000
"""At most so many elements of rows are held against others; beyond that, rows are put in order instead."""


def aligned(answer: Numeric, expected: AnyArray, tolerance: Tolerance) -> Numeric:
    """The answer with what doesn't count made the reference's; the two have one shape."""
    values = answer.values
    if tolerance.labels == "any":
        values = _relabelled(values, expected)
    if tolerance.order != "exact" and values.ndim:
        values = _reordered(values, expected, rows=tolerance.order == "rows")
    if tolerance.sign != "exact":
        # Of what differs by a factor, which of two signs is nearer says nothing; where it points to does.
        change = _resigned if tolerance.scale == "exact" else _turned
        values = _piecewise(values, expected, tolerance.sign, change)
    if tolerance.scale != "exact":
        values = _piecewise(values, expected, tolerance.scale, _rescaled)
    if values is answer.values:
        return answer
    # Which printed digit belongs to which element isn't followed: the coarsest holds for all.
    coarsest = None if answer.half_units is None else np.full(values.shape, answer.half_units.max(initial=0.0))
    return Numeric(values=values, dtype=answer.dtype, half_units=coarsest, judged=answer.judged)


def _piecewise(
    values: AnyArray, expected: AnyArray, pieces: str, change: Callable[[AnyArray, AnyArray], AnyArray]
) -> AnyArray:
    """Change the whole, each row or each column by itself; a vector is one row or column."""
    if pieces == "whole" or values.ndim < 2:
        return change(values, expected)
    axis = -1 if pieces == "columns" else 0
    pairs = zip(np.moveaxis(values, axis, 0), np.moveaxis(expected, axis, 0), strict=True)
    changed = [change(piece, of) for piece, of in pairs]
    return np.moveaxis(np.stack(changed), 0, axis) if changed else values


def _resigned(values: AnyArray, expected: AnyArray) -> AnyArray:
    if values.dtype.kind in "bu":
        return values
    with np.errstate(all="ignore"):
        turned: AnyArray = np.negative(values)
        nearer = _distance(turned, expected) < _distance(values, expected)
    return turned if nearer else values


def _turned(values: AnyArray, expected: AnyArray) -> AnyArray:
    """Made to point where the reference does, however long either is."""
    along, _ = _products(values, expected)
    return np.negative(values) if along < 0 and values.dtype.kind not in "bu" else values


def _rescaled(values: AnyArray, expected: AnyArray) -> AnyArray:
    """Multiply by the positive factor that brings it nearest, in the sense of least squares."""
    along, square = _products(values, expected)
    with np.errstate(all="ignore"):
        factor = float(np.divide(along, square))
        return _wide(values) * factor if np.isfinite(factor) and factor > 0 else values


def _products(values: AnyArray, expected: AnyArray) -> tuple[float, float]:
    """How far an answer goes along the reference, and its own square, over all that is finite in both."""
    found, wanted = _wide(values), _wide(expected)
    finite = np.isfinite(found) & np.isfinite(wanted)
    found, wanted = found[finite], wanted[finite]
    with np.errstate(all="ignore"):
        return float(np.real(np.vdot(found, wanted))), float(np.real(np.vdot(found, found)))


def _reordered(values: AnyArray, expected: AnyArray, *, rows: bool) -> AnyArray:
    length = len(values) if rows else values.size
    if not length:
        return values
    found, wanted = values.reshape(length, -1), expected.reshape(length, -1)
    order = _nearest(found, wanted) if length * values.size <= _DISTANCES else _sorted_alike(found, wanted)
    return found[order].reshape(values.shape)


def _nearest(found: AnyArray, wanted: AnyArray) -> NDArray[np.intp]:
    """For each wanted row in turn, the nearest of the rows that are left."""
    free = np.ones(len(found), dtype=bool)
    order = np.zeros(len(found), dtype=np.intp)
    for place, row in enumerate(wanted):
        with np.errstate(all="ignore"):
            apart = _norms(found, row)
        apart[~free] = np.inf
        order[place] = int(apart.argmin()) if np.isfinite(apart).any() else int(free.argmax())
        free[order[place]] = False
    return order


def _norms(found: AnyArray, row: AnyArray) -> NDArray[np.float64]:
    apart = np.abs(np.subtract(_wide(found), _wide(row))).max(axis=1, initial=0.0)
    return np.where(np.isnan(apart), np.finfo(np.float64).max, apart)


def _sorted_alike(found: AnyArray, wanted: AnyArray) -> NDArray[np.intp]:
    order = np.empty(len(found), dtype=np.intp)
    order[np.lexsort(wanted.T[::-1])] = np.lexsort(found.T[::-1])
    return order


def _relabelled(values: AnyArray, expected: AnyArray) -> AnyArray:
    """Give each label the reference's that it most often stands beside, each once; what is left over stands beside
    none."""
    labels, which = np.unique(values, return_inverse=True)
    wanted, where = np.unique(expected, return_inverse=True)
    if len(labels) > 1_000 or len(wanted) > 1_000 or expected.dtype.kind not in "iub":
        return values
    together = np.zeros((len(labels), len(wanted)), dtype=np.int64)
    np.add.at(together, (which.ravel(), where.ravel()), 1)
    unknown = int(wanted.min(initial=0)) - 1
    named = np.full(len(labels), unknown, dtype=np.int64)
    for _ in range(min(together.shape)):
        label, name = np.unravel_index(int(together.argmax()), together.shape)
        if together[label, name] <= 0:
            break
        named[label] = int(wanted[name])
        together[label, :] = together[:, name] = -1
    return named[which].reshape(values.shape)


def _distance(values: AnyArray, expected: AnyArray) -> float:
    return float(np.nansum(np.abs(np.subtract(_wide(values), _wide(expected)))))


def _wide(values: AnyArray) -> NDArray[Any]:
    return values.astype(np.complex128 if values.dtype.kind == "c" else np.float64, copy=False)
