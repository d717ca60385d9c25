"""Changes of signs, operators and their sides, comparisons, constants and bounds."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from grader.assignment.mutation.calls import transposed, with_
from grader.assignment.mutation.change import Changed, made

_OPERATORS: Mapping[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div,),
    ast.Pow: (ast.Mult,),
}
_ORDERED = (ast.Sub, ast.Div, ast.MatMult, ast.Pow, ast.FloorDiv)
_COMPARISONS: Mapping[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}
_SYMBOLS: Mapping[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}


def signs(node: ast.expr) -> Iterator[Changed]:
    """A minus that is left out."""
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=operand) if not isinstance(operand, ast.Constant):
            yield operand, made("sign", node)


def operations(node: ast.expr) -> Iterator[Changed]:
    """Another operator, its sides exchanged, one side alone, and what may go wrong with a product of matrices."""
    if not isinstance(node, ast.BinOp):
        return
    symbol = _SYMBOLS.get(type(node.op), "")
    for other in _OPERATORS.get(type(node.op), ()):
        new = ast.BinOp(left=node.left, op=other(), right=node.right)
        yield new, made("other-operator", node, was=symbol, now=_SYMBOLS[other])
    if isinstance(node.op, _ORDERED):
        yield (
            ast.BinOp(left=node.right, op=node.op, right=node.left),
            made("operands-swapped", node, operator=symbol),
        )
    if isinstance(node.op, ast.Add | ast.Sub):
        yield node.left, made("term-left-out", node)
        if isinstance(node.op, ast.Add):
            yield node.right, made("term-left-out", node)
        else:
            negative = ast.UnaryOp(op=ast.USub(), operand=node.right)
            yield negative, made("term-left-out", node)
    if isinstance(node.op, ast.Mult | ast.Div):
        yield node.left, made("factor-left-out", node)
    if isinstance(node.op, ast.Mult):
        yield node.right, made("factor-left-out", node)
    if isinstance(node.op, ast.Pow):
        yield node.left, made("factor-left-out", node)
    if isinstance(node.op, ast.MatMult):
        product = ast.BinOp(left=node.left, op=ast.Mult(), right=node.right)
        yield product, made("elementwise-product", node)
        for left, right in ((transposed(node.left), node.right), (node.left, transposed(node.right))):
            yield ast.BinOp(left=left, op=ast.MatMult(), right=right), made("transposed", node)


def comparisons(node: ast.expr) -> Iterator[Changed]:
    """The other way of comparing, and that with or without equality."""
    match node:
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            for other in _COMPARISONS.get(type(operator), ()):
                new = ast.Compare(left=left, ops=[other()], comparators=[right])
                was, now = _SYMBOLS[type(operator)], _SYMBOLS[other]
                yield new, made("other-comparison", node, was=was, now=now)


def constants(node: ast.expr) -> Iterator[Changed]:
    """Numbers in computations; those that are axes, lengths or indices are others' matter."""
    if not isinstance(node, ast.BinOp):
        return
    for side in ("left", "right"):
        constant = getattr(node, side)
        value = constant.value if isinstance(constant, ast.Constant) else None
        if not isinstance(value, int | float) or isinstance(value, bool):
            continue
        others = (value + 1, value - 1) if isinstance(value, int) else (-value, value * 10, value / 10)
        for other in others:
            new = ast.BinOp(left=node.left, op=node.op, right=node.right)
            setattr(new, side, ast.copy_location(ast.Constant(other), constant))
            yield new, made("other-constant", node)


def slices(node: ast.expr) -> Iterator[Changed]:
    """Bounds of slices and ranges that are off by one."""
    match node:
        case ast.Subscript(value=value, slice=ast.Slice(lower=lower, upper=upper, step=None)):
            for bounds in _other_bounds(lower, upper):
                new = ast.Slice(lower=bounds[0], upper=bounds[1], step=None)
                subscript = ast.Subscript(value=value, slice=ast.copy_location(new, node.slice), ctx=node.ctx)
                if isinstance(node.ctx, ast.Load):
                    yield subscript, made("off-by-one", node)
        case ast.Call(func=ast.Name(id="range"), args=[*arguments]) if arguments:
            for by in (1, -1):
                last = ast.BinOp(left=arguments[-1], op=ast.Add(), right=ast.Constant(by))
                yield with_(node, args=[*arguments[:-1], last]), made("off-by-one", node)


def _other_bounds(lower: ast.expr | None, upper: ast.expr | None) -> Iterator[tuple[ast.expr | None, ast.expr | None]]:
    for by in (1, -1):
        if lower is not None:
            yield ast.BinOp(left=lower, op=ast.Add(), right=ast.Constant(by)), upper
        if upper is not None:
            yield lower, ast.BinOp(left=upper, op=ast.Add(), right=ast.Constant(by))
