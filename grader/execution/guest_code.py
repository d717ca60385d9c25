"""The guest's source text, and how it is started: in a kernel that runs, or as a program of its own."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Any

from grader.records import Limits, Plan, Run
from grader.wire import guest_limits

REQUEST = "grader_capture_request"
"""The type of the message that asks a kernel for values; it goes past IPython, and past what students change in it."""

_READING = (
    *("libraries", "values", "frames", "paths", "captures"),
    *("objects", "stand_ins", "performance", "calls", "rerun"),
)
_BRIDGES = ("gone", "elsewhere", "colab", "rewriting", "bridges")
_IN_A_KERNEL = (*_READING, *_BRIDGES, "system_calls", "start")
_WALLS = ("system_calls", "processes", "walls", "working_folder")
_SESSION = (*_READING, *_BRIDGES, "stream", "event_loop", "shell", "gaps", "huge_pages")
_BESIDE = {
    "template": (*_SESSION, *_WALLS, "student", "warm_up", "slot", "template"),
    "trial": (*_WALLS, "trial"),
    "kernel": (*_WALLS, "kernel"),
}
"""By the module that is called, what it needs. Only a session needs IPython, which takes long to import."""

_TORCH = re.compile(r"\btorch\b")

_BUILD = """
import sys, types
modules = {"": types.ModuleType("grader_guest")}
modules[""].__path__ = []
sys.modules["grader_guest"] = modules[""]
for name, source in sources.items():
    module = types.ModuleType("grader_guest." + name)
    module.__package__ = "grader_guest"
    sys.modules[module.__name__] = module
    setattr(modules[""], name, module)
    exec(compile(source, "<" + module.__name__ + ">", "exec"), module.__dict__)
    modules[name] = module
for module in modules.values():
    del sys.modules[module.__name__]
"""

_START = _BUILD + 'modules["start"].start(shell, settings)\n'

PROGRAM = f"""
import json, sys
document = json.load(sys.stdin)
sources, settings = document["sources"], document["settings"]
exec(compile({_BUILD!r}, "<grader_guest>", "exec"))
getattr(modules[document["module"]], document["function"])(settings)
"""
"""A Python program that reads `document`'s text from its standard input, and does what that says."""


def document(module: str, function: str, settings: dict[str, Any]) -> bytes:
    """What PROGRAM reads in order to call a function of the guest's with some settings."""
    text = {"sources": _sources(_BESIDE[module]), "module": module, "function": function, "settings": settings}
    return json.dumps(text).encode("ascii")


@functools.cache
def _sources(modules: tuple[str, ...]) -> dict[str, str]:
    guest = files("grader.guest")
    return {name: (guest / f"{name}.py").read_text(encoding="utf-8") for name in modules}


def start_statement(plan: Plan, run: Run, limits: Limits, provided: Path | None, *, filter: str = "") -> str:
    """Python that starts the guest in an IPython kernel, and leaves no name behind.

    `filter` is one more filter of system calls, in base64, for a kernel that has made its sockets.
    """
    settings = {
        "imports": needed_imports(plan, provided),
        "seed": run.seed,
        "request": REQUEST,
        "limits": guest_limits(limits),
        "memory_bytes": limits.memory_bytes,
        "filter": filter,
        "prelude": plan.prelude,
    }
    values = {"sources": _sources(_IN_A_KERNEL), "settings": settings}
    names = ", ".join(f"{name!r}: {value!r}" for name, value in values.items())
    return f"exec(compile({_START!r}, '<grader_guest>', 'exec'), {{'shell': get_ipython(), {names}}})"


def needed_imports(plan: Plan, provided: Path | None) -> list[str]:
    """What has to be imported before student code runs, so that it is seeded: NumPy, which is cheap enough to be there
    always; PyTorch only where something mentions it."""
    texts = chain((plan.prelude,), (cell.code for cell in plan.cells), _helpers(provided))
    return ["numpy", "torch"] if any(_TORCH.search(text) for text in texts) else ["numpy"]


def _helpers(provided: Path | None) -> Iterator[str]:
    for path in sorted(provided.rglob("*.py")) if provided is not None else ():
        if path.is_file():
            yield path.read_text("utf-8", "replace")
