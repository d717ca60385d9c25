"""Vectors whose signs are free: what decompositions of matrices give, and what is merely chosen of that."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from grader.drafting.solution import Solution

_POSITIONS: Mapping[str, tuple[str, ...]] = {
    "eig": ("", "columns"),
    "eigh": ("", "columns"),
    "svd": ("columns", "", "rows"),
    "qr": ("columns", "rows"),
}
_FIELDS = {"eigenvectors": "columns", "U": "columns", "Q": "columns", "Vh": "rows", "R": "rows"}
_SAME = frozenset(("copy", "clone", "real", "numpy", "detach", "float", "double", "to", "astype", "contiguous"))
_TURNED = {"columns": "rows", "rows": "columns", "whole": "whole", "": ""}
_MOST_NESTED = 12


def free_signs(solution: Solution, name: str, at: int, *, depth: int = 0) -> str:
    """Of what the signs are free in a variable after a statement: "columns", "rows", the "whole", or "" for nothing."""
    place = max((each for each in solution.definers.get(name, ()) if each <= at), default=None)
    if place is None or depth > _MOST_NESTED or name not in solution.steps[place].binds:
        return ""
    step = solution.steps[place]
    if step.value is not None:
        return _of(solution, step.value, place, depth)
    match step.node:
        case ast.Assign(targets=[ast.Tuple(elts=elements)], value=value):
            position = next((n for n, each in enumerate(elements) if isinstance(each, ast.Name) and each.id == name), 0)
            if isinstance(value, ast.Tuple) and len(value.elts) == len(elements):
                return _of(solution, value.elts[position], place, depth)
            return _of_part(value, position)
    return ""


def reads_free_signs(solution: Solution, name: str, at: int) -> bool:
    """Whether a statement computes a variable of vectors whose signs are free."""
    step = solution.steps[at]
    value: ast.AST = step.node
    match step.node:
        case ast.Assign(targets=[ast.Tuple(elts=elements)], value=ast.Tuple(elts=values)) if len(elements) == len(
            values
        ):
            pairs = zip(elements, values, strict=True)
            value = next((part for target, part in pairs if ast.unparse(target) == name), value)
    read = {each.id for each in ast.walk(value) if isinstance(each, ast.Name)} & step.reads
    return any(free_signs(solution, each, at - 1) for each in read)


def _of_part(call: ast.expr, position: int) -> str:
    match call:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in _POSITIONS:
            parts = _POSITIONS[name]
            # torch.svd gives V itself, and not its transpose.
            if ast.unparse(call.func) == "torch.svd" and position == 2:
                return "columns"
            return parts[position] if position < len(parts) else ""
    return ""


def _of(solution: Solution, node: ast.expr, place: int, depth: int) -> str:
    """Of what the signs are free in an expression."""

    def inner(part: ast.expr) -> str:
        return _of(solution, part, place, depth + 1)

    match node:
        case ast.Name(id=name):
            return free_signs(solution, name, place - 1, depth=depth + 1)
        case ast.Subscript(value=ast.Call() as call, slice=ast.Constant(value=int(position))) if _of_part(
            call, position
        ):
            return _of_part(call, position)
        case ast.Attribute(value=ast.Call() as call, attr=field) if field in _FIELDS and _is_decomposition(call):
            return _FIELDS[field]
        case ast.Subscript(value=value, slice=chosen):
            return _chosen(solution, inner(value), chosen, place)
        case ast.Attribute(value=value, attr="T") | ast.Call(func=ast.Attribute(value=value, attr="transpose" | "t")):
            return _TURNED[inner(value)]
        case ast.Attribute(value=value, attr=name) if name in _SAME:
            return inner(value)
        case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in _SAME:
            return inner(value)
        case ast.UnaryOp(operand=operand):
            return inner(operand)
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            # What is put into the coordinates of such vectors has their signs.
            return {"columns": "columns", "whole": "whole"}.get(inner(right) if not inner(left) else "", "") or (
                {"rows": "rows"}.get(inner(left) if not inner(right) else "", "")
            )
    return ""


def _is_decomposition(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute | ast.Name) and any(_of_part(call, position) for position in range(3))


def _chosen(solution: Solution, signs: str, chosen: ast.expr, place: int) -> str:
    """Of what the signs are free where some of the vectors are chosen, or one of them."""
    match signs, chosen:
        case "columns", ast.Tuple(elts=[ast.Slice(), which]):
            return "whole" if _is_one(solution, which, place) else "columns"
        case "rows", ast.Tuple(elts=[which, ast.Slice()]):
            return "whole" if _is_one(solution, which, place) else "rows"
        case "rows", which if not isinstance(which, ast.Tuple):
            return "whole" if _is_one(solution, which, place) else "rows"
        case "columns", ast.Slice():
            return "columns"
    return ""


def _is_one(solution: Solution, index: ast.expr, place: int) -> bool:
    """Whether an index is a number."""
    if isinstance(index, ast.Name):
        index = solution.lookup_before(place)(index.id) or index
    match index:
        case ast.Constant(value=int()) | ast.UnaryOp(operand=ast.Constant(value=int())):
            return True
        case ast.Call(func=ast.Attribute(attr=called) | ast.Name(id=called)):
            return called in ("argmax", "argmin", "int", "item")
    return False
