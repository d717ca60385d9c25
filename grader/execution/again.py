"""What came of running a notebook again in the process of its main run, read as bytes from an attacker.

behind its length (8 bytes), a JSON document: {"cells": [{"error": name or "", "text": what was shown}, …]}
for each cell after which something is due, behind its length (8 bytes), a frame (see grader.wire)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from grader.execution import schedule
from grader.records import Capture, CapturePoint, CellError, CellRun, Execution, Limits, Output, Plan, Run
from grader.wire import WireError, clean, decode, marks, parse

_LENGTH_BYTES = 8
_MOST_MARKS = 100_000
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainFrame:
    """What came of a further run, which nobody has read yet."""

    plan: Plan
    run: Run
    engine: str
    data: bytes
    limits: Limits

    def execution(self) -> Execution | None:
        """The record; None where it can't be read, or says other things than a run does. Nothing is raised."""
        try:
            due = [points for points in schedule.points_due(self.run.captures, self.plan.cells) if points]
            document, *frames = _pieces(self.data, 1 + len(due))
            cells = tuple(_cells(document, self.plan, self.limits))
            captures = tuple(self._captures(due, frames))
        except WireError:
            return None
        failed = any(cell.error for cell in cells)
        return Execution(
            purpose=self.run.purpose,
            status="error" if failed else "completed",
            engine=self.engine,
            seconds=0.0,
            seed=self.run.seed,
            cells=cells,
            captures=captures,
        )

    def _captures(self, due: list[tuple[CapturePoint, ...]], frames: list[bytes]) -> Iterator[Capture]:
        for points, frame in zip(due, frames, strict=True):
            names = schedule.names_of(points)
            read = (each for each in decode(frame, self.limits) if each.name in names)
            yield from schedule.captures_at_end(points, read)


def _pieces(data: bytes, count: int) -> Iterator[bytes]:
    at = 0
    for _ in range(count):
        begin = at + _LENGTH_BYTES
        at = begin + int.from_bytes(data[at:begin], "little")
        if begin > len(data) or at > len(data):
            raise WireError("a piece that is cut off")
        yield data[begin:at]
    if at < len(data):
        raise WireError("more than was asked for")


def _cells(document: bytes, plan: Plan, limits: Limits) -> Iterator[CellRun]:
    if len(document) > 6 * limits.output_bytes:  # so long may escapes make it
        raise WireError("more text than a run may show")
    content = parse(document, encoding="ascii") if marks(document) <= _MOST_MARKS else None
    told = content.get("cells") if isinstance(content, dict) else None
    if not isinstance(told, list) or len(told) != len(plan.cells):
        raise WireError("another number of cells than was asked for")
    for source, cell in zip(plan.cells, told, strict=True):
        error, text = _text(cell, "error")[:_LONGEST_NAME], _text(cell, "text")
        yield CellRun(
            index=source.index,
            status="error" if error else "ok",
            outputs=(Output(kind="stream", text=text),) if text else (),
            error=CellError(name=error, message="") if error else None,
        )


def _text(cell: Any, name: str) -> str:
    text = cell.get(name) if isinstance(cell, dict) else None
    if not isinstance(text, str):
        raise WireError("a cell that is none")
    return clean(text)
