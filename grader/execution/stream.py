"""The parent's reader of what a warm engine's process tells: messages, read as bytes from an attacker.

    message = length of the payload (4 bytes, little-endian) · kind (1 byte) · payload

    h  hello         JSON: {"environment": {library: version}}
    s  cell started  its position (4 bytes, little-endian)
    t  text          1 byte (1 stdout, 2 stderr), and UTF-8
    o  output        JSON, in the form that notebooks give outputs
    e  cell ended    JSON: {"status": "ok"}, or {"status": "error", "ename", "evalue"}
    c  captures      the position of the cell that has ended (4 bytes), 1 byte (0 due here, 1 for the next capture
                     point's sake), and a frame (see grader.wire)
    f  calls         the same five bytes, the calls' number among those of their point (2 bytes), and what came of them
                     (see calls.py)
    x  over          nothing: there is no further cell
    r  run again     the number of a further run (1 byte), and what came of it (see again.py)

Hello comes first. Cells come in ascending order, each with its end, and captures of either sort once after it, each
followed by the calls of its point, one after the other. What
comes between two cells belongs to the one before. Nothing comes after the end but further runs, in order. Here is no
I/O.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct

from grader.execution.payloads import (
    AGAIN,
    CALLS,
    CALLS_BYTES,
    CAPTURES,
    ENDED,
    HELLO,
    OUTPUT,
    OVER,
    OVERHEAD,
    POSITION_BYTES,
    STARTED,
    TEXT,
    Again,
    Called,
    Captures,
    Ended,
    Hello,
    Message,
    Over,
    Started,
    Unread,
    read_payload,
)
from grader.records import Limits
from grader.wire import WireError

OUTPUT_SLACK = 64 * 1024
FLOOD_TIMES, FLOOD_BYTES = 10, 64 * 1024**2
"""All text and output of a stream may come to so many times their limit, and so many bytes more. Beyond that nobody
listens, not even while the process is being interrupted for it."""

_HEADER = Struct("<Ic")
_COMPACT_BYTES = 64 * 1024


class Flood(WireError):
    """More text and output than anybody listens to."""


class Messages:
    """Turns bytes, however they are cut, into messages. Make one for each execution."""

    def __init__(self, limits: Limits, *, cells: int, again: int = 0) -> None:
        output = limits.output_bytes + OUTPUT_SLACK
        self._longest = {
            HELLO: 4096,
            STARTED: POSITION_BYTES,
            TEXT: output,
            OUTPUT: output,
            ENDED: 256 * 1024,
            CAPTURES: POSITION_BYTES + 1 + limits.capture_bytes,
            CALLS: CALLS_BYTES + 2 * limits.capture_bytes,
            OVER: 0,
            AGAIN: 1 + limits.capture_bytes // max(again, 1),  # which is what all of them may come to
        }
        self._allowance = FLOOD_TIMES * limits.output_bytes + FLOOD_BYTES
        self._order = _Order(cells, again)
        self._buffer = bytearray()
        self._offset = 0
        self._kind = b""
        self._length = 0
        self._passed_over = 0
        self._problem: WireError | None = None

    def feed(self, data: bytes) -> Iterator[Message]:
        """Take bytes in, and give the messages that are complete with them, one after the other.

        The iterator raises WireError where something is out of order, after all that came before it, and so does
        every later one.
        """
        if self._problem is None:
            self._buffer += data
        return iter(self._next, None)

    def _next(self) -> Message | None:
        if self._problem is not None:
            raise self._problem.with_traceback(None)
        try:
            message = self._read() if self._kind or self._begin() else None
            if message is not None:
                self._order.check(message)
        except WireError as problem:
            self._problem = problem
            self._buffer.clear()
            raise
        return message

    def _begin(self) -> bool:
        """Read a header, if it is there, and refuse it before any of its payload has to be kept."""
        if len(self._buffer) - self._offset < _HEADER.size:
            return False
        length, kind = _HEADER.unpack_from(self._buffer, self._offset)
        if kind not in self._longest:
            raise WireError("a message of no known kind")
        if kind in (TEXT, OUTPUT):
            self._spend(OVERHEAD + length)
        elif length > self._longest[kind]:
            raise WireError("a message is longer than it may be")
        self._advance(_HEADER.size)
        self._kind, self._length, self._passed_over = kind, length, 0
        return True

    def _read(self) -> Message | None:
        """The message that has begun, if all of it is there."""
        kind, length = self._kind, self._length
        if length > self._longest[kind]:
            return self._pass_over()
        if len(self._buffer) - self._offset < length:
            return None
        with memoryview(self._buffer) as view:
            payload = bytes(view[self._offset : self._offset + length])
        self._advance(length)
        self._kind = b""
        message = read_payload(kind, payload)
        if kind == TEXT:
            self._spend(message.size - OVERHEAD - length)
        return message

    def _pass_over(self) -> Unread | None:
        """Let go of what is there of an output that is too large to be kept."""
        present = min(len(self._buffer) - self._offset, self._length - self._passed_over)
        self._advance(present)
        self._passed_over += present
        if self._passed_over < self._length:
            return None
        self._kind = b""
        return Unread(size=OVERHEAD + self._length)

    def _advance(self, size: int) -> None:
        """Step over bytes; they are removed now and then, for each removal may move what is left."""
        self._offset += size
        if self._offset > _COMPACT_BYTES or self._offset == len(self._buffer):
            del self._buffer[: self._offset]
            self._offset = 0

    def _spend(self, size: int) -> None:
        self._allowance -= size
        if self._allowance < 0:
            raise Flood("more text and output than anybody listens to")


class _Order:
    """Which message may come next."""

    def __init__(self, cells: int, again: int) -> None:
        self._cells = cells
        self._again = iter(range(again))
        self._position = -1
        self._greeted = self._running = self._over = False
        self._captured: set[bool] = set()
        self._called: set[tuple[bool, int]] = set()

    def check(self, message: Message) -> None:
        """Raises WireError where the message may not come now."""
        over = self._over and not isinstance(message, Again)
        if over or isinstance(message, Hello) == self._greeted or not self._follows(message):
            raise WireError(f"{type(message).__name__} is out of order")

    def _follows(self, message: Message) -> bool:
        match message:
            case Hello():
                self._greeted = True
            case Started():
                return self._start(message.position)
            case Ended():
                was_running, self._running = self._running, False
                return was_running
            case Captures():
                return self._capture(message)
            case Called():
                return self._call(message)
            case Over():
                self._over = True
                return not self._running
            case Again():
                return self._over and message.number == next(self._again, None)
            case _:
                return self._position >= 0
        return True

    def _start(self, position: int) -> bool:
        allowed = not self._running and self._position < position < self._cells
        self._position, self._running = position, True
        self._captured.clear()
        self._called.clear()
        return allowed

    def _capture(self, message: Captures) -> bool:
        allowed = not self._running and message.position == self._position
        allowed = allowed and message.checkpoint not in self._captured
        self._captured.add(message.checkpoint)
        return allowed

    def _call(self, message: Called) -> bool:
        allowed = not self._running and message.position == self._position and message.checkpoint in self._captured
        allowed = allowed and (message.checkpoint, message.number) not in self._called
        self._called.add((message.checkpoint, message.number))
        return allowed
