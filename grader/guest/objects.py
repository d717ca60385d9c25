"""Makes Python objects of the values in a frame that the parent wrote: the arguments of calls."""

from __future__ import annotations

import json
import sys
from typing import Any

_STORED = {
    "BOOL": "?",
    "I8": "i1",
    "U8": "u1",
    "I16": "<i2",
    "U16": "<u2",
    "F16": "<f2",
    "BF16": "<u2",
    "I32": "<i4",
    "U32": "<u4",
    "F32": "<f4",
    "I64": "<i8",
    "U64": "<u8",
    "F64": "<f8",
}
_SEQUENCES: dict[str, Any] = {"list": list, "tuple": tuple, "set": set}


class Objects:
    """The values in a frame; each is made anew every time that it is asked for."""

    def __init__(self, frame: bytes) -> None:
        length = int.from_bytes(frame[:8], "little")
        self._trees = {each["name"]: each["value"] for each in json.loads(frame[8 : 8 + length])["captures"]}
        block = memoryview(frame)[8 + length :]
        header = int.from_bytes(block[:8], "little")
        self._entries = json.loads(bytes(block[8 : 8 + header]))
        self._data = block[8 + header :]

    def __contains__(self, name: str) -> bool:
        return name in self._trees

    def make(self, name: str) -> Any:
        """The value of this name."""
        return self._object(self._trees[name])

    def _object(self, tree: Any) -> Any:
        if not isinstance(tree, dict):
            return tree
        kind = tree["kind"]
        if kind == "array":
            return self._array(tree)
        if kind == "sequence":
            return _SEQUENCES[tree["container"]](map(self._object, tree["items"]))
        if kind == "mapping":
            return dict(zip(tree["keys"], map(self._object, tree["values"])))
        if kind == "masked":
            numpy = _library("numpy")
            return numpy.ma.masked_array(self._object(tree["data"]), mask=self._object(tree["mask"]))
        return self._frame(tree)

    def _array(self, tree: dict[str, Any]) -> Any:
        numpy = _library("numpy")
        entry = self._entries[str(tree["tensor"])]
        begin, end = entry["data_offsets"]
        dtype = tree["dtype"]
        stored = _STORED[entry["dtype"]] if not dtype.startswith("complex") else dtype
        array = numpy.frombuffer(self._data[begin:end], dtype=stored).reshape(tree["shape"]).copy()
        if tree["container"] == "tensor":
            return _tensor(array, dtype)
        if dtype.endswith("[ns]"):
            array = array.view(dtype)
        return array[()] if tree["container"] == "number" else array

    def _frame(self, tree: dict[str, Any]) -> Any:
        pandas = _library("pandas")
        columns, index = self._object(tree["columns"]), self._object(tree["index"])
        data = [self._object(column) for column in tree["data"]]
        if tree["container"] == "series":
            return pandas.Series(data[0], index=index, name=list(columns)[0])
        frame = pandas.DataFrame(dict(enumerate(data)), index=index)
        frame.columns = list(columns)
        return frame


def _tensor(array: Any, dtype: str) -> Any:
    torch = _library("torch")
    tensor = torch.from_numpy(array)
    return tensor.view(torch.bfloat16) if dtype == "bfloat16" else tensor


def _library(name: str) -> Any:
    return sys.modules.get(name) or __import__(name)
