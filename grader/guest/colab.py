"""A stand-in for Colab's own package: nothing is mounted, and what is uploaded lies in the working folder already."""

from __future__ import annotations

import ast
import importlib.machinery
import linecache
import os
import sys
from types import ModuleType
from typing import Any

from .elsewhere import guarded_imports

_PACKAGE = "google.colab"


class Finder:
    """Finds `google.colab`, after everybody else, so that a real `google` stays what it is.

    An import that its own code guards (`try: import google.colab`) fails as on any machine that isn't Colab's.
    """

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != "google" and name != _PACKAGE and not name.startswith(_PACKAGE + "."):
            return None
        if name in ("google", _PACKAGE) and _guarded():
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=name in ("google", _PACKAGE))  # type: ignore[arg-type]

    def create_module(self, spec: Any) -> ModuleType:
        return StandIn(spec.name) if spec.name.startswith(_PACKAGE + ".") else ModuleType(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        vars(module).update(_OF_MODULE.get(module.__name__, {}))


class StandIn(ModuleType):
    """A part of Colab's package: of whatever name, a function that does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _nothing


def _nothing(*arguments: Any, **named: Any) -> None:
    pass


def _mount(*arguments: Any, **named: Any) -> None:
    print("Drive isn't mounted here: its files are looked for beside the notebook.")


def _upload(*arguments: Any, **named: Any) -> dict[str, bytes]:
    """The files in the working folder, with data before code."""
    names = sorted((entry.name for entry in os.scandir() if entry.is_file()), key=_data_first)
    print("Nothing is uploaded here: the files beside the notebook are taken.")
    files = {}
    for name in names:
        with open(name, "rb") as file:
            files[name] = file.read()
    return files


def _data_first(name: str) -> tuple[bool, str]:
    return name.endswith((".py", ".ipynb")), name


_OF_MODULE: dict[str, dict[str, Any]] = {
    _PACKAGE + ".drive": {"mount": _mount},
    _PACKAGE + ".files": {"upload": _upload},
}


def _guarded() -> bool:
    """Whether the code that imports us says what to do where we aren't there."""
    frame: Any = sys._getframe(1)
    while frame is not None and (frame.f_globals is globals() or "importlib" in frame.f_code.co_filename):
        frame = frame.f_back
    if frame is None:
        return False
    try:
        source = "".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals))
        return frame.f_lineno in guarded_imports(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
