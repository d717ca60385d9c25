"""Markdown documents with code in them: plain ones, R Markdown, Quarto."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.errors import NotebookRejected
from grader.notebook.reading.converting import cells_of, check_text

_FRONT_MATTER = re.compile(r"\s*(---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*(?:\n|\Z))", re.DOTALL)
_FENCE = re.compile(r"(`{3,})[ \t]*(.*)")
_PYTHON = re.compile(r"(?:\{[ \t]*\.?(?:python3?|py)\b|\{code-cell\}|i?python3?(?![\w-])|py(?![\w-]))", re.IGNORECASE)
_NOT_RUN = re.compile(r"\beval[ \t]*[=:][ \t]*f(?:alse)?\b|\.noeval\b", re.IGNORECASE)
_OPTION = re.compile(r"[ \t]*#\|(.*)")
_INFO_CHARACTERS = 1_000
_SET_APART = "\u2060"
"""Put before what names a block's language where it isn't to be run: jupytext would run Bash and R by magics."""


def has_python(text: str) -> bool:
    """Whether a Markdown document has a block of Python in it."""
    return any(_is_run(lines) for lines, is_block in _blocks(text.split("\n")) if is_block)


def markdown_cells(text: str) -> list[object]:
    """The cells of a document, in the shape of the notebook format.

    Blocks of Python (```` ```python ````, ```` ```{python} ````) are code, unless they say that they aren't to be run
    (`eval=FALSE`); those of other languages stay text. Front matter is kept as raw text, and never interpreted. Raises
    NotebookRejected for what is too long, and where there is no Python.
    """
    check_text(text)
    front = _FRONT_MATTER.match(text)
    body = text[front.end() :] if front else text
    if not has_python(body):
        raise NotebookRejected(
            "The document has no Python in it (no block that begins with ```python or ```{python}).",
            remedy="Put the code into such blocks, or hand in the notebook itself (.ipynb).",
        )
    raw: list[object] = [{"cell_type": "raw", "source": front[1]}] if front else []
    return raw + [_restored(cell) for cell in cells_of("\n".join(_rewritten(body.split("\n"))), "md:markdown")]


def _restored(cell: object) -> object:
    assert isinstance(cell, dict)
    return cell | {"source": str(cell["source"]).replace(f"```{_SET_APART}", "```")}


def _rewritten(lines: list[str]) -> Iterator[str]:
    """The document with every block in the one form that is understood."""
    for block, is_block in _blocks(lines):
        if not is_block:
            yield from block
        elif _is_run(block):
            fence = block[0][: len(block[0]) - len(block[0].lstrip("`"))]
            yield from (f"{fence}python", *block[1:-1], fence)
        else:
            opening = re.sub(r"^(`+)", rf"\1{_SET_APART}", block[0])
            yield from (opening, *block[1:])


def _is_run(block: list[str]) -> bool:
    opening = _FENCE.match(block[0])
    info = opening[2][:_INFO_CHARACTERS] if opening else ""
    if not _PYTHON.match(info) or _NOT_RUN.search(info):
        return False
    options = (_OPTION.match(line[:_INFO_CHARACTERS]) for line in block[1:20])
    return not any(option and _NOT_RUN.search(option[1]) for option in options)


def _blocks(lines: list[str]) -> Iterator[tuple[list[str], bool]]:
    """The document in pieces: blocks from their opening line to their closing one, and single lines between them.

    A block that nobody closes ends with the document, and is closed.
    """
    at = 0
    while at < len(lines):
        opening = _FENCE.match(lines[at])
        if opening is None or "`" in opening[2]:
            yield [lines[at]], False
            at += 1
            continue
        end = next((end for end in range(at + 1, len(lines)) if _closes(lines[end], opening[1])), len(lines))
        yield [*lines[at:end], opening[1]], True
        at = end + 1


def _closes(line: str, fence: str) -> bool:
    return line.startswith(fence) and not line.strip().strip("`")
