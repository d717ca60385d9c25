"""What is fed, and what has to hold of whatever comes out. Each target takes bytes; an AssertionError is a finding."""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from pydantic import TypeAdapter

from grader.execution.calls import read_calls
from grader.execution.metering import OutputMeter
from grader.execution.outputs import is_out_of_memory, to_error, to_records
from grader.execution.payloads import OVERHEAD, Called, Captures, Message, Output, Started, Text
from grader.execution.stream import Messages
from grader.execution.warm.transcript import Transcript
from grader.guest.frames import encode
from grader.guest.libraries import Libraries
from grader.guest.values import Reader, identity
from grader.records import (
    ITEMSIZE,
    Array,
    Calls,
    CallsMade,
    Capture,
    CapturePoint,
    CellRun,
    Frame,
    Limits,
    Mapping,
    Masked,
    Plan,
    Run,
    Scalar,
    Sequence,
    Source,
    Unreadable,
    Value,
)
from grader.wire.reading import MAX_DEPTH, MAX_TEXT, Read, WireError, decode, guest_limits, marks
from tests.fuzz import generators, values
from tests.fuzz.choices import Choices, FromBytes, pick

LIMITS = Limits(output_bytes=3000, capture_bytes=20_000, value_bytes=2000)
CELLS = 4
SEPARATOR = b"\0"
NAMES = ("a", "b")
CALLS = (Calls(names=("f", "g"), inputs="0", count=2), Calls(names=("h",), inputs="1", count=1))
RUN = Run(
    captures=(
        CapturePoint(after_cell=0, names=NAMES, calls=CALLS[:1]),
        CapturePoint(after_cell=2, names=NAMES, calls=CALLS),
    )
)
PLAN = Plan(cells=tuple(Source(index=index, code="") for index in range(CELLS)), main=RUN)
TIGHT = {
    "marks": (30, 100, 300),
    "header_bytes": (400, 1500),
    "items": (9, 30),
    "frame_items": (40,),
    "capture_bytes": (99,),
}
"""Limits that small values reach."""
ORDER = re.compile("(h(s[to]*e[to]*(c[tof]*){0,2})*(x|s[to]*)?)?")
KINDS = {
    "Hello": "h",
    "Started": "s",
    "Text": "t",
    "Output": "o",
    "Unread": "o",
    "Ended": "e",
    "Captures": "c",
    "Called": "f",
    "Over": "x",
}

_CAPTURES = TypeAdapter(tuple[Capture, ...])
_CELL = TypeAdapter(CellRun)
_MADE = TypeAdapter(CallsMade)


def raw_frame(data: bytes) -> None:
    """A frame whose lengths are right: a header, the arrays' header and bytes, parted by zeros."""
    header, _, rest = data.partition(SEPARATOR)
    block, _, content = rest.partition(SEPARATOR)
    check_frame(b"".join((struct.pack("<Q", len(header)), header, struct.pack("<Q", len(block)), block, content)))


def any_bytes(data: bytes) -> None:
    """A frame and a stream of any bytes at all."""
    check_frame(data)
    check_stream(data, FromBytes(data[::-1]))


def built_frame(data: bytes) -> None:
    """A frame in order but for some damage."""
    check_frame(generators.frame(FromBytes(data)))


def built_stream(data: bytes) -> None:
    """A stream in order but for some damage."""
    whole, kinds = generators.stream(FromBytes(data))
    heard = check_stream(whole, FromBytes(data[::-1]))
    assert kinds in (None, heard), f"of {kinds}, all in order, only {heard} came through"


def raw_stream(data: bytes) -> None:
    """A stream whose lengths are right: each line is a kind and a payload."""
    messages = [(line[:1], line[1:]) for line in data.split(b"\n") if line]
    whole = b"".join(struct.pack("<I", len(payload)) + kind + payload for kind, payload in messages)
    check_stream(whole, FromBytes(data[::-1]))


def raw_calls(data: bytes) -> None:
    """What came of calls, any bytes at all."""
    for calls in CALLS:
        check_calls(calls, data)


def built_outputs(data: bytes) -> None:
    """Outputs of a cell."""
    check_outputs(generators.outputs(FromBytes(data)))


def round_trip(data: bytes) -> None:
    """Variables, from the guest to the parent."""
    check_round_trip(FromBytes(data))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "any-bytes": any_bytes,
    "raw-frame": raw_frame,
    "built-frame": built_frame,
    "raw-stream": raw_stream,
    "built-stream": built_stream,
    "raw-calls": raw_calls,
    "built-outputs": built_outputs,
    "round-trip": round_trip,
}


def check_frame(frame: bytes) -> None:
    """A frame is refused, or gives values that hold what their types promise and survive being stored."""
    try:
        read = decode(frame, LIMITS)
    except WireError:
        return
    assert len({each.name for each in read}) == len(read), "a name twice"
    for each in read:
        assert 0 <= each.identity < 2**64
        assert each.name.encode("utf-8") is not None
        assert _bytes_in(each.value, 0) <= LIMITS.value_bytes, "more bytes than a value may have"
    captures = tuple(Capture(name=each.name, after_cell=0, value=each.value, identity=each.identity) for each in read)
    stored = _CAPTURES.validate_json(_CAPTURES.dump_json(captures))
    assert repr(stored) == repr(captures), "stored values are read as others"


def check_calls(calls: Calls, data: bytes) -> None:
    """What came of calls is a result for each case, or none at all, and survives being stored."""
    made = read_calls(calls, 0, data, LIMITS)
    assert len(made.results) == (calls.count if made.found and made.callable else 0)
    assert made.found in ("", *calls.names)
    for result in made.results:
        assert (result.value is not None) == (result.status == "returned")
        assert (result.error is not None) == (result.status == "raised")
    assert repr(_MADE.validate_json(_MADE.dump_json(made))) == repr(made), "stored calls are read as others"


def _bytes_in(value: Value, depth: int) -> int:
    assert depth <= MAX_DEPTH + 1, "a value is too deep"
    match value:
        case Array():
            assert len(value.data) == math.prod(value.shape) * ITEMSIZE[value.dtype], "an array's length isn't its own"
            assert type(value.data) is bytes
            assert value.dtype != "bool" or set(value.data) <= {0, 1}
            return len(value.data)
        case Sequence():
            return sum(_bytes_in(item, depth + 1) for item in value.items)
        case Mapping():
            assert len(value.keys) == len(value.values)
            for key in value.keys:
                _check_scalar(key)
            return sum(_bytes_in(item, depth + 1) for item in value.values)
        case Masked():
            return _bytes_in(value.data, depth + 1) + _bytes_in(value.mask, depth + 1)
        case Frame():
            return sum(_bytes_in(part, depth + 1) for part in (value.columns, value.index, *value.data))
        case Scalar():
            _check_scalar(value.value)
        case Unreadable():
            assert len(value.type) <= 200
            assert len(value.reason) <= 200
    return 0


def _check_scalar(value: Any) -> None:
    assert value is None or type(value) in (bool, int, float, str), "a scalar that is none"
    assert type(value) is not float or math.isfinite(value)
    assert type(value) is not str or len(value.encode("utf-8")) <= 4 * MAX_TEXT


def check_stream(data: bytes, cuts: Choices) -> str:
    """However a stream is cut, it tells the same; what it tells comes in order; once broken, it stays so.

    Gives the kinds of what came through.
    """
    whole, problem = _listen([data])
    pieces = []
    while data:
        size = pick(cuts, (100_000, 1, 2, 3, 5, 8, 64, 4096))
        pieces.append(data[:size])
        data = data[size:]
    assert _listen(pieces) == (whole, problem), "it matters how a stream is cut"
    kinds = "".join(KINDS[type(message).__name__] for message in whole)
    assert ORDER.fullmatch(kinds), f"messages out of order: {kinds}"
    _check_positions(whole)
    for message in whole:
        _check_message(message)
    _check_transcript(whole)
    return kinds


def _check_transcript(messages: list[Message]) -> None:
    """Whatever comes through becomes the record of an execution, unless captures come that nobody asked for."""
    transcript = Transcript(PLAN, RUN, LIMITS, OutputMeter(LIMITS.output_bytes, lambda: None))
    with suppress(WireError):
        for message in messages:
            match message:
                case Started():
                    transcript.start(message.position)
                case Text():
                    transcript.text(message.stream, message.text, message.size)
                case Output():
                    transcript.output(message.content, message.size)
                case Captures():
                    transcript.captured(message.position, message.checkpoint, message.frame)
                case Called():
                    transcript.called(message.position, message.checkpoint, message.number, message.data)
    for cell in transcript.runs():
        assert _CELL.validate_json(_CELL.dump_json(cell)) == cell, "stored cells are read as others"
    for stopped in (False, True):
        captures = [each for frame in transcript.frames(stopped=stopped) for each in frame.captures()]
        assert {capture.name for capture in captures} <= set(NAMES)
        assert {frame.made().calls for frame in transcript.calls(stopped=stopped)} <= set(CALLS)


def _check_positions(messages: list[Message]) -> None:
    at, captured = -1, set()
    for message in messages:
        if isinstance(message, Started):
            assert at < message.position < CELLS, "cells out of order"
            at = message.position
        elif isinstance(message, Captures):
            assert message.position == at, "captures of another cell"
            assert (at, message.checkpoint) not in captured, "captures twice"
            captured.add((at, message.checkpoint))


def _listen(pieces: list[bytes]) -> tuple[list[Message], str]:
    messages, heard, problem = Messages(LIMITS, cells=CELLS), [], ""
    for piece in pieces:
        try:
            for message in messages.feed(piece):
                assert not problem, "a broken stream goes on"
                heard.append(message)
        except WireError as error:
            told = str(error)
            problem = problem or told
            if told != problem:
                raise AssertionError("a broken stream is broken in another way") from error
    return heard, problem


def _check_message(message: Message) -> None:
    assert message.size >= OVERHEAD
    match message:
        case Text():
            assert message.size > OVERHEAD + len(message.text.encode("utf-8"))
        case Output():
            check_outputs([message.content])
        case Captures():
            assert len(message.frame) <= LIMITS.capture_bytes
            check_frame(message.frame)
        case Called():
            check_calls(CALLS[0], message.data)


def check_outputs(nodes: list[dict[str, Any]]) -> None:
    """Whatever a node holds, it becomes a record that can be written and read."""
    cell = CellRun(index=0, status="ok", outputs=to_records(nodes))
    assert _CELL.validate_json(_CELL.dump_json(cell)) == cell, "stored outputs are read as others"
    for output in cell.outputs:
        assert output.text.encode("utf-8") is not None
    for node in nodes:
        is_out_of_memory(to_error(node))


def check_round_trip(choices: Choices) -> None:
    """Whatever a student's variables hold, the guest writes a frame that the parent reads, within the limits."""
    limits = guest_limits(LIMITS)
    limits |= {name: pick(choices, options) for name, options in TIGHT.items() if choices.below(2)}
    variables = {name: values.value(choices) for name in ("a", "b", "c")[: 1 + choices.below(3)]}
    reader = Reader(Libraries(), limits)
    captures = [
        {"name": name, "identity": identity(held), "value": reader.read(held)} for name, held in variables.items()
    ]
    _check_accounts(captures, limits)
    assert sum(len(data) for _, _, data in reader.arrays) <= limits["capture_bytes"]
    read = decode(b"".join(encode(captures, reader.arrays)), LIMITS)
    assert [each.name for each in read] == list(variables)
    for each in read:
        _check_told(variables[each.name], each)


def _check_accounts(captures: list[dict[str, Any]], limits: dict[str, int]) -> None:
    """The guest counts at least what it writes, but for the captures' own objects and what was too large."""
    paid = [each["value"] for each in captures if not _is_too_large(each["value"])]
    written = b"".join(json.dumps(value).encode("ascii") for value in paid)
    assert len(written) <= limits["header_bytes"], "the guest writes more than it counts"
    assert marks(written) <= limits["marks"], "the guest writes more marks than it counts"


def _is_too_large(tree: Any) -> bool:
    return isinstance(tree, dict) and tree.get("reason") == "too large"


def _check_told(held: Any, read: Read) -> None:
    """Simple values come out as they are, or are said to be unreadable."""
    if isinstance(read.value, Unreadable):
        return
    if held is None or type(held) in (bool, int):
        assert read.value == Scalar(value=held)
    if type(held) is list and isinstance(read.value, Sequence):
        assert len(read.value.items) == len(held)
    if type(held) is dict and isinstance(read.value, Mapping):
        assert len(read.value.keys) == len(held)
