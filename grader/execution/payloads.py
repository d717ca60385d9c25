"""What the payloads of a warm engine's messages say, each kind with a record of its own; stream.py has the format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from grader.execution.outputs import to_error
from grader.records import CellError
from grader.wire import WireError, clean, marks, parse

HELLO, STARTED, TEXT, OUTPUT, ENDED, CAPTURES, CALLS, OVER, AGAIN = b"h", b"s", b"t", b"o", b"e", b"c", b"f", b"x", b"r"
OVERHEAD = 256
"""Bytes of output that a message counts for besides its payload: a flood of empty ones costs, too."""
POSITION_BYTES = 4
CALLS_BYTES = POSITION_BYTES + 3
"""What stands before the results of calls: position, sort and number."""
MAX_OUTPUT_MARKS = 800_000
"""Marks of JSON in one output, as wire.py counts them; one with more can't be read."""

_STREAMS: dict[bytes, Literal["stdout", "stderr"]] = {b"\1": "stdout", b"\2": "stderr"}
_OUTPUT_TYPES = {"display_data", "execute_result", "error", "update_display_data", "clear_output"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What the process told. `size` is what it counts for where output is limited: its bytes in UTF-8, and OVERHEAD."""

    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello(Message):
    """The process is ready, with these versions."""

    environment: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(Message):
    """The cell at this position among the plan's has begun."""

    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Message):
    """Something was printed."""

    stream: Literal["stdout", "stderr"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Output(Message):
    """Something was shown, changed or cleared. `data`, `metadata` and `transient` are objects, where they are there."""

    content: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread(Message):
    """Text or output that is too large to be kept; it counts as if it had been."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Message):
    """The cell that had begun has ended, with an exception or without."""

    error: CellError | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Captures(Message):
    """Values after the cell at this position: due there, or (`checkpoint`) for the next capture point's sake."""

    position: int
    checkpoint: bool
    frame: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Called(Message):
    """What came of the calls of this number among those that are due after the cell at this position, or as a
    precaution."""

    position: int
    checkpoint: bool
    number: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Over(Message):
    """All cells have run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again(Message):
    """What came of the further run of this number."""

    number: int
    data: bytes


def read_payload(kind: bytes, payload: bytes) -> Message:
    """The message of a known kind with this payload, whose length is no concern of ours. Raises WireError."""
    return _READERS[kind](payload)


def _hello(payload: bytes) -> Hello:
    environment = _object(payload).get("environment")
    if not isinstance(environment, dict) or not all(isinstance(version, str) for version in environment.values()):
        raise WireError("a hello that names no versions")
    cleaned = {clean(name): clean(version) for name, version in environment.items()}
    return Hello(size=OVERHEAD + len(payload), environment=cleaned)


def _started(payload: bytes) -> Started:
    return Started(size=OVERHEAD + len(payload), position=_position(payload))


def _text(payload: bytes) -> Text:
    stream = _STREAMS.get(payload[:1])
    if stream is None:
        raise WireError("text of no known stream")
    text = payload[1:].decode("utf-8", "replace")
    # What is no UTF-8 becomes longer: three bytes for one.
    written = 1 + len(text.encode("utf-8")) if "\ufffd" in text else len(payload)
    return Text(size=OVERHEAD + written, stream=stream, text=text)


def _output(payload: bytes) -> Output | Unread:
    size = OVERHEAD + len(payload)
    if marks(payload) > MAX_OUTPUT_MARKS:
        return Unread(size=size)
    content = _object(payload, constants=True)
    kind = content.get("output_type")
    if not isinstance(kind, str) or kind not in _OUTPUT_TYPES:
        raise WireError("an output of no known type")
    if not all(isinstance(content.get(name, {}), dict) for name in ("data", "metadata", "transient")):
        raise WireError("an output whose data is no object")
    return Output(size=size, content=content)


def _ended(payload: bytes) -> Ended:
    content = _object(payload)
    status = content.get("status")
    if status not in ("ok", "error"):
        raise WireError("a cell that has ended in no known way")
    return Ended(size=OVERHEAD + len(payload), error=to_error(content) if status == "error" else None)


def _captures(payload: bytes) -> Captures:
    return Captures(
        size=OVERHEAD + len(payload),
        position=_position(payload[:POSITION_BYTES]),
        checkpoint=_is_checkpoint(payload),
        frame=payload[POSITION_BYTES + 1 :],
    )


def _called(payload: bytes) -> Called:
    if len(payload) < CALLS_BYTES:
        raise WireError("calls of no number")
    return Called(
        size=OVERHEAD + len(payload),
        position=_position(payload[:POSITION_BYTES]),
        checkpoint=_is_checkpoint(payload),
        number=int.from_bytes(payload[POSITION_BYTES + 1 : CALLS_BYTES], "little"),
        data=payload[CALLS_BYTES:],
    )


def _is_checkpoint(payload: bytes) -> bool:
    mark = payload[POSITION_BYTES : POSITION_BYTES + 1]
    if mark not in (b"\0", b"\1"):
        raise WireError("values of no known sort")
    return mark == b"\1"


def _over(payload: bytes) -> Over:
    return Over(size=OVERHEAD + len(payload))


def _again(payload: bytes) -> Again:
    if not payload:
        raise WireError("a further run without a number")
    return Again(size=OVERHEAD + len(payload), number=payload[0], data=payload[1:])


def _position(payload: bytes) -> int:
    if len(payload) != POSITION_BYTES:
        raise WireError("a position that is none")
    return int.from_bytes(payload, "little")


def _object(payload: bytes, *, constants: bool = False) -> dict[str, Any]:
    content = parse(payload, encoding="utf-8", constants=constants)
    if not isinstance(content, dict):
        raise WireError("what should be an object isn't")
    return content


_READERS: dict[bytes, Callable[[bytes], Message]] = {
    HELLO: _hello,
    STARTED: _started,
    TEXT: _text,
    OUTPUT: _output,
    ENDED: _ended,
    CAPTURES: _captures,
    CALLS: _called,
    OVER: _over,
    AGAIN: _again,
}
