"""Python scripts: with cells marked (`# %%`, `# In[1]:`), or plain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from grader.notebook.reading.converting import Form, cells_of, check_text
from grader.notebook.syntax import open_quote, parse_python

_MARKED = re.compile(r"^[ \t]*#[ \t]*(?:%%+(?:[ \t]|$)|<codecell>[ \t]*$|In\[[0-9 ]*\]:?[ \t]*$)", re.MULTILINE)
_EXPORTED = re.compile(r"#[ \t]*In\[[0-9 ]*\]:?[ \t]*")
_PREAMBLE = re.compile(r"(?:#![^\n]*\n)?(?:[ \t]*#[^\n]{0,80}coding[:=][^\n]*\n)?")
_FRONT_MATTER = re.compile(r"\s*(# ---[ \t]*\n(?:#[^\n]*\n)*?# ---[ \t]*(?:\n|\Z))")
_LIGHT = re.compile(r"^#\s+format_name:\s*light\s*$", re.MULTILINE)


def is_marked(text: str) -> bool:
    """Whether a script says where its cells begin."""
    return _MARKED.search(text) is not None


def script_cells(text: str) -> list[object]:
    """The cells of a script, in the shape of the notebook format.

    Where it marks none, a comment that stands at its margin, after an empty line and outside of any statement, opens a
    cell. Front matter is kept as raw text, and never interpreted. Raises NotebookRejected for what is too long.
    """
    check_text(text)
    text = _PREAMBLE.sub("", text, count=1)
    front = _FRONT_MATTER.match(text)
    body = text[front.end() :] if front else text
    raw: list[object] = [{"cell_type": "raw", "source": front[1]}] if front else []
    if _LIGHT.search(front[1]) if front else None:
        return raw + cells_of(body, "py:light")
    return raw + (_marked_cells(body, "py:percent") if is_marked(body) else list(_plain_cells(body)))


def _marked_cells(text: str, form: Form) -> list[object]:
    cells: list[object] = []
    for cell in cells_of("\n".join(_with_prose_marked(text.split("\n"))), form):
        assert isinstance(cell, dict)
        # `# %% Task 1` is a heading.
        if cell["title"]:
            cells.append({"cell_type": "markdown", "source": f"## {cell['title']}"})
        if cell["source"]:
            cells.append(cell)
    return cells


def _with_prose_marked(lines: list[str]) -> list[str]:
    """Lines in which the comments before each `# In[1]:`, nbconvert's form of Markdown, are cells."""
    marks: set[int] = set()
    for at, line in enumerate(lines):
        if _EXPORTED.fullmatch(line):
            first = at
            while first and (not lines[first - 1].strip() or lines[first - 1].startswith("#")):
                first -= 1
                if _EXPORTED.fullmatch(lines[first]):
                    break
            marks.update(_prose(lines, first, at))
    return [text for at, line in enumerate(lines) for text in (["# %% [markdown]", line] if at in marks else [line])]


def _prose(lines: list[str], first: int, end: int) -> Iterator[int]:
    """Where a run of comments and empty lines has its first comment that follows an empty line, or the beginning."""
    for at in range(first, end):
        after_nothing = at == 0 or not lines[at - 1].strip()
        if lines[at].startswith("#") and after_nothing and not _EXPORTED.fullmatch(lines[at]):
            yield at
            return


def _plain_cells(text: str) -> Iterator[object]:
    lines = text.split("\n")
    starts = [0, *_openings(lines, _inside_statements(text) or _inside_quotes(lines)), len(lines)]
    for start, end in pairwise(starts):
        source = "\n".join(lines[start:end]).strip("\n")
        if source:
            yield {"cell_type": "code", "source": source}


def _openings(lines: list[str], inside: set[int]) -> Iterator[int]:
    for at, line in enumerate(lines):
        if at and line.startswith("#") and not lines[at - 1].strip() and at not in inside:
            yield at


def _inside_statements(text: str) -> set[int]:
    """The lines that are within statements; none where it is no Python."""
    program = parse_python(text)
    if program is None:
        return set()
    return {at - 1 for node in program.body for at in range(node.lineno, (node.end_lineno or node.lineno) + 1)}


def _inside_quotes(lines: list[str]) -> set[int]:
    """The lines that begin inside a string of several lines, as far as can be told of what doesn't parse."""
    inside: set[int] = set()
    quote = ""
    for at, line in enumerate(lines):
        if quote:
            inside.add(at)
        quote = open_quote(line, quote)
    return inside
