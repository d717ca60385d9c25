"""What /proc tells of the processes below one."""

from __future__ import annotations

import os
import resource


def everything_below(pid: int) -> list[int]:
    """The process numbers of all descendants."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        for child in _children(waiting.pop()):
            found.append(child)
            waiting.append(child)
    return found


def _children(pid: int) -> list[int]:
    children: list[int] = []
    try:
        for thread in os.listdir("/proc/%d/task" % pid):
            with open("/proc/%d/task/%s/children" % (pid, thread)) as file:
                children.extend(map(int, file.read().split()))
    except OSError:  # it has ended meanwhile
        pass
    return children


def use_more_than(limit: int, processes: list[int]) -> bool:
    """Whether the processes together hold more bytes of memory than `limit`, each shared page counted once.

    What they hold at most is cheap to know; only where that is too much is it counted exactly.
    """
    return sum(map(_resident, processes)) > limit and sum(map(_proportional, processes)) > limit


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
    try:
        with open("/proc/%d/smaps_rollup" % pid) as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return 0
