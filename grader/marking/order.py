"""Names and the order of cells: what no cell defines before it is used, and what was run in another order."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from grader.marking.reproducibility import shows_numbers, shows_the_same
from grader.marking.trace import Trace
from grader.notebook import bound_names, first_line_with, needed_names
from grader.records import Cell, CheckGrade, Flag, Message, root_of, translatable

FLAGS = 3
"""At most so many pairs of cells are told of one notebook."""

_NO_NAME = re.compile(r"name '(\w{1,100})' is not defined")
_UNDEFINED = translatable("Cell {cell}, line {line}, uses `{name}`, which no cell before it defines.")
_DEFINED_LATER = translatable(
    "Cell {cell}, line {line}, uses `{name}`, which no cell before it defines, only cell {later} further down."
)
_READS_LATER = translatable(
    "Cell {cell} was last run after cell {later}, which stands below it and sets `{name}`, "
    "so its saved state may be another than when the notebook runs from top to bottom."
)
_RAN_BEFORE = translatable(
    "Cell {later} was last run before cell {cell}, which stands above it and sets `{name}`, "
    "so its saved state may be another than when the notebook runs from top to bottom."
)


def undefined_names(trace: Trace) -> Iterator[Flag]:
    """Names that ended a cell since no cell before it defines them.

    Where one does, but failed before it came to that, what made it fail is the cause.
    """
    told: set[str] = set()
    for cell in trace.notebook.code_cells:
        run = trace.runs.get(cell.index)
        error = run.error if run is not None else None
        match = _NO_NAME.search(error.message[:500]) if error is not None and error.name == "NameError" else None
        if match is None or match[1] in told:
            continue
        name = match[1]
        used = _where_read(trace, name, cell.index)
        if used is None or any(name in bound_names(other.source) for other in _code_before(trace, cell)):
            continue
        told.add(name)
        later = next((each.index for each in _code_after(trace, cell) if name in bound_names(each.source)), None)
        facts: dict[str, str | int | Message] = {"name": name, "cell": used[0], "line": used[1]}
        template = _UNDEFINED if later is None else _DEFINED_LATER
        message = Message(template, facts if later is None else facts | {"later": later})
        yield Flag(code="undefined-name", message=message, cell=cell.index)


def _code_before(trace: Trace, cell: Cell) -> list[Cell]:
    return [each for each in trace.notebook.code_cells if each.index < cell.index]


def _code_after(trace: Trace, cell: Cell) -> list[Cell]:
    return [each for each in trace.notebook.code_cells if each.index > cell.index]


def _where_read(trace: Trace, name: str, cell: int) -> tuple[int, int] | None:
    """The cell and line where a name is read: in the cell that failed, or in a function of one before it."""
    for each in sorted(trace.notebook.code_cells, key=lambda each: (each.index != cell, -each.index)):
        if each.index <= cell and name in each.source and (line := first_line_with(each.source, name)) is not None:
            return each.index, line
    return None


def out_of_order(trace: Trace, checks: Mapping[str, CheckGrade]) -> Iterator[Flag]:
    """Cells that were last run in another order than they stand in, where an answer depends on what both of them touch.

    Told from the counts that the notebook was saved with; nothing is said where these are of several sessions, nor
    where running it afresh shows what was saved.
    """
    counted = [cell for cell in trace.notebook.code_cells if cell.execution_count]
    counts = [cell.execution_count or 0 for cell in counted]
    if counts == sorted(counts) or len(set(counts)) < len(counts):
        return
    if _shows_what_it_gives(trace):
        return
    found = [check.found.name for check in checks.values() if check.found is not None]
    matter = trace.computed_from(map(root_of, found))
    pairs = 0
    for place, above in enumerate(counted):
        for below in counted[place + 1 :]:
            if (below.execution_count or 0) > (above.execution_count or 0):
                continue
            flag = _disorder(trace, above, below, matter)
            if flag is not None:
                yield flag
                pairs += 1
                if pairs == FLAGS:
                    return
                break


def _disorder(trace: Trace, above: Cell, below: Cell, matter: Collection[str]) -> Flag | None:
    """What is to be said of a cell that was last run after one that stands below it."""
    taken = needed_names(above.source) & _set_in(trace, below) & set(matter)
    changed = _set_in(trace, above) & needed_names(below.source) & set(matter)
    for names, template, suspect in ((taken, _READS_LATER, above), (changed, _RAN_BEFORE, below)):
        if names and not _is_confirmed(trace, suspect):
            facts: dict[str, str | int | Message] = {"cell": above.index, "later": below.index, "name": min(names)}
            return Flag(code="out-of-order", message=Message(template, facts), cell=suspect.index)
    return None


def _set_in(trace: Trace, cell: Cell) -> frozenset[str]:
    """The variables that a cell sets or changes; what it merely defines or imports is the same whenever it runs."""
    return frozenset(trace.assigned[cell.index])


def _shows_what_it_gives(trace: Trace) -> bool:
    """Whether there are saved numbers, and a fresh run shows the same ones everywhere."""
    showing = [cell for cell in trace.notebook.code_cells if shows_numbers(cell)]
    return bool(showing) and all(_is_confirmed(trace, cell) for cell in showing)


def _is_confirmed(trace: Trace, cell: Cell) -> bool:
    """Whether a fresh run shows the numbers that were saved in a cell, so that the order made no difference there."""
    run = trace.runs.get(cell.index)
    return run is not None and run.status == "ok" and shows_the_same(cell, run)
