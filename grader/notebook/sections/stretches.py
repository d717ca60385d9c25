"""From marks, which are headings in cells, to sections: opened by a task's heading, closed by the next task's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from grader.notebook.sections.headings import Sign
from grader.notebook.sections.naming import Naming
from grader.records import Notebook, Section


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign in a cell, and the task that it names."""

    cell: int
    sign: Sign
    naming: Naming

    @property
    def task(self) -> str:
        """The task's id."""
        return self.naming.task


def place(mark: Mark) -> tuple[int, int]:
    """Where a mark stands, for sorting: what is beside a cell's source comes first."""
    return mark.cell, mark.sign.line


@dataclass(slots=True)
class _Opening:
    """The tasks that a cell's headings name, in order; `from_top` unless other code comes before the first."""

    from_top: bool
    tasks: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Stretch:
    """Cells between a task's heading and the next heading of another task."""

    task: str
    cells: list[int] = field(default_factory=list)


def sections_of(notebook: Notebook, tasks: Iterable[str], marks: Iterable[Mark]) -> tuple[Section, ...]:
    """The section of every task, where these marks and no others open one.

    The same task's heading again continues it. A cell belongs to each task that it holds a heading of. A task without
    a heading has the whole notebook.
    """
    code = frozenset(cell.index for cell in notebook.code_cells)
    stretches = _stretches(notebook, _openings(marks))
    return tuple(_section(task, stretches, notebook, code) for task in tasks)


def _openings(marks: Iterable[Mark]) -> Mapping[int, _Opening]:
    openings: dict[int, _Opening] = {}
    for mark in marks:
        comment = mark.sign.kind == "comment"
        opening = openings.setdefault(mark.cell, _Opening(from_top=mark.sign.prominent or not comment))
        if comment or mark.task not in opening.tasks:
            opening.tasks.append(mark.task)
    return openings


def _stretches(notebook: Notebook, openings: Mapping[int, _Opening]) -> list[_Stretch]:
    stretches: list[_Stretch] = []
    for cell in notebook.cells:
        opening = openings.get(cell.index)
        if stretches and not (opening and opening.from_top):
            stretches[-1].cells.append(cell.index)
        for task in opening.tasks if opening else ():
            if not stretches or stretches[-1].task != task:
                stretches.append(_Stretch(task))
            if cell.index not in stretches[-1].cells[-1:]:
                stretches[-1].cells.append(cell.index)
    return stretches


def _section(task: str, stretches: Sequence[_Stretch], notebook: Notebook, code: frozenset[int]) -> Section:
    own = [stretch for stretch in stretches if stretch.task == task]
    if not own:
        return Section(task=task, cells=tuple(cell.index for cell in notebook.cells), found="whole")
    # A heading without code is a mention, where the task has code under another one.
    with_code = [stretch for stretch in own if code.intersection(stretch.cells)]
    cells = {index for stretch in with_code or own for index in stretch.cells}
    return Section(task=task, cells=tuple(sorted(cells)), found="heading")
