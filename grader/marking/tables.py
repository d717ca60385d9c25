"""Tables as answers: which of their columns answers which, and in what order their rows are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence as AbstractSequence
from dataclasses import replace

import numpy as np

from grader.assignment.spec import Tolerance
from grader.marking.numbers import NotNumeric, Numeric, as_numeric
from grader.marking.rows import Rows, as_rows, paired, unit_of
from grader.marking.text import canonical
from grader.marking.tolerances import allowance
from grader.records import Array, Frame, Mapping, Masked, Scalar, Sequence, Unreadable, Value
from grader.wire.arrays import AnyArray, elements_of

Columns = AbstractMapping[object, Value | Numeric]

_Part = tuple[Rows, Rows, Rows]
"""Found rows, wanted ones, and how far off each element of these may be."""

_SAME_CODE = 1e-6
"""Far less than the one by which codes differ."""


def columns_of(found: Value | Numeric, expected: Frame) -> dict[object, Value | Numeric]:
    """The found columns by their labels; a series answers for another by whatever name."""
    if expected.container == "series":
        (label,) = labels_of(expected.columns)
        if isinstance(found, Frame):
            return {label: found.data[0]} if len(found.data) == 1 else {}
        return {} if isinstance(found, Mapping | Unreadable) else {label: found}
    if isinstance(found, Frame):
        return dict(zip(labels_of(found.columns), found.data, strict=False))
    return dict(zip(found.keys, found.values, strict=True)) if isinstance(found, Mapping) else {}


def row_order(
    found: Value | Numeric, columns: Columns, expected: Frame, tolerance: Tolerance
) -> AbstractSequence[int] | None:
    """The found rows in the order of the expected ones; empty for the order that they have, None where they differ.

    An index says which row is which. Where it doesn't count, or there is none but a count of the rows, the order is
    the one in which all columns together come nearest to what is expected.
    """
    if tolerance.index == "any" or not isinstance(found, Frame):
        return _by_content(columns, expected, tolerance) if tolerance.order == "rows" else []
    own, wanted = labels_of(found.index), labels_of(expected.index)
    if tolerance.order == "exact":
        return [] if own == wanted else None
    if Counter(own) != Counter(wanted):
        return None
    if tolerance.order == "rows" and wanted == list(range(len(wanted))):
        return _by_content(columns, expected, tolerance)
    places = {label: number for number, label in enumerate(own)}
    if len(places) == len(own):
        return [] if own == wanted else [places[label] for label in wanted]
    return _by_content(columns, expected, tolerance, labels=(own, wanted)) if tolerance.order == "rows" else []


def _by_content(
    columns: Columns,
    expected: Frame,
    tolerance: Tolerance,
    labels: tuple[list[object], list[object]] | None = None,
) -> AbstractSequence[int]:
    """The order of rows in which the columns come nearest to the expected ones, and their labels, where given, fit."""
    pairs = [
        (columns[label], of)
        for label, of in zip(labels_of(expected.columns), expected.data, strict=True)
        if label in columns
    ]
    length = _length(expected.data[0]) if expected.data else 0
    if not length or not pairs or any(_length(each) != length for pair in pairs for each in pair):
        return []
    parts = [part for found, of in pairs if (part := _rows_of(found, of, tolerance, length))]
    if labels:
        parts.append(_codes(*labels))
    if not parts:
        return []
    found, wanted, unit = (np.concatenate(side, axis=1) for side in zip(*parts, strict=True))
    order: list[int] = paired(found, wanted, unit).tolist()
    return order


def _rows_of(found: Value | Numeric, of: Value, tolerance: Tolerance, length: int) -> _Part | None:
    """A column's elements as rows; None where the two can't be held against each other."""
    wanted = as_numeric(of)
    if isinstance(wanted, Numeric):
        own = as_numeric(found)
        if isinstance(own, NotNumeric) or own.values.shape != wanted.values.shape:
            return None
        rows = as_rows(wanted.values, length)
        return as_rows(own.values, length), rows, unit_of(rows, allowance(tolerance, own.dtype, wanted.dtype))
    if isinstance(found, Numeric):
        return None
    things, others = _elements_of(found, tolerance), _elements_of(of, tolerance)
    return _codes(things, others) if len(things) == len(others) == length else None


def _codes(found: list[object], wanted: list[object]) -> _Part:
    """Things that are equal or not as numbers that are so."""
    codes = {thing: float(number) for number, thing in enumerate(dict.fromkeys((*wanted, *found)))}
    own, others = (np.array([[codes[thing]] for thing in things]) for things in (found, wanted))
    return own, others, np.full(others.shape, _SAME_CODE)


def _elements_of(column: Value, tolerance: Tolerance) -> list[object]:
    """A column's elements as labels, its text as far as it counts."""
    return [canonical(label, tolerance) if isinstance(label, str) else label for label in labels_of(column)]


def _length(column: Value | Numeric) -> int:
    """How many rows a column has, -1 where it has none."""
    match column:
        case Numeric(values=values):
            return len(values) if values.ndim else -1
        case Array(shape=shape) | Masked(data=Array(shape=shape)):
            return shape[0] if shape else -1
        case Sequence(items=items):
            return len(items)
        case _:
            return -1


def in_order(column: Value | Numeric, order: AbstractSequence[int] | None) -> Value | Numeric:
    """A column with its elements in an order; as it is where none is given, or it is of another length."""
    if not order or _length(column) != len(order):
        return column
    if isinstance(column, Numeric):
        return replace(column, values=column.values[list(order)])
    if isinstance(column, Masked):
        return Masked(data=_array_in_order(column.data, order), mask=_array_in_order(column.mask, order))
    if isinstance(column, Sequence):
        return replace(column, items=tuple(column.items[place] for place in order))
    if isinstance(column, Array):
        return _array_in_order(column, order)
    return column


def _array_in_order(array: Array, order: AbstractSequence[int]) -> Array:
    itemsize = len(array.data) // max(array.shape[0], 1)
    return replace(array, data=b"".join(array.data[place * itemsize : (place + 1) * itemsize] for place in order))


def labels_of(labels: Value) -> list[object]:
    """Labels as plain, hashable things that are equal where labels are."""
    if isinstance(labels, Array):
        if len(labels.shape) != 1:
            return []
        if labels.is_time:
            return [("time", int(stamp)) for stamp in np.frombuffer(labels.data, "<i8")]
        numeric = as_numeric(labels)
        return _plain(numeric.values) if isinstance(numeric, Numeric) else []
    return [label_of(item) for item in labels.items] if isinstance(labels, Sequence) else []


def label_of(item: Value) -> object:
    """A single label."""
    match item:
        case Scalar(value=value):
            return value
        case Sequence(items=items):
            return tuple(map(label_of, items))
        case Array(dtype=dtype, shape=shape, data=data):
            return (dtype, data) if shape or item.is_time else _plain(elements_of(item).ravel())[0]
        case _:
            return repr(item)


def _plain(values: AnyArray) -> list[object]:
    """Numbers as Python's; NaN, which isn't even itself, under its name."""
    plain: list[object] = values.tolist()
    return ["nan" if number != number else number for number in plain]
