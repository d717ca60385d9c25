"""Which of a command's processes uses the CPU: looked up while they live, the rest by subtraction."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.commands import Running, Usage

_TICK = 1 / os.sysconf("SC_CLK_TCK")
_LASTING_SHARE = 0.3

PARENT, FORK_SERVER, WORKERS = "the parent", "the fork server of the marking workers", "the marking workers"
ENGINE, EXECUTIONS = "the engine's lasting processes (templates, sandboxes)", "executions, and whatever is short-lived"
ROLES = (PARENT, FORK_SERVER, WORKERS, ENGINE, EXECUTIONS)
TOTAL, SYSTEM = "all of them together", "of that, in Linux itself (forks, page faults, files)"


@dataclass(slots=True)
class _Seen:
    role: str
    first: float
    last: float
    seconds: float


class Observation:
    """Looks at the processes of a running command again and again, and sums up by role."""

    def __init__(self) -> None:
        self._seen: dict[int, _Seen] = {}
        self._length = 0.0

    def look(self, running: Running, seconds: float) -> None:
        """Note what each process has used until now, `seconds` after the start."""
        self._length = seconds
        for pid in running.processes():
            with suppress(OSError):
                used = _used(pid)
                if pid in self._seen:
                    self._seen[pid].last, self._seen[pid].seconds = seconds, used
                else:
                    role = _role(pid, running.process.pid)
                    self._seen[pid] = _Seen(role=role, first=seconds, last=seconds, seconds=used)

    def by_role(self, usage: Usage) -> Mapping[str, float]:
        """CPU seconds by role, and of all; what no lasting process used is the executions'."""
        sums: defaultdict[str, float] = defaultdict(float)
        for seen in self._seen.values():
            lasting = seen.last - seen.first >= _LASTING_SHARE * self._length
            if lasting or seen.role != ENGINE:
                sums[seen.role] += seen.seconds
        executions = usage.cpu_seconds - sum(sums.values())
        return {**sums, EXECUTIONS: executions, TOTAL: usage.cpu_seconds, SYSTEM: usage.system_seconds}


def _used(pid: int) -> float:
    """CPU seconds of a process's own, its children left out."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK


def _role(pid: int, parent: int) -> str:
    """What a process is, by its command line and its parent's."""
    if pid == parent:
        return PARENT
    if not _is_fork_server(pid):
        return ENGINE
    return WORKERS if _is_fork_server(_parent(pid)) else FORK_SERVER


def _is_fork_server(pid: int) -> bool:
    return b"multiprocessing.forkserver" in Path(f"/proc/{pid}/cmdline").read_bytes()


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
