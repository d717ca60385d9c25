"""Gradients that a solution takes by autograd: `w.grad` after `loss.backward()`, or `torch.autograd.grad(loss, w)`."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from grader.drafting.solution import Solution
from grader.drafting.steps import Step

_UNCHANGED = frozenset(("clone", "detach", "numpy", "cpu", "double", "float", "copy"))


@dataclass(frozen=True, slots=True, kw_only=True)
class AutogradGradient:
    """The variable that is differentiated, and the one that it is differentiated by; `at` is where."""

    of: str
    by: str
    at: int


def find_gradient(solution: Solution, name: str, at: int) -> AutogradGradient | None:
    """The gradient that a variable is at a statement; None where it is none that autograd takes of two variables."""
    step = solution.steps[at]
    match _value(step, name):
        case ast.Attribute(value=ast.Name(id=by), attr="grad"):
            place, of = _backward(solution, at)
            return AutogradGradient(of=of, by=by, at=place) if of else None
        case ast.Call(func=func, args=[ast.Name(id=of), by_argument, *_]) if ast.unparse(func).endswith("grad"):
            position = _position(step, name)
            by = _element(by_argument, position)
            return AutogradGradient(of=of, by=by, at=at) if by else None
    return None


def _value(step: Step, name: str) -> ast.expr | None:
    """What a variable gets, without conversions and the `[0]` of a tuple of one."""
    match step.node:
        case ast.Assign(value=value):
            pass
        case _:
            return None
    while True:
        match value:
            case ast.Call(func=ast.Attribute(value=inner, attr=method), args=[]) if method in _UNCHANGED:
                value = inner
            case ast.Subscript(value=ast.Call() as inner, slice=ast.Constant(value=0)):
                value = inner
            case _:
                return value


def _backward(solution: Solution, at: int) -> tuple[int, str]:
    """The variable whose `backward()` was called last before a statement, and where; "" where none was."""
    for place in range(at - 1, -1, -1):
        match solution.steps[place].node:
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=of), attr="backward"))):
                return place, of
    return at, ""


def _position(step: Step, name: str) -> int:
    match step.node:
        case ast.Assign(targets=[ast.Tuple(elts=elements) | ast.List(elts=elements)]):
            return next((at for at, each in enumerate(elements) if isinstance(each, ast.Name) and each.id == name), 0)
    return 0


def _element(argument: ast.expr, position: int) -> str:
    match argument:
        case ast.Name(id=name):
            return name
        case ast.Tuple(elts=elements) | ast.List(elts=elements) if position < len(elements):
            element = elements[position]
            return element.id if isinstance(element, ast.Name) else ""
    return ""
