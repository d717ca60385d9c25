"""Prepares a kernel before any student code runs, and answers the parent's requests for values."""

from __future__ import annotations

import importlib
import random
import resource
import sys
from typing import Any

from .frames import encode, write
from .libraries import Libraries
from .values import Reader, identity


def start(shell: Any, settings: dict[str, Any]) -> None:
    """Import what is named, seed the generators, answer requests from now on, and take the limits."""
    for name in settings["imports"]:
        _import(name)
    _seed(settings["seed"])
    # `exit()` and `quit()` would end the kernel, and with it what comes after; they do nothing.
    shell.ask_exit = lambda: None
    # Outputs that the parent hasn't taken yet wait here, in this process, rather than being dropped.
    thread = shell.kernel.iopub_thread
    thread.schedule(lambda: setattr(thread.socket, "sndhwm", 0))
    guest = Guest(shell, settings["limits"])
    shell.kernel.shell_handlers[settings["request"]] = guest.answer
    _limit(settings["memory_bytes"])


def _import(name: str) -> None:
    try:
        importlib.import_module(name)
    except Exception:  # not installed, or broken: the student's own import will say so
        sys.modules.pop(name, None)


def _seed(seed: int) -> None:
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed % 2**32)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)


def _limit(memory_bytes: int) -> None:
    for what, amount in ((resource.RLIMIT_DATA, memory_bytes), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(what)
        amount = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(what, (amount, amount))


def versions() -> dict[str, str]:
    """Python's version and those of the libraries that are imported."""
    found = {"python": sys.version.split()[0]}
    for name in ("IPython", "numpy", "torch"):
        if name in sys.modules:
            found[name.lower()] = str(getattr(sys.modules[name], "__version__", ""))
    return found


class Guest:
    """Answers requests for the values of names. All that it needs is bound before student code runs."""

    def __init__(self, shell: Any, limits: dict[str, int]) -> None:
        self._names = shell.user_ns
        self._send = shell.kernel.session.send
        self._limits = limits
        self._libraries = Libraries()
        self._versions = versions()

    def answer(self, stream: Any, ident: Any, request: dict[str, Any]) -> None:
        """Write the values of the names in a request to the file that it names, and say so."""
        content = request["content"]
        error = ""
        try:
            self._write(content["path"], content["names"])
        except BaseException as fault:  # whatever student code did to this process, the parent gets an answer
            error = type(fault).__name__
        reply = {"error": error, "environment": self._versions}
        self._send(stream, request["header"]["msg_type"] + "_reply", reply, request, ident=ident)

    def _write(self, path: str, names: list[str]) -> None:
        self._libraries.refresh()
        reader = Reader(self._libraries, self._limits)
        captures = []
        for name in names:
            if name in self._names:
                value = self._names[name]
                captures.append({"name": name, "identity": identity(value), "value": reader.read(value)})
        write(path, encode(captures, reader.arrays))
