"""Names in expressions: which ones are loaded, and which one an expression merely converts."""

from __future__ import annotations

import ast
from collections.abc import Mapping

# Methods that give the same numbers in another container, dtype or place.
_CONVERTING_METHODS = frozenset(
    {
        *("numpy", "detach", "clone", "copy", "tolist", "cpu", "cuda", "item", "to", "float", "double", "astype"),
        *("contiguous", "requires_grad_", "detach_"),
    }
)
_CONVERTING_ATTRIBUTES = frozenset({"data"})
_CONVERTING_FUNCTIONS = {
    "numpy": frozenset({"array", "asarray", "copy", "float64", "float32", "ascontiguousarray", "asanyarray"}),
    "torch": frozenset({"tensor", "as_tensor", "from_numpy", "Tensor", "FloatTensor", "DoubleTensor", "clone"}),
    "copy": frozenset({"copy", "deepcopy"}),
}
_CONVERTING_BUILTINS = frozenset({"list", "tuple", "float", "str", "repr"})


def loaded_names(node: ast.AST) -> frozenset[str]:
    """All names that are read anywhere in a piece of code, its own local ones included."""
    return frozenset(n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))


def unwrapped(expression: ast.expr, modules: Mapping[str, str]) -> str | None:
    """The variable that an expression is, or is a conversion of (`np.array(a2_t.detach())` → `a2_t`); else None.

    `modules` gives the module behind a name (np → numpy).
    """
    inner: ast.expr | None = expression
    while inner is not None and not isinstance(inner, ast.Name):
        inner = _converted(inner, modules)
    return inner.id if inner is not None else None


def _converted(expression: ast.expr, modules: Mapping[str, str]) -> ast.expr | None:
    """What an expression converts, one layer down; None where it computes something."""
    match expression:
        case ast.Attribute(value=value, attr=name) if name in _CONVERTING_ATTRIBUTES:
            return value
        case ast.Call(func=ast.Attribute(value=ast.Name(id=root), attr=name), args=[first, *_]) if root in modules:
            return first if name in _CONVERTING_FUNCTIONS.get(modules[root], ()) else None
        case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in _CONVERTING_METHODS:
            return value
        case ast.Call(func=ast.Name(id=name), args=[first]):
            from_module = name in _CONVERTING_FUNCTIONS.get(modules.get(name, ""), ())
            return first if from_module or name in _CONVERTING_BUILTINS else None
        case _:
            return None
