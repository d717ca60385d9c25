"""An array's pieces: the whole, its rows or its columns; and where a piece points to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.wire.arrays import AnyArray


def piecewise(
    values: AnyArray, expected: AnyArray, pieces: str, change: Callable[[AnyArray, AnyArray], AnyArray]
) -> AnyArray:
    """Change the whole, each row or each column by itself; a vector is one row or column."""
    if pieces == "whole" or values.ndim < 2:
        return change(values, expected)
    axis = -1 if pieces == "columns" else 0
    pairs = zip(np.moveaxis(values, axis, 0), np.moveaxis(expected, axis, 0), strict=True)
    changed = [change(piece, of) for piece, of in pairs]
    return np.moveaxis(np.stack(changed), 0, axis) if changed else values


def turned(values: AnyArray, expected: AnyArray) -> AnyArray:
    """Made to point where the reference does, however long either is."""
    along, _ = products(values, expected)
    return np.negative(values) if along < 0 and values.dtype.kind not in "bu" else values


def products(values: AnyArray, expected: AnyArray) -> tuple[float, float]:
    """How far an answer goes along the reference, and its own square, over all that is finite in both."""
    found, wanted = wide(values), wide(expected)
    finite = np.isfinite(found) & np.isfinite(wanted)
    found, wanted = found[finite], wanted[finite]
    with np.errstate(all="ignore"):
        return float(np.real(np.vdot(found, wanted))), float(np.real(np.vdot(found, found)))


def wide(values: AnyArray) -> NDArray[Any]:
    """Numbers with the widest range of their kind."""
    return values.astype(np.complex128 if values.dtype.kind == "c" else np.float64, copy=False)
