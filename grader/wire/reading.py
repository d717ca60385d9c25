"""The parent's reader of frames: bytes from an attacker. The package's docstring has the format."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass
from typing import Any, Literal, NoReturn, cast

from safetensors import SafetensorError, deserialize

from grader.records import (
    ITEMSIZE,
    Array,
    Frame,
    Limits,
    Mapping,
    Masked,
    Scalar,
    ScalarValue,
    Sequence,
    Unreadable,
    Value,
)

MAX_DEPTH = 20
MAX_ITEMS = 100_000
MAX_FRAME_ITEMS = 100_000
MAX_TEXT = 100_000
MAX_INTEGER_BITS = 3322
"""A thousand decimal digits."""
MAX_HEADER_BYTES = 8 * 1024**2
MAX_HEADER_MARKS = 800_000
"""Commas, colons and opening brackets in a header: they bound what parsing it can make, about 100 bytes for each."""
MAX_BLOCK_MARKS = 300_000
"""The same in the arrays' own header, where each array has eleven, and another for each dimension."""
MAX_NAMES = 1_000
_ROOM_FOR_NAMES = 50 * MAX_NAMES
"""Marks that the captures themselves take, and the values that are refused in their places."""
MAX_DIMENSIONS = 64

_STORED = {
    "bool": "BOOL",
    "int8": "I8",
    "uint8": "U8",
    "int16": "I16",
    "uint16": "U16",
    "float16": "F16",
    "bfloat16": "BF16",
    "int32": "I32",
    "uint32": "U32",
    "float32": "F32",
    "int64": "I64",
    "uint64": "U64",
    "float64": "F64",
    "complex64": "U8",
    "complex128": "U8",
    "datetime64[ns]": "I64",
    "timedelta64[ns]": "I64",
}
_CONTAINERS = {
    "array": {"ndarray", "matrix", "tensor", "number"},
    "sequence": {"list", "tuple", "set"},
    "frame": {"dataframe", "series"},
}
_KEYS = {
    "array": {"kind", "dtype", "shape", "container", "tensor"},
    "sequence": {"kind", "container", "items"},
    "mapping": {"kind", "keys", "values"},
    "masked": {"kind", "data", "mask"},
    "frame": {"kind", "container", "columns", "index", "data"},
    "unreadable": {"kind", "type", "reason"},
}


class WireError(Exception):
    """A frame that isn't what it has to be; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One name's value as a frame tells it. `identity` is equal for names of one object; 0 where that says nothing."""

    name: str
    identity: int
    value: Value


def guest_limits(limits: Limits) -> dict[str, int]:
    """The limits that the guest keeps to, so that what it writes can be read here."""
    header = min(MAX_HEADER_BYTES, limits.capture_bytes // 2)
    return {
        "capture_bytes": limits.capture_bytes - header,
        "header_bytes": header * 3 // 4,
        "marks": MAX_HEADER_MARKS - _ROOM_FOR_NAMES,
        "value_bytes": limits.value_bytes,
        "frame_items": MAX_FRAME_ITEMS,
        "items": MAX_ITEMS,
        "depth": MAX_DEPTH,
        "text": MAX_TEXT,
        "integer_bits": MAX_INTEGER_BITS,
    }


def decode(frame: bytes, limits: Limits) -> tuple[Read, ...]:
    """The captures in a frame, each name once. Raises WireError for anything that isn't in order."""
    _expect(len(frame) <= limits.capture_bytes, "the frame is too long")
    header = _header(frame, MAX_HEADER_MARKS)
    arrays = _arrays(frame[8 + len(header) :])  # before the tree, so that a copy of the frame is gone again by then
    document = parse(header, encoding="ascii")
    _expect(isinstance(document, dict) and set(document) == {"captures"}, "the header isn't a list of captures")
    entries = document["captures"]
    _expect(isinstance(entries, list) and len(entries) <= MAX_NAMES, "the captures aren't a short list")
    reader = _Reader(arrays, limits)
    read = tuple(reader.entry(entry) for entry in entries)
    _expect(len({each.name for each in read}) == len(read), "a name stands there twice")
    _expect(not reader.unused, "arrays that belong to nothing")
    return read


def marks(data: bytes) -> int:
    """How many commas, colons and opening brackets there are: what parsing it as JSON can make is bounded by them."""
    return sum(map(data.count, (b",", b":", b"[", b"{")))


def header_marks(frame: bytes) -> int:
    """The marks of a frame's header, which bound what can be read out of it; 0 where it is no frame."""
    return marks(frame[8 : 8 + int.from_bytes(frame[:8], "little")])


def _refuse_constant(constant: str) -> NoReturn:
    raise WireError(f"{constant} is no JSON")


# Made once: `json.loads` makes a decoder for each document, which takes longer than to read a short one.
_READ = json.JSONDecoder(parse_constant=_refuse_constant).decode
_READ_WITH_CONSTANTS = json.JSONDecoder(parse_constant=str).decode


def parse(data: bytes, *, encoding: Literal["ascii", "utf-8"], constants: bool = False) -> Any:
    """The JSON document in these bytes, whose marks are known to be few. Raises WireError for anything else.

    With `constants`, NaN and the infinities are read as their names; else they are no JSON either.
    """
    read = _READ_WITH_CONSTANTS if constants else _READ
    try:
        return read(data.decode(encoding))
    except (ValueError, RecursionError) as error:
        raise WireError("what should be JSON isn't") from error


def clean(text: str) -> str:
    """The text with lone surrogates replaced, so that it can be written as UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text


def _expect(condition: bool, problem: str) -> None:
    if not condition:
        raise WireError(problem)


def _header(data: bytes, most_marks: int) -> bytes:
    """The header that stands behind its own length, once it is known to cost little to parse."""
    length = int.from_bytes(data[:8], "little")
    _expect(8 + length <= len(data) and length <= MAX_HEADER_BYTES, "a header is longer than it may be")
    header = data[8 : 8 + length]
    _expect(marks(header) <= most_marks, "a header holds too many items")
    return header


def _arrays(block: bytes) -> dict[str, AbstractMapping[str, Any]]:
    _header(block, MAX_BLOCK_MARKS)
    try:
        return dict(deserialize(block))  # type: ignore[no-untyped-call]  # safetensors' stub has no annotations
    except (SafetensorError, ValueError) as error:
        raise WireError("the arrays aren't in safetensors' format") from error


class _Reader:
    """Turns trees into values, and takes each array from the block once."""

    def __init__(self, arrays: dict[str, AbstractMapping[str, Any]], limits: Limits) -> None:
        self.unused = arrays
        self._limits = limits
        self._items = 0
        self._bytes = 0
        self._frame_items = 0

    def entry(self, entry: object) -> Read:
        """One capture, from its object in the header."""
        if not isinstance(entry, dict) or set(entry) != {"name", "identity", "value"}:
            raise WireError("a capture isn't a name, an identity and a value")
        self._items = self._bytes = 0
        identity = entry["identity"]
        _expect(type(identity) is int and 0 <= identity < 2**64, "an identity isn't a number of 64 bits")
        name = _text(entry["name"], MAX_TEXT)
        value = self.value(entry["value"], 0)
        self._frame_items += self._items
        _expect(self._frame_items <= MAX_FRAME_ITEMS + MAX_NAMES, "the values together have too many items")
        return Read(name=name, identity=identity, value=value)

    def value(self, tree: object, depth: int) -> Value:
        """The value of a tree, and of all below it."""
        self._items += 1
        _expect(depth <= MAX_DEPTH + 1 and self._items <= MAX_ITEMS + 1, "a value is too deep, or has too many items")
        if not isinstance(tree, dict):
            return Scalar(value=_scalar(tree))
        kind = tree.get("kind")
        if not isinstance(kind, str) or tree.keys() != _KEYS.get(kind):
            raise WireError("a value of no known kind")
        if kind in _CONTAINERS:
            container = tree["container"]
            _expect(isinstance(container, str) and container in _CONTAINERS[kind], "a container of no known kind")
        match kind:
            case "array":
                return self._array(tree)
            case "unreadable":
                return _unreadable(tree)
            case "sequence":
                return self._sequence(tree, depth)
            case "masked":
                return self._masked(tree, depth)
            case "frame":
                return self._frame(tree, depth)
            case _:
                return self._mapping(tree, depth)

    def _sequence(self, tree: dict[str, Any], depth: int) -> Sequence:
        items = tuple(self.value(item, depth + 1) for item in _list(tree["items"]))
        return Sequence(container=tree["container"], items=items)

    def _mapping(self, tree: dict[str, Any], depth: int) -> Mapping:
        keys, values = _list(tree["keys"]), _list(tree["values"])
        _expect(len(keys) == len(values), "a mapping with more keys than values, or fewer")
        read = tuple(self.value(item, depth + 1) for item in values)
        return Mapping(keys=tuple(map(_scalar, keys)), values=read)

    def _masked(self, tree: dict[str, Any], depth: int) -> Masked | Unreadable:
        data, mask = self.value(tree["data"], depth + 1), self.value(tree["mask"], depth + 1)
        if not isinstance(data, Array) or not isinstance(mask, Array):
            return Unreadable(type="MaskedArray", reason="it holds no numbers")
        if mask.dtype != "bool" or mask.shape != data.shape:
            return Unreadable(type="MaskedArray", reason="its mask doesn't fit")
        return Masked(data=data, mask=mask)

    def _frame(self, tree: dict[str, Any], depth: int) -> Frame | Unreadable:
        labels = [self.value(tree[axis], depth + 1) for axis in ("columns", "index")]
        data = tuple(self.value(column, depth + 1) for column in _list(tree["data"]))
        fits = _length(labels[0]) == len(data) and all(_length(column) == _length(labels[1]) for column in data)
        if not fits:  # a subclass of a student's may say anything
            return Unreadable(type="DataFrame", reason="its columns are not as long as its labels")
        if not all(map(_is_axis, labels)) or (tree["container"] == "series" and len(data) != 1):
            return Unreadable(type="DataFrame", reason="its labels are no list")
        return Frame(container=tree["container"], columns=labels[0], index=labels[1], data=data)

    def _array(self, tree: dict[str, Any]) -> Array:
        dtype, shape = tree["dtype"], _shape(tree["shape"], self._limits.value_bytes)
        if not isinstance(dtype, str) or dtype not in ITEMSIZE or type(tree["tensor"]) is not int:
            raise WireError("an array of no known dtype")
        stored = self.unused.pop(str(tree["tensor"]), None)
        if stored is None:
            raise WireError("an array that isn't there, or is used twice")
        data = bytes(stored["data"])
        size = math.prod(shape) * ITEMSIZE[dtype]
        self._bytes += size
        plain = dtype in ("complex64", "complex128")
        _expect(stored["dtype"] == _STORED[dtype], "an array is stored as another dtype")
        _expect(tuple(stored["shape"]) == ((size,) if plain else shape), "an array is stored in another shape")
        _expect(len(data) == size, "an array has more bytes than its shape, or fewer")
        _expect(self._bytes <= self._limits.value_bytes, "a value has more bytes than it may")
        if dtype == "bool":
            _expect(not data.strip(b"\0\1"), "a bool that is neither true nor false")
        return Array(dtype=dtype, shape=shape, data=data, container=tree["container"])


def _length(value: Value) -> int:
    """How many elements an array or a sequence has, along its first axis; -1 for what has none."""
    if isinstance(value, Array):
        return value.shape[0] if value.shape else -1
    return len(value.items) if isinstance(value, Sequence) else -1


def _is_axis(labels: Value) -> bool:
    """Whether these are labels side by side: one axis of an array, or a sequence."""
    return len(labels.shape) == 1 if isinstance(labels, Array) else isinstance(labels, Sequence)


def _unreadable(tree: dict[str, Any]) -> Unreadable:
    return Unreadable(type=_text(tree["type"], 200), reason=_text(tree["reason"], 200))


def _list(tree: object) -> list[Any]:
    _expect(isinstance(tree, list), "items that are no list")
    return cast(list[Any], tree)


def _shape(tree: object, limit: int) -> tuple[int, ...]:
    shape = tuple(_list(tree))
    _expect(len(shape) <= MAX_DIMENSIONS, "an array of too many dimensions")
    _expect(all(type(length) is int and 0 <= length <= limit for length in shape), "a shape that isn't one")
    _expect(math.prod(max(length, 1) for length in shape) <= limit, "a shape that is too large")
    return shape


def _text(tree: object, limit: int) -> str:
    if not isinstance(tree, str) or len(tree) > limit:
        raise WireError("a text that is none, or too long")
    return clean(tree)


def _scalar(tree: object) -> ScalarValue:
    if isinstance(tree, str):
        return _text(tree, MAX_TEXT)
    if type(tree) is int:
        _expect(tree.bit_length() <= MAX_INTEGER_BITS, "an integer of too many digits")
        return tree
    if type(tree) is float:
        _expect(math.isfinite(tree), "a number that isn't finite")
        return tree
    if tree is None or isinstance(tree, bool):
        return tree
    raise WireError("a scalar that is none")
