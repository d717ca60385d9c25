"""Cells as plain Python: what only IPython understands is blanked out, line for line."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from grader.notebook.syntax import parse_python

# Cell magics whose body is Python that runs in the notebook's own namespace.
_PYTHON_MAGICS = {"time", "capture", "prun"}
_CELL_MAGIC = re.compile(r"\s*%%(\w*)")
_TIMED = re.compile(r"(\s*)%time\s+")
_SHELL_VALUE = re.compile(r"([\w\s,.\[\]]+=\s*)[%!]")
_LINE_MAGIC = re.compile(r"\s*(?:[%!?]|[\w.]+\?{1,2}\s*$)")
# Of a hostile cell, the tree takes up to 1 kB for each character.
_REMEMBERED_CELLS, _REMEMBERED_CHARACTERS = 64, 4_000


def parse_cell(source: str) -> ast.Module | None:
    """The syntax tree of a code cell; None where it is no Python. Line numbers are the cell's own.

    Trees of ordinary cells are remembered, since one cell is looked at several times: they are to be read only.
    """
    return _remembered(source) if len(source) <= _REMEMBERED_CHARACTERS else _parse_cell(source)


def _parse_cell(source: str) -> ast.Module | None:
    return parse_python(source) or parse_python(without_magics(source))


_remembered = lru_cache(maxsize=_REMEMBERED_CELLS)(_parse_cell)


def without_magics(source: str) -> str:
    """A cell's code with magics, shell commands and help requests made blank; the number of lines stays.

    Code after `%time` and `%%time` stays, since it runs in the notebook's namespace; the cells of other languages
    (`%%bash`, `%%html`) are blank altogether.
    """
    lines = source.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    magic = _CELL_MAGIC.match(lines[first])
    if magic and magic.group(1) not in _PYTHON_MAGICS:
        return "\n" * (len(lines) - 1)
    return "\n".join(_plain(line) for line in lines)


def _plain(line: str) -> str:
    timed = _TIMED.match(line)
    if timed:
        return timed.group(1) + line[timed.end() :]
    if _LINE_MAGIC.match(line):
        # An indented magic may be all that a block holds.
        indent = line[: len(line) - len(line.lstrip())]
        return f"{indent}pass" if indent else ""
    value = _SHELL_VALUE.match(line)
    return f"{value.group(1)}None" if value else line
