"""Small changes to a function's syntax tree, of the kinds that students make by mistake.

The operators are those of mutation testing (DeMillo, Lipton and Sayward, 1978), chosen for numerics: axes and
reductions, operands and their order, transposes, signs, constants, calls that are left out, doubled or confused.
"""

from __future__ import annotations

import ast
import copy
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from grader.assignment.mutation import axes, functions, operations
from grader.assignment.mutation.change import Change, Changed, made


@dataclass(frozen=True, slots=True, eq=False)
class Edit:
    """A node of a tree, and what stands in its place."""

    old: ast.expr
    new: ast.expr

    def applied(self, tree: ast.FunctionDef) -> ast.FunctionDef:
        """A tree with this edit; itself where the node isn't in it. What doesn't lead there stays the same objects."""
        changed = _rebuilt(tree, self.old, self.new)
        assert isinstance(changed, ast.FunctionDef)
        return changed


def changes_of(tree: ast.FunctionDef, others: Iterable[str]) -> Iterator[tuple[ast.FunctionDef, Change, Edit | None]]:
    """Every changed tree, with its change, and the edit that makes it where it is at one place.

    `others` are the names that a parameter may be mistaken for.
    """
    parameters = {argument.arg for argument in tree.args.args}
    wrong = _WrongNames(parameters, tuple(others))
    operators: tuple[Callable[[ast.expr], Iterator[Changed]], ...] = (*_OPERATORS_OF_NODES, wrong.changes)
    for node in _expressions(tree):
        for operator in operators:
            for new, change in operator(node):
                edit = Edit(node, _at(node, new))
                yield edit.applied(tree), change, edit
    for edit, change in _negated(tree):
        yield edit.applied(tree), change, edit
    for changed, change in _exchanged(tree):
        yield changed, change, None


def _at(old: ast.expr, new: ast.expr) -> ast.expr:
    """A new node at an old one's place; one that stands in the tree already has its own."""
    return new if hasattr(new, "lineno") else ast.copy_location(new, old)


def _expressions(tree: ast.FunctionDef) -> Iterator[ast.expr]:
    for statement in tree.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.expr):
                yield node


def _negated(tree: ast.FunctionDef) -> Iterator[tuple[Edit, Change]]:
    """The other sign for what is returned."""
    for node in ast.walk(tree):
        match node:
            case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.UnaryOp):
                negative = _at(value, ast.UnaryOp(op=ast.USub(), operand=value))
                yield Edit(value, negative), made("sign", value)


def _exchanged(tree: ast.FunctionDef) -> Iterator[tuple[ast.FunctionDef, Change]]:
    """Two parameters in each other's places."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    used = [argument.arg for argument in tree.args.args if argument.arg in names]
    for one, other in itertools.combinations(used, 2):
        exchange = _Exchange({one: other, other: one})
        changed = exchange.visit(copy.deepcopy(tree))
        yield changed, Change(code="exchanged", line=tree.lineno, facts=MappingProxyType({"was": one, "now": other}))


class _Exchange(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:  # ast's own way
        return ast.copy_location(ast.Name(id=self._names.get(node.id, node.id), ctx=node.ctx), node)


def _rebuilt(node: ast.AST, old: ast.AST, new: ast.AST) -> ast.AST:
    if node is old:
        return new
    for name, value in ast.iter_fields(node):
        rebuilt = _rebuilt_field(value, old, new)
        if rebuilt is not value:
            changed = copy.copy(node)
            setattr(changed, name, rebuilt)
            return changed
    return node


def _rebuilt_field(value: object, old: ast.AST, new: ast.AST) -> object:
    if isinstance(value, ast.AST):
        return _rebuilt(value, old, new)
    for at, each in enumerate(value if isinstance(value, list) else ()):
        rebuilt = _rebuilt(each, old, new) if isinstance(each, ast.AST) else each
        if rebuilt is not each:
            assert isinstance(value, list)
            return [*value[:at], rebuilt, *value[at + 1 :]]
    return value


class _WrongNames:
    """A parameter mistaken for another name."""

    def __init__(self, parameters: set[str], others: tuple[str, ...]) -> None:
        self._parameters = parameters
        self._others = tuple(dict.fromkeys((*sorted(parameters), *others)))

    def changes(self, node: ast.expr) -> Iterator[Changed]:
        match node:
            case ast.Name(id=name, ctx=ast.Load()) if name in self._parameters:
                for other in self._others:
                    if other != name:
                        new = ast.Name(id=other, ctx=ast.Load())
                        yield new, made("other-quantity", node, was=name, now=other)


_OPERATORS_OF_NODES: tuple[Callable[[ast.expr], Iterator[Changed]], ...] = (
    axes.axes,
    axes.without_axis,
    axes.reductions,
    functions.functions,
    functions.attributes,
    operations.signs,
    operations.operations,
    operations.comparisons,
    operations.constants,
    operations.slices,
)
