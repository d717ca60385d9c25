"""What an execution has told so far: its cells, their outputs, its captures. Messages in, a record out; no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.execution import schedule
from grader.execution.metering import OutputMeter
from grader.execution.outputs import is_out_of_memory, to_records
from grader.execution.recording import CallsFrame, Frame
from grader.records import CellError, CellRun, Limits, Plan, Run
from grader.records.execution import CellStatus
from grader.wire import WireError

_FRAMES = 2
"""How many frames of the greatest length may be kept of one execution, in any number of smaller ones."""


@dataclass(slots=True)
class CellSoFar:
    """A cell whose outputs still come. Outputs are objects in nbformat's form."""

    outputs: list[dict[str, Any]] = field(default_factory=list)
    status: CellStatus = "not-run"
    seconds: float = 0.0
    error: CellError | None = None
    clear_before_next: bool = False


class Transcript:
    """Takes in what an execution tells, within the limit of output."""

    def __init__(self, plan: Plan, run: Run, limits: Limits, meter: OutputMeter) -> None:
        self._plan = plan
        self._limits = limits
        self._meter = meter
        self._due = schedule.points_due(run.captures, plan.cells)
        self._ahead = schedule.points_ahead(self._due)
        self.cells = [CellSoFar() for _ in plan.cells]
        self._current = self.cells[0]
        self._shown: dict[str, list[dict[str, Any]]] = {}
        self._frames: dict[int, bytes] = {}
        self._checkpoint: tuple[int, bytes] | None = None
        self._calls: dict[tuple[int, bool], list[CallsFrame]] = {}
        self._position = 0
        self._ended: int | None = None

    def start(self, position: int) -> CellSoFar:
        """A cell has begun; until we know better, the process died in it."""
        self._position = position
        self._current = self.cells[position]
        self._current.status = "died"
        self._meter.start_cell()
        return self._current

    def end(self) -> None:
        """The cell that was begun last is over, and its process lives on."""
        self._ended = self._position

    def text(self, stream: str, text: str, size: int) -> None:
        """Something was printed, in so many bytes."""
        room = self._meter.room(size)
        if room < size:
            text = text[: room // 4]  # shorter in characters than in bytes
        if not text:
            return
        outputs = self._outputs()
        if outputs and outputs[-1].get("output_type") == "stream" and outputs[-1]["name"] == stream:
            outputs[-1]["text"].append(text)
        else:
            outputs.append({"output_type": "stream", "name": stream, "text": [text]})

    def output(self, document: dict[str, Any], size: int) -> None:
        """Something was displayed, changed or cleared."""
        if self._meter.room(size) < size:
            return
        kind = document.get("output_type")
        if kind == "clear_output":
            self._current.clear_before_next = bool(document.get("wait"))
            if not document.get("wait"):
                self._current.outputs.clear()
        elif kind == "update_display_data":
            for shown in self._shown.get(_display_id(document), ()):
                if self._meter.room(size) < size:
                    break
                shown.update(data=document.get("data"), metadata=document.get("metadata"))
        else:
            self._outputs().append(document)
            if _display_id(document):
                self._shown.setdefault(_display_id(document), []).append(document)

    def _outputs(self) -> list[dict[str, Any]]:
        if self._current.clear_before_next:
            self._current.clear_before_next = False
            self._current.outputs.clear()
        return self._current.outputs

    def captured(self, position: int, checkpoint: bool, frame: bytes) -> None:
        """A frame with the values of names has come. Raises WireError where none, or another, was due."""
        if not 0 <= position < len(self._due):
            raise WireError("captures of a cell that isn't there")
        if checkpoint:
            if self._checkpoint is not None:
                self._calls.pop((self._checkpoint[0], True), None)
            self._checkpoint = (position, frame)
            return
        if not self._due[position] or position in self._frames:
            raise WireError("captures that nobody asked for")
        if sum(map(len, self._frames.values())) + len(frame) > _FRAMES * self._limits.capture_bytes:
            frame = b""  # which can't be read, and says so
        self._frames[position] = frame
        if self._checkpoint is not None:
            self._calls.pop((self._checkpoint[0], True), None)
        self._checkpoint = None

    def called(self, position: int, checkpoint: bool, number: int, data: bytes) -> None:
        """What came of calls has come. Raises WireError where none, or others, were due."""
        points = (self._ahead if checkpoint else self._due)[position]
        calls = schedule.calls_of(points)
        if number >= len(calls):
            raise WireError("calls that nobody asked for")
        kept = sum(len(frame.data) for frames in self._calls.values() for frame in frames)
        if kept + len(data) > _FRAMES * self._limits.capture_bytes:
            data = b""  # which can't be read, and says so
        cell = self._plan.cells[position].index if checkpoint else schedule.cell_of(calls[number], points)
        frame = CallsFrame(calls=calls[number], after_cell=cell, data=data, limits=self._limits, last=checkpoint)
        self._calls.setdefault((position, checkpoint), []).append(frame)

    def calls(self, *, stopped: bool) -> tuple[CallsFrame, ...]:
        """What came of calls; where the process was stopped before its end, with those after the last cell."""
        return tuple(
            frame for (_, last), frames in sorted(self._calls.items()) for frame in frames if stopped or not last
        )

    def calls_seconds(self, position: int) -> float:
        """How long the calls that are due after a cell may take."""
        points = (*self._due[position], *self._ahead[position])
        return sum(schedule.seconds_for(calls, self._limits) for calls in schedule.calls_of(points))

    def lost(self, *, stopped: bool) -> bool:
        """Whether the process was stopped with something in it that nobody had read; see `Recording`."""
        read = self._checkpoint[0] if self._checkpoint is not None else None
        return stopped and schedule.is_lost(self._ahead, ended=self._ended, read=read)

    @property
    def out_of_memory(self) -> bool:
        """Whether a cell ended for want of memory."""
        return any(cell.error is not None and is_out_of_memory(cell.error) for cell in self.cells)

    def runs(self) -> tuple[CellRun, ...]:
        """The record of each cell."""
        return tuple(
            CellRun(
                index=source.index,
                status=cell.status,
                seconds=cell.seconds,
                outputs=to_records(cell.outputs),
                error=cell.error,
            )
            for source, cell in zip(self._plan.cells, self.cells, strict=True)
        )

    def frames(self, *, stopped: bool) -> tuple[Frame, ...]:
        """The captures; where the process was stopped before its end, with what the last cell had left."""
        frames = [
            Frame(points=self._due[position], data=data, limits=self._limits)
            for position, data in sorted(self._frames.items())
        ]
        if stopped and self._checkpoint is not None:
            position, data = self._checkpoint
            left_by = self._plan.cells[position].index
            frames.append(Frame(points=self._ahead[position], data=data, limits=self._limits, left_by=left_by))
        return tuple(frames)


def _display_id(document: Mapping[str, Any]) -> str:
    transient = document.get("transient")
    name = transient.get("display_id") if isinstance(transient, Mapping) else None
    return name if isinstance(name, str) else ""
