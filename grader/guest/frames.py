"""Writes captures as a frame: eight bytes of length, a JSON header, and the arrays in safetensors' format."""

from __future__ import annotations

import os
from json import dumps
from struct import pack
from typing import Any

_SAFETENSORS = {
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
    "datetime64[ns]": "I64",
    "timedelta64[ns]": "I64",
}


def encode(captures: list[dict[str, Any]], arrays: list[tuple[str, tuple[int, ...], bytes]]) -> list[bytes]:
    """The pieces of a frame, in order. Complex numbers, which safetensors lacks, go as plain bytes."""
    header = dumps({"captures": captures}, allow_nan=False).encode("ascii")
    entries: dict[str, Any] = {}
    offset = 0
    for position, (dtype, shape, data) in enumerate(arrays):
        stored, stored_shape = (_SAFETENSORS[dtype], list(shape)) if dtype in _SAFETENSORS else ("U8", [len(data)])
        end = offset + len(data)
        entries[str(position)] = {"dtype": stored, "shape": stored_shape, "data_offsets": [offset, end]}
        offset = end
    block = dumps(entries).encode("ascii")
    block += b" " * (-len(block) % 8)
    return [pack("<Q", len(header)), header, pack("<Q", len(block)), block] + [data for _, _, data in arrays]


def write(path: str, pieces: list[bytes]) -> None:
    """Write a frame to a new file. An existing file, or a link, is never written to."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for piece in pieces:
            file.write(piece)
