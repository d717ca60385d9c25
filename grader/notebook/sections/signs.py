"""All signs of a cell: what is written in it, its tags, and the name that nbgrader gave it."""

from __future__ import annotations

import re

from grader.notebook.sections.headings import Sign, comment_headings, markdown_headings
from grader.records import Cell

_OURS = re.compile(r"\s*grader\s*:", re.IGNORECASE)
_SEAMS = re.compile(r"[\s_\-.:]+|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")


def signs_of(cell: Cell) -> tuple[Sign, ...]:
    """The signs of a cell, tags and grade id first."""
    written: tuple[Sign, ...] = ()
    if cell.kind == "markdown":
        written = markdown_headings(cell.source)
    elif cell.kind == "code":
        written = comment_headings(cell.source)
    if not cell.tags and not cell.grade_id:
        return written
    tags = (Sign("tag", 0, spaced(tag)) for tag in cell.tags)
    ids = (Sign("grade-id", 0, spaced(cell.grade_id)),) if cell.grade_id else ()
    return (*tags, *ids, *written)


def spaced(name: str) -> str:
    """A name for programs as words: `grader:task-2`, `Task_2` and `task2` are `task 2`."""
    return " ".join(_SEAMS.sub(" ", _OURS.sub("", name, count=1)).split())
