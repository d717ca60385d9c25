"""A process of ours that does nothing but wait, for attacks to do something to."""

from __future__ import annotations

import ctypes
import hashlib
import os
import resource
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pyseccomp

from tests.attacks.attack import Victim
from tests.attacks.baits import new_secret

_IOPRIO_GET = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, "ioprio_get")
_PROCESS = 1
_libc = ctypes.CDLL(None)
_WAITS = """
import os, signal
signal.signal(signal.SIGUSR1, lambda *_: os.write(1, b"s"))
os.write(1, b"r")
while True:
    signal.pause()
"""


class VictimProcess:
    """Started anew whenever something has happened to it. It runs as whoever grades, and has secrets."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        command = [sys.executable, "-I", "-S", "-c", _WAITS, "grader-victim", new_secret()]
        environment = {"VICTIM_SECRET": new_secret()}
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, start_new_session=True)
        assert self._process.stdout is not None
        self._told = self._process.stdout.fileno()
        assert os.read(self._told, 1) == b"r"
        os.set_blocking(self._told, False)
        self._files = resource.prlimit(self.pid, resource.RLIMIT_NOFILE)[0]
        self._memory = self._environment()
        self._scheduled = self._scheduling()

    @property
    def pid(self) -> int:
        """Its process number, as whoever grades sees it."""
        return self._process.pid

    def _environment(self) -> str:
        with suppress(OSError):
            return hashlib.sha256(Path(f"/proc/{self.pid}/environ").read_bytes()).hexdigest()
        return ""

    def _scheduling(self) -> tuple[object, ...]:
        of_disk = _libc.syscall(ctypes.c_long(_IOPRIO_GET), _PROCESS, self.pid)
        return os.sched_getscheduler(self.pid), os.sched_getaffinity(self.pid), of_disk

    def state(self) -> Victim:
        """What has become of it."""
        if self._process.poll() is not None:
            return Victim(alive=False)
        text = Path(f"/proc/{self.pid}/status").read_text()
        status = dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)
        try:
            signals = len(os.read(self._told, 1000))
        except BlockingIOError:
            signals = 0
        files = resource.prlimit(self.pid, resource.RLIMIT_NOFILE)[0]
        return Victim(
            stopped=status["State"].startswith(("T", "t")),
            traced=status["TracerPid"].strip() != "0",
            signals=signals,
            niceness=os.getpriority(os.PRIO_PROCESS, self.pid),
            out_of_memory_score=int(Path(f"/proc/{self.pid}/oom_score_adj").read_text()),
            open_files=files if files != self._files else 0,
            memory_changed=self._environment() != self._memory,
            scheduling_changed=self._scheduling() != self._scheduled,
        )

    def renew(self) -> None:
        """End it, and start another."""
        self.end()
        self._start()

    def end(self) -> None:
        """End it."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
