"""Answers whose rows or elements may come in any order, put into the reference's."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader.assignment.spec import Tolerance
from grader.marking.numbers import Numeric
from grader.marking.pieces import piecewise, turned, wide
from grader.marking.rows import Order, Rows, as_rows, paired, unit_of
from grader.marking.tolerances import allowance
from grader.wire.arrays import AnyArray


def reordered(answer: Numeric, expected: AnyArray, tolerance: Tolerance) -> Iterator[AnyArray]:
    """The answer in the orders that may be the reference's; which is depends on signs that don't count."""
    values = answer.values
    by_rows = tolerance.order == "rows"
    length = len(values) if by_rows else values.size
    same = _same(values, expected, length)
    if same is not None:
        yield _in_order(values, same)
        return
    pairs = _Pairs(answer, expected, tolerance, length)
    whole = not by_rows or values.ndim < 2
    if tolerance.sign == "exact":
        yield _in_order(values, pairs.order(values))
    elif tolerance.sign == "rows" and not whole:
        yield _in_order(values, pairs.order(values, either_sign=True))
    else:
        yield _in_order(values, pairs.order(values))
        yield _in_order(values, pairs.order(np.negative(wide(values))))
        if tolerance.sign == "columns" and not whole:
            # Sizes tell most rows apart; once signs are known by these, the signs tell the others.
            near = piecewise(_in_order(values, pairs.order_of_sizes(values)), expected, "columns", turned)
            yield _in_order(near, pairs.order(near))


class _Pairs:
    """What rows of an answer are held against."""

    def __init__(self, answer: Numeric, expected: AnyArray, tolerance: Tolerance, length: int) -> None:
        self._scale = "whole" if tolerance.order == "elements" and tolerance.scale != "exact" else tolerance.scale
        self._length = length
        self._complex = "c" in (answer.values.dtype.kind, expected.dtype.kind)
        self._wanted = self._rows(expected)
        units = unit_of(
            as_rows(self._as_wide(expected), length), allowance(tolerance, answer.dtype, expected.dtype.name)
        )
        if answer.half_units is not None:
            units = np.maximum(units, answer.half_units.max(initial=0.0))
        self._units = units / self._lengths(expected)

    def order(self, values: AnyArray, *, either_sign: bool = False) -> Order:
        """The order in which rows come nearest."""
        return paired(self._rows(values), self._wanted, self._units, either_sign=either_sign)

    def order_of_sizes(self, values: AnyArray) -> Order:
        """The order in which rows come nearest where all signs are left out."""
        return paired(np.abs(self._rows(values)), np.abs(self._wanted), self._units)

    def _rows(self, values: AnyArray) -> Rows:
        """Rows of numbers, at the same length where their length doesn't count."""
        with np.errstate(all="ignore"):
            rows: Rows = as_rows(self._as_wide(values), self._length) / self._lengths(values)
        return rows

    def _as_wide(self, values: AnyArray) -> AnyArray:
        return values.astype(np.complex128) if self._complex else values

    def _lengths(self, values: AnyArray) -> Rows:
        """How long the piece is that each element belongs to; 1 where lengths count."""
        if self._scale == "exact":
            return np.ones((1, 1))
        lengths = as_rows(piecewise(values, values, self._scale, _length), self._length)
        return np.concatenate([lengths, lengths], axis=1) if self._complex else lengths


def _length(piece: AnyArray, _: AnyArray) -> AnyArray:
    """The length of a piece, as long as all in it that is finite, at each of its elements."""
    sizes = np.abs(wide(piece))
    with np.errstate(all="ignore"):
        length = float(np.sqrt((sizes[np.isfinite(sizes)] ** 2).sum()))
    return np.full(piece.shape, length if 0 < length < np.inf else 1.0)


def _same(values: AnyArray, expected: AnyArray, length: int) -> Order | None:
    """The order in which integers of any size are the reference's very own; None where they aren't."""
    if values.dtype.kind not in "biu" or expected.dtype.kind not in "biu":
        return None
    found, wanted = (each.reshape(length, each.size // length) for each in (values, expected))
    found_order, wanted_order = (np.lexsort(rows.T[::-1]) for rows in (found, wanted))
    if not np.array_equal(found[found_order], wanted[wanted_order]):
        return None
    order = np.empty(length, dtype=np.intp)
    order[wanted_order] = found_order
    return order


def _in_order(values: AnyArray, order: Order) -> AnyArray:
    return values.reshape(len(order), -1)[order].reshape(values.shape)
