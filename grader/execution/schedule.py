"""Which capture points are due when, and how what was read becomes captures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from grader.records import Calls, Capture, CapturePoint, Limits, Plan, Run, Source, Unreadable
from grader.wire import Read

Place = Literal["end", "last"]

CAREFUL_SECONDS = 0.5
"""Once cells have run so long in all, what each leaves is read although no capture point is reached: it costs little
beside that, and much beside a notebook of a few milliseconds, which can be run again if its process dies."""


AGAIN_WITHIN_SECONDS = 2.0
"""A notebook whose cells took longer isn't run again in its process."""
AGAIN_SECONDS = 10.0
"""How long each further run in a process may take."""


def asked_again(plan: Plan, run: Run) -> tuple[Run, ...]:
    """The runs that are made in the process of a run, once that is over."""
    return plan.again if run.purpose == "main" else ()


def points_due(points: Iterable[CapturePoint], cells: Sequence[Source]) -> tuple[tuple[CapturePoint, ...], ...]:
    """For each code cell in turn, the points that are due once it has run.

    A point may name a cell that holds no code: it is due after the last code cell before it.
    """
    ordered = sorted(points, key=lambda point: point.after_cell)
    ends = [cell.index for cell in cells[1:]]
    return tuple(
        tuple(point for point in ordered if cell.index <= point.after_cell and (end is None or point.after_cell < end))
        for cell, end in zip(cells, [*ends, None], strict=True)
    )


def points_ahead(due: Sequence[tuple[CapturePoint, ...]]) -> tuple[tuple[CapturePoint, ...], ...]:
    """For each code cell in turn, the next points that are due after later ones; `due` is as `points_due` gives it."""
    found: list[tuple[CapturePoint, ...]] = []
    following: tuple[CapturePoint, ...] = ()
    for points in reversed(due):
        found.append(following)
        following = points or following
    return tuple(reversed(found))


def is_lost(ahead: Sequence[tuple[CapturePoint, ...]], *, ended: int | None, read: int | None) -> bool:
    """Whether a process that was stopped still held what nobody had read; see `Recording`.

    `ended` is the place of the last code cell that was over, `read` that of the last whose values for the points ahead
    were read; None where there is none.
    """
    return ended is not None and bool(ahead[ended]) and read != ended


def names_of(points: Iterable[CapturePoint]) -> tuple[str, ...]:
    """The names that the points ask for, each once."""
    return tuple(dict.fromkeys(name for point in points for name in point.names))


def calls_of(points: Iterable[CapturePoint]) -> tuple[Calls, ...]:
    """The calls that the points ask for, each once, in the order in which they are made."""
    return tuple(dict.fromkeys(calls for point in points for calls in point.calls))


def cell_of(calls: Calls, points: Iterable[CapturePoint]) -> int:
    """The cell of the first of these points that asks for some calls."""
    return next(point.after_cell for point in points if calls in point.calls)


CALLS_GRACE_SECONDS = 2.0
"""What making copies of a process may take beyond the calls themselves."""


def seconds_for(calls: Calls, limits: Limits) -> float:
    """How long all of some calls may take."""
    return min(calls.count * calls.seconds + CALLS_GRACE_SECONDS, limits.calls_seconds)


def refused(names: Iterable[str]) -> tuple[Read, ...]:
    """What stands for values that came out in no readable form."""
    value = Unreadable(type="", reason="could not be read")
    return tuple(Read(name=name, identity=0, value=value) for name in names)


def captures_at_end(points: Iterable[CapturePoint], read: Iterable[Read]) -> tuple[Capture, ...]:
    """The captures of points that were reached, each under its own cell."""
    by_name = {each.name: each for each in read}
    return tuple(
        _capture(by_name[name], point.after_cell, "end")
        for point in points
        for name in dict.fromkeys(point.names)
        if name in by_name
    )


def captures_at_last(after_cell: int, read: Iterable[Read]) -> tuple[Capture, ...]:
    """The captures of the next point's names, as the last finished cell left them."""
    return tuple(_capture(each, after_cell, "last") for each in read)


def _capture(read: Read, after_cell: int, place: Place) -> Capture:
    return Capture(name=read.name, after_cell=after_cell, value=read.value, identity=read.identity, place=place)
