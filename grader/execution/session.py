"""One execution in a kernel that is ready: its cells, its captures, and how it ended."""

from __future__ import annotations

import secrets
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from grader.errors import ExecutionUnavailable
from grader.execution import schedule
from grader.execution.again import AgainFrame
from grader.execution.asking import arguments, call_request, path_requests, rerun_request
from grader.execution.calls import Room, read_calls
from grader.execution.cells import CellRunner
from grader.execution.endings import how_it_ended, outcome, over_limit
from grader.execution.guest_code import REQUEST, start_statement
from grader.execution.kernel_process import START_SECONDS, KernelProcess
from grader.execution.messages import ForgedMessage, heard
from grader.execution.recording import Recording
from grader.execution.scratch import read_frame
from grader.records import Calls, CallsMade, Capture, CellRun, Execution, Limits, Plan, Run
from grader.wire import Read, decode

CAPTURE_SECONDS = 5.0
"""How long the process may take to answer one request for values."""
ALL_CAPTURES_SECONDS = 4 * CAPTURE_SECONDS
"""How long it may take for all of an execution's, which count in no other limit of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checkpoint:
    """Where the guest has written what a cell left of some names."""

    path: Path
    names: tuple[str, ...]
    position: int


class Session:
    """Runs a plan in a kernel. Make one for each execution."""

    def __init__(
        self,
        process: KernelProcess,
        plan: Plan,
        run: Run,
        limits: Limits,
        private: Path,
        inputs: Mapping[str, bytes],
    ) -> None:
        self._process = process
        self._plan = plan
        self._run = run
        self._limits = limits
        self._private = private
        self._inputs = inputs
        self._due = schedule.points_due(run.captures, plan.cells)
        self._ahead = schedule.points_ahead(self._due)
        self._cells: list[CellRun] = []
        self._captures: list[Capture] = []
        self._calls: list[CallsMade] = []
        self._calls_ahead: list[CallsMade] = []
        self._checkpoint: _Checkpoint | None = None
        self._ended: int | None = None
        self._seconds = 0.0
        self._capture_seconds = 0.0
        self._calls_seconds = 0.0
        self._room = Room(sum(len(point.calls) for point in run.captures))
        self._stopped = ""
        self._out_of_memory = False
        self._environment: dict[str, str] = {}

    async def prepare(self, provided: Path | None, *, filter: str) -> None:
        """Start the guest, before any student code; `filter` is one of system calls, for it to load at last.

        Raises ExecutionUnavailable where it can't be started.
        """
        code = start_statement(self._plan, self._run, self._limits, provided, filter=filter)
        content = {"code": code, "silent": True, "store_history": False, "user_expressions": {}, "allow_stdin": False}
        reply = await self._process.ask("execute_request", content, START_SECONDS)
        if reply is None or reply.get("status") != "ok":
            problem = f"{reply.get('ename')}: {reply.get('evalue')}" if reply else "it doesn't answer"
            raise ExecutionUnavailable(f"The kernel could not be prepared: {problem}.")
        answer = await self._request((), self._new_path())
        if answer is None:
            raise ExecutionUnavailable("The kernel could not be prepared: it gives no values.")
        self._environment = {str(name): str(version) for name, version in answer["environment"].items()}

    async def execute(self, engine: str) -> Recording:
        """Run all cells, read what is asked for, and tell how it went."""
        runner = CellRunner(self._process, self._plan.cells, self._limits)
        for position in range(len(self._plan.cells)):
            await self._step(runner, position)
        status, reason = outcome(
            (cell.status for cell in self._cells),
            self._limits,
            stopped=self._stopped,
            over=self._process.over,
            out_of_memory=self._out_of_memory,
        )
        told = Execution(
            purpose=self._run.purpose,
            status=status,
            engine=engine,
            seconds=self._seconds,
            seed=self._run.seed,
            cells=tuple(self._cells),
            captures=(*self._captures, *self._left_by_last_cell()),
            calls=(*self._calls, *(self._calls_ahead if self._stopped else ())),
            environment=self._environment,
            reason=reason,
        )
        again = [frame async for frame in self._run_again(engine)]
        read = self._checkpoint.position if self._checkpoint is not None else None
        lost = bool(self._stopped) and schedule.is_lost(self._ahead, ended=self._ended, read=read)
        return Recording(told=told, again=tuple(again), lost=lost)

    async def _run_again(self, engine: str) -> AsyncIterator[AgainFrame]:
        """Have the guest run the cells again, while it can."""
        for run in schedule.asked_again(self._plan, self._run):
            if self._stopped or self._process.exited or self._seconds > schedule.AGAIN_WITHIN_SECONDS:
                return
            path = self._new_path()
            content = {"again": rerun_request(self._plan, run), "path": str(path)}
            try:
                with heard():
                    answer = await self._process.ask(REQUEST, content, schedule.AGAIN_SECONDS + CAPTURE_SECONDS)
            except ForgedMessage:
                return
            room = self._limits.capture_bytes // len(self._plan.again)
            data = None if answer is None else read_frame(path, room)
            if not data:
                return
            _discard(path)
            yield AgainFrame(plan=self._plan, run=run, engine=engine, data=data, limits=self._limits)

    async def _step(self, runner: CellRunner, position: int) -> None:
        left = self._limits.total_seconds - self._seconds
        if not self._stopped and left <= 0:
            self._stopped = f"The notebook ran longer than {self._limits.total_seconds:g} s."
        if self._stopped:
            self._cells.append(CellRun(index=self._plan.cells[position].index, status="not-run"))
            return
        self._cells.append(CellRun(index=self._plan.cells[position].index, status="died"))  # until we know better
        try:
            with heard():
                await self._run_cell(runner, position, min(left, self._limits.cell_seconds))
        except ForgedMessage:
            await self._process.kill()
            self._cells[position] = replace(self._cells[position], status="died")
        if self._process.exited:
            self._lose_process()

    async def _run_cell(self, runner: CellRunner, position: int, seconds: float) -> None:
        result = await runner.run(position, seconds)
        self._cells[position] = result.run
        self._seconds += result.run.seconds
        self._out_of_memory |= result.out_of_memory
        if not self._process.exited:
            self._ended = position
            await self._capture(position)

    def _lose_process(self) -> None:
        """Say why the process is gone: we ended it, or it ended by itself in this cell or right after it."""
        cell = self._cells[-1]
        if self._process.killed and not self._process.over and cell.status != "died":
            self._stopped = self._stopped or "The process didn't stop when it was interrupted, and was ended."
            return
        self._cells[-1] = replace(cell, status="died")
        if self._process.over:
            self._stopped = over_limit(self._process.over, self._limits)
        elif self._process.killed:
            self._stopped = "The process sent messages that no kernel sends, and was ended."
        else:
            self._stopped = f"The process {how_it_ended(self._process.exit_code)}."

    async def _capture(self, position: int) -> None:
        due = self._due[position]
        if due:
            names = schedule.names_of(due)
            path = self._new_path()
            if await self._request(names, path) is None:
                return await self._give_up()
            self._captures.extend(schedule.captures_at_end(due, self._values(path, names)))
            self._checkpoint = None
            self._calls_ahead = []
            for calls in schedule.calls_of(due):
                cell = schedule.cell_of(calls, due)
                self._calls += [made async for made in self._make((calls,), cell, last=False)]
        ahead = self._ahead[position]
        if ahead and (self._run.careful or self._seconds > schedule.CAREFUL_SECONDS):
            await self._keep(schedule.names_of(ahead), position)
            asked, cell = schedule.calls_of(ahead), self._plan.cells[position].index
            self._calls_ahead = [made async for made in self._make(asked, cell, last=True)]
        return None

    async def _make(self, asked: Iterable[Calls], cell: int, *, last: bool) -> AsyncIterator[CallsMade]:
        """Have the guest make calls, while there is a process and time for them."""
        for calls in asked:
            seconds = min(schedule.seconds_for(calls, self._limits), self._limits.calls_seconds - self._calls_seconds)
            if any(made.calls == calls and made.results for made in self._calls):
                continue  # it was there at an earlier point
            if self._stopped or self._process.exited or seconds <= 0:
                return
            path, began = self._new_path(), time.monotonic()
            request = {**call_request(calls, self._limits), "total": seconds}
            inputs = b64encode(arguments(calls.inputs, self._inputs)).decode("ascii")
            content = {"calls": request, "inputs": inputs, "path": str(path)}
            answer = await self._process.ask(REQUEST, content, seconds + CAPTURE_SECONDS)
            self._calls_seconds += time.monotonic() - began
            if answer is None:
                await self._give_up()
                return
            data = read_frame(path, 2 * self._limits.capture_bytes) or b""
            _discard(path)
            yield read_calls(calls, cell, data, self._limits, last=last, room=self._room.take(data))

    async def _keep(self, names: tuple[str, ...], position: int) -> None:
        """Have the guest write what stands now, in case the process doesn't live to the next capture point."""
        path = self._new_path()
        if await self._request(names, path) is None:
            return await self._give_up()
        if self._checkpoint is not None:
            _discard(self._checkpoint.path)
        self._checkpoint = _Checkpoint(path=path, names=names, position=position)
        return None

    async def _give_up(self) -> None:
        if self._process.exited:
            return
        spent = self._capture_seconds >= ALL_CAPTURES_SECONDS
        within = f"{ALL_CAPTURES_SECONDS:g} s in all" if spent else f"{CAPTURE_SECONDS:g} s"
        self._stopped = f"The variables could not be read within {within}, and the process was ended."
        await self._process.kill()

    def _new_path(self) -> Path:
        return self._private / secrets.token_hex(8)

    async def _request(self, names: tuple[str, ...], path: Path) -> dict[str, Any] | None:
        began = time.monotonic()
        seconds = min(CAPTURE_SECONDS, ALL_CAPTURES_SECONDS - self._capture_seconds)
        content = {"names": path_requests(names), "path": str(path)}
        answer = await self._process.ask(REQUEST, content, seconds)
        self._capture_seconds += time.monotonic() - began
        return answer

    def _values(self, path: Path, names: tuple[str, ...]) -> tuple[Read, ...]:
        frame = read_frame(path, self._limits.capture_bytes)
        _discard(path)
        try:
            with heard():
                read = decode(frame or b"", self._limits)
        except ForgedMessage:
            return schedule.refused(names)
        return tuple(each for each in read if each.name in names)

    def _left_by_last_cell(self) -> tuple[Capture, ...]:
        if not self._stopped or self._checkpoint is None:
            return ()
        read = self._values(self._checkpoint.path, self._checkpoint.names)
        return schedule.captures_at_last(self._plan.cells[self._checkpoint.position].index, read)


def _discard(path: Path) -> None:
    with suppress(OSError):  # not there, or no file: the whole folder goes at the end
        path.unlink()
