"""The guest's source text, and the one statement that starts it in a kernel."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

from grader.execution.wire import guest_limits
from grader.records import Limits, Plan, Run

REQUEST = "grader_capture_request"
"""The type of the message that asks a kernel for values; it goes past IPython, and past what students change in it."""

_MODULES = ("libraries", "values", "frames", "start")

_BOOT = """
import sys, types
modules = [types.ModuleType("grader_guest")]
modules[0].__path__ = []
sys.modules["grader_guest"] = modules[0]
for name, source in sources.items():
    module = types.ModuleType("grader_guest." + name)
    module.__package__ = "grader_guest"
    sys.modules[module.__name__] = module
    exec(compile(source, "<" + module.__name__ + ">", "exec"), module.__dict__)
    modules.append(module)
for module in modules:
    del sys.modules[module.__name__]
modules[-1].start(shell, settings)
"""


@functools.cache
def _sources() -> dict[str, str]:
    guest = files("grader.execution.guest")
    return {name: (guest / f"{name}.py").read_text(encoding="utf-8") for name in _MODULES}


def start_statement(plan: Plan, run: Run, limits: Limits, provided: Path | None) -> str:
    """Python that starts the guest in an IPython kernel, and leaves no name behind."""
    settings = {
        "imports": _imports(plan, provided),
        "seed": run.seed,
        "request": REQUEST,
        "limits": guest_limits(limits),
        "memory_bytes": limits.memory_bytes,
    }
    return _statement({"sources": _sources(), "settings": settings})


def _statement(values: dict[str, Any]) -> str:
    names = ", ".join(f"{name!r}: {value!r}" for name, value in values.items())
    return f"exec(compile({_BOOT!r}, '<grader_guest>', 'exec'), {{'shell': get_ipython(), {names}}})"


def _imports(plan: Plan, provided: Path | None) -> list[str]:
    """NumPy is cheap enough to be there always, for its seed; PyTorch only where something mentions it."""
    helpers = sorted(provided.rglob("*.py")) if provided is not None else []
    texts = [cell.code for cell in plan.cells] + [path.read_text("utf-8", "replace") for path in helpers]
    return ["numpy", "torch"] if _mention("torch", texts) else ["numpy"]


def _mention(word: str, texts: Iterable[str]) -> bool:
    return any(re.search(rf"\b{word}\b", text) for text in texts)
