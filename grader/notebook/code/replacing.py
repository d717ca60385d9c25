"""Putting another value in where a cell assigns a name: all else of the cell stays as it was written, to the letter."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from grader.notebook.code.bindings import SCOPES
from grader.notebook.code.magics import without_magics
from grader.notebook.code.outline import statements
from grader.notebook.syntax import parse_python

_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """A value that was put in another's place: the name that gets it, and both as they are written."""

    name: str
    before: str
    after: str


def replace_assigned(source: str, values: Mapping[str, str]) -> tuple[str, tuple[Replaced, ...]]:
    """A cell in which these names are assigned these values (as Python writes them), and what was replaced.

    Only what stands at module level counts, in whatever block; a function's own variables stay. Cells that are no
    Python stay as they are.
    """
    if len(source) > _CHARACTERS or not any(name in source for name in values):
        return source, ()
    plain = without_magics(source)
    tree = parse_python(plain)
    if tree is None:
        return source, ()
    lines = _Lines(source, plain)
    spans = sorted(
        (lines.span(value), name)
        for statement in statements(tree, past=SCOPES)
        for name, value in _assigned(statement)
        if name in values
    )
    replaced: list[Replaced] = []
    for (begin, end), name in reversed(spans):
        before, after = source[begin:end], values[name]
        if before != after:
            source = source[:begin] + after + source[end:]
            replaced.append(Replaced(name=name, before=before, after=after))
    return source, tuple(reversed(replaced))


def _assigned(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    match statement:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _pairs(target, value)
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match target, value:
        case ast.Name(id=name), _:
            yield name, value
        case ((ast.Tuple(elts=targets) | ast.List(elts=targets)), (ast.Tuple(elts=values) | ast.List(elts=values))):
            if len(targets) == len(values) and not any(isinstance(each, ast.Starred) for each in (*targets, *values)):
                for inner, given in zip(targets, values, strict=True):
                    yield from _pairs(inner, given)


class _Lines:
    """Where the lines of a cell begin, and how much of each was left out before it was parsed."""

    def __init__(self, source: str, plain: str) -> None:
        self._lines = source.split("\n")
        self._plain = plain.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def span(self, expression: ast.expr) -> tuple[int, int]:
        assert expression.end_lineno is not None
        assert expression.end_col_offset is not None
        begin = self._place(expression.lineno, expression.col_offset)
        return begin, self._place(expression.end_lineno, expression.end_col_offset)

    def _place(self, line: int, offset: int) -> int:
        """The place in the cell's text of a line and an offset in UTF-8 bytes, as trees have them."""
        plain, whole = self._plain[line - 1], self._lines[line - 1]
        column = len(plain.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "surrogatepass"))
        # Of a line that begins with `%time`, only the rest was parsed, behind the same indentation.
        left_out = len(whole) - len(plain)
        indent = len(plain) - len(plain.lstrip())
        return self._starts[line - 1] + column + (left_out if column >= indent else 0)
