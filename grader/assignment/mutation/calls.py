"""Calls in a syntax tree: what they call and are applied to, and the same calls with something else."""

from __future__ import annotations

import ast


def called(node: ast.expr) -> str:
    """The name of what a call calls, without what it is of; "" for everything else."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return name
    return ""


def is_method(call: ast.Call) -> bool:
    """Whether a call is of an array's method (`x.sum()`), and not of a module's function (`torch.sum(x)`)."""
    match call.func:
        case ast.Attribute(value=ast.Name(id=name)):
            return name not in {"torch", "F", "np", "numpy", "math", "nn", "functional"}
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id="torch"))):
            return False
        case ast.Attribute():
            return True
    return False


def operand_of(call: ast.Call) -> ast.expr | None:
    """The array that a function or a method is applied to."""
    if is_method(call):
        assert isinstance(call.func, ast.Attribute)
        return call.func.value
    return call.args[0] if call.args else None


def with_(call: ast.Call, *, args: list[ast.expr] | None = None, keywords: list[ast.keyword] | None = None) -> ast.Call:
    """The same call with other arguments."""
    return ast.Call(
        func=call.func,
        args=call.args if args is None else args,
        keywords=call.keywords if keywords is None else keywords,
    )


def named(call: ast.Call, name: str) -> ast.Call:
    """The same call of a function, or a method, of another name."""
    func = call.func
    assert isinstance(func, ast.Attribute | ast.Name)
    other: ast.expr = (
        ast.Attribute(value=func.value, attr=name, ctx=ast.Load())
        if isinstance(func, ast.Attribute)
        else ast.Name(id=name, ctx=ast.Load())
    )
    return ast.Call(func=ast.copy_location(other, func), args=call.args, keywords=call.keywords)


def method(of: ast.expr, name: str, *arguments: ast.expr) -> ast.Call:
    """A call of a method."""
    func = ast.Attribute(value=of, attr=name, ctx=ast.Load())
    return ast.Call(func=func, args=list(arguments), keywords=[])


def transposed(node: ast.expr) -> ast.expr:
    """A matrix, transposed."""
    return ast.copy_location(ast.Attribute(value=node, attr="T", ctx=ast.Load()), node)
