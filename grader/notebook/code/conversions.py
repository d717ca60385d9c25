"""Expressions that merely convert a variable: the same numbers in another container, dtype or place."""

from __future__ import annotations

import ast
from collections.abc import Mapping

_METHODS = frozenset(
    {
        *("numpy", "tolist", "to", "type", "type_as", "astype", "float", "double", "half", "bfloat16", "item"),
        *("detach", "detach_", "requires_grad_", "clone", "copy", "cpu", "cuda", "contiguous"),
    }
)
_ATTRIBUTES = frozenset({"data"})
_FUNCTIONS = {
    "numpy": frozenset(
        {
            *("array", "asarray", "asanyarray", "ascontiguousarray", "copy", "matrix", "asmatrix"),
            *("float16", "float32", "float64", "double", "longdouble"),
        }
    ),
    "torch": frozenset(
        {
            *("tensor", "as_tensor", "asarray", "from_numpy", "clone", "Parameter", "Variable"),
            *("Tensor", "FloatTensor", "DoubleTensor", "HalfTensor"),
        }
    ),
    "copy": frozenset({"copy", "deepcopy"}),
}
_BUILTINS = frozenset({"list", "tuple", "float", "str", "repr"})
_DTYPES = frozenset({"float", "int", "bool", "complex", "object"})
_DATA_KEYWORDS = frozenset({"data", "object", "a", "obj"})


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
        case ast.Attribute(value=value, attr=name) if name in _ATTRIBUTES:
            return value
        case ast.Call(func=ast.Attribute(value=value, attr=name)) if (
            module := modules.get(_root(value))
        ) in _FUNCTIONS:
            return _converted_by_call(expression, modules) if name in _FUNCTIONS[module] else None
        case ast.Call(func=ast.Attribute(value=value, attr=name), args=arguments) if name in _METHODS:
            # `item(3)` is one element of many.
            return None if name == "item" and arguments else value
        case ast.Call(func=ast.Name(id=name)):
            converts = name in _BUILTINS or name in _functions(name, modules)
            return _converted_by_call(expression, modules) if converts else None
        case _:
            return None


def _functions(name: str, modules: Mapping[str, str]) -> frozenset[str]:
    """The converting functions of the module that a name stands for, or comes from."""
    return _FUNCTIONS.get(modules.get(name, ""), frozenset())


def _root(expression: ast.expr) -> str:
    """The name that a dotted path begins with (`torch.nn` → `torch`); "" where it is no path."""
    while isinstance(expression, ast.Attribute):
        expression = expression.value
    return expression.id if isinstance(expression, ast.Name) else ""


def _converted_by_call(call: ast.Call, modules: Mapping[str, str]) -> ast.expr | None:
    if not call.args:
        return next((keyword.value for keyword in call.keywords if keyword.arg in _DATA_KEYWORDS), None)
    # Further variables may be lengths: `torch.Tensor(rows, columns)` has nothing in it.
    settings = (argument for argument in call.args[1:] if isinstance(argument, ast.Name | ast.Starred))
    if all(isinstance(setting, ast.Name) and (setting.id in modules or setting.id in _DTYPES) for setting in settings):
        return call.args[0]
    return None
