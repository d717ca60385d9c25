"""Transformations of a cell's code by its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator


class LoopVariables(ast.NodeTransformer):
    """Renames the variables of loops and comprehensions, wherever nothing else has their name."""

    def __init__(self, tree: ast.Module) -> None:
        loops = (node for node in ast.walk(tree) if isinstance(node, ast.For | ast.comprehension))
        targets = {name.id for loop in loops for name in ast.walk(loop.target) if isinstance(name, ast.Name)}
        others = {name for node in ast.walk(tree) for name in _bound_otherwise(node)}
        self.names = targets - others

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.copy_location(ast.Name(f"each_{node.id}", node.ctx), node) if node.id in self.names else node


def _bound_otherwise(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Assign(targets=targets):
            yield from (name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name))
        case ast.AugAssign(target=ast.Name(id=name)) | ast.arg(arg=name):
            yield name
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name


class Products(ast.NodeTransformer):
    """Writes matrix products as calls of a function that sums in comprehensions."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.op, ast.MatMult):
            return node
        return ast.Call(ast.Name("summed_product", ast.Load()), [node.left, node.right], [])


SUMMED_PRODUCT = """
def summed_product(a, b):
    import numpy
    if not (type(a) is numpy.ndarray and type(b) is numpy.ndarray and a.ndim == b.ndim == 2):
        return a @ b
    return numpy.array([[sum(x * y for x, y in zip(row, column)) for column in b.T] for row in a])
"""


class Steps(ast.NodeTransformer):
    """Computes each value that is assigned at module level in a function, or in a method of a class, of its own."""

    def __init__(self, *, classes: bool) -> None:
        self._classes = classes
        self._number = 0

    def visit_Module(self, node: ast.Module) -> ast.Module:
        body: list[ast.stmt] = []
        for statement in node.body:
            if isinstance(statement, ast.Assign) and not _is_plain(statement.value):
                self._number += 1
                body += self._step(statement)
            else:
                body.append(statement)
        node.body = body
        return node

    def _step(self, statement: ast.Assign) -> list[ast.stmt]:
        name = f"step_{self._number}"
        template = f"def {name}():\n    return 0"
        call = f"{name}()"
        if self._classes:
            template = f"class {name}:\n    def value(self):\n        return 0"
            call = f"{name}().value()"
        definition = ast.parse(template).body[0]
        inner = definition.body[0] if isinstance(definition, ast.ClassDef) else definition
        assert isinstance(inner, ast.FunctionDef)
        inner.body = [ast.Return(statement.value)]
        return [definition, ast.Assign(statement.targets, ast.parse(call, mode="eval").body)]


def _is_plain(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant | ast.List | ast.Lambda) or any(
        isinstance(inner, ast.Await | ast.Yield | ast.NamedExpr) for inner in ast.walk(value)
    )


class InPlace(ast.NodeTransformer):
    """Sums in place: `a = b + c` in two statements."""

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | list[ast.stmt]:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(op=ast.Div() | ast.MatMult())):
                scaled = ast.parse(f"{name} = {name} * 2\n{name} /= 2").body
                return [node, *scaled]
        return node


def rewritten(source: str, transformer: ast.NodeTransformer | type[ast.NodeTransformer]) -> str:
    """A cell rewritten; as it is where it is no plain Python."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return source
    made = transformer(tree) if isinstance(transformer, type) else transformer  # type: ignore[call-arg]
    return ast.unparse(ast.fix_missing_locations(made.visit(tree)))
