"""What came of a process, and of what it wrote: how much it is, and its end."""

from __future__ import annotations

import os
import resource
import signal
import time
from typing import Any, Callable

from . import system_calls as system

_SWEEP_SECONDS = 5.0
_MANY_FILES = 20_000


def everything_below(pid: int) -> list[int]:
    """The process numbers of all descendants."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        for child in children(waiting.pop()):
            found.append(child)
            waiting.append(child)
    return found


def children(pid: int) -> list[int]:
    """The process numbers of those that a process has started."""
    found: list[int] = []
    try:
        for thread in os.listdir("/proc/%d/task" % pid):
            with open("/proc/%d/task/%s/children" % (pid, thread)) as file:
                found.extend(map(int, file.read().split()))
    except OSError:  # it has ended meanwhile
        pass
    return found


def use_more_than(limit: int, processes: list[int]) -> bool:
    """Whether the processes together hold more bytes of memory than `limit`, each shared page counted once.

    What they hold at most is cheap to know; only where that is too much is it counted exactly.
    """
    return sum(map(_resident, processes)) > limit and sum(map(_proportional, processes)) > limit


def are_more_than(limit: int, processes: list[int]) -> bool:
    """Whether the processes have more threads than `limit` together, their first ones included."""
    count = len(processes)
    for pid in processes if count <= limit else ():
        try:
            count += len(os.listdir("/proc/%d/task" % pid)) - 1
        except OSError:  # it has ended meanwhile
            pass
    return count > limit


def threads_of(user: int) -> int:
    """How many threads run as a user on this machine, as far as we can see."""
    count = 0
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and os.stat("/proc/" + name).st_uid == user:
                count += len(os.listdir("/proc/%s/task" % name))
        except OSError:  # it has ended meanwhile
            pass
    return count


def _resident(pid: int) -> int:
    try:
        with open("/proc/%d/statm" % pid) as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except (OSError, IndexError, ValueError):
        return 0


def _proportional(pid: int) -> int:
    """Exactly, where it can be read: a process that hides it counts with all that it shares."""
    try:
        with _as_owner(pid), open("/proc/%d/smaps_rollup" % pid) as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return _resident(pid)


def _as_owner(pid: int) -> Any:
    """Root without all its rights, as in a container, may ask of another user's process what that user may."""
    return system.acting_as(os.stat("/proc/%d" % pid).st_uid)


def holds_more_than(limit: int, folder: str, processes: list[int]) -> bool:
    """Whether the files in a folder, and those without a name that processes hold open, take more bytes of disk than
    `limit`, or are too many."""
    total = count = 0
    refused: list[OSError] = []  # a folder that can't be looked into holds too much
    for place, folders, files in os.walk(folder, onerror=refused.append):
        count += len(folders) + len(files)
        for name in folders + files:
            total += _bytes_of(os.lstat, os.path.join(place, name))
        if total > limit or count > _MANY_FILES:
            return True
    if any(isinstance(error, PermissionError) for error in refused):
        return True
    return total + sum(map(_nameless, processes)) > limit


def _nameless(pid: int) -> int:
    try:
        with _as_owner(pid):
            paths = ["/proc/%d/fd/%s" % (pid, descriptor) for descriptor in os.listdir("/proc/%d/fd" % pid)]
            return sum(_bytes_of(os.stat, path) for path in paths if _bytes_of(os.stat, path) and _is_nameless(path))
    except OSError:
        return 0


def _is_nameless(path: str) -> bool:
    try:
        return os.stat(path).st_nlink == 0
    except OSError:
        return False


def _bytes_of(stat: Callable[[str], os.stat_result], path: str) -> int:
    try:
        return stat(path).st_blocks * 512
    except OSError:  # it is gone meanwhile
        return 0


def sweep(*, everybody: bool) -> None:
    """End all descendants of this process, which must be a subreaper. `everybody`: a signal to all processes reaches
    none but them, so that not even a new one escapes."""
    deadline = time.monotonic() + _SWEEP_SECONDS
    while time.monotonic() < deadline:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        for process in [-1] if everybody else everything_below(os.getpid()):
            kill(process)
        time.sleep(0.002)


def kill(process: int) -> None:
    """Kill a process, if it is still there."""
    try:
        os.kill(process, signal.SIGKILL)
    except OSError:
        pass
