"""Changes of which function is called, and how often; of products of matrices, and of transposes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from grader.assignment.mutation.calls import called, is_method, named, operand_of, transposed, with_
from grader.assignment.mutation.change import Changed, made

_PRODUCTS = frozenset(("matmul", "mm", "dot", "bmm", "inner"))
_UNARY = frozenset(
    {
        *("relu", "sigmoid", "tanh", "exp", "log", "log2", "log10", "log1p", "expm1", "sqrt", "rsqrt", "square", "abs"),
        *("softmax", "log_softmax", "softplus", "gelu", "elu", "leaky_relu", "silu", "clamp", "clip", "clamp_min"),
        *("round", "floor", "ceil", "sin", "cos", "tan", "sort", "flip", "cumsum", "normalize", "inverse", "inv"),
        *("pinv", "diag", "diagonal", "tril", "triu", "sign", "reciprocal", "logical_not", "maximum", "minimum"),
    }
)
_TRANSPOSING = frozenset(("t", "transpose", "swapaxes", "permute", "adjoint"))
_TWICE = frozenset(
    ("softmax", "log_softmax", "sigmoid", "tanh", "exp", "log", "sqrt", "square", "normalize", "inverse")
)
_CONFUSED: Mapping[str, tuple[str, ...]] = {
    "relu": ("sigmoid", "tanh", "abs"),
    "sigmoid": ("tanh", "relu"),
    "tanh": ("sigmoid", "relu"),
    "softmax": ("sigmoid", "log_softmax"),
    "log_softmax": ("softmax",),
    "log": ("log2", "log10", "log1p"),
    "log2": ("log",),
    "log10": ("log",),
    "exp": ("exp2", "expm1"),
    "sqrt": ("square", "abs"),
    "square": ("abs", "sqrt"),
    "abs": ("square",),
    "sin": ("cos",),
    "cos": ("sin",),
    "max": ("min",),
    "min": ("max",),
    "amax": ("amin",),
    "amin": ("amax",),
    "argmax": ("argmin",),
    "argmin": ("argmax",),
    "std": ("var",),
    "var": ("std",),
    "floor": ("ceil", "round"),
    "ceil": ("floor", "round"),
    "round": ("floor", "ceil"),
    "cumsum": ("cumprod",),
    "median": ("mean",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "zeros_like": ("ones_like",),
    "ones_like": ("zeros_like",),
}


def functions(node: ast.expr) -> Iterator[Changed]:
    """A call left out, doubled, or of another function."""
    if not isinstance(node, ast.Call):
        return
    name, operand = called(node), operand_of(node)
    for other in _CONFUSED.get(name, ()):
        yield named(node, other), made("other-function", node, was=name, now=other)
    if operand is None:
        return
    if name in _UNARY or (isinstance(node.func, ast.Name) and len(node.args) == 1 and not node.keywords):
        yield operand, made("call-left-out", node, call=name)
    if name in _TWICE:
        yield _applied_again(node), made("called-twice", node, call=name)
    if name in _PRODUCTS and len(node.args) == 2 and not is_method(node):
        yield from _products(node)
    if name in _TRANSPOSING:
        yield operand, made("not-transposed", node)


def _products(call: ast.Call) -> Iterator[Changed]:
    left, right = call.args
    yield with_(call, args=[right, left]), made("operands-swapped", call, operator="@")
    yield ast.BinOp(left=left, op=ast.Mult(), right=right), made("elementwise-product", call)
    yield with_(call, args=[transposed(left), right]), made("transposed", call)
    yield with_(call, args=[left, transposed(right)]), made("transposed", call)


def _applied_again(call: ast.Call) -> ast.Call:
    if is_method(call):
        assert isinstance(call.func, ast.Attribute)
        func = ast.Attribute(value=call, attr=call.func.attr, ctx=ast.Load())
        return ast.Call(func=func, args=call.args, keywords=call.keywords)
    return with_(call, args=[call, *call.args[1:]])


def attributes(node: ast.expr) -> Iterator[Changed]:
    """A transpose that is left out."""
    match node:
        case ast.Attribute(value=value, attr="T" | "mT" | "H" | "mH"):
            yield value, made("not-transposed", node)
