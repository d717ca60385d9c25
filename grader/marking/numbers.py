"""From plain values to NumPy arrays that can be compared, with the precision that they claim."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.assignment.outcomes import Expected
from grader.marking import kinds
from grader.records import Array, Frame, Mapping, Masked, Scalar, Sequence, Unreadable, Value, Words
from grader.wire.arrays import AnyArray, elements_of

_LARGEST_EXACT = 2**63 - 1
_MOST_AXES = 32
"""NumPy itself stops at 64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numeric:
    """An answer as numbers.

    `values` is bool, integer, float or complex of any shape; `dtype` the dtype that its precision is judged by
    (`bfloat16` has no NumPy type, so its values are float32). `half_units`, for printed numbers, is half a unit of each
    one's last printed digit, of the same shape; `judged` is False where an element was elided in print.
    """

    values: AnyArray
    dtype: str
    half_units: NDArray[np.float64] | None = None
    judged: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotNumeric:
    """An answer that is no array of numbers: what it is instead, in a few words for its student."""

    detail: Words


def as_answer(expected: Expected) -> Value | Numeric:
    """What a reference gives, as if a student had given it."""
    if isinstance(expected, np.ndarray):
        return Numeric(values=expected, dtype=expected.dtype.name)
    return expected


def as_numeric(value: Value | Numeric) -> Numeric | NotNumeric:
    """Turn a captured value into numbers; printed ones are that already.

    Python floats carry no precision of their own (`.item()` of a float32 tensor is one), so they are judged as float32.
    A nested list counts where it is rectangular.
    """
    match value:
        case Numeric():
            return value
        case Array():
            return NotNumeric(detail=kinds.TIMES) if value.is_time else _from_array(value)
        case Scalar(value=bool() as number):
            return Numeric(values=np.asarray(number), dtype="bool")
        case Scalar(value=int() as number):
            return _from_integer(number)
        case Scalar(value=float() as number):
            return Numeric(values=np.asarray(number), dtype="float32")
        case Scalar(value=str()):
            return NotNumeric(detail=kinds.TEXT)
        case Scalar():
            return NotNumeric(detail=kinds.NONE)
        case Sequence():
            return _from_sequence(value)
        case Mapping():
            return NotNumeric(detail=kinds.DICT)
        case Masked():
            return _from_masked(value)
        case Frame():
            return _from_frame(value)
        case Unreadable():
            return NotNumeric(detail=value.type)


def _from_integer(number: int) -> Numeric:
    if abs(number) > _LARGEST_EXACT:
        return Numeric(values=np.asarray(_as_float(number)), dtype="float64")
    return Numeric(values=np.asarray(number, dtype=np.int64), dtype="int64")


def _as_float(number: int) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def _from_array(array: Array) -> Numeric:
    return Numeric(values=elements_of(array), dtype=array.dtype)


def _from_masked(masked: Masked) -> Numeric:
    """Numbers with NaN where there is no value; as they are where every one is there."""
    data, mask = _from_array(masked.data), _from_array(masked.mask).values.astype(bool)
    if not mask.any():
        return data
    wide = data.values.astype(np.complex128 if data.values.dtype.kind == "c" else np.float64)
    return Numeric(values=np.where(mask, np.nan, wide), dtype=data.dtype)


def _from_frame(frame: Frame) -> Numeric | NotNumeric:
    """The numbers of a table, or of a series as one axis; labels don't count."""
    columns = _from_sequence(Sequence(items=frame.data))
    if isinstance(columns, NotNumeric) or (frame.container == "series" and len(frame.data) != 1):
        return NotNumeric(detail=kinds.TABLE_OF_OTHERS if frame.container == "dataframe" else kinds.SERIES_OF_OTHERS)
    values = columns.values[0] if frame.container == "series" else np.moveaxis(columns.values, 0, -1)
    return Numeric(values=values, dtype=columns.dtype)


def _from_sequence(sequence: Sequence) -> Numeric | NotNumeric:
    parts: list[Numeric] = []
    for item in sequence.items:
        part = as_numeric(item)
        if isinstance(part, NotNumeric):
            return NotNumeric(detail=kinds.holding(sequence.container, part.detail))
        parts.append(part)
    if not parts:
        return Numeric(values=np.zeros(0), dtype="float32")
    if parts[0].values.ndim >= _MOST_AXES:
        return NotNumeric(detail=kinds.too_deep(sequence.container))
    if len({part.values.shape for part in parts}) > 1:
        return NotNumeric(detail=kinds.ragged(sequence.container))
    return Numeric(values=np.stack([part.values for part in parts]), dtype=coarsest(part.dtype for part in parts))


_ORDER = ("bool", "integer", "float64", "complex128", "float32", "complex64", "float16", "bfloat16")


def coarsest(dtypes: Iterable[str]) -> str:
    """The dtype of these with the fewest digits; integers and bools are exact."""
    return max(dtypes, key=lambda name: _ORDER.index(name if name in _ORDER else "integer"))
