"""Prepares a kernel before any student code runs, and answers the parent's requests for values."""

from __future__ import annotations

import resource
from base64 import b64decode
from typing import Any

from .bridges import install
from .calls import Caller
from .captures import Captures, import_if_there, run_prelude, seed_generators, versions
from .frames import write
from .rerun import Rerun
from .system_calls import filter_system_calls


def start(shell: Any, settings: dict[str, Any]) -> None:
    """Import what is named, seed the generators, answer requests from now on, and take the limits."""
    for name in settings["imports"]:
        import_if_there(name)
    install(shell)
    seed_generators(settings["seed"])
    # `exit()` and `quit()` would end the kernel, and with it what comes after; they do nothing.
    shell.ask_exit = lambda: None
    # Outputs that the parent hasn't taken yet wait here, in this process, rather than being dropped.
    thread = shell.kernel.iopub_thread
    thread.schedule(lambda: setattr(thread.socket, "sndhwm", 0))
    guest = Guest(shell, settings["limits"], settings["prelude"])
    shell.kernel.shell_handlers[settings["request"]] = guest.answer
    _limit(settings["memory_bytes"])
    run_prelude(settings["prelude"], shell.user_ns)
    if settings["filter"]:
        shell.system = shell.system_raw  # there are no terminals to give to commands
        filter_system_calls(b64decode(settings["filter"]))


def _limit(memory_bytes: int) -> None:
    for what, amount in ((resource.RLIMIT_DATA, memory_bytes), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(what)
        amount = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(what, (amount, amount))


class Guest:
    """Answers requests for the values of names. All that it needs is bound before student code runs."""

    def __init__(self, shell: Any, limits: dict[str, int], prelude: str) -> None:
        self._rerun = Rerun(shell, prelude)
        self._captures = Captures(shell.user_ns, limits)
        self._caller = Caller(shell.user_ns, limits)
        self._send = shell.kernel.session.send
        self._versions = versions()

    def answer(self, stream: Any, ident: Any, request: dict[str, Any]) -> None:
        """Write the values at the paths in a request, or what came of its calls, or of running the cells once more, to
        the file that it names, and say so."""
        content = request["content"]
        error = ""
        try:
            write(content["path"], self._pieces(content))
        except BaseException as fault:  # whatever student code did to this process, the parent gets an answer
            error = type(fault).__name__
        reply = {"error": error, "environment": self._versions}
        self._send(stream, request["header"]["msg_type"] + "_reply", reply, request, ident=ident)

    def _pieces(self, content: dict[str, Any]) -> list[bytes]:
        if "again" in content:
            return self._rerun.run(content["again"], self._captures) if self._rerun.is_sound() else []
        if "calls" not in content:
            return self._captures.frame(content["names"])
        return self._caller.make(content["calls"], b64decode(content["inputs"]), content["calls"]["total"])
