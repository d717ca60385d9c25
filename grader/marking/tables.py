"""Tables as answers: which of their columns answers which, and in what order their rows are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from grader.assignment.spec import Tolerance
from grader.marking.numbers import Numeric, as_numeric
from grader.records import Array, Frame, Mapping, Scalar, Sequence, Unreadable, Value
from grader.wire.arrays import AnyArray


def columns_of(found: Value | Numeric, expected: Frame) -> dict[object, Value | Numeric]:
    """The found columns by their labels; a series answers for another by whatever name."""
    if expected.container == "series":
        (label,) = labels_of(expected.columns)
        if isinstance(found, Frame):
            return {label: found.data[0]} if len(found.data) == 1 else {}
        return {} if isinstance(found, Mapping | Unreadable) else {label: found}
    if isinstance(found, Frame):
        return dict(zip(labels_of(found.columns), found.data, strict=True))
    return dict(zip(found.keys, found.values, strict=True)) if isinstance(found, Mapping) else {}


def row_order(found: Value | Numeric, expected: Frame, tolerance: Tolerance) -> list[int] | None:
    """The found rows in the order of the expected ones; empty for the order that they have, None where they differ."""
    if tolerance.index == "any" or not isinstance(found, Frame):
        return []
    own, wanted = labels_of(found.index), labels_of(expected.index)
    if own == wanted:
        return []
    places = {label: number for number, label in enumerate(own)}
    if tolerance.order == "exact" or len(places) != len(own) or places.keys() != set(wanted):
        return None
    return [places[label] for label in wanted]


def in_order(column: Value | Numeric, order: list[int] | None) -> Value | Numeric:
    """A column with its elements in an order; as it is where none is given."""
    if not order:
        return column
    if isinstance(column, Sequence):
        return replace(column, items=tuple(column.items[place] for place in order))
    if isinstance(column, Array):
        itemsize = len(column.data) // max(column.shape[0], 1)
        data = b"".join(column.data[place * itemsize : (place + 1) * itemsize] for place in order)
        return replace(column, data=data)
    return column


def labels_of(labels: Value) -> list[object]:
    """Labels as plain, hashable things that are equal where labels are."""
    if isinstance(labels, Array):
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
        case Array(dtype=dtype, data=data):
            return (dtype, data)
        case _:
            return repr(item)


def _plain(values: AnyArray) -> list[object]:
    plain: list[object] = values.tolist()
    return plain
