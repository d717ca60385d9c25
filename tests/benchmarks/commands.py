"""Running a command and accounting for it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.accounting import Account, UntrustedError, open_account, waited_seconds

POLL_SECONDS = 0.005
_KIND_SECONDS = 8.0
_ENTERING_SECONDS = 0.1
_TOLD_CHARACTERS = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What is run, where, and how to be sure that it did its work: `check` raises where it didn't."""

    arguments: Sequence[str]
    folder: Path
    check: Callable[[], None] = lambda: None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a command took; `system_seconds` is the part of its CPU time that Linux itself used for it."""

    cpu_seconds: float
    system_seconds: float
    wall_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A command under way."""

    process: subprocess.Popen[bytes]
    account: Account
    log: Path

    def processes(self) -> list[int]:
        """The ids of all of its processes that live now."""
        return self.account.processes(self.process.pid)


Watch = Callable[[Running, float], None]
"""What is called while a command runs, with the seconds since its start."""


def run(command: Command, *, watch: Watch | None = None, every: float = POLL_SECONDS) -> Usage:
    """Run a command to its end, check its work, and say what it took; raises UntrustedError where it failed.

    `watch` is called over and over meanwhile.
    """
    before, began = waited_seconds(), time.perf_counter()
    with started(command) as running:
        while watch is not None and running.process.poll() is None:
            watch(running, time.perf_counter() - began)
            time.sleep(every)
        running.process.wait()
        wall = time.perf_counter() - began
        running.account.await_end()
        system = running.account.system_seconds()
        used, waited = running.account.cpu_seconds(), waited_seconds() - before
    if running.process.returncode != 0:
        said = running.log.read_text(encoding="utf-8", errors="replace")[-_TOLD_CHARACTERS:]
        raise UntrustedError(f"{command.arguments} ended with status {running.process.returncode}:\n{said}")
    if used < 0.95 * waited - _ENTERING_SECONDS:
        raise UntrustedError(f"Processes left their account: {used:.2f} s were counted of {waited:.2f} s.")
    try:
        command.check()
    except (AssertionError, OSError) as error:
        raise UntrustedError(f"{command.arguments} didn't do its work: {error}") from error
    return Usage(cpu_seconds=used, system_seconds=system, wall_seconds=wall)


@contextmanager
def started(command: Command) -> Iterator[Running]:
    """A command under way in an account of its own, its output kept in its folder; ended with the block."""
    log = command.folder / "output.txt"
    with open_account() as account, log.open("wb") as output:
        process = subprocess.Popen(
            account.command(command.arguments),
            cwd=command.folder,
            env={**os.environ, **command.environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        running = Running(process=process, account=account, log=log)
        try:
            yield running
        finally:
            _end(running)


def _end(running: Running) -> None:
    """End what still runs, kindly at first."""
    if running.process.poll() is None:
        running.process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            running.process.wait(_KIND_SECONDS)
    for pid in running.account.processes(running.process.pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    running.process.wait()
    running.account.await_end()
