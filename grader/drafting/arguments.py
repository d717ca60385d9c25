"""An argument of a call as a case writes it: its value, where that is written out, or a draw of its shape."""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass

from grader.drafting.expressions import is_floating, literal, numbers
from grader.drafting.shapes import shape_of
from grader.drafting.solution import Solution
from grader.drafting.steps import Step

_BUILTINS = frozenset(dir(builtins))
_DRAWN = 3
_LONGEST_LITERAL = 200
_NUMBERS = frozenset(("pi", "e", "inf", "nan", "euler_gamma", "tau", "Inf", "NaN"))

Written = tuple[str, frozenset[str]]
"""An argument as a module writes it, and the names that it needs; `seed=?` stands where a seed goes."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """Reads the arguments of calls in a statement at a place."""

    solution: Solution
    place: int
    step: Step

    def exact(self, argument: ast.expr) -> Written | None:
        """An argument whose value is written out, or known to the module."""
        if not self._are_told(_names(argument)):
            return None
        argument = self._resolved(argument)
        if (found := literal(argument)) is not None:
            text = ast.unparse(found)
            return (text, frozenset()) if len(text) <= _LONGEST_LITERAL else None
        if isinstance(argument, ast.Constant) or numbers(argument) is not None:
            return ast.unparse(argument).replace("'", '"'), frozenset()
        if _only_fills(argument):
            return None
        names = _names(argument)
        known = all(self.solution.is_constant(name) for name in names)
        if not known or not names or isinstance(argument, ast.Dict) or _draws(argument):
            return None
        return ast.unparse(argument), frozenset(names)

    def drawn(self, argument: ast.expr) -> Written | None:
        """A draw of the same shape as an argument that is an array of floating numbers."""
        if not self._are_told(_names(argument)):
            return None
        argument = self._resolved(argument)
        if isinstance(argument, ast.Dict):
            return self._drawn_dict(argument)
        found = literal(argument)
        if found is not None and (not is_floating(found) or not isinstance(found, ast.List)):
            return None
        shape = shape_of(argument, self.solution.lookup_before(self.place))
        if not shape:
            return None
        return f"normal({', '.join(map(str, shape))}, n={_DRAWN}, seed=?)", frozenset()

    def is_function(self, argument: ast.expr) -> bool:
        """Whether an argument is a function or a class, which no case can hold."""
        argument = self._resolved(argument)
        match argument:
            case ast.Lambda():
                return True
            case ast.Name(id=name):
                called = name in _BUILTINS and callable(getattr(builtins, name))
                imported = self.solution.is_import(name) and name not in _NUMBERS
                return self.solution.is_function(name) or called or imported
            case ast.Attribute(value=ast.Name(id=module), attr=name):
                return module in self.solution.modules and name not in _NUMBERS
        return False

    def kind(self, argument: ast.expr) -> str:
        """What an argument is: "number", "text" (and what else is no array), "list", or "array"."""
        argument = self._resolved(argument)
        value = numbers(argument)
        if isinstance(value, bool | str | bytes) or (isinstance(argument, ast.Constant) and value is None):
            return "text"
        if isinstance(value, int | float | complex):
            return "number"
        return "list" if isinstance(argument, ast.List | ast.Tuple | ast.ListComp) else "array"

    def _are_told(self, names: set[str]) -> bool:
        """Whether names stand for what they stood for before the statement, and for nothing that is bound in it."""
        simple = isinstance(self.step.node, ast.Assign | ast.AnnAssign | ast.Expr | ast.Assert)
        return names <= self.step.reads and (simple or not names & self.step.defines)

    def _drawn_dict(self, argument: ast.Dict) -> Written | None:
        items: list[str] = []
        constants: set[str] = set()
        for key, value in zip(argument.keys, argument.values, strict=True):
            if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                return None
            shape = shape_of(value, self.solution.lookup_before(self.place))
            if shape:
                items.append(f'"{key.value}": normal({", ".join(map(str, shape))}, seed=?).arrays()[0]')
            elif (exact := self.exact(value)) is not None:
                items.append(f'"{key.value}": {exact[0]}')
                constants |= exact[1]
            else:
                return None
        return f"{{{', '.join(items)}}}", frozenset(constants)

    def _resolved(self, argument: ast.expr) -> ast.expr:
        """What a name stands for, where that tells more than the name."""
        lookup = self.solution.lookup_before(self.place)
        told = self._are_told(_names(argument))
        for _ in range(10):
            if not told or not isinstance(argument, ast.Name) or self.solution.is_constant(argument.id):
                break
            found = lookup(argument.id)
            if found is None:
                break
            argument = found
        return argument


def _names(argument: ast.expr) -> set[str]:
    return {each.id for each in ast.walk(argument) if isinstance(each, ast.Name)} - _BUILTINS


def _only_fills(argument: ast.expr) -> bool:
    """`np.ones((2, 3))` stands for its shape alone."""
    return isinstance(argument, ast.Call) and isinstance(argument.func, ast.Attribute) and argument.func.attr in (
        "ones", "zeros", "empty"
    )  # fmt: skip


def _draws(argument: ast.expr) -> bool:
    return any(
        isinstance(each, ast.Attribute) and each.attr in ("random", "randn", "rand") for each in ast.walk(argument)
    )
