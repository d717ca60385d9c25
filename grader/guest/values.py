"""Reads a variable as a tree that JSON can hold, and raw arrays.

Reading anything but exact arrays, tensors and built-in types may run code of the student's; the parent limits the time
that it takes.
"""

from __future__ import annotations

import collections
import datetime
import decimal
import fractions
import math
import struct
import sys
from json import dumps
from typing import Any

from .libraries import Libraries, Refused, TooLarge

_type_name = type.__dict__["__name__"].__get__
_DICTS: Any = (collections.OrderedDict(), {})
_VIEWS = [view() for each in _DICTS for view in (each.keys, each.values, each.items)]
_SEQUENCES: tuple[tuple[Any, str], ...] = (
    (list, "list"),
    (tuple, "tuple"),
    (range, "list"),
    (set, "set"),
    (frozenset, "set"),
    (collections.deque, "list"),
    *[(type(view), "list") for view in _VIEWS],  # an OrderedDict's first: they are a dict's, too, but in another order
)


class Budget:
    """What may still be read: bytes and items of the value that is being read, and what the whole frame may hold."""

    def __init__(self, limits: dict[str, int]) -> None:
        self._value_limits = (limits["value_bytes"], limits["items"])
        self._frame = (limits["capture_bytes"], limits["frame_items"], limits["header_bytes"], limits["marks"])
        self.start_value()

    def start_value(self) -> None:
        """Begin another value of the same frame."""
        self._before = self._frame
        self.bytes = min(self._value_limits[0], self._frame[0])
        self.items = min(self._value_limits[1], self._frame[1])

    def give_back(self) -> None:
        """Forget the value that was being read: it doesn't stand in the frame."""
        self._frame = self._before

    def spend(self, size: int = 0, items: int = 0, header: int = 0, marks: int = 0) -> None:
        """Take array bytes, items, and characters and JSON's marks of the header from what is left, or refuse the
        value."""
        frame_bytes, frame_items, frame_header, frame_marks = self._frame
        if size > self.bytes or items > self.items or header > frame_header or marks > frame_marks:
            raise TooLarge
        self.bytes -= size
        self.items -= items
        self._frame = (frame_bytes - size, frame_items - items, frame_header - header, frame_marks - marks)

    def write(self, text: str) -> None:
        """Spend what a piece of JSON takes of the header."""
        self.spend(header=len(text), marks=sum(map(text.count, ",:[{")))


class Reader:
    """Reads values into trees; arrays are set aside in `arrays`, and trees refer to them by position.

    One that `drains` also reads what can be gone through only once, and is empty then: results that nobody else has.
    What such a thing raised is kept as `fault`.
    """

    def __init__(self, libraries: Libraries, limits: dict[str, int], *, drains: bool = False) -> None:
        self.libraries = libraries
        self.limits = limits
        self.drains = drains
        self.fault: BaseException | None = None
        self.budget = Budget(limits)
        self.arrays: list[tuple[str, tuple[int, ...], bytes]] = []
        self._open: set[int] = set()

    def read(self, value: Any) -> Any:
        """The tree of one variable's value. Never raises: what can't be read says why."""
        mark = len(self.arrays)
        self.budget.start_value()
        self._open.clear()
        try:
            return self._value(value, 0)
        except TooLarge as error:
            del self.arrays[mark:]
            self.budget.give_back()
            return unreadable(value, str(error))

    def _value(self, value: Any, depth: int) -> Any:
        mark = len(self.arrays)
        try:
            return self._dispatch(value, depth)
        except TooLarge:
            raise
        except Refused as error:
            reason = str(error)
        except BaseException as error:  # a student's code may raise anything, SystemExit too
            reason = "reading it raised " + _type_name(type(error))[:100]
        del self.arrays[mark:]
        tree = unreadable(value, reason)
        self.budget.write(dumps(tree))
        return tree

    def _dispatch(self, value: Any, depth: int) -> Any:
        kind = type(value)
        self.budget.spend(items=1, header=60, marks=1)
        if value is None or kind is bool:
            return value
        numpy, torch = self.libraries.numpy, self.libraries.torch
        if torch is not None and issubclass(kind, torch.tensor):
            return self._tensor(value)
        if numpy is not None and issubclass(kind, numpy.ndarray):
            if numpy.masked is not None and issubclass(kind, numpy.masked):
                return self._masked(value, depth)
            return self._ndarray(value, "matrix" if issubclass(kind, numpy.matrix) else "ndarray", depth)
        if issubclass(kind, str):
            return self._text(str.__str__(value))
        if numpy is not None and issubclass(kind, numpy.generic):
            return self._ndarray(numpy.asarray(value), "number", depth)
        if issubclass(kind, (int, float, complex)):
            return self._number(value)
        if issubclass(kind, (decimal.Decimal, fractions.Fraction)):
            return self._number(float(value))
        if issubclass(kind, (datetime.date, datetime.timedelta)):
            return self._moment(value)
        return self._collection(value, kind, depth)

    def _collection(self, value: Any, kind: type, depth: int) -> Any:
        for base, container in _SEQUENCES:
            if issubclass(kind, base):
                return self._sequence(value, base, container, depth)
        if issubclass(kind, dict):
            return self._mapping(value, dict.items(value), depth)
        if _is_of(kind, "pandas", ("DataFrame",)):
            return self._frame(value, depth)
        if _is_of(kind, "pandas", ("Series", "Index")):
            return self._series(value, kind, depth)
        if _is_of(kind, "scipy.sparse", ("sparray", "spmatrix")):
            return self._sparse(value, depth)
        if hasattr(kind, "__dataclass_fields__"):
            pairs = [(name, getattr(value, name)) for name in kind.__dataclass_fields__]
            return self._mapping(value, pairs, depth)
        if self.drains and hasattr(kind, "__next__"):
            return self._iterator(value, kind, depth)
        raise Refused("it is no plain value")

    def _number(self, value: Any) -> Any:
        if issubclass(type(value), complex):
            number = complex.__add__(value, 0j)
            return self._array("complex128", (), struct.pack("<dd", number.real, number.imag), "number")
        if issubclass(type(value), int):
            number = int.__add__(value, 0)
            if number.bit_length() > self.limits["integer_bits"]:
                raise TooLarge
            self.budget.spend(header=number.bit_length() // 3)
            return number
        number = float.__add__(value, 0.0)
        if math.isfinite(number):
            return number
        return self._array("float64", (), struct.pack("<d", number), "number")

    def _moment(self, value: Any) -> Any:
        """A point of time in nanoseconds since 1970, in UTC where it has a zone, or a length of time in nanoseconds."""
        if type(value).__name__ == "NaTType":
            return None
        dtype = "datetime64[ns]"
        if isinstance(value, datetime.datetime):
            since = value - datetime.datetime(1970, 1, 1, tzinfo=None if value.tzinfo is None else datetime.timezone.utc)
        elif isinstance(value, datetime.date):
            since = value - datetime.date(1970, 1, 1)
        else:
            dtype, since = "timedelta64[ns]", value
        nanoseconds = ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1_000
        if nanoseconds.bit_length() > 63:
            raise Refused("a time that is centuries away")
        return self._array(dtype, (), struct.pack("<q", nanoseconds), "number")

    def _text(self, value: str) -> str:
        if len(value) > self.limits["text"]:
            raise TooLarge
        self.budget.write(dumps(value))
        return value

    def _tensor(self, value: Any) -> Any:
        name, elements = self.libraries.torch.numbers(value, self.budget.bytes)
        _, shape, data = self.libraries.numpy.numbers(elements)
        return self._array(name, shape, data, "tensor")

    def _ndarray(self, value: Any, container: str, depth: int) -> Any:
        numpy = self.libraries.numpy
        plain = numpy.plain(value)
        if plain.dtype.kind in "mM":
            plain = numpy.nanoseconds(plain)
        if plain.dtype.kind not in "biufcmM":
            return self._value(numpy.items(plain, self.budget.items), depth + 1)
        if plain.nbytes > self.budget.bytes:
            raise TooLarge
        dtype, shape, data = numpy.numbers(plain)
        return self._array(dtype, shape, data, container)

    def _array(self, dtype: str, shape: tuple[int, ...], data: bytes, container: str) -> Any:
        self.budget.spend(len(data), header=200 + 25 * len(shape), marks=11 + len(shape))
        self.arrays.append((dtype, shape, data))
        tensor = len(self.arrays) - 1
        return {"kind": "array", "dtype": dtype, "shape": list(shape), "container": container, "tensor": tensor}

    def _sequence(self, value: Any, base: Any, container: str, depth: int) -> Any:
        self._enter(value, base.__len__(value), depth)
        items = [self._value(item, depth + 1) for item in list(base.__iter__(value))]
        self._open.discard(id(value))
        return {"kind": "sequence", "container": container, "items": items}

    def _iterator(self, value: Any, kind: Any, depth: int) -> Any:
        """The items of something that may never end; each takes of what may be read as it comes."""
        self._enter(value, 0, depth)
        items: list[Any] = []
        while True:
            try:
                item = kind.__next__(value)
            except StopIteration:
                break
            except BaseException as error:
                self.fault = error
                raise
            items.append(self._value(item, depth + 1))
        self._open.discard(id(value))
        return {"kind": "sequence", "container": "list", "items": items}

    def _masked(self, value: Any, depth: int) -> Any:
        numpy = self.libraries.numpy
        data = self._ndarray(value, "ndarray", depth)
        mask = self._ndarray(numpy.mask(value), "ndarray", depth)
        return {"kind": "masked", "data": data, "mask": mask}

    def _sparse(self, value: Any, depth: int) -> Any:
        if math.prod(value.shape) * value.dtype.itemsize > self.budget.bytes:
            raise TooLarge
        return self._ndarray(value.toarray(), "ndarray", depth)

    def _frame(self, value: Any, depth: int) -> Any:
        """A table: its labels, and each column by itself, since each has a dtype of its own."""
        columns = value.shape[1]
        self._enter(value, columns, depth)
        data = [self._column(value.iloc[:, column], depth) for column in range(columns)]
        labels = [self._dispatch(axis.to_numpy(), depth + 1) for axis in (value.columns, value.index)]
        self._open.discard(id(value))
        return {"kind": "frame", "container": "dataframe", "columns": labels[0], "index": labels[1], "data": data}

    def _column(self, column: Any, depth: int) -> Any:
        """The elements of a column; where they are objects, what is missing is None."""
        elements = column.to_numpy()
        if elements.dtype.kind == "O":
            if elements.size > self.budget.items:
                raise TooLarge
            elements = [None if _is_missing(element) else element for element in elements.tolist()]
        return self._dispatch(elements, depth + 1)

    def _series(self, value: Any, kind: type, depth: int) -> Any:
        if _is_of(kind, "pandas", ("Index",)):
            return self._dispatch(value.to_numpy(), depth)
        self._enter(value, 1, depth)
        name = value.name if isinstance(value.name, (str, int, float)) else None
        data = self._column(value, depth)
        labels = [self._dispatch(item, depth + 1) for item in ([name], value.index.to_numpy())]
        self._open.discard(id(value))
        return {"kind": "frame", "container": "series", "columns": labels[0], "index": labels[1], "data": [data]}

    def _mapping(self, value: Any, items: Any, depth: int) -> Any:
        pairs = list(items)
        self._enter(value, len(pairs), depth)
        keys = [self._key(key) for key, _ in pairs]
        values = [self._value(item, depth + 1) for _, item in pairs]
        self._open.discard(id(value))
        return {"kind": "mapping", "keys": keys, "values": values}

    def _key(self, key: Any) -> Any:
        if self.libraries.numpy is not None and issubclass(type(key), self.libraries.numpy.generic):
            key = key.item()
        tree = self._dispatch(key, 0)
        if isinstance(tree, dict):
            raise Refused("a dict with a key of type " + _type_name(type(key))[:100])
        return tree

    def _enter(self, value: Any, length: int, depth: int) -> None:
        if depth >= self.limits["depth"]:
            raise Refused("nested too deeply")
        if id(value) in self._open:
            raise Refused("it contains itself")
        if length > self.budget.items:
            raise TooLarge
        self.budget.spend(marks=8)
        self._open.add(id(value))


def _is_of(kind: type, module: str, names: tuple[str, ...]) -> bool:
    """Whether a type is one of a library's, which may not have been imported, or one below it."""
    bases = (getattr(sys.modules.get(module), name, None) for name in names)
    return any(isinstance(base, type) and issubclass(kind, base) for base in bases)


def _is_missing(element: Any) -> bool:
    kind = type(element)
    return (kind is float and element != element) or kind.__name__ in ("NAType", "NaTType")


def unreadable(value: Any, reason: str) -> dict[str, str]:
    """A leaf that says of which type a value was, and why it could not be read."""
    return {"kind": "unreadable", "type": _type_name(type(value))[:100], "reason": reason[:200]}


def identity(value: Any) -> int:
    """A number that two names share where they are one object; 0 for what Python may share by itself."""
    shared = (int, float, complex, str, bytes, tuple, frozenset, range)
    return 0 if value is None or issubclass(type(value), shared) else id(value)
