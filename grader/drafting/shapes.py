"""The shapes of arrays that expressions make, where their lengths are written out, and what is a random draw."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from grader.drafting.expressions import CONVERTED, WRAPPERS, literal, numbers, shape_of_numbers

Shape = tuple[int, ...]
Lookup = Callable[[str], ast.expr | None]
"""What a name stands for, where it is assigned once."""

_FILLED = frozenset(("ones", "zeros", "empty", "randn", "rand", "random_sample", "standard_normal"))
# Where the length stands among the arguments of a draw, if it is no keyword.
_SIZED = {
    "normal": 2,
    "uniform": 2,
    "integers": 2,
    "randint": 2,
    "choice": 1,
    "random": 0,
    "standard_normal": 0,
    "random_sample": 0,
}
_DRAWS = frozenset((*_SIZED, "randn", "rand"))
_ELEMENTWISE = frozenset(
    {
        *("abs", "absolute", "exp", "log", "sqrt", "square", "sin", "cos", "tanh", "tan", "log1p", "sign", "round"),
        *("clip", "clamp", "maximum", "minimum", "relu", "sigmoid", "sort", "cumsum", "float32", "float64"),
    }
)
_MOST_NESTED = 8


def shape_of(node: ast.expr, lookup: Lookup, *, depth: int = 0) -> Shape | None:
    """The shape of the array that an expression makes, where its lengths are written out; else None."""
    if depth > _MOST_NESTED:
        return None
    if (written := literal(node)) is not None:
        return shape_of_numbers(numbers(written))

    def inner(part: ast.expr) -> Shape | None:
        return shape_of(part, lookup, depth=depth + 1)

    match node:
        case ast.Name(id=name):
            found = lookup(name)
            return None if found is None else inner(found)
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            return _multiplied(inner(left), inner(right))
        case ast.BinOp(left=left, right=right):
            return _broadcast(inner(left), inner(right))
        case ast.UnaryOp(operand=operand):
            return inner(operand)
        case ast.Attribute(value=value, attr="T"):
            whole = inner(value)
            return None if whole is None else whole[::-1]
        case ast.Call():
            return _of_call(node, lookup, depth)
    return None


def _of_call(call: ast.Call, lookup: Lookup, depth: int) -> Shape | None:
    match call.func:
        case ast.Attribute(value=owner, attr=name) | (ast.Name(id=name) as owner):
            pass
        case _:
            return None
    arguments = call.args
    first = arguments[0] if arguments else None
    if name in _SIZED and (size := _size(call, _SIZED[name], name)) is not None:
        return _lengths([size], lookup)
    if name in ("normal", "uniform") and len(arguments) <= 2:
        return ()
    if name in ("reshape", "view") or name in _FILLED:
        return _lengths(arguments, lookup)
    if name in ("full", "arange", "eye", "identity") and first is not None and len(arguments) <= 1 + (name == "full"):
        lengths = _lengths([first], lookup)
        return lengths * 2 if lengths and name in ("eye", "identity") else lengths
    if name == "linspace":
        return _lengths(arguments[2:3], lookup) if len(arguments) > 2 else (50,)
    if name in _ELEMENTWISE | WRAPPERS and first is not None:
        return shape_of(first, lookup, depth=depth + 1)
    return shape_of(owner, lookup, depth=depth + 1) if name in CONVERTED | _ELEMENTWISE and owner != call.func else None


def is_draw(node: ast.expr) -> bool:
    """Whether an expression is nothing but a random draw, perhaps scaled and moved, or with something added."""
    match node:
        case ast.BinOp(left=left, right=right):
            return is_draw(left) or is_draw(right)
        case ast.UnaryOp(operand=operand):
            return is_draw(operand)
        case ast.Call(func=ast.Attribute(attr=name)) if name in _DRAWS:
            return True
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[first, *_]) if (
            name in WRAPPERS | _ELEMENTWISE
        ):
            return is_draw(first)
        case ast.Call(func=ast.Attribute(value=owner, attr=name)) if name in CONVERTED | _ELEMENTWISE | {
            "reshape",
            "view",
        }:
            return is_draw(owner)
    return False


def _size(call: ast.Call, position: int, name: str) -> ast.expr | None:
    """The length that a draw is asked for; `torch.normal(mean, std, (3,))` and `rng.random(3)` have it in its place."""
    written = next((keyword.value for keyword in call.keywords if keyword.arg in ("size", "shape")), None)
    if written is not None:
        return written
    return call.args[position] if len(call.args) > position and (name != "random" or len(call.args) == 1) else None


def _broadcast(one: Shape | None, other: Shape | None) -> Shape | None:
    """The shape of what two arrays make element by element; None where either can't be told, or they don't fit."""
    if one is None or other is None:
        return None
    length = max(len(one), len(other))
    pairs = list(zip((1,) * (length - len(one)) + one, (1,) * (length - len(other)) + other, strict=True))
    fits = all(1 in pair or pair[0] == pair[1] for pair in pairs)
    return tuple(right if left == 1 else left for left, right in pairs) if fits else None


def _multiplied(one: Shape | None, other: Shape | None) -> Shape | None:
    if not one or not other or len(one) > 2 or len(other) > 2 or one[-1] != other[0]:
        return None
    return one[:-1] + other[1:]


def _lengths(arguments: Sequence[ast.expr], lookup: Lookup) -> Shape | None:
    if len(arguments) == 1 and isinstance(arguments[0], ast.Tuple | ast.List):
        arguments = arguments[0].elts
    found = [_length(argument, lookup) for argument in arguments]
    lengths = tuple(length for length in found if length is not None)
    return lengths if lengths and len(lengths) == len(found) else None


def _length(node: ast.expr, lookup: Lookup) -> int | None:
    if isinstance(node, ast.Name):
        found = lookup(node.id)
        node = node if found is None else found
    value = numbers(node)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
