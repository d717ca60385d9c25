"""Accounts: the CPU time and memory of a command with all of its processes, however deep and short-lived they are.

A control group counts everything, also what its parent never waited for. Where none can be made, the figures are those
of waited-for children, which leave out what was re-parented.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_ROOT = Path("/sys/fs/cgroup")
_ENTER = 'echo $$ > "$0/cgroup.procs" && exec "$@"'
_GONE_SECONDS = 20.0


class UntrustedError(Exception):
    """A run that no figure may be taken from, and why."""


class Account(Protocol):
    """What a command and its processes are charged to."""

    def command(self, arguments: Sequence[str]) -> list[str]:
        """The command that runs `arguments` in this account."""

    def cpu_seconds(self) -> float:
        """CPU seconds until now, all processes together."""

    def system_seconds(self) -> float:
        """Those of them that Linux itself used for the processes: forks, page faults, files."""

    def processes(self, first: int) -> list[int]:
        """The ids of all processes that live, `first` being the one that the command became."""

    def await_end(self) -> None:
        """Wait for the last process to end; raises UntrustedError where one outlives its command."""


@dataclass(frozen=True, slots=True)
class ControlGroup:
    """An account by a control group, of either version."""

    folder: Path

    def command(self, arguments: Sequence[str]) -> list[str]:
        """See `Account`."""
        return ["/bin/sh", "-c", _ENTER, str(self.folder), *arguments]

    def cpu_seconds(self) -> float:
        """See `Account`."""
        return self._seconds("cpuacct.usage", "usage_usec")

    def system_seconds(self) -> float:
        """See `Account`."""
        return self._seconds("cpuacct.usage_sys", "system_usec")

    def processes(self, first: int) -> list[int]:
        """See `Account`."""
        # Groups that the command made below this one count too.
        return [int(word) for file in self.folder.rglob("cgroup.procs") for word in file.read_text("ascii").split()]

    def await_end(self) -> None:
        """See `Account`."""
        deadline = time.monotonic() + _GONE_SECONDS
        while left := self.processes(0):
            if time.monotonic() > deadline:
                raise UntrustedError(f"Processes outlived their command: {left}. Their figures would be wrong.")
            time.sleep(0.02)

    def _seconds(self, first_version: str, second_version: str) -> float:
        file = self.folder / first_version
        if file.exists():
            return int(file.read_text(encoding="ascii")) / 1e9
        words = (self.folder / "cpu.stat").read_text(encoding="ascii").split()
        return int(words[words.index(second_version) + 1]) / 1e6


@dataclass(frozen=True, slots=True)
class Children:
    """An account by what children used, once they were waited for."""

    before: float
    before_system: float

    def command(self, arguments: Sequence[str]) -> list[str]:
        """See `Account`."""
        return list(arguments)

    def cpu_seconds(self) -> float:
        """See `Account`; only what has ended is counted."""
        return waited_seconds() - self.before

    def system_seconds(self) -> float:
        """See `Account`."""
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_stime - self.before_system

    def processes(self, first: int) -> list[int]:
        """See `Account`."""
        found = [first]
        for pid in found:
            with suppress(OSError):
                tasks = Path(f"/proc/{pid}/task").iterdir()
                found += [int(child) for task in tasks for child in (task / "children").read_text("ascii").split()]
        return found

    def await_end(self) -> None:
        """See `Account`; what was not waited for can't be known."""


@contextmanager
def open_account() -> Iterator[Account]:
    """An account of its own for one command."""
    folder = _make_group()
    if folder is None:
        yield Children(waited_seconds(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_stime)
        return
    try:
        yield ControlGroup(folder)
    finally:
        with suppress(OSError):
            folder.rmdir()


def means() -> str:
    """How CPU time is counted on this machine, in words."""
    folder = _make_group()
    if folder is None:
        return "waited-for children (no control group can be made)"
    folder.rmdir()
    return "a control group"


def proportional_bytes(processes: Sequence[int]) -> int:
    """The proportional set size of processes, together; those that have just ended count nothing."""
    total = 0
    for pid in processes:
        with suppress(FileNotFoundError, ProcessLookupError):
            total += memory_field(pid, "smaps_rollup", "Pss")
    return total


def memory_field(pid: int, file: str, name: str) -> int:
    """A field of a file under `/proc/<pid>/` that is given in kB, in bytes; 0 where a zombie has none."""
    for line in Path(f"/proc/{pid}/{file}").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    return 0


def _make_group() -> Path | None:
    for controller in ("cpuacct", "cpu,cpuacct", ".", "unified"):
        place = _ROOT / controller
        if (place / "cpuacct.usage").exists() or (place / "cgroup.controllers").exists():
            folder = place / f"benchmark-{os.getpid()}-{time.monotonic_ns()}"
            with suppress(OSError):
                folder.mkdir()
                return folder
    return None


def waited_seconds() -> float:
    """CPU seconds of all children that this process has waited for, and of theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
