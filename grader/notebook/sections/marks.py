"""The marks of a notebook: those by a task's own name, which always count, and those by anything else, which may."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from grader.notebook.sections.headings import Sign
from grader.notebook.sections.naming import Namer
from grader.notebook.sections.signs import signs_of
from grader.notebook.sections.stretches import Mark
from grader.records import Notebook

MOST_SIGNS = 5_000


def named_marks(notebook: Notebook, namer: Namer) -> tuple[Mark, ...]:
    """The headings that start with a task's name; what merely remarks on a task, or lists them, is left out."""
    marks: list[Mark] = []
    seen: set[str] = set()
    for cell in notebook.cells:
        for sign in signs_of(cell):
            naming = namer.by_name(sign.text) if sign.is_text else None
            # Below the top, `# Task 1 values again` is a remark on a task that has been opened, and no heading.
            remark = sign.kind == "comment" and not sign.prominent
            if naming is None or (remark and naming.task in seen and naming.rest[:1].isalnum()):
                continue
            marks.append(Mark(cell.index, sign, naming))
            seen.add(naming.task)
    return tuple(_without_contents(marks))


def loose_marks(notebook: Notebook, namer: Namer) -> tuple[Mark, ...]:
    """All that is numbered or tagged like a task and doesn't start with its name, of whatever task or of none.

    Where there are more signs than anybody reads, there are none.
    """
    marks: list[Mark] = []
    number = 0
    for count, (cell, sign) in enumerate(signs_in(notebook)):
        if count >= MOST_SIGNS:
            return ()
        by_name = namer.by_name(sign.text) if sign.is_text else None
        if by_name is not None:
            number = namer.number(by_name.task)
        elif naming := namer.loosely(sign, number):
            number = naming.number
            marks.append(Mark(cell, sign, naming))
    return tuple(marks)


def signs_in(notebook: Notebook) -> Iterator[tuple[int, Sign]]:
    """Every sign with its cell's index, in order."""
    for cell in notebook.cells:
        for sign in signs_of(cell):
            yield cell.index, sign


def _without_contents(marks: Sequence[Mark]) -> Iterator[Mark]:
    """Leave out text cells that name several tasks, each of which has a heading elsewhere as well."""
    tasks: dict[int, set[str]] = defaultdict(set)
    cells: dict[str, set[int]] = defaultdict(set)
    for mark in marks:
        tasks[mark.cell].add(mark.task)
        cells[mark.task].add(mark.cell)
    for mark in marks:
        named = tasks[mark.cell]
        if mark.sign.kind == "comment" or len(named) == 1 or any(cells[task] == {mark.cell} for task in named):
            yield mark
