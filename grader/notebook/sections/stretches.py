"""Where each task's section is: opened by a heading that names the task, closed by the next task's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.notebook.sections.headings import Named, comment_headings, markdown_headings, task_namer
from grader.records import Cell, Notebook, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opening:
    """The tasks that a cell's headings name, in order; `from_top` unless other code comes before the first."""

    tasks: tuple[str, ...] = ()
    from_top: bool = True


@dataclass(slots=True)
class _Stretch:
    """Cells between a task's heading and the next heading of another task."""

    task: str
    cells: list[int] = field(default_factory=list)


def find_sections(notebook: Notebook, headings: Mapping[str, str]) -> tuple[Section, ...]:
    """Find the section of every task, in the order of `headings` (task id → how its heading starts).

    A heading is a Markdown heading of any level, bold or HTML text at the start of a line, or a comment (or a string
    alone) at the top of a code cell. The same task's heading again continues it. A cell belongs to each task that it
    holds a heading of. A task without a heading has the whole notebook. A table of contents opens nothing.
    """
    named = task_namer(headings)
    code = {cell.index for cell in notebook.code_cells}
    stretches = _stretches(notebook, _without_contents(_openings(notebook, named), code))
    return tuple(_section(task, stretches, notebook, code) for task in headings)


def _openings(notebook: Notebook, named: Named) -> dict[int, _Opening]:
    openings: dict[int, _Opening] = {}
    seen: set[str] = set()
    for cell in notebook.cells:
        opening = _code_opening(cell, named, seen) if cell.kind == "code" else _text_opening(cell, named)
        if opening.tasks:
            openings[cell.index] = opening
            seen.update(opening.tasks)
    return openings


def _text_opening(cell: Cell, named: Named) -> _Opening:
    texts = markdown_headings(cell.source) if cell.kind == "markdown" else ()
    found = (named(text) for text in texts)
    return _Opening(tasks=tuple(dict.fromkeys(naming[0] for naming in found if naming is not None)))


def _code_opening(cell: Cell, named: Named, seen: set[str]) -> _Opening:
    tasks: list[str] = []
    from_top = True
    for text, at_top in comment_headings(cell.source):
        task, rest = named(text) or ("", "")
        # Below the top, `# Task 1 values again` is a remark on a task that has been opened, and no heading.
        remark = not at_top and (task in seen or task in tasks) and rest[:1].isalnum()
        if not task or remark:
            continue
        from_top = from_top and (at_top or bool(tasks))
        tasks.append(task)
    return _Opening(tasks=tuple(tasks), from_top=from_top)


def _without_contents(openings: dict[int, _Opening], code: set[int]) -> dict[int, _Opening]:
    """Leave out text cells that name several tasks, each of which has a heading elsewhere as well."""

    def elsewhere(index: int, task: str) -> bool:
        return any(task in other.tasks for place, other in openings.items() if place != index)

    return {
        index: opening
        for index, opening in openings.items()
        if index in code or len(opening.tasks) == 1 or not all(elsewhere(index, task) for task in opening.tasks)
    }


def _stretches(notebook: Notebook, openings: Mapping[int, _Opening]) -> list[_Stretch]:
    stretches: list[_Stretch] = []
    for cell in notebook.cells:
        opening = openings.get(cell.index, _Opening())
        if stretches and not (opening.tasks and opening.from_top):
            stretches[-1].cells.append(cell.index)
        for task in opening.tasks:
            if not stretches or stretches[-1].task != task:
                stretches.append(_Stretch(task))
            if cell.index not in stretches[-1].cells[-1:]:
                stretches[-1].cells.append(cell.index)
    return stretches


def _section(task: str, stretches: list[_Stretch], notebook: Notebook, code: set[int]) -> Section:
    own = [stretch for stretch in stretches if stretch.task == task]
    if not own:
        return Section(task=task, cells=tuple(cell.index for cell in notebook.cells), found="whole")
    # A heading without code is a mention, where the task has code under another one.
    with_code = [stretch for stretch in own if code.intersection(stretch.cells)]
    cells = {index for stretch in with_code or own for index in stretch.cells}
    return Section(task=task, cells=tuple(sorted(cells)), found="heading")
