"""Text in which cells are marked, taken apart by jupytext: bounded beforehand, and never trusted to be well-formed."""

from __future__ import annotations

import re
import warnings
from typing import Literal

from grader.errors import NotebookRejected

TEXT_CHARACTERS = 2_000_000
"""Scripts and Markdown documents longer than this aren't read."""
LINES = 20_000
"""Nor are those of more lines."""
FENCES = 1_000
"""Nor those with more lines that open or close a block of code: the end of each is looked for in all that follow."""
MARKER_CHARACTERS = 200
"""Of a line that opens a cell, no more than this is read."""

Form = Literal["py:percent", "py:light", "md:markdown"]

_FENCE = re.compile(r"^[# \t]*(?:`{3}|~{3})", re.MULTILINE)
_PERCENT = re.compile(r"^[ \t]*#[ \t]*%%.*$", re.MULTILINE)
_REMEDY = "Hand in the notebook itself (.ipynb), or a shorter file."


def check_text(text: str) -> None:
    """Raises NotebookRejected where text is longer than what is taken apart within a moment."""
    sizes = (
        (len(text), TEXT_CHARACTERS, "characters"),
        (text.count("\n"), LINES, "lines"),
        (sum(1 for _ in _FENCE.finditer(text)), FENCES, "lines that open or close a block of code"),
    )
    for size, most, what in sizes:
        if size > most:
            raise NotebookRejected(f"The file has {size:,} {what}; at most {most:,} are read.", remedy=_REMEDY)


def cells_of(text: str, form: Form) -> list[object]:
    """The cells of a text without front matter, in the shape of the notebook format.

    Raises NotebookRejected where it can't be taken apart.
    """
    import jupytext  # only hand-ins that are no notebooks need it, and it takes long to import

    extension, _, name = form.partition(":")
    if extension == "py":
        text = _PERCENT.sub(lambda line: line[0][:MARKER_CHARACTERS], text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            node = jupytext.reads(text, {"extension": f".{extension}", "format_name": name})
        return [cell for cell in map(_cell, node.cells) if cell["source"] or cell["title"]]
    except Exception as error:  # it raises whatever a strange line makes it trip over
        what = "script" if extension == "py" else "document"
        raise NotebookRejected(
            f"The {what} can't be taken apart into cells ({type(error).__name__}).",
            remedy="Open it in Jupyter, save it as a notebook, and hand in that .ipynb file.",
        ) from None


def _cell(node: object) -> dict[str, object]:
    # Ids are drawn anew each time, and titles are read below, so neither is handed on.
    assert isinstance(node, dict)
    metadata = node.get("metadata")
    title = metadata.get("title") if isinstance(metadata, dict) else None
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    source = str(node.get("source", "")).strip("\n")
    cell = {"cell_type": node.get("cell_type"), "source": source, "metadata": {"tags": tags}}
    return cell | {"title": title if isinstance(title, str) else ""}
