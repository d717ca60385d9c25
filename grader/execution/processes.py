"""Ending a kernel and all that it started."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_ROUNDS = 10


def end(leader: int, mark: str) -> None:
    """Kill a session's leader, its process group, and every process of that session or with `mark` in its environment.

    Children that made a session of their own (a shell behind a terminal, a daemon) inherit the environment. Without
    /proc only the group is killed.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
    for _ in range(_ROUNDS):  # what is forked while we look is found in the next round
        strays = list(_strays(leader, mark.encode()))
        for pid in strays:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if not strays:
            return


def _strays(leader: int, mark: bytes) -> Iterator[int]:
    if not _PROC.is_dir():
        return
    own = os.getpid()
    for name in os.listdir(_PROC):
        if name.isdigit() and int(name) not in (own, leader) and _belongs(_PROC / name, leader, mark):
            yield int(name)


def _belongs(process: Path, leader: int, mark: bytes) -> bool:
    try:
        # The command's name is the only field that may hold spaces, and stands in parentheses.
        state, _, _, session = (process / "stat").read_bytes().rpartition(b")")[2].split()[:4]
        if state in (b"Z", b"X"):
            return False
        return int(session) == leader or mark in (process / "environ").read_bytes()
    except (OSError, ValueError):  # gone meanwhile, or another user's
        return False
