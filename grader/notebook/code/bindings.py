"""What a cell's code binds at module level, and to what."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from grader.notebook.code.outline import Outline, statements

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_BINDING = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.NamedExpr, ast.For, ast.AsyncFor, ast.withitem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A variable, and what it gets.

    `whole` is False where only an element or an attribute is set. `reads`: the expressions that it depends on.
    `equals`: the expression that it is from then on; None where it gets a part of one, or is updated.
    """

    name: str
    whole: bool
    reads: tuple[ast.expr, ...]
    equals: ast.expr | None = None


def find_bindings(outline: Outline) -> Iterator[Binding]:
    """Everything that is bound at module level, in order; not what functions, classes and imports bind."""
    for node in outline.walk(past=SCOPES):
        if isinstance(node, _BINDING):
            yield from _own_bindings(node)


def find_statements_bindings(tree: ast.Module) -> Iterator[Binding]:
    """The same, for code without `:=`: then only statements bind, and their expressions need not be walked."""
    for statement in statements(tree, past=SCOPES):
        yield from _own_bindings(statement)
        if isinstance(statement, ast.With | ast.AsyncWith):
            for item in statement.items:
                yield from _own_bindings(item)


def _own_bindings(node: ast.AST) -> Iterator[Binding]:
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _assigned(target, value)
        case ast.AugAssign(target=target, value=value):
            # What it was before counts too, and the result is no alias of anything.
            yield from _bound(target, value, updated=True)
        case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
            yield from _bound(target, value, equals=value)
        case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
            yield from _elements(target, value)
        case ast.withitem(optional_vars=ast.expr() as target, context_expr=value):
            yield from _elements(target, value)
        case _:
            return


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[Binding]:
    """`a, b = c, d` is two assignments; of `a, b = f()`, each one reads all of the right-hand side."""
    if not isinstance(target, ast.Tuple | ast.List):
        yield from _bound(target, value, equals=value)
    elif isinstance(value, ast.Tuple | ast.List) and _match_one_to_one(target.elts, value.elts):
        for part, source in zip(target.elts, value.elts, strict=True):
            yield from _assigned(part, source)
    else:
        yield from _elements(target, value)


def _match_one_to_one(targets: list[ast.expr], values: list[ast.expr]) -> bool:
    starred = ast.Starred
    return len(targets) == len(values) and not any(isinstance(part, starred) for part in (*targets, *values))


def _elements(target: ast.expr, value: ast.expr) -> Iterator[Binding]:
    """Targets that each get a part of what the right-hand side gives: they read it, but are no alias of it."""
    if isinstance(target, ast.Tuple | ast.List):
        for element in target.elts:
            yield from _elements(element, value)
    else:
        yield from _bound(target, value)


def _bound(
    target: ast.expr, value: ast.expr, *, equals: ast.expr | None = None, updated: bool = False
) -> Iterator[Binding]:
    base = target
    while isinstance(base, ast.Attribute | ast.Subscript | ast.Starred):
        base = base.value
    if isinstance(base, ast.Name):
        whole = isinstance(target, ast.Name | ast.Starred)
        yield Binding(name=base.id, whole=whole, reads=(value, base) if updated else (value,), equals=equals)
