"""The `warm` engine: executions in slots of a template, each a fresh copy of it."""

from __future__ import annotations

import functools
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from grader.errors import ExecutionUnavailable, GraderError
from grader.execution.engine import INTERRUPTED, NO_INPUTS, EngineOptions, Inputs, not_run
from grader.execution.guest_code import needed_imports
from grader.execution.recording import Recording
from grader.execution.sandbox import Sandbox
from grader.execution.sandbox.installation import find_installation
from grader.execution.scratch import folder
from grader.execution.warm.conversation import Conversation
from grader.execution.warm.lines import Lines
from grader.execution.warm.requests import cells, request
from grader.execution.warm.slot import Slot
from grader.execution.warm.template import Template
from grader.records import Limits, Plan, Run

_log = logging.getLogger(__name__)
_TRIES = 3
_FEW = 12
"""For so many executions it doesn't pay to prepare a template for them."""


class WarmEngine:
    """Runs each execution as a fork of a template."""

    name = "warm"

    def __init__(self, options: EngineOptions) -> None:
        self._options = options
        self.seal = options.seal
        self._lock = threading.Lock()
        self._template: Template | None = None
        self._idle: list[Slot] = []
        self._busy: set[Slot] = set()
        self._closed = False

    def begin(self) -> None:
        """Start the template; see `Engine`."""
        with suppress(GraderError), self._lock:  # the first execution will tell
            if self._template is None and not self._closed:
                self._renew()

    def execute(
        self, plan: Plan, run: Run, *, limits: Limits, provided: Path | None, inputs: Inputs = NO_INPUTS
    ) -> Recording:
        """Make one run of a plan; see `Engine`."""
        if not plan.cells:
            return not_run(run, self.name, "rejected", "The notebook has no code cells.")
        try:
            return self._execute(plan, run, limits, provided, inputs)
        except GraderError as error:
            reason = error.message
        except Exception as error:  # whatever it was, it must not lose the batch
            _log.exception("an execution failed")
            reason = f"The grader failed to run this: {type(error).__name__}: {error}."
        return not_run(run, self.name, "unavailable", INTERRUPTED if self._closed else reason)

    def _execute(self, plan: Plan, run: Run, limits: Limits, provided: Path | None, inputs: Inputs) -> Recording:
        """Hold the conversation. A slot or a template that died on the way is our own fault: it is tried again."""
        for attempt in range(1, _TRIES + 1):
            try:
                with self._slot() as slot:
                    return self._converse(slot, plan, run, limits, provided, inputs, last=attempt == _TRIES)
            except ExecutionUnavailable:
                if self._closed or attempt == _TRIES:
                    raise
        raise AssertionError

    def _converse(
        self,
        slot: Slot,
        plan: Plan,
        run: Run,
        limits: Limits,
        provided: Path | None,
        inputs: Inputs,
        *,
        last: bool,
    ) -> Recording:
        sandbox = self._sandbox
        with ExitStack() as stack:
            outside = None if sandbox.seal == "namespaces" else stack.enter_context(folder())
            student = None if sandbox.seal == "none" else slot.student
            asked = request(run, limits, scratch=sandbox.scratch(outside), student=student, provided=provided)
            imports = () if "torch" in self._options.imports else needed_imports(plan, provided)
            lines = stack.enter_context(Lines())
            given = [] if provided is None else [os.open(provided, os.O_RDONLY | os.O_DIRECTORY)]
            slot.start(asked, [*lines.theirs, *given])
            lines.send(cells(plan, run, limits, inputs, imports))
            # The first process of a namespace ignores what it sends itself, so that whoever kills it is outside. But it
            # can have the kernel do that, by a limit: where it happens again and again, we don't look for another.
            immune = sandbox.seal == "namespaces" and not last
            return Conversation(slot, lines, plan, run, limits, immune=immune).hold(self.name)

    @functools.cached_property
    def _sandbox(self) -> Sandbox:
        return Sandbox(seal=self._options.seal, installation=find_installation(self._options.python))

    @contextmanager
    def _slot(self) -> Iterator[Slot]:
        """A slot that nobody uses. It is used again unless something went wrong with it."""
        slot = self._take()
        try:
            yield slot
        except BaseException:
            with self._lock:
                self._busy.discard(slot)
            slot.close()
            raise
        with self._lock:
            self._busy.discard(slot)
            if self._closed:
                slot.close()
            else:
                self._idle.append(slot)

    def _take(self) -> Slot:
        with self._lock:
            if self._closed:
                raise ExecutionUnavailable(INTERRUPTED)
            if self._template is None or not self._template.alive:
                self._renew()
            if self._idle:
                slot = self._idle.pop()
                self._busy.add(slot)
                return slot
            template = self._template
        assert template is not None
        slot = template.open_slot()
        with self._lock:
            self._busy.add(slot)
        return slot

    def _renew(self) -> None:
        for slot in self._idle:
            slot.close()
        self._idle.clear()
        if self._template is not None:
            self._template.close()
        self._template = Template(self._sandbox, self._options.imports, many=self._options.executions > _FEW)

    def close(self) -> None:
        """End everything that runs; see `Engine`."""
        with self._lock:
            self._closed = True
            for slot in self._busy:
                slot.hang_up()
            for slot in self._idle:
                slot.close()
            self._idle.clear()
            template, self._template = self._template, None
        if template is not None:
            template.close()
