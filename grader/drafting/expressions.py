"""The numbers that an expression writes out, without running it."""

from __future__ import annotations

import ast

WRAPPERS = frozenset(
    {
        *("array", "asarray", "tensor", "as_tensor", "Tensor"),
        *("FloatTensor", "DoubleTensor", "Parameter", "from_numpy", "Variable"),
    }
)
"""What makes an array of its argument."""
CONVERTED = frozenset(("float", "double", "astype", "requires_grad_", "copy", "clone", "numpy", "detach", "to"))
_MOST_NESTED = 8


def literal(node: ast.expr) -> ast.expr | None:
    """The numbers that an expression writes out, one or rectangular lists, whatever makes an array of them."""
    for _ in range(_MOST_NESTED):
        match node:
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[inner, *_]) if name in WRAPPERS:
                node = inner
            case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in CONVERTED:
                node = inner
            case _:
                break
    return node if shape_of_numbers(numbers(node)) is not None else None


def numbers(node: ast.expr) -> object:
    """The value of a literal; None for everything else."""
    try:
        value: object = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None
    return value


def shape_of_numbers(value: object) -> tuple[int, ...] | None:
    """The shape of a number, or of rectangular lists of numbers; None for everything else."""
    if isinstance(value, bool | int | float | complex):
        return ()
    if not isinstance(value, list | tuple) or not value:
        return None
    shapes = {shape_of_numbers(item) for item in value}
    first = next(iter(shapes))
    return (len(value), *first) if len(shapes) == 1 and first is not None else None


def is_floating(node: ast.expr) -> bool:
    """Whether any of the numbers that are written out is no whole one."""
    return any(isinstance(each, ast.Constant) and isinstance(each.value, float) for each in ast.walk(node))
