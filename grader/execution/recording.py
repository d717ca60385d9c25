"""What an engine hands on of an execution: its record, and captures as the bytes in which they came.

The bytes are an attacker's. Whoever marks reads them, in a process that is bounded and may die of it, and no other
process has to take apart, and send on, what it never looks at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from grader.execution import schedule
from grader.execution.again import AgainFrame
from grader.execution.calls import MOST_MARKS, Room, read_calls
from grader.records import Calls, CallsMade, Capture, CapturePoint, Execution, Limits
from grader.wire import WireError, decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Captures that nobody has read yet, the points for which they were asked, and the limits that hold for them.

    `left_by` is the last cell that had finished, where the process ended before it reached the points.
    """

    points: tuple[CapturePoint, ...]
    data: bytes
    limits: Limits
    left_by: int | None = None

    def captures(self) -> tuple[Capture, ...]:
        """What is in it; where it can't be read, values that say so."""
        names = schedule.names_of(self.points)
        try:
            read = tuple(each for each in decode(self.data, self.limits) if each.name in names)
        except WireError:
            read = schedule.refused(names)
        if self.left_by is None:
            return schedule.captures_at_end(self.points, read)
        return schedule.captures_at_last(self.left_by, read)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsFrame:
    """What came of calls, which nobody has read yet; `last` where the process ended before it reached their point."""

    calls: Calls
    after_cell: int
    data: bytes
    limits: Limits
    last: bool = False

    def made(self, room: int = MOST_MARKS) -> CallsMade:
        """What is in it, as far as there is room for it; where it can't be read, calls that were not made."""
        return read_calls(self.calls, self.after_cell, self.data, self.limits, last=self.last, room=room)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """An execution; `told` lacks what is still in `frames` and `calls`.

    `again` are further runs in the same process. `lost` says that the process was ended before a capture point, and
    that nobody had read what its last finished cell left for that.
    """

    told: Execution
    frames: tuple[Frame, ...] = ()
    calls: tuple[CallsFrame, ...] = ()
    again: tuple[AgainFrame, ...] = ()
    lost: bool = False

    def executions(self) -> tuple[Execution, ...]:
        """The whole of it, and the further runs that can be read, in order. Nothing is raised."""
        executions = [self.execution()]
        for frame in self.again:
            if (further := frame.execution()) is None:
                break
            executions.append(further)
        return tuple(executions)

    def execution(self) -> Execution:
        """The whole of it. Nothing is raised, whatever is in the frames."""
        if not self.frames and not self.calls:
            return self.told
        captures = tuple(capture for frame in self.frames for capture in frame.captures())
        return replace(self.told, captures=captures, calls=tuple(self._calls_made()))

    def _calls_made(self) -> Iterator[CallsMade]:
        room = Room(len(self.calls))
        for frame in self.calls:
            yield frame.made(room.take(frame.data))
