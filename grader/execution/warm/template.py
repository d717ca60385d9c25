"""The template process: started once, asked for slots, ended with all that came of it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from grader.errors import ExecutionUnavailable
from grader.execution.guest_code import PROGRAM, document
from grader.execution.sandbox import Sandbox
from grader.execution.scratch import environment, scratch
from grader.execution.warm.slot import Slot
from grader.records import Limits
from grader.wire import guest_limits

START_SECONDS = 90.0
_ALWAYS = ("numpy",)
_LINE_BYTES = 1 << 16
_COMPLAINT_BYTES = 2000
_ENDING_SECONDS = 5.0


class Template:
    """A template that has been started; `ready` waits until it has imported everything.

    `imports` are modules to import before any student code runs, beside NumPy. Where one starts threads,
    which no copy of a process would have, the template begins again without it. `many` says that it is worth a second
    to make each execution cheaper.
    """

    def __init__(self, sandbox: Sandbox, imports: tuple[str, ...], *, many: bool) -> None:
        self._sandbox = sandbox
        self._many = many
        self._imports = list(dict.fromkeys((*_ALWAYS, *imports)))
        self._lock = threading.Lock()
        self._ready = False
        self._resources = ExitStack()
        self._scratch = self._resources.enter_context(scratch(None))
        self._start()

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        settings = {
            "walls": self._sandbox.walls(),
            "imports": self._imports,
            "many": self._many,
            "limits": guest_limits(Limits()),
            "descriptor": theirs.fileno(),
        }
        inside = Path(self._sandbox.scratch(self._scratch.root))
        variables = environment(self._sandbox.installation.python, inside / "home", inside / "tmp")
        command = self._sandbox.command("-I", "-B", "-c", PROGRAM, environment=variables)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  # our own program, in the interpreter of the class
                command,
                env=variables,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                cwd="/",
            )
        self._channel = ours
        assert self._process.stdin is not None
        with suppress(BrokenPipeError), self._process.stdin as program:
            program.write(document("template", "serve", settings))

    def ready(self) -> None:
        """Wait until it is. Raises ExecutionUnavailable where it doesn't come up."""
        with self._lock:
            deadline = time.monotonic() + START_SECONDS
            while not self._ready:
                told = self._told(deadline)
                if "threads" not in told:
                    self._ready = True
                    return
                self._end()
                self._imports.remove(told["threads"])
                self._start()

    def _told(self, deadline: float) -> dict[str, Any]:
        line = bytearray()
        while not line.endswith(b"\n") and len(line) < _LINE_BYTES:
            self._channel.settimeout(max(deadline - time.monotonic(), 0.01))
            try:
                piece = self._channel.recv(_LINE_BYTES)
            except (TimeoutError, OSError) as error:
                raise self._fault(f"it isn't ready after {START_SECONDS:.0f} s") from error
            if not piece:
                raise self._fault(self._complaint())
            line += piece
        self._channel.settimeout(None)
        told = json.loads(line)
        assert isinstance(told, dict)
        return told

    def _complaint(self) -> str:
        """The last line that the process left on its way out."""
        self._end()
        assert self._process.stderr is not None
        lines = self._process.stderr.read(_COMPLAINT_BYTES * 10).decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else f"it ended with exit status {self._process.returncode}"

    def _fault(self, problem: str) -> ExecutionUnavailable:
        python = self._sandbox.installation.python
        remedy = f'Check that `{python} -c "import IPython"` works.'
        return ExecutionUnavailable(f"No template could be started with {python}: {problem}.", remedy=remedy)

    def open_slot(self) -> Slot:
        """A new slot. Raises ExecutionUnavailable where the template has died."""
        self.ready()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, self._lock:
            try:
                socket.send_fds(self._channel, [b"s"], [theirs.fileno()])
            except OSError as error:
                ours.close()
                raise self._fault("it has died") from error
        return Slot(ours)

    @property
    def alive(self) -> bool:
        """Whether the process is there, as far as we have seen."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the process and everything that came of it. Its slots are to be closed before."""
        self._channel.close()
        if self._ready:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_ENDING_SECONDS)  # it lets its slots clear up
        self._end()
        assert self._process.stderr is not None
        self._process.stderr.close()
        self._resources.close()

    def _end(self) -> None:
        """Slots end when their channels do; where they are in namespaces, they end with the first process there."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_ENDING_SECONDS)
