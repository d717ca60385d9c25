"""The executed notebook as an HTML fragment, in which nothing of the student's can act.

The frame (cells, anchors, classes) is ours, from a template that escapes; what stands in it comes from `content`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from markupsafe import Markup

from grader.records import Cell, CellRun, Execution, Notebook, Output
from grader.reports import content
from grader.reports.content import Content
from grader.reports.page import render
from grader.reports.plain_text import counted
from grader.reports.wording import CELL_STATUSES, Audience

SHOWN_CELLS = 500
SHOWN_OUTPUTS = 50
"""How many cells of a notebook, and outputs of a cell, a page shows."""

FAILED = frozenset({"error", "timeout", "output", "died"})
"""Statuses of cells that ended badly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a cell: its kind (`source`, `text`, `stdout`, `stderr`, `error`, `rich`), and what was left out."""

    kind: str
    html: Markup
    rest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCell:
    """A cell as it is shown. `status` is empty where there is nothing to say of how it ran."""

    index: int
    kind: str
    status: str
    failed: bool
    pieces: tuple[Piece, ...]
    rest: str


def notebook_html(notebook: Notebook, execution: Execution, audience: Audience) -> Markup:
    """The notebook with the outputs of an execution, as HTML.

    Cells have the ids `cell-0`, `cell-1`, …, by `Cell.index`. Nothing in it runs or is fetched; pictures are PNG, JPEG,
    GIF or WebP of the notebook's own. Long outputs are cut, and that is said.
    """
    runs = {run.index: run for run in execution.cells}
    shown = tuple(_shown(cell, runs.get(cell.index), audience) for cell in notebook.cells[:SHOWN_CELLS])
    rest = _rest(len(notebook.cells) - SHOWN_CELLS, "cell", audience)
    return Markup(render("notebook.html.j2", cells=shown, rest=rest))  # the template escapes


def shown_cells(notebook: Notebook | None) -> frozenset[int]:
    """The indices of the cells that `notebook_html` shows, and that can be linked to."""
    return frozenset(cell.index for cell in notebook.cells[:SHOWN_CELLS]) if notebook else frozenset()


def _shown(cell: Cell, run: CellRun | None, audience: Audience) -> ShownCell:
    outputs = _joined(run.outputs) if run else []
    pieces = [_cell(cell), *(_output(output, cell.index) for output in outputs[:SHOWN_OUTPUTS])]
    return ShownCell(
        index=cell.index,
        kind=cell.kind,
        status=CELL_STATUSES[run.status] if run else "",
        failed=run is not None and run.status in FAILED,
        pieces=tuple(_piece(kind, part, audience) for kind, part in pieces),
        rest=_rest(len(outputs) - SHOWN_OUTPUTS, "output", audience),
    )


def _joined(outputs: tuple[Output, ...]) -> list[Output]:
    """Texts of one stream that follow each other become one output, as Jupyter shows them."""
    return list(itertools.chain.from_iterable(_groups(outputs)))


def _groups(outputs: tuple[Output, ...]) -> Iterator[list[Output]]:
    for (kind, _), group in itertools.groupby(outputs, key=lambda output: (output.kind, output.stream)):
        members = list(group)
        if kind == "stream" and len(members) > 1:
            members = [replace(members[0], text="".join(member.text for member in members))]
        yield members


def _cell(cell: Cell) -> tuple[str, Content]:
    if cell.kind == "code":
        return "source", content.highlighted(cell.source)
    if cell.kind == "markdown":
        return "rich", content.markdown(cell.source, cell.attachments)
    return "text", content.plain(cell.source)


def _output(output: Output, index: int) -> tuple[str, Content]:
    if output.kind == "stream":
        return output.stream, content.terminal(output.text)
    if output.kind == "error":
        text = "\n".join(output.traceback) or f"{output.error_name}: {output.error_message}"
        return "error", content.terminal(text)
    return "rich", content.rich(output, f"Picture that cell {index} drew")


def _piece(kind: str, part: Content, audience: Audience) -> Piece:
    rest = _rest(part.more_lines, "line", audience) or _rest(part.more_characters, "character", audience)
    return Piece(kind=kind, html=part.html, rest=rest)


def _rest(count: int, noun: str, audience: Audience) -> str:
    if count <= 0:
        return ""
    more = counted(count, f"more {noun}")
    if audience != "staff":
        return f"… {more} not shown"
    return f"… {more} {'is' if count == 1 else 'are'} in executed.ipynb"
