"""Runs one cell after another in a kernel, each within its limits."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from grader.execution.kernel_process import KernelProcess
from grader.execution.messages import ForgedMessage, content_of, heard
from grader.execution.metering import OutputMeter
from grader.execution.outputs import is_out_of_memory, to_error, to_records
from grader.records import CellRun, Limits, Source

INTERRUPT_SECONDS = 3.0
RECOVERY_SECONDS = 1.0
"""How long a kernel may take to show that it lives, after a cell was interrupted."""
_DRAIN_SECONDS = 0.3
_MESSAGES_SECONDS = 10
_MESSAGE_OVERHEAD = 256

Cause = Literal["finished", "timeout", "output", "died"]


class BoundedClient(NotebookClient):
    """nbclient, but for what it keeps of a flood or of forged messages, and for the reply, which it remembers."""

    def __init__(self, notebook: NotebookNode, process: KernelProcess, meter: OutputMeter) -> None:
        super().__init__(
            notebook,
            km=process.manager,
            timeout=None,
            allow_errors=True,
            iopub_timeout=_MESSAGES_SECONDS,
            record_timing=False,
            store_widget_state=False,
            on_cell_executed=self._remember,
        )
        self.kc = process.client
        self.meter = meter
        self.reply: dict[str, Any] = {}

    def _remember(self, cell: NotebookNode, cell_index: int, execute_reply: dict[str, Any]) -> None:
        self.reply = content_of(execute_reply)

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Count a message and let nbclient take it in; drop what no frontend could show or what doesn't fit."""
        kind = msg["msg_type"]
        if kind == "status":
            return super().process_message(msg, cell, cell_index)
        try:
            return super().process_message(msg, cell, cell_index) if self._fits(kind, msg["content"]) else None
        except Exception:  # a message that a student made up: nbclient takes the shape of each for granted
            return None

    def _fits(self, kind: str, content: dict[str, Any]) -> bool:
        if kind.startswith("comm_"):  # widgets: no frontend is there to answer
            self.meter.room(_MESSAGE_OVERHEAD)
            return False
        size = _MESSAGE_OVERHEAD + len(json.dumps(content, ensure_ascii=False).encode("utf-8", "replace"))
        room = self.meter.room(size)
        if room < size and kind == "stream" and room > _MESSAGE_OVERHEAD:
            # Shorter in characters than in bytes: what is cut may be a little less than what would have fitted.
            content["text"] = str(content.get("text"))[: (room - _MESSAGE_OVERHEAD) // 4]
            return True
        return room == size


def _notebook(cells: Sequence[Source]) -> NotebookNode:
    nodes = [new_code_cell(cell.code) for cell in cells]  # type: ignore[no-untyped-call]  # nbformat has no annotations
    notebook: NotebookNode = new_notebook(cells=nodes)  # type: ignore[no-untyped-call]  # likewise
    return notebook


@dataclass(frozen=True, slots=True, kw_only=True)
class CellResult:
    """A cell's run, and whether it ended for want of memory."""

    run: CellRun
    out_of_memory: bool = False


class CellRunner:
    """Runs the cells of a plan in a kernel, in order. `process.exited` tells whether there is still a kernel."""

    def __init__(self, process: KernelProcess, cells: Sequence[Source], limits: Limits) -> None:
        self._process = process
        self._limits = limits
        self._overrun = asyncio.Event()
        self._meter = OutputMeter(limits.output_bytes, self._overrun.set)
        self._notebook = _notebook(cells)
        self._client = BoundedClient(self._notebook, process, self._meter)
        self._indices = [cell.index for cell in cells]

    async def run(self, position: int, seconds: float) -> CellResult:
        """Run a cell for at most so many seconds; past them, or past the limit of output, it is interrupted.

        A kernel that doesn't answer to that is killed, and so is one that sends what no kernel sends: its cell has
        `died`. Raises ExecutionUnavailable where the kernel can't be heard.
        """
        cell = self._notebook.cells[position]
        self._meter.start_cell()
        self._overrun.clear()
        self._client.reply = {}
        began = time.monotonic()
        task = asyncio.create_task(self._client.async_execute_cell(cell, position))
        try:
            with heard():
                cause = await self._supervise(task, seconds)
        except ForgedMessage:
            await self._process.kill()
            cause = "died"
        return self._result(position, cause, time.monotonic() - began)

    async def _supervise(self, task: asyncio.Task[Any], seconds: float) -> Cause:
        cause = await self._cause(task, seconds)
        if cause in ("timeout", "output") and not task.done():
            self._process.interrupt()
            await self._process.wait(task, seconds=INTERRUPT_SECONDS)
        if not task.done():
            task.cancel()
        cause = await self._finish(task, cause)
        if cause in ("timeout", "output") and not await self._process.recover(RECOVERY_SECONDS):
            await self._process.kill()
        return cause

    async def _cause(self, task: asyncio.Task[Any], seconds: float) -> Cause:
        """Wait until the cell is finished, or is to be ended, and say which."""
        floods = [asyncio.create_task(event.wait()) for event in (self._overrun, self._process.overflowed)]
        await self._process.wait(task, *floods, seconds=seconds)
        for flood in floods:
            flood.cancel()
        if self._overrun.is_set() or self._process.overflowed.is_set():
            return "output"
        if self._process.exited:
            await asyncio.wait({task}, timeout=_DRAIN_SECONDS)
            return "finished" if task.done() else "died"
        return "finished" if task.done() else "timeout"

    async def _finish(self, task: asyncio.Task[Any], cause: Cause) -> Cause:
        """Take in how nbclient saw it, which changes the cause only where the process is lost.

        Raises whatever handling the kernel's messages raised.
        """
        try:
            await task
        except (DeadKernelError, asyncio.CancelledError):
            return "died" if cause == "finished" else cause
        return cause

    def _result(self, position: int, cause: Cause, seconds: float) -> CellResult:
        reply = self._client.reply
        error = to_error(reply) if reply.get("status") == "error" else None
        status: Literal["ok", "error"] = "error" if error is not None else "ok"
        run = CellRun(
            index=self._indices[position],
            status=status if cause == "finished" else cause,
            seconds=seconds,
            outputs=to_records(self._notebook.cells[position].outputs),
            error=error,
        )
        return CellResult(run=run, out_of_memory=error is not None and is_out_of_memory(error))
