"""What an author's functions return beside tensors, as the plain values that students' variables become.

The reader is the one that runs inside the sandbox, so that both are of the same kinds; numbers are then widened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from torch import Tensor

from grader.assignment.outcomes import Expected
from grader.assignment.tensors import NotNumbers, to_array
from grader.guest.frames import encode
from grader.guest.libraries import Libraries
from grader.guest.values import Reader
from grader.records import Array, Frame, Limits, Mapping, Masked, Scalar, Sequence, Unreadable, Value, parts_of
from grader.wire import decode, guest_limits
from grader.wire.arrays import AnyArray, elements_of

_LIMITS = Limits(value_bytes=64 * 1024**2, capture_bytes=160 * 1024**2)
_LARGEST = 2**63 - 1
_SAME = 1e-9
_ROUNDING = 1e-12
"""What threads and memory may add to numbers that should be zero, in another order of summing."""


def plain_value(value: object) -> Value:
    """Read anything into a plain value, as it is. Raises NotNumbers for what holds something that is no plain value."""
    reader = Reader(Libraries(), guest_limits(_LIMITS))
    frame = b"".join(encode([{"name": "", "identity": 0, "value": reader.read(value)}], reader.arrays))
    plain = decode(frame, _LIMITS)[0].value
    for part in parts_of(plain):
        if isinstance(part, Unreadable):
            raise NotNumbers(
                f"a {part.type}" if part.reason == "it is no plain value" else f"a {part.type}: {part.reason}"
            )
    return plain


def expected_value(value: object) -> Value:
    """Read what a reference returned: numbers are arrays of the widest dtype of their kind, wherever they are.

    A rectangular list of numbers is one array; a tuple is its items. Integers beyond 64 bits stay what they are.
    """
    return widened_value(plain_value(value))


def expected_of(result: object) -> Expected:
    """What a reference's function gave: a tensor, or whatever `expected_value` can read."""
    return to_array(result) if isinstance(result, Tensor) else expected_value(result)


def has_nan(value: Expected) -> bool:
    """Whether there is a NaN anywhere in it."""
    arrays = [value] if isinstance(value, np.ndarray) else _numbers_in(value)
    return any(bool(np.isnan(array).any()) for array in arrays)


def equal(one: Expected, other: Expected, *, atol: float = _ROUNDING) -> bool:
    """Whether two results are the same, but for rounding."""
    if not isinstance(one, np.ndarray):
        return not isinstance(other, np.ndarray) and _same_value(one, other, rtol=_SAME, atol=atol)
    if not isinstance(other, np.ndarray):
        return False
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=_SAME, atol=atol, equal_nan=True))


def _numbers_in(value: Value) -> Iterator[AnyArray]:
    """The arrays of floating or complex numbers in a widened value."""
    for part in parts_of(value):
        if isinstance(part, Array) and part.dtype in {"float64", "complex128"}:
            yield elements_of(part)


def _same_value(one: Value, other: Value, *, rtol: float, atol: float) -> bool:
    """Whether two widened values are the same, but for rounding."""
    numbers = [list(_numbers_in(value)) for value in (one, other)]
    if _without_numbers(one) != _without_numbers(other):
        return False
    return all(
        np.allclose(mine, theirs, rtol=rtol, atol=atol, equal_nan=True) for mine, theirs in zip(*numbers, strict=True)
    )


def _without_numbers(value: Value) -> Value:
    """The same tree with its floating numbers left out, which shapes and all else can be told by."""
    match value:
        case Array(dtype="float64" | "complex128"):
            return replace(value, data=b"")
        case Sequence():
            return replace(value, items=tuple(map(_without_numbers, value.items)))
        case Mapping():
            return replace(value, values=tuple(map(_without_numbers, value.values)))
        case Masked():
            data = _without_numbers(value.data)
            assert isinstance(data, Array)
            return replace(value, data=data)
        case Frame():
            return replace(value, data=tuple(map(_without_numbers, value.data)))
        case _:
            return value


def widened_value(value: Value) -> Value:
    """A plain value as `expected_value` has it."""
    match value:
        case Scalar(value=bool() | int() | float() as number) if isinstance(number, bool) or abs(number) <= _LARGEST:
            return _array_value(np.asarray(number))
        case Array():
            return _wide_array(value)
        case Sequence(container="list"):
            return _list(tuple(map(widened_value, value.items)))
        case Sequence():
            return replace(value, items=tuple(map(widened_value, value.items)))
        case Mapping():
            return replace(value, values=tuple(map(widened_value, value.values)))
        case Masked():
            return replace(value, data=_wide_array(value.data))
        case Frame():
            return replace(value, data=tuple(map(widened_value, value.data)))
        case _:
            return value


def _list(items: tuple[Value, ...]) -> Value:
    arrays = [item for item in items if isinstance(item, Array) and not item.is_time]
    if not items or len(arrays) != len(items) or len({array.shape for array in arrays}) > 1:
        return Sequence(items=items)
    return _array_value(np.stack([elements_of(array) for array in arrays]))


def _wide_array(array: Array) -> Array:
    return array if array.is_time else _array_value(elements_of(array))


def _array_value(array: AnyArray) -> Array:
    widened = wide(array)
    return Array(dtype=widened.dtype.name, shape=array.shape, data=widened.tobytes())


def wide(array: AnyArray) -> AnyArray:
    """Numbers as float64, int64 (uint64 stays), bool or complex128, in C order."""
    widest = {"f": "float64", "c": "complex128", "i": "int64", "u": "uint64" if array.dtype == "uint64" else "int64"}
    return np.ascontiguousarray(array, dtype=widest.get(array.dtype.kind, "bool")).reshape(array.shape)
