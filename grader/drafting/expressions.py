"""What an expression is, without running it: numbers that are written out, and shapes of arrays that are made."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

Shape = tuple[int, ...]
Lookup = Callable[[str], ast.expr | None]
"""What a name stands for, where it is assigned once."""

_WRAPPERS = frozenset(
    {
        *("array", "asarray", "tensor", "as_tensor", "Tensor"),
        *("FloatTensor", "DoubleTensor", "Parameter", "from_numpy", "Variable"),
    }
)
_CONVERTED = frozenset(("float", "double", "astype", "requires_grad_", "copy", "clone", "numpy", "detach", "to"))
_FILLED = frozenset(("ones", "zeros", "empty", "full", "randn", "rand", "random_sample", "standard_normal"))
_SIZED = frozenset(("normal", "uniform", "random", "standard_normal", "integers", "randint"))
_MOST_NESTED = 8


def literal(node: ast.expr) -> ast.expr | None:
    """The numbers that an expression writes out, one or rectangular lists, whatever makes an array of them."""
    for _ in range(_MOST_NESTED):
        match node:
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[inner, *_]) if name in _WRAPPERS:
                node = inner
            case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in _CONVERTED:
                node = inner
            case _:
                break
    return node if _shape_of_numbers(numbers(node)) is not None else None


def numbers(node: ast.expr) -> object:
    """The value of a literal; None for everything else."""
    try:
        value: object = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None
    return value


def _shape_of_numbers(value: object) -> Shape | None:
    if isinstance(value, bool | int | float | complex):
        return ()
    if not isinstance(value, list | tuple) or not value:
        return None
    shapes = {_shape_of_numbers(item) for item in value}
    first = next(iter(shapes))
    return (len(value), *first) if len(shapes) == 1 and first is not None else None


def is_floating(node: ast.expr) -> bool:
    """Whether any of the numbers that are written out is no whole one."""
    return any(isinstance(each, ast.Constant) and isinstance(each.value, float) for each in ast.walk(node))


def shape_of(node: ast.expr, lookup: Lookup, *, depth: int = 0) -> Shape | None:
    """The shape of the array that an expression makes, where its lengths are written out; else None."""
    if depth > _MOST_NESTED:
        return None
    if (written := literal(node)) is not None:
        return _shape_of_numbers(numbers(written))
    match node:
        case ast.Name(id=name):
            found = lookup(name)
            return None if found is None else shape_of(found, lookup, depth=depth + 1)
        case ast.Call(func=ast.Attribute(attr="reshape" | "view"), args=arguments):
            return _lengths(arguments, lookup)
        case ast.Call(func=ast.Attribute(attr=name), keywords=keywords) if name in _SIZED and (
            size := _keyword(keywords, "size")
        ):
            return _lengths([size], lookup)
        case ast.Call(func=ast.Attribute(attr=name), args=arguments) if name in _FILLED:
            return _lengths(arguments[:1] if name == "full" else arguments, lookup)
        case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in _CONVERTED:
            return shape_of(inner, lookup, depth=depth + 1)
        case ast.BinOp(left=left, right=right):
            return _broadcast(shape_of(left, lookup, depth=depth + 1), shape_of(right, lookup, depth=depth + 1))
        case ast.UnaryOp(operand=operand):
            return shape_of(operand, lookup, depth=depth + 1)
    return None


def is_draw(node: ast.expr, lookup: Lookup) -> bool:
    """Whether an expression is nothing but a random draw, perhaps scaled, of a shape that can be told."""
    calls = {
        each.func.attr for each in ast.walk(node) if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute)
    }
    drawn = calls & {"randn", "rand", "normal", "uniform", "standard_normal", "random"}
    return bool(drawn) and shape_of(node, lookup) is not None


def _broadcast(one: Shape | None, other: Shape | None) -> Shape | None:
    if one is None or other is None or one == other:
        return one if other is None or one == other else other
    return max(one, other, key=len) if not one or not other else None


def _keyword(keywords: Sequence[ast.keyword], name: str) -> ast.expr | None:
    return next((keyword.value for keyword in keywords if keyword.arg == name), None)


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
