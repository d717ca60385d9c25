"""Plain values: what a variable held, once it has left the sandbox.

A `Value` is a tree of scalars, arrays, sequences and mappings. It holds no object of NumPy or PyTorch, so that it can
be stored, compared and sent between processes as it is. Everything in it is a claim of the process that it came from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import ConfigDict, Discriminator

ScalarValue = bool | int | float | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """A Python number, string, bool or None.

    Floats are finite, so that JSON can hold them; NaN, infinities and complex numbers are arrays of no dimensions.
    """

    kind: Literal["scalar"] = "scalar"
    value: ScalarValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Array:
    """A dense array of numbers.

    `dtype` is NumPy's name without byte order (`float64`, `bool`, `complex64`), `bfloat16`, or that of times, which are
    in nanoseconds; `data` holds the elements in C order, little-endian, `len(data) == prod(shape) * itemsize`.
    `container` is where they were: an `ndarray`, a NumPy `matrix`, a `tensor`, or a NumPy scalar (`number`).
    """

    __pydantic_config__ = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    kind: Literal["array"] = "array"
    dtype: str
    shape: tuple[int, ...]
    data: bytes
    container: Literal["ndarray", "matrix", "tensor", "number"] = "ndarray"

    @property
    def is_time(self) -> bool:
        """Whether it holds points or lengths of time."""
        return self.dtype.endswith("[ns]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """A list, tuple or set, in its own order."""

    kind: Literal["sequence"] = "sequence"
    container: Literal["list", "tuple", "set"] = "list"
    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """A dict: keys and values side by side, in insertion order. Keys are scalars."""

    kind: Literal["mapping"] = "mapping"
    keys: tuple[ScalarValue, ...]
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """A masked array of NumPy's: `mask`, of the same shape, is true where there is no value."""

    kind: Literal["masked"] = "masked"
    data: Array
    mask: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A table of pandas, or one column with an index.

    `columns` and `index` are labels, an array or a sequence each; `data` holds one array or sequence for each column.
    A series has one column, whose label is its name, or None.
    """

    kind: Literal["frame"] = "frame"
    container: Literal["dataframe", "series"] = "dataframe"
    columns: Value
    index: Value
    data: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Something that is no plain value, or that could not be read: of which type, and why."""

    kind: Literal["unreadable"] = "unreadable"
    type: str
    reason: str


Value = Annotated[Scalar | Array | Sequence | Mapping | Masked | Frame | Unreadable, Discriminator("kind")]


def parts_of(value: Value) -> Iterator[Value]:
    """A value and all that it is made of, at any depth."""
    yield value
    match value:
        case Sequence(items=children) | Mapping(values=children):
            pass
        case Frame():
            children = (value.columns, value.index, *value.data)
        case Masked():
            children = (value.data, value.mask)
        case _:
            return
    for child in children:
        yield from parts_of(child)


ITEMSIZE = {
    "bool": 1,
    "int8": 1,
    "uint8": 1,
    "int16": 2,
    "uint16": 2,
    "float16": 2,
    "bfloat16": 2,
    "int32": 4,
    "uint32": 4,
    "float32": 4,
    "int64": 8,
    "uint64": 8,
    "float64": 8,
    "complex64": 8,
    "complex128": 16,
    "datetime64[ns]": 8,
    "timedelta64[ns]": 8,
}
"""Bytes an element, for every dtype that an `Array` may have."""
