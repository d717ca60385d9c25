"""Inputs in order, from which mutation starts, and the words that it may put into them."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np

from grader.guest.frames import encode
from grader.guest.libraries import Libraries
from grader.guest.values import Reader, identity
from grader.records import Limits
from grader.wire import guest_limits
from tests.fuzz.generators import ODD, RAW, WORDS

VALUES: tuple[dict[str, Any], ...] = (
    {"a": np.arange(4.0), "b": [1, {"k": 2.5, "z": 1j}], "c": object(), "d": "text"},
    {"a": np.ones((2, 2), dtype=bool), "b": float("nan"), "c": (None, True, {1, 2}), "d": np.float16(2)},
    {},
)
TOKENS = [*(word.encode() for word in WORDS), *RAW, *ODD.values(), b'"', b"{", b"}", b"[", b"]", b":", b"\0", b"\n"]


def _pieces(variables: dict[str, Any]) -> list[bytes]:
    reader = Reader(Libraries(), guest_limits(Limits()))
    captures = [
        {"name": name, "identity": identity(held), "value": reader.read(held)} for name, held in variables.items()
    ]
    return encode(captures, reader.arrays)


def _lines() -> list[bytes]:
    """The messages of a stream, each a kind and a payload."""
    shown = {"output_type": "execute_result", "data": {"text/plain": "1"}, "metadata": {}, "execution_count": 1}
    frame = b"".join(_pieces(VALUES[2]))
    ends = {"status": "ok"}, {"status": "error", "ename": "E", "evalue": "no"}
    cells = [
        [
            b"s" + struct.pack("<I", position),
            b"t\1text",
            b"o" + json.dumps(shown).encode(),
            b"e" + json.dumps(end).encode(),
        ]
        + [b"c" + struct.pack("<I", position) + mark + frame for mark in (b"\0", b"\1")]
        + [b"f" + struct.pack("<I", position) + b"\0\0\0" + _calls(2)]
        for position, end in enumerate(ends)
    ]
    return [b'h{"environment": {"python": "3.11.7"}}', *cells[0], *cells[1], b"x"]


def _calls(count: int) -> bytes:
    """What came of so many calls: values, and errors."""
    facts = {"name": "E", "message": "no", "bases": ["E", "Exception"], "changed": [0], "printed": "text"}
    frames = [b"".join(_pieces({"value": np.ones(2)})), b"".join(_pieces({"facts": facts}))]
    results = [struct.pack("<BBI", at % 2, at % 4, len(frames[at % 2])) + frames[at % 2] for at in range(count)]
    return struct.pack("<BH", 1, 0) + b"".join(results)


def seeds(target: str) -> list[bytes]:
    """Inputs of a target in order; for those that decide by bytes, any will do."""
    frames = [_pieces(variables) for variables in VALUES]
    lines = _lines()
    if target == "raw-frame":
        return [b"\0".join((pieces[1], pieces[3], b"".join(pieces[4:]))) for pieces in frames]
    if target == "raw-stream":
        return [b"\n".join(lines), b"\n".join(lines[:5])]
    if target == "raw-calls":
        return [_calls(1), _calls(2), b"\0\0\0", b"\2\0\0"]
    if target == "any-bytes":
        stream = b"".join(struct.pack("<I", len(line) - 1) + line for line in lines)
        return [*(b"".join(pieces) for pieces in frames), stream]
    return [random.Random(number).randbytes(20 * number) for number in range(1, 11)]


def mutations(target: str, number: int, seed: int) -> Iterator[bytes]:
    """So many inputs, each made of one in order by a few changes; the same ones for the same seed."""
    chance = random.Random(seed)
    sound = seeds(target)
    for _ in range(number):
        data = bytearray(chance.choice(sound))
        for _ in range(chance.randrange(1, 6)):
            _mutate(chance, data, sound)
        yield bytes(data)


def _mutate(chance: random.Random, data: bytearray, sound: list[bytes]) -> None:
    at = chance.randrange(len(data) + 1)
    end = at + chance.choice((0, 1, 1, 2, 8, 40))
    act = chance.randrange(6)
    if act == 0:
        data[at:end] = chance.randbytes(end - at)
    elif act == 1:
        data[at:at] = chance.choice(TOKENS)
    elif act == 2:
        data[at:end] = chance.choice(TOKENS)
    elif act == 3:
        del data[at:end]
    elif act == 4:
        data[at:at] = data[at:end] * chance.choice((1, 2, 50))
    else:
        other = chance.choice(sound)
        data[at:] = other[chance.randrange(len(other) + 1) :]
