"""The executed notebook as an HTML fragment, in which nothing of the student's can act.

The frame (cells, anchors, classes) is ours, from a template that escapes; what stands in it comes from `content`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from markupsafe import Markup

from grader.records import Cell, CellRun, Execution, Message, Notebook, Output, translatable
from grader.reports import content
from grader.reports.content import Content
from grader.reports.languages import Language
from grader.reports.page import render
from grader.reports.sentences import CELL_STATUSES

SHOWN_CELLS = 500
SHOWN_OUTPUTS = 50
"""How many cells of a notebook, and outputs of a cell, a page shows."""

FAILED = frozenset({"error", "timeout", "output", "died"})
"""Statuses of cells that ended badly."""

_MORE = {
    "cell": (translatable("… 1 more cell not shown"), translatable("… {count} more cells not shown")),
    "output": (translatable("… 1 more output not shown"), translatable("… {count} more outputs not shown")),
    "line": (translatable("… 1 more line not shown"), translatable("… {count} more lines not shown")),
    "character": (translatable("… 1 more character not shown"), translatable("… {count} more characters not shown")),
}


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


def notebook_html(notebook: Notebook, execution: Execution, language: Language) -> Markup:
    """The notebook with the outputs of an execution, as HTML.

    Cells have the ids `cell-0`, `cell-1`, …, by `Cell.index`. Nothing in it runs or is fetched; pictures are PNG, JPEG,
    GIF or WebP of the notebook's own. Long outputs are cut, and that is said.
    """
    runs = {run.index: run for run in execution.cells}
    shown = tuple(_shown(cell, runs.get(cell.index), language) for cell in notebook.cells[:SHOWN_CELLS])
    rest = _rest(len(notebook.cells) - SHOWN_CELLS, "cell", language)
    return Markup(render("notebook.html.j2", language, cells=shown, rest=rest))  # the template escapes


def shown_cells(notebook: Notebook | None) -> frozenset[int]:
    """The indices of the cells that `notebook_html` shows, and that can be linked to."""
    return frozenset(cell.index for cell in notebook.cells[:SHOWN_CELLS]) if notebook else frozenset()


def _shown(cell: Cell, run: CellRun | None, language: Language) -> ShownCell:
    outputs = _joined(run.outputs) if run else []
    pieces = [_cell(cell), *(_output(output, cell.index, language) for output in outputs[:SHOWN_OUTPUTS])]
    return ShownCell(
        index=cell.index,
        kind=cell.kind,
        status=language.gettext(CELL_STATUSES[run.status]) if run else "",
        failed=run is not None and run.status in FAILED,
        pieces=tuple(_piece(kind, part, language) for kind, part in pieces),
        rest=_rest(len(outputs) - SHOWN_OUTPUTS, "output", language),
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


def _output(output: Output, index: int, language: Language) -> tuple[str, Content]:
    if output.kind == "stream":
        return output.stream, content.terminal(output.text)
    if output.kind == "error":
        text = "\n".join(output.traceback) or f"{output.error_name}: {output.error_message}"
        return "error", content.terminal(text)
    return "rich", content.rich(output, language.say(Message("Picture that cell {index} drew", {"index": index})))


def _piece(kind: str, part: Content, language: Language) -> Piece:
    rest = _rest(part.more_lines, "line", language) or _rest(part.more_characters, "character", language)
    return Piece(kind=kind, html=part.html, rest=rest)


def _rest(count: int, kind: str, language: Language) -> str:
    if count <= 0:
        return ""
    one, many = _MORE[kind]
    return language.say(Message(one) if count == 1 else Message(many, {"count": f"{count:,}"}))
