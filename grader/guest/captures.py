"""Reads the values of names out of a namespace into a frame. All that it needs is bound before student code runs."""

from __future__ import annotations

import contextlib
import importlib
import io
import random
import sys
from typing import Any

from .frames import encode
from .libraries import Libraries
from .paths import ABSENT, follow, label
from .values import Reader, identity


class Captures:
    """The values at paths in a namespace, as frames within limits."""

    def __init__(self, namespace: dict[str, Any], limits: dict[str, int]) -> None:
        self._namespace = namespace
        self._limits = limits
        self._libraries = Libraries()

    def frame(self, paths: list[Any]) -> list[bytes]:
        """The pieces of a frame with what stands at those of the paths that lead anywhere."""
        self._libraries.refresh()
        reader = Reader(self._libraries, self._limits)
        captures = []
        for path in paths:
            value = follow(self._namespace, path)
            if value is not ABSENT:
                captures.append({"name": label(path), "identity": identity(value), "value": reader.read(value)})
        return encode(captures, reader.arrays)


def import_if_there(name: str) -> None:
    """Import a module; where it isn't installed, or is broken, the student's own import will say so."""
    try:
        importlib.import_module(name)
    except BaseException:  # a library may raise anything while it is imported, SystemExit too
        sys.modules.pop(name, None)


def run_prelude(source: str, namespace: dict[str, Any]) -> None:
    """Run the assignment's own code in the notebook's namespace; what it prints is nobody's output."""
    if source:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            exec(compile(source, "prelude.py", "exec"), namespace)


def use_one_thread() -> None:
    """Have PyTorch start no threads: those of a pool aren't there in a copy, which would wait for them for ever."""
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


def seed_generators(seed: int) -> None:
    """Seed the global generators of Python, NumPy and PyTorch."""
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed % 2**32)
    if "torch" in sys.modules:
        # torch.manual_seed looks for devices, too, which takes longer than many a notebook.
        sys.modules["torch"].default_generator.manual_seed(seed)


def versions() -> dict[str, str]:
    """Python's version and those of the libraries that are imported."""
    found = {"python": sys.version.split()[0]}
    for name in ("IPython", "numpy", "torch"):
        if name in sys.modules:
            found[name.lower()] = str(getattr(sys.modules[name], "__version__", ""))
    return found
