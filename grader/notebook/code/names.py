"""Names that a cell binds or needs, with imports, functions and classes among them; and the line of a name."""

from __future__ import annotations

import ast

from grader.notebook.code.bindings import SCOPES
from grader.notebook.code.facts import SOURCE_CHARACTERS, assigned_names
from grader.notebook.code.magics import parse_cell
from grader.notebook.code.outline import Outline, statements


def bound_names(source: str) -> frozenset[str]:
    """All names that a cell binds at module level: variables, functions, classes and what it imports."""
    tree = parse_cell(source) if len(source) <= SOURCE_CHARACTERS else None
    names = set(assigned_names(source))
    for node in statements(tree) if tree is not None else ():
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names |= {alias.asname or alias.name.partition(".")[0] for alias in aliases}
    return frozenset(names)


def needed_names(source: str) -> frozenset[str]:
    """The names that a cell reads, at module level, before it binds them itself, or in functions at any time.

    Statements are taken in the order in which they stand, and what any branch binds as bound.
    """
    tree = parse_cell(source) if len(source) <= SOURCE_CHARACTERS else None
    if tree is None:
        return frozenset()
    outline = Outline(tree)
    needed: set[str] = set()
    bound: set[str] = set()
    for statement in tree.body:
        needed |= outline.loads(statement) - bound
        bound |= _bound_by(statement)
    return frozenset(needed)


def _bound_by(statement: ast.stmt) -> set[str]:
    if isinstance(statement, SCOPES):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.partition(".")[0] for alias in statement.names}
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def first_line_with(source: str, name: str) -> int | None:
    """The first line of a cell on which a name is read; None where it isn't."""
    tree = parse_cell(source) if len(source) <= SOURCE_CHARACTERS else None
    if tree is None:
        return None
    lines = (
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id == name
    )
    return min(lines, default=None)
