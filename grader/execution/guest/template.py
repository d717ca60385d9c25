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
from typing import Any

from . import slot
from .captures import import_if_there, versions
from .shell import Session
from .warm_up import warm_up


def serve(settings: dict[str, Any]) -> None:
    """Import, warm up, say so, and make a slot of each descriptor that comes, until the parent goes."""
    parent = socket.socket(fileno=settings["descriptor"])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in settings["imports"]:
        import_if_there(name)
        if len(os.listdir("/proc/self/task")) > 1:
            return _tell(parent, {"threads": name})
    session = Session()
    warm_up(session.shell)
    settings["environment"] = versions()
    sys.path[:] = [entry for entry in sys.path if entry]
    gc.collect()
    gc.freeze()
    _tell(parent, {"environment": settings["environment"]})
    while True:
        data, descriptors, _, _ = socket.recv_fds(parent, 1, 1)
        if not data:
            return None
        if os.fork() == 0:
            parent.close()
            slot.serve(session, settings, socket.socket(fileno=descriptors[0]))
            os._exit(0)
        os.close(descriptors[0])
        _reap()


def _tell(parent: socket.socket, document: dict[str, Any]) -> None:
    parent.sendall(json.dumps(document).encode("ascii") + b"\n")


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
