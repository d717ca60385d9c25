"""The process that has imported what the class imports, and of which every execution is a copy.

It has no secret, runs no student code, and stays single-threaded: threads don't survive a fork.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
import time
from typing import Any

from . import slot
from . import system_calls as system
from .bridges import install
from .captures import import_if_there, versions
from .gaps import fill_gaps
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
    warm_up(session, settings["limits"], thoroughly=settings["many"])
    sys.path[:] = [entry for entry in sys.path if entry]
    gc.collect()
    gc.freeze()
    gc.enable()
    fill_gaps()
    if settings["many"]:
        use_huge_pages()
    _tell(parent, {"environment": versions()})
    _open_slots(parent, session, settings)
    sweep(everybody=False)  # slots end by themselves when the parent goes, and leave nothing
    os._exit(0)  # there is nothing to tidy up, and much to take apart


def _open_slots(parent: socket.socket, session: Session, settings: dict[str, Any]) -> None:
    system.become_subreaper()
    family = _Family(parent)
    while True:
        if family.wait():
            data, descriptors, _, _ = socket.recv_fds(parent, 1, 1)
            if not data:
                return family.wait_for_slots()
            child = os.fork()
            if child == 0:
                family.leave()
                slot.serve(session, settings, socket.socket(fileno=descriptors[0]))
                os._exit(0)
            os.close(descriptors[0])
            family.add_slot(child)
        family.bury()


def _tell(parent: socket.socket, document: dict[str, Any]) -> None:
    parent.sendall(json.dumps(document).encode("ascii") + b"\n")


class _Family:
    """The children of this process, each seen off when it ends: slots, and what a slot was running that was killed
    itself, which becomes ours and is ended. `parent` is what else is waited for."""

    def __init__(self, parent: socket.socket) -> None:
        self._parent = parent
        self._slots: set[int] = set()
        self._watched: dict[int, int] = {}
        self._poll = select.poll()
        self._poll.register(parent, select.POLLIN)

    def wait(self) -> bool:
        """Wait until the parent says something, or a child ends; whether the parent does."""
        return any(descriptor == self._parent.fileno() for descriptor, _ in self._poll.poll())

    def add_slot(self, child: int) -> None:
        self._slots.add(child)
        self._watch(child)

    def leave(self) -> None:
        """Be no part of it, as a child is to."""
        for descriptor in (self._parent.detach(), *self._watched.values()):
            os.close(descriptor)

    def bury(self) -> None:
        """See off who has ended, and end who has become ours by that."""
        for child in _ended() & self._watched.keys():
            self._slots.discard(child)
            self._poll.unregister(self._watched[child])
            os.close(self._watched.pop(child))
        for orphan in set(children(os.getpid())) - self._watched.keys():
            self._watch(orphan)
            for process in [*everything_below(orphan), orphan]:
                kill(process)

    def _watch(self, child: int) -> None:
        self._watched[child] = os.pidfd_open(child)
        self._poll.register(self._watched[child], select.POLLIN)

    def wait_for_slots(self) -> None:
        """Let them clear up, which they do when the parent goes."""
        deadline = time.monotonic() + _WAIT_SECONDS
        while self._slots and time.monotonic() < deadline:
            time.sleep(0.005)
            self._slots -= _ended()


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
