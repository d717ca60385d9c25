"""Values on their way into a sandbox: the same frames as those that come out."""

from __future__ import annotations

from collections.abc import Mapping as AbstractMapping
from typing import Any

from grader.guest.frames import encode
from grader.records import Array, Frame, Mapping, Masked, Scalar, Sequence, Value

_Arrays = list[tuple[str, tuple[int, ...], bytes]]


def write_frame(values: AbstractMapping[str, Value]) -> bytes:
    """A frame with these values, by name. It depends on nothing else, so that its digest stands for them."""
    arrays: _Arrays = []
    captures = [{"name": name, "identity": 0, "value": _tree(value, arrays)} for name, value in values.items()]
    return b"".join(encode(captures, arrays))


def _tree(value: Value, arrays: _Arrays) -> Any:
    match value:
        case Scalar():
            return value.value
        case Array():
            arrays.append((value.dtype, value.shape, value.data))
            shape, container = list(value.shape), value.container
            array = {"dtype": value.dtype, "shape": shape, "container": container, "tensor": len(arrays) - 1}
            return {"kind": "array", **array}
        case Sequence():
            items = [_tree(item, arrays) for item in value.items]
            return {"kind": "sequence", "container": value.container, "items": items}
        case Mapping():
            values = [_tree(item, arrays) for item in value.values]
            return {"kind": "mapping", "keys": list(value.keys), "values": values}
        case Masked():
            return {"kind": "masked", "data": _tree(value.data, arrays), "mask": _tree(value.mask, arrays)}
        case Frame():
            labels = {"columns": _tree(value.columns, arrays), "index": _tree(value.index, arrays)}
            data = [_tree(column, arrays) for column in value.data]
            return {"kind": "frame", "container": value.container, **labels, "data": data}
        case _:
            raise TypeError(f"{value.type} is no plain value")
