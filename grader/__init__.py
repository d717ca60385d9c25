"""Marks numeric coursework in Jupyter notebooks against a PyTorch reference.

`Assignment` and `Tolerance` are what an author needs. They are imported when they are first asked for, so that
`import grader` stays quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.assignment.authoring import Assignment
    from grader.assignment.spec import Tolerance

    __version__: str

__all__ = ["Assignment", "Tolerance", "__version__"]


def __getattr__(name: str) -> object:
    match name:
        case "Assignment":
            from grader.assignment.authoring import Assignment

            return Assignment
        case "Tolerance":
            from grader.assignment.spec import Tolerance

            return Tolerance
        case "__version__":
            from importlib.metadata import version

            return version("grader")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
