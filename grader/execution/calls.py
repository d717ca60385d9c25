"""What came of calls of a student's functions, read as bytes from an attacker.

calls = 1 byte (0 there is none, 1 called, 2 something else has its name) · 2 bytes (under which of the names)
        · for each case: how it ended (1 byte) · what the second try gave (1 byte) · length (4 bytes) · frame
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import get_args

from grader.execution.schedule import Place
from grader.records import CallResult, Calls, CallsMade, CellError, Limits, Mapping, Scalar, Sequence, Value
from grader.records.execution import Again, CallStatus
from grader.wire import WireError, decode, header_marks

_HEADER = Struct("<BH")
_RESULT = Struct("<BBI")
_STATUSES: tuple[CallStatus, ...] = get_args(CallStatus)
_AGAIN: tuple[Again, ...] = get_args(Again)
_ABSENT, _FUNCTION = 0, 1
MOST_MARKS = 800_000
"""What all calls of an execution may give together, in marks (`grader.wire.marks`): each result alone is bounded, and
there may be thousands."""


def read_calls(
    calls: Calls, after_cell: int, data: bytes, limits: Limits, *, last: bool = False, room: int = MOST_MARKS
) -> CallsMade:
    """What these bytes tell of the calls; where they can't be read, calls that were not made.

    Those for whose marks there is no `room` any more count as not made, too.
    """
    place: Place = "last" if last else "end"
    try:
        found, name, results = _read(calls, data, limits, room)
    except (WireError, ValueError, KeyError, IndexError):
        unread = CallResult(status="not-made")
        return CallsMade(
            calls=calls, after_cell=after_cell, found=calls.names[0], results=(unread,) * calls.count, place=place
        )
    there = "" if found == _ABSENT else name
    callable_ = found in (_ABSENT, _FUNCTION)
    return CallsMade(calls=calls, after_cell=after_cell, found=there, callable=callable_, results=results, place=place)


class Room:
    """What the calls of an execution may give together: a share for each function's, and what those before left."""

    def __init__(self, functions: int) -> None:
        self._share = MOST_MARKS // max(functions, 1)
        self._left = 0

    def take(self, data: bytes) -> int:
        """The room that there is for what came of a function's calls."""
        room = self._share + self._left
        self._left = max(room - _marks_of(data), 0)
        return room


def _marks_of(data: bytes) -> int:
    """The marks of all results in these bytes, as far as they can be told apart."""
    try:
        return sum(header_marks(frame) for _, _, frame in _framed(data[_HEADER.size :]))
    except WireError:
        return 0


def _read(calls: Calls, data: bytes, limits: Limits, room: int) -> tuple[int, str, tuple[CallResult, ...]]:
    if len(data) < _HEADER.size:
        raise WireError("calls without a header")
    found, number = _HEADER.unpack_from(data)
    results = tuple(_results(data[_HEADER.size :], limits, room))
    if len(results) != (calls.count if found == _FUNCTION else 0):
        raise WireError("more results than cases, or fewer")
    return found, calls.names[number], results


def _results(data: bytes, limits: Limits, room: int) -> Iterator[CallResult]:
    for status, again, frame in _framed(data):
        room -= header_marks(frame)
        yield _result(status, again, frame, limits) if room >= 0 else CallResult(status="not-made")


def _framed(data: bytes) -> Iterator[tuple[CallStatus, Again, bytes]]:
    """Each result's bytes: how it ended, what the second try gave, and its frame."""
    offset = 0
    while offset < len(data):
        if len(data) - offset < _RESULT.size:
            raise WireError("a result that is cut off")
        status, again, length = _RESULT.unpack_from(data, offset)
        offset += _RESULT.size
        frame = data[offset : offset + length]
        if len(frame) != length or status >= len(_STATUSES) or again >= len(_AGAIN):
            raise WireError("a result that is none")
        offset += length
        yield _STATUSES[status], _AGAIN[again], frame


def _result(status: CallStatus, again: Again, frame: bytes, limits: Limits) -> CallResult:
    if status not in ("returned", "raised"):
        return CallResult(status=status)
    try:
        read = {each.name: each.value for each in decode(frame, limits)}
    except WireError:
        return CallResult(status="not-made")
    facts = _facts(read.get("facts"))
    if status == "returned" and "value" not in read:
        return CallResult(status="not-made")
    return CallResult(
        status=status,
        value=read.get("value") if status == "returned" else None,
        error=CellError(name=_text(facts, "name"), message=_text(facts, "message")) if status == "raised" else None,
        bases=tuple(item for item in _items(facts, "bases") if isinstance(item, str)),
        changed=tuple(item for item in _items(facts, "changed") if isinstance(item, int)),
        again=again,
        printed=_text(facts, "printed"),
        elementwise=read.get("elementwise"),
    )


def _facts(value: Value | None) -> dict[object, Value]:
    return dict(zip(value.keys, value.values, strict=True)) if isinstance(value, Mapping) else {}


def _text(facts: dict[object, Value], name: str) -> str:
    value = facts.get(name)
    return value.value[:300] if isinstance(value, Scalar) and isinstance(value.value, str) else ""


def _items(facts: dict[object, Value], name: str) -> list[object]:
    value = facts.get(name)
    items = value.items[:100] if isinstance(value, Sequence) else ()
    return [item.value for item in items if isinstance(item, Scalar)]
