"""Frames that are made to cost the parent as much as their bounds allow, found by trying."""

from __future__ import annotations

import struct
from collections.abc import Callable

from grader.records import Limits
from grader.wire.reading import MAX_BLOCK_MARKS, MAX_FRAME_ITEMS, MAX_HEADER_BYTES, MAX_HEADER_MARKS

NO_CAPTURES = b'{"captures": []}'
_ROOM = 1000
"""Bytes, or marks, for what stands around the rest."""


def raw(header: bytes, block: bytes, data: bytes = b"") -> bytes:
    """A frame of a header, a header of arrays, and their bytes."""
    return struct.pack("<Q", len(header)) + header + struct.pack("<Q", len(block)) + block + data


def listed(item: bytes, number: int) -> bytes:
    """A JSON list with the same item so many times."""
    return b"[" + b",".join([item] * number) + b"]"


def _captures(trees: bytes) -> bytes:
    return b'{"captures":' + trees + b"}"


def _capture(tree: bytes, name: bytes = b"a") -> bytes:
    return b'{"name":"' + name + b'","identity":0,"value":' + tree + b"}"


def _sequence(items: bytes) -> bytes:
    return b'{"kind":"sequence","container":"list","items":' + items + b"}"


def _keys() -> bytes:
    """An object with as many keys as there may be, no two alike."""
    return b"{" + b",".join(b'"%06x":"ab"' % number for number in range(MAX_HEADER_MARKS // 2 - _ROOM)) + b"}"


def _nested(opening: bytes, closing: bytes, marks: int) -> bytes:
    depth = 900
    unit = opening * depth + b"1" + closing * depth
    return _captures(listed(unit, (MAX_HEADER_MARKS - _ROOM) // (marks * depth + 1)))


def _arrays(number: int) -> bytes:
    one = b'"%d":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}'
    return b"{" + b",".join(one % position for position in range(number)) + b"}"


def _empty_arrays() -> bytes:
    number = MAX_BLOCK_MARKS // 11 - 10
    one = b'{"kind":"array","dtype":"uint8","container":"ndarray","tensor":%d,"shape":[0]}'
    trees = b"[" + b",".join(one % position for position in range(number)) + b"]"
    return raw(_captures(b"[" + _capture(_sequence(trees)) + b"]"), _arrays(number))


def _empty_sequences() -> bytes:
    number = min(MAX_FRAME_ITEMS, MAX_HEADER_MARKS // 8) - _ROOM
    return raw(_captures(b"[" + _capture(_sequence(listed(_sequence(b"[]"), number))) + b"]"), b"{}")


def _as_large_as_can_be(header: bytes = NO_CAPTURES) -> bytes:
    length = Limits().capture_bytes - len(header) - _ROOM
    return raw(header, b'{"0":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]}}' % (length, length), bytes(length))


def _digits(digits: int) -> bytes:
    return raw(_captures(listed(b"9" * digits, (MAX_HEADER_BYTES - _ROOM) // (digits + 1))), b"{}")


FRAMES: dict[str, Callable[[], bytes]] = {
    "lists in lists": lambda: raw(_nested(b"[", b"]", 1), b"{}"),
    "objects in objects": lambda: raw(_nested(b'{"":', b"}", 2), b"{}"),
    "keys that all differ": lambda: raw(_captures(_keys()), b"{}"),
    "texts that all are objects of their own": lambda: raw(_captures(listed(b'"ab"', MAX_HEADER_MARKS - _ROOM)), b"{}"),
    "one text, with a wide character at its end": lambda: raw(
        _captures(b'"' + b"a" * (MAX_HEADER_BYTES - _ROOM) + b'\\ud83d\\ude00"'), b"{}"
    ),
    "integers of as many digits as Python takes": lambda: _digits(4300),
    "integers of too many digits": lambda: _digits(4301),
    "a number with eight million digits": lambda: raw(_captures(b"1." + b"7" * (MAX_HEADER_BYTES - _ROOM)), b"{}"),
    "many small sequences": _empty_sequences,
    "many empty arrays": _empty_arrays,
    "many arrays that nothing refers to": lambda: raw(NO_CAPTURES, _arrays(MAX_BLOCK_MARKS // 11 - 10)),
    "one array of very many dimensions": lambda: raw(
        NO_CAPTURES,
        b'{"0":{"dtype":"U8","shape":' + listed(b"1", MAX_BLOCK_MARKS - 10) + b',"data_offsets":[0,1]}}',
        b"x",
    ),
    "metadata of very many keys": lambda: raw(
        NO_CAPTURES,
        b'{"__metadata__":{' + b",".join(b'"%x":""' % key for key in range(MAX_BLOCK_MARKS // 2 - 10)) + b"}}",
    ),
    "a header of arrays that is longer than it may be": lambda: raw(NO_CAPTURES, b"{}" + b" " * 40 * 1024**2),
    "more marks than there may be": lambda: raw(_captures(listed(b"{}", 3_000_000)), b"{}"),
    "more arrays than there may be": lambda: raw(NO_CAPTURES, _arrays(500_000)),
    "as many bytes as there may be": _as_large_as_can_be,
    "as many bytes and keys as there may be": lambda: _as_large_as_can_be(
        _captures(b"[" + _capture(_keys()) + b"]"),
    ),
}
