"""The process that has imported what the class imports, and of which every execution is a copy.

It has no secret, runs no student code, and stays single-threaded: threads don't survive a fork.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
import time
from typing import Any

from . import slot
from . import system_calls as system
from .bridges import install
from .captures import import_if_there, versions
from .huge_pages import use_huge_pages
from .processes import children, everything_below, kill, sweep
from .shell import Session
from .warm_up import warm_up

_WAIT_SECONDS = 3.0


def serve(settings: dict[str, Any]) -> None:
    """Import, warm up, say so, and make a slot of each descriptor that comes, until the parent goes."""
    parent = socket.socket(fileno=settings["descriptor"])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # what is made from here on stays: to look through it again and again takes a third of a second
    for name in settings["imports"]:
        import_if_there(name)
        if len(os.listdir("/proc/self/task")) > 1:
            return _tell(parent, {"threads": name})
    session = Session()
    install(session.shell)
    warm_up(session, settings["limits"])
    sys.path[:] = [entry for entry in sys.path if entry]
    gc.collect()
    gc.freeze()
    gc.enable()
    use_huge_pages()
    _tell(parent, {"environment": versions()})
    _open_slots(parent, session, settings)
    sweep(everybody=False)  # slots end by themselves when the parent goes, and leave nothing
    os._exit(0)  # there is nothing to tidy up, and much to take apart


def _open_slots(parent: socket.socket, session: Session, settings: dict[str, Any]) -> None:
    system.become_subreaper()
    slots: set[int] = set()
    while True:
        data, descriptors, _, _ = socket.recv_fds(parent, 1, 1)
        slots -= _ended()
        if not data:
            return _wait_for(slots)
        _end_orphans(slots)
        child = os.fork()
        if child == 0:
            parent.close()
            slot.serve(session, settings, socket.socket(fileno=descriptors[0]))
            os._exit(0)
        slots.add(child)
        os.close(descriptors[0])


def _tell(parent: socket.socket, document: dict[str, Any]) -> None:
    parent.sendall(json.dumps(document).encode("ascii") + b"\n")


def _ended() -> set[int]:
    """The children that have ended since the last time."""
    ended: set[int] = set()
    try:
        while True:
            child, _ = os.waitpid(-1, os.WNOHANG)
            if not child:
                return ended
            ended.add(child)
    except ChildProcessError:
        return ended


def _end_orphans(slots: set[int]) -> None:
    """End what a slot was running that was killed itself: it has become ours."""
    for child in children(os.getpid()):
        if child not in slots:
            for process in [*everything_below(child), child]:
                kill(process)


def _wait_for(slots: set[int]) -> None:
    deadline = time.monotonic() + _WAIT_SECONDS
    while slots and time.monotonic() < deadline:
        time.sleep(0.005)
        slots -= _ended()
