"""Reading code without running it: a cell's `facts`, from its `bindings`, what they load, and what it `displays`."""

from grader.notebook.code.displays import Display
from grader.notebook.code.facts import SOURCE_CHARACTERS, CellCode, analyse, assigned_names, imported_modules
from grader.notebook.code.older import OldUse, counts_on_older, find_older, libraries
from grader.notebook.code.origins import Asked, Origin, Use, origins
from grader.notebook.code.replacing import Replaced, replace_assigned

__all__ = [
    "SOURCE_CHARACTERS",
    "Asked",
    "CellCode",
    "Display",
    "OldUse",
    "Origin",
    "Replaced",
    "Use",
    "analyse",
    "assigned_names",
    "counts_on_older",
    "find_older",
    "imported_modules",
    "libraries",
    "origins",
    "replace_assigned",
]
