"""Putting another value in where a cell assigns a name: all else of the cell stays as it was written, to the letter."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from grader.notebook.code.bindings import SCOPES
from grader.notebook.code.magics import without_magics
from grader.notebook.code.outline import statements
from grader.notebook.code.spans import Spans
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
    spans_of = Spans(source, plain).of
    spans = sorted(
        (spans_of(value), name)
        for statement in statements(tree, past=SCOPES)
        for name, value in assigned_values(statement)
        if name in values
    )
    replaced: list[Replaced] = []
    for (begin, end), name in reversed(spans):
        before, after = source[begin:end], values[name]
        if before != after:
            source = source[:begin] + after + source[end:]
            replaced.append(Replaced(name=name, before=before, after=after))
    return source, tuple(reversed(replaced))


def assigned_values(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """The names that a statement assigns, each with the expression that it gets."""
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
