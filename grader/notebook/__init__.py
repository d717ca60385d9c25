"""What was handed in, understood: reading, sections, printed numbers, facts about code. All of it is pure."""

from grader.notebook.code import CellCode, analyse, imported_modules
from grader.notebook.displays import Display
from grader.notebook.labels import label_of
from grader.notebook.printed import Printed, parse_printed
from grader.notebook.reading import read
from grader.notebook.sections import find_sections

__all__ = [
    "CellCode",
    "Display",
    "Printed",
    "analyse",
    "find_sections",
    "imported_modules",
    "label_of",
    "parse_printed",
    "read",
]
