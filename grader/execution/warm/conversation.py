"""One execution in a slot, from our side: takes in what it tells, and keeps its limits of time and output."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterable, Iterator
from typing import Literal

from grader.errors import ExecutionUnavailable
from grader.execution import schedule
from grader.execution.again import AgainFrame
from grader.execution.endings import how_it_ended, outcome, over_limit
from grader.execution.metering import OutputMeter
from grader.execution.payloads import (
    Again,
    Called,
    Captures,
    Ended,
    Hello,
    Message,
    Output,
    Over,
    Started,
    Text,
    Unread,
)
from grader.execution.recording import Recording
from grader.execution.stream import Flood, Messages
from grader.execution.warm.lines import Lines, Printed
from grader.execution.warm.slot import Ending, Slot
from grader.execution.warm.transcript import CellSoFar, Transcript
from grader.records import Execution, Limits, Plan, Run
from grader.wire import WireError

START_SECONDS = 30.0
INTERRUPT_SECONDS = 3.0
CAPTURE_SECONDS = 5.0
"""How long the process may take to give the values that are due after one cell."""
ALL_CAPTURES_SECONDS = 4 * CAPTURE_SECONDS
_ENDING_SECONDS = 15.0

Cause = Literal["timeout", "output"]


class Conversation:
    """Make one for each execution, and `hold` it. `immune` says that the process can't send itself SIGKILL."""

    def __init__(self, slot: Slot, lines: Lines, plan: Plan, run: Run, limits: Limits, *, immune: bool = False) -> None:
        self._slot = slot
        self._immune = immune
        self._lines = lines
        self._plan = plan
        self._run = run
        self._limits = limits
        self._asked_again = schedule.asked_again(plan, run)
        self._again: list[bytes] = []
        self._messages = Messages(limits, cells=len(plan.cells), again=len(self._asked_again))
        self._meter = OutputMeter(limits.output_bytes, self._overrun)
        self._transcript = Transcript(plan, run, limits, self._meter)
        self._environment: dict[str, str] = {}
        self._cell: CellSoFar | None = None
        self._cause: Cause | None = None
        self._began = time.monotonic()
        self._deadline = self._began + START_SECONDS
        self._position = 0
        self._seconds = 0.0
        self._capture_seconds = 0.0
        self._calls_seconds = 0.0
        self._for_calls = 0.0
        self._stopped = ""
        self._killed = False
        self._over = False

    def hold(self, engine: str) -> Recording:
        """Take everything in until the process has ended. Raises ExecutionUnavailable for a fault of ours."""
        self._lines.watch(self._slot.fileno())
        while not self._hear():
            if time.monotonic() >= self._deadline:
                self._expire()
        ending = self._slot.ending(_ENDING_SECONDS)
        for data in self._lines.rest():
            self._take_in(data)
        if not self._over:
            self._take_printed(self._lines.printed())
        if not self._environment:
            raise ExecutionUnavailable(f"The execution could not be prepared: {self._complaint(ending)}.")
        if self._immune and ending.exit_code == -signal.SIGKILL and not (self._killed or ending.over or self._over):
            raise ExecutionUnavailable("The process was killed from outside, perhaps by a machine short of memory.")
        self._judge(ending)
        status, reason = outcome(
            (cell.status for cell in self._transcript.cells),
            self._limits,
            stopped=self._stopped,
            over="" if self._again_began else ending.over,
            out_of_memory=self._transcript.out_of_memory,
        )
        told = Execution(
            purpose=self._run.purpose,
            status=status,
            engine=engine,
            seconds=self._seconds,
            seed=self._run.seed,
            cells=self._transcript.runs(),
            environment=self._environment,
            reason=reason,
        )
        stopped = bool(self._stopped)
        return Recording(
            told=told,
            frames=self._transcript.frames(stopped=stopped),
            calls=self._transcript.calls(stopped=stopped),
            again=tuple(self._further_runs(engine)),
            lost=self._transcript.lost(stopped=stopped),
        )

    @property
    def _again_began(self) -> bool:
        """Whether the run was over, and what happened then happened to others in its process."""
        return self._over and bool(self._asked_again)

    def _further_runs(self, engine: str) -> Iterator[AgainFrame]:
        for run, data in zip(self._asked_again, self._again, strict=False):
            yield AgainFrame(plan=self._plan, run=run, engine=engine, data=data, limits=self._limits)

    def _hear(self) -> bool:
        """Wait for something to happen, or for the time to be over; whether the process has ended."""
        data, printed, ended = self._lines.wait(self._deadline - time.monotonic())
        over = self._over
        self._take_in(data)
        if not over:  # what is printed after the end (multiprocessing complains then) is no output of a cell's
            self._take_printed(printed)
        return bool(ended)

    def _take_printed(self, pieces: Iterable[Printed]) -> None:
        for piece in pieces:
            self._transcript.text(piece.stream, piece.text, piece.size)

    def _take_in(self, data: bytes) -> None:
        if self._killed:
            return
        try:
            for message in self._messages.feed(data):
                self._take(message)
        except Flood:
            self._flood()
        except WireError:
            self._end("" if self._over else "The process sent messages that no kernel sends, and was ended.")

    def _take(self, message: Message) -> None:
        if self._killed:  # what it says now changes nothing any more
            return
        match message:
            case Text():
                self._transcript.text(message.stream, message.text, message.size)
            case Output():
                self._transcript.output(message.content, message.size)
            case Unread():
                self._meter.room(message.size)
            case Started():
                self._start(message.position)
            case Ended():
                self._finish(message)
            case Captures():
                self._transcript.captured(message.position, message.checkpoint, message.frame)
            case Called():
                self._transcript.called(message.position, message.checkpoint, message.number, message.data)
            case Hello():
                self._environment = dict(message.environment)
                self._deadline = time.monotonic() + CAPTURE_SECONDS
                self._meter.start_cell()
            case Over():
                self._over = True
                self._wait_for_again()
            case Again():
                self._again.append(message.data)
                self._wait_for_again()

    def _wait_for_again(self) -> None:
        """Wait for the next further run, or for the end."""
        more = len(self._again) < len(self._asked_again)
        self._deadline = time.monotonic() + CAPTURE_SECONDS + (schedule.AGAIN_SECONDS if more else 0.0)

    def _start(self, position: int) -> None:
        now = time.monotonic()
        if position:
            self._count_captures(now - self._began)
        left = self._limits.total_seconds - self._seconds
        if left <= 0:
            return self._end(f"The notebook ran longer than {self._limits.total_seconds:g} s.")
        self._position = position
        self._cell = self._transcript.start(position)
        self._cause = None
        self._began = now
        self._deadline = now + min(left, self._limits.cell_seconds)
        return None

    def _finish(self, message: Ended) -> None:
        now = time.monotonic()
        assert self._cell is not None
        self._cell.seconds = now - self._began
        self._cell.error = message.error
        self._cell.status = self._cause or ("error" if message.error else "ok")
        self._seconds += self._cell.seconds
        self._cell = None
        self._transcript.end()
        self._began = now
        self._for_calls = min(self._transcript.calls_seconds(self._position), self._left_for_calls())
        for_values = min(CAPTURE_SECONDS, max(ALL_CAPTURES_SECONDS - self._capture_seconds, 0.0))
        self._deadline = now + for_values + self._for_calls

    def _count_captures(self, seconds: float) -> None:
        """Count the time between two cells: for calls where any were due, and else for values."""
        if self._for_calls:
            self._calls_seconds += seconds
        else:
            self._capture_seconds += seconds

    def _left_for_calls(self) -> float:
        return max(self._limits.calls_seconds - self._calls_seconds, 0.0)

    def _overrun(self) -> None:
        if self._cell is not None and self._cause is None:
            self._interrupt("output")

    def _expire(self) -> None:
        """The time is over for whatever it is that we wait for."""
        if self._killed:
            raise ExecutionUnavailable("The process could not be ended.")
        if not self._environment or self._over:
            self._end("")
        elif self._cell is None:
            spent = bool(self._for_calls) or self._capture_seconds + CAPTURE_SECONDS >= ALL_CAPTURES_SECONDS
            all_of_it = self._limits.calls_seconds if self._for_calls else ALL_CAPTURES_SECONDS
            within = f"{all_of_it:g} s in all" if spent else f"{CAPTURE_SECONDS:g} s"
            what = "functions could not be called" if self._for_calls else "variables could not be read"
            self._end(f"The {what} within {within}, and the process was ended.")
        elif self._cause is None:
            self._interrupt("timeout")
        else:
            self._cell.status = self._cause
            self._cell.seconds = time.monotonic() - self._began
            self._seconds += self._cell.seconds
            self._cell = None
            self._end("The process didn't stop when it was interrupted, and was ended.")

    def _flood(self) -> None:
        """More came than anybody listens to, although the cell was interrupted for it."""
        if self._cell is not None:
            self._cell.status = "output"
            self._cell = None
        self._end("The process didn't stop when it was interrupted, and was ended.")

    def _interrupt(self, cause: Cause) -> None:
        self._cause = cause
        self._deadline = time.monotonic() + INTERRUPT_SECONDS
        self._slot.interrupt()

    def _end(self, reason: str) -> None:
        self._stopped = self._stopped or reason
        self._killed = True
        self._deadline = time.monotonic() + _ENDING_SECONDS
        self._slot.kill()

    def _judge(self, ending: Ending) -> None:
        """Say why the process is gone, where it didn't reach its end."""
        if self._over or self._stopped:
            return
        last = self._cell or next((cell for cell in reversed(self._transcript.cells) if cell.status != "not-run"), None)
        if last is not None:
            last.status = "died"
        if ending.over:
            self._stopped = over_limit(ending.over, self._limits)
        else:
            self._stopped = f"The process {how_it_ended(ending.exit_code)}."

    def _complaint(self, ending: Ending) -> str:
        told = "".join(
            "".join(output["text"]) for output in self._transcript.cells[0].outputs if output.get("name") == "stderr"
        )
        return told.strip()[:300] or f"its process {how_it_ended(ending.exit_code)}"
