"""What was handed in, understood: reading, sections, printed numbers, facts about code. All of it is pure.

reading    from a file's bytes to a notebook, or a reason for rejecting it
sections   which cells belong to which task
joining    one notebook of several files
printed    numbers in outputs, read back into values
code       what cells assign, read and show, by their syntax
"""

from grader.notebook.code import (
    OTHER,
    Asked,
    CellCode,
    Data,
    Display,
    OldUse,
    Origin,
    Replaced,
    Use,
    WrittenDown,
    analyse,
    assigned_names,
    bound_names,
    counts_on_older,
    find_data,
    find_older,
    first_line_with,
    imported_modules,
    libraries,
    needed_names,
    origins,
    replace_assigned,
    written_down,
)
from grader.notebook.joining import Part, join
from grader.notebook.labels import label_of
from grader.notebook.printed import Printed, parse_printed
from grader.notebook.reading import FILE_BYTES, read
from grader.notebook.sections import (
    Heading,
    NumberedHeading,
    Outline,
    Sought,
    find_sections,
    numbered_headings,
    outline,
    tasks_of,
)

__all__ = [
    "FILE_BYTES",
    "OTHER",
    "Asked",
    "CellCode",
    "Data",
    "Display",
    "Heading",
    "NumberedHeading",
    "OldUse",
    "Origin",
    "Outline",
    "Part",
    "Printed",
    "Replaced",
    "Sought",
    "Use",
    "WrittenDown",
    "analyse",
    "assigned_names",
    "bound_names",
    "counts_on_older",
    "find_data",
    "find_older",
    "find_sections",
    "first_line_with",
    "imported_modules",
    "join",
    "label_of",
    "libraries",
    "needed_names",
    "numbered_headings",
    "origins",
    "outline",
    "parse_printed",
    "read",
    "replace_assigned",
    "tasks_of",
    "written_down",
]
