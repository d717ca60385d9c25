"""What a function's parameters are used as, and which argument of a call goes to which."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_TEXT = frozenset(
    {
        *("split", "lower", "upper", "strip", "groupby", "startswith", "endswith", "replace", "title", "encode"),
        *("append", "sort_values", "iloc", "loc", "columns", "iterrows"),
    }
)
_COUNTED = frozenset(("zeros", "ones", "linspace", "arange", "eye", "range", "randn", "rand", "full", "identity"))
_SELECTING = frozenset(("unique", "nonzero", "argwhere", "flatnonzero", "filter", "dropna", "compress", "extract"))


def parameters_of(function: ast.FunctionDef) -> list[str]:
    """The names of the parameters that cases pass, in order."""
    return [argument.arg for argument in [*function.args.posonlyargs, *function.args.args]]


def in_order(call: ast.Call, function: ast.FunctionDef) -> list[ast.expr] | None:
    """The arguments of a call in the order of the parameters, defaults filled in; None where that can't be told."""
    parameters = parameters_of(function)
    defaults = dict(zip(parameters[::-1], function.args.defaults[::-1], strict=False))
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    if not named.keys() <= set(parameters) or any(isinstance(argument, ast.Starred) for argument in call.args):
        return None
    rest = [named.get(name, defaults.get(name)) for name in parameters[len(call.args) :]]
    arguments = [*call.args, *(each for each in rest if each is not None)]
    return arguments if arguments and len(arguments) == len(parameters) else None


def parameter_kind(function: ast.FunctionDef, name: str) -> str:
    """What a parameter is used as: "dict", "int", "other" (text, functions, lists of unequal things), or "array"."""
    for node in ast.walk(function):
        match node:
            case ast.Subscript(value=ast.Name(id=used), slice=ast.Constant(value=str())) if used == name:
                return "dict"
            case ast.Call(func=ast.Attribute(value=ast.Name(id=used), attr="items" | "keys" | "values")) if (
                used == name
            ):
                return "dict"
            case ast.Call(func=ast.Name(id="range"), args=arguments):
                if any(isinstance(each, ast.Name) and each.id == name for each in arguments):
                    return "int"
            case ast.Call(func=ast.Name(id=used)) if used == name:
                return "other"
            case ast.Attribute(value=ast.Name(id=used), attr=attribute) if used == name and attribute in _TEXT:
                return "other"
    return "array"


def needs_matrix(function: ast.FunctionDef) -> bool:
    """Whether a function takes arrays of rows and columns apart."""
    for node in ast.walk(function):
        match node:
            case ast.keyword(arg="axis" | "dim", value=ast.Constant(value=1)) | ast.keyword(arg="keepdims"):
                return True
            case ast.keyword(arg="axis" | "dim", value=ast.Constant(value=0)):
                return True
            case ast.Subscript(slice=ast.Tuple(elts=[_, _])):
                return True
            case ast.Subscript(value=ast.Attribute(attr="shape"), slice=ast.Constant(value=1)):
                return True
            case ast.Assign(targets=[ast.Tuple(elts=[_, _])], value=ast.Attribute(attr="shape")):
                return True
    return False


def varies_in_shape(function: ast.FunctionDef) -> bool:
    """Whether the shape of what a function gives, or whether it is text, may depend on the numbers that it gets."""
    parameters = {argument.arg for argument in [*function.args.args, *function.args.kwonlyargs]}
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called), args=arguments):
                lengths = {name for part in arguments for name in _plain_names(part)}
                if called in _SELECTING or (called in _COUNTED and lengths & parameters):
                    return True
            case ast.comprehension(ifs=[_, *_]) | ast.Subscript(slice=ast.Compare()):
                return True
            case ast.If() | ast.While() if _appends(node):
                return True
            case ast.Return(value=ast.Constant(value=str() | None) | ast.List() | ast.Tuple(elts=[])):
                return True
            case ast.IfExp(body=ast.Constant(value=str())) | ast.IfExp(orelse=ast.Constant(value=str())):
                return True
            case ast.Slice(lower=lower, upper=upper):
                if parameters & {name for part in (lower, upper) if part is not None for name in _plain_names(part)}:
                    return True
    return False


def _plain_names(node: ast.AST) -> Iterator[str]:
    """The names in an expression whose own value it is computed of, not a length or a shape of theirs."""
    match node:
        case ast.Name(id=name):
            yield name
        case ast.Attribute() | ast.Call():
            return
    for child in ast.iter_child_nodes(node):
        yield from _plain_names(child)


def _appends(node: ast.AST) -> bool:
    return any(isinstance(each, ast.Attribute) and each.attr in ("append", "extend") for each in ast.walk(node))
