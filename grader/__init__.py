"""Marks numeric coursework in Jupyter notebooks against a PyTorch reference.

What an author needs is here: an assignment, tolerances, draws of seeded generators, and what properties are judged by.
All of it is imported when it is first asked for, so that `import grader` stays quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.assignment.authoring import Assignment
    from grader.assignment.inputs import call, hidden, integers, normal, raises, uniform
    from grader.assignment.rules import version
    from grader.assignment.spec import Tolerance

    __version__: str

__all__ = [
    "Assignment",
    "Tolerance",
    "__version__",
    "call",
    "hidden",
    "integers",
    "normal",
    "raises",
    "uniform",
    "version",
]
_HOMES = {"Assignment": "authoring", "Tolerance": "spec", "version": "rules"}


def __getattr__(name: str) -> object:
    from importlib import import_module, metadata

    if name == "__version__":
        return metadata.version("grader")
    if name in __all__:
        return getattr(import_module(f"grader.assignment.{_HOMES.get(name, 'inputs')}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
