"""Reading code without running it: a cell's `facts`, from its `bindings`, what they load, and what it `displays`."""

from grader.notebook.code.displays import Display
from grader.notebook.code.facts import SOURCE_CHARACTERS, CellCode, analyse, assigned_names, imported_modules
from grader.notebook.code.names import bound_names, first_line_with, needed_names
from grader.notebook.code.older import OldUse, counts_on_older, find_older, libraries
from grader.notebook.code.origins import Asked, Origin, Use, origins
from grader.notebook.code.replacing import Replaced, replace_assigned
from grader.notebook.code.varying import OTHER, Data, WrittenDown, find_data, written_down

__all__ = [
    "OTHER",
    "SOURCE_CHARACTERS",
    "Asked",
    "CellCode",
    "Data",
    "Display",
    "OldUse",
    "Origin",
    "Replaced",
    "Use",
    "WrittenDown",
    "analyse",
    "assigned_names",
    "bound_names",
    "counts_on_older",
    "find_data",
    "find_older",
    "first_line_with",
    "imported_modules",
    "libraries",
    "needed_names",
    "origins",
    "replace_assigned",
    "written_down",
]
