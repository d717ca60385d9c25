"""Starts IPython's kernel behind the walls."""

from __future__ import annotations

import os
import runpy
import signal
import sys
from typing import Any

from . import system_calls as system
from . import walls, working_folder
from .processes import sweep


def launch(settings: dict[str, Any]) -> None:
    """Become a kernel. Where there is no namespace of processes, a process of ours stays behind to clear up."""
    if settings["walls"]["seal"] == "landlock":
        _supervise()
    scratch, student = settings["scratch"], settings["student"]
    walls.build(settings["walls"], settings["limits"], scratch, student, settings["provided"])
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    working_folder.enter(scratch)
    walls.close(settings["walls"], scratch, student)
    sys.argv = ["ipykernel_launcher", *settings["arguments"]]
    runpy.run_module("ipykernel_launcher", run_name="__main__", alter_sys=True)


def _supervise() -> None:
    """Fork, and return in the child. The parent ends with it, or when it is told to, with all that came of it."""
    system.die_with_parent(signal.SIGTERM)
    system.become_subreaper()
    walls.keep_signals_in()
    waited = {signal.SIGTERM, signal.SIGCHLD}
    signal.pthread_sigmask(signal.SIG_BLOCK, waited)
    child = os.fork()
    if child == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, waited)
        return
    code = None
    while code is None:
        if signal.sigwait(waited) == signal.SIGTERM:
            code = -signal.SIGKILL
        else:
            ended, status = os.waitpid(child, os.WNOHANG)
            code = os.waitstatus_to_exitcode(status) if ended else None
    sweep(everybody=True)
    os._exit(code if code >= 0 else 128 - code)
