"""The `kernel` engine: nbclient with a real IPython kernel, on any system; the yardstick for the others."""

from __future__ import annotations

import asyncio
import functools
import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from grader.errors import ExecutionUnavailable
from grader.execution.engine import INTERRUPTED, NO_INPUTS, EngineOptions, Inputs, not_run
from grader.execution.kernel_launch import kernel_launch
from grader.execution.kernel_process import KernelProcess
from grader.execution.recording import Recording
from grader.execution.sandbox import Sandbox
from grader.execution.sandbox.installation import find_installation
from grader.execution.sandbox.students import student
from grader.execution.scratch import scratch
from grader.execution.session import Session
from grader.records import Limits, Plan, Run

_log = logging.getLogger(__name__)


class KernelEngine:
    """Runs each execution in a fresh kernel."""

    name = "kernel"

    def __init__(self, options: EngineOptions) -> None:
        self._options = options
        self.seal = options.seal
        self._lock = threading.Lock()
        self._running: set[int] = set()
        self._closed = False

    def begin(self) -> None:
        """Nothing: each kernel begins afresh."""

    def execute(
        self, plan: Plan, run: Run, *, limits: Limits, provided: Path | None, inputs: Inputs = NO_INPUTS
    ) -> Recording:
        """Make one run of a plan; see `Engine`. Not to be called from a thread with a running event loop."""
        if not plan.cells:
            return not_run(run, self.name, "rejected", "The notebook has no code cells.")
        try:
            recording = self._try(plan, run, limits, provided, inputs)
        except ExecutionUnavailable as error:
            return not_run(run, self.name, "unavailable", INTERRUPTED if self._closed else str(error))
        except Exception as error:  # whatever it was, it must not lose the batch
            _log.exception("an execution failed")
            reason = f"The grader failed to run this: {type(error).__name__}: {error}."
            return not_run(run, self.name, "unavailable", INTERRUPTED if self._closed else reason)
        return not_run(run, self.name, "unavailable", INTERRUPTED) if self._closed else recording

    def close(self) -> None:
        """End all kernels that run; see `Engine`."""
        with self._lock:
            self._closed = True
            for pid in self._running:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)

    def _try(self, plan: Plan, run: Run, limits: Limits, provided: Path | None, inputs: Inputs) -> Recording:
        """Execute, and once more where that could not be: a kernel that dies before a notebook runs isn't its fault."""
        try:
            return asyncio.run(self._execute(plan, run, limits, provided, inputs))
        except ExecutionUnavailable:
            if self._closed:
                raise
        return asyncio.run(self._execute(plan, run, limits, provided, inputs))

    async def _execute(self, plan: Plan, run: Run, limits: Limits, provided: Path | None, inputs: Inputs) -> Recording:
        # nbclient leaves tasks behind where a kernel dies; what they raise then says nothing new.
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
        with scratch(provided) as place, student() as number:
            launch = kernel_launch(self._sandbox, place, limits, number)
            process = KernelProcess(launch, place, limits)
            try:
                await process.launch()
                with self._registered(process.pid):
                    await process.connect()
                    session = Session(process, plan, run, limits, place.private, inputs)
                    await session.prepare(provided, filter=launch.filter)
                    return await session.execute(self.name)
            finally:
                await process.close()

    @functools.cached_property
    def _sandbox(self) -> Sandbox:
        return Sandbox(seal=self._options.seal, installation=find_installation(self._options.python))

    @contextmanager
    def _registered(self, pid: int) -> Iterator[None]:
        """While this lasts, `close` kills the process."""
        with self._lock:
            if self._closed:
                raise ExecutionUnavailable(INTERRUPTED)
            self._running.add(pid)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(pid)
