"""Where a value stands in a notebook's namespace: a variable, or what lies in one under attributes and keys."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache

Step = tuple[str, str | int]
"""`(".", "weight")` for an attribute, `("[", "dW1")` or `("[", -1)` for a key."""


class NoPath(ValueError):
    """A text that is no path; the message says why, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Path:
    """A path such as `model.fc1.weight.grad`: the variable that it begins with, and the steps from there."""

    root: str
    steps: tuple[Step, ...] = ()

    @property
    def is_variable(self) -> bool:
        """Whether it is a variable's name and nothing else."""
        return not self.steps


@lru_cache(maxsize=4_096)
def read_path(text: str) -> Path:
    """Read `grads["dW1"]`, `history[-1]` or a mere name. Raises NoPath for all else."""
    if text.isidentifier():
        return Path(root=text)
    try:
        expression = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise NoPath("isn't written as Python") from None
    steps: list[Step] = []
    while not isinstance(expression, ast.Name):
        expression, step = _step(expression)
        steps.append(step)
    return Path(root=expression.id, steps=tuple(reversed(steps)))


def root_of(text: str) -> str:
    """The variable that a path begins with; the text itself where it is no path."""
    try:
        return read_path(text).root
    except NoPath:
        return text


def _step(expression: ast.expr) -> tuple[ast.expr, Step]:
    match expression:
        case ast.Attribute(value=value, attr=name):
            return value, (".", name)
        case ast.Subscript(value=value, slice=ast.Constant(value=str() | int() as key)) if not isinstance(key, bool):
            return value, ("[", key)
        case ast.Subscript(value=value, slice=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as key))):
            return value, ("[", -key)
        case ast.Subscript():
            raise NoPath("has a key that is neither a text nor a whole number")
        case ast.Call():
            raise NoPath("calls a function, and a path only looks up")
        case _:
            raise NoPath("computes something, and a path only looks up")
