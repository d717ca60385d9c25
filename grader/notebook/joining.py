"""One notebook of several files, each of which answers tasks of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.records import Cell, Notebook

EMPTIED = "%reset -f"
"""What runs before each file but the first: in Jupyter, each has a kernel to itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of the files: its name, how the heading of the first task that it answers starts, and what is in it."""

    name: str
    heading: str
    notebook: Notebook


def join(parts: Sequence[Part]) -> Notebook:
    """The cells of all parts, in order.

    Each part begins under a heading of its first task, which ends the section of the one before. What one part's cells
    define isn't there any more when the next begins, after all that its sections left has been read.
    """
    cells: list[Cell] = []
    counted = 0
    for number, part in enumerate(parts):
        cells.append(Cell(index=0, kind="markdown", source=f"## {part.heading}\n\nFile `{part.name.replace('`', '')}`"))
        if number:
            cells.append(Cell(index=0, kind="code", source=EMPTIED))
        cells += [_counted_on(cell, counted) for cell in part.notebook.cells]
        counted = max((cell.execution_count or 0 for cell in cells), default=0)
    names = ", ".join(part.name for part in parts)
    repairs = [f"{part.name}: {repair}" for part in parts for repair in part.notebook.repairs]
    return Notebook(
        cells=tuple(replace(cell, index=index, id=f"cell-{index}") for index, cell in enumerate(cells)),
        language=parts[0].notebook.language,
        repairs=(
            f"Several files make up this hand-in, and ran one after the other, each by itself: {names}.",
            *repairs,
        ),
    )


def _counted_on(cell: Cell, counted: int) -> Cell:
    """A cell whose count goes on from the file before, so that no order is broken that nobody broke."""
    return replace(cell, execution_count=cell.execution_count and cell.execution_count + counted)
