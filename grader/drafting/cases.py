"""What a function is called with: cases of the shapes with which the solution calls it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass, field

from grader.drafting.expressions import is_floating, literal, numbers
from grader.drafting.shapes import shape_of
from grader.drafting.solution import Solution
from grader.drafting.steps import Step

EDGES = "[-2.0, -0.5, 0.0, 0.5, 2.0]"
_BUILTINS = frozenset(dir(builtins))
_DRAWN = 3
_LONGEST_LITERAL = 200


@dataclass(slots=True)
class Seeds:
    """A seed of its own for each draw of a module."""

    last: int = 0

    def __call__(self) -> int:
        """The next one."""
        self.last += 1
        return self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """Cases as a module writes them. `told` is False where the solution says nothing of them and they are guessed;
    `constants` are the names that the module has to have for them."""

    written: tuple[str, ...]
    told: bool = True
    constants: frozenset[str] = field(default_factory=frozenset)


def find_cases(solution: Solution, function: ast.FunctionDef, seeds: Seeds) -> Cases | None:
    """The cases of a function, by the first call of it whose arguments can be told; a guess for a function of one
    array; None where nothing can be told."""
    parameters = [argument.arg for argument in function.args.args]
    for step, call in calls_of(solution, function.name):
        arguments = _in_order(call, parameters)
        if arguments is None or any(_names(argument) - step.reads for argument in arguments):
            continue
        if (cases := _from_call(solution, arguments, seeds)) is not None:
            return cases
    if len(parameters) == 1 and parameter_kind(function, parameters[0]) == "array":
        return Cases(written=(EDGES, f"normal(3, 4, n={_DRAWN}, seed={seeds()})"), told=False)
    return None


def calls_of(solution: Solution, name: str) -> Iterator[tuple[Step, ast.Call]]:
    """The calls of a function outside of functions, with their statements."""
    for step in solution.steps:
        if name in step.reads and not isinstance(step.node, ast.FunctionDef | ast.ClassDef):
            for node in ast.walk(step.node):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                    yield step, node


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
            case ast.Call(func=ast.Attribute(value=ast.Name(id=used), attr="split" | "lower" | "strip" | "groupby")):
                if used == name:
                    return "other"
    return "array"


def _in_order(call: ast.Call, parameters: list[str]) -> list[ast.expr] | None:
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    rest = [named.get(name) for name in parameters[len(call.args) :]]
    arguments = [*call.args, *(each for each in rest if each is not None)]
    starred = any(isinstance(argument, ast.Starred) for argument in arguments)
    return None if starred or len(arguments) != len(parameters) or not arguments else arguments


def _from_call(solution: Solution, arguments: list[ast.expr], seeds: Seeds) -> Cases | None:
    exact = [_exact(solution, argument) for argument in arguments]
    drawn = [_drawn(solution, argument, seeds) for argument in arguments]
    written = []
    constants: set[str] = set()
    if all(each is not None for each in exact):
        written.append(_tuple([text for each in exact if each for text in [each[0]]]))
    mixed = [one or other for one, other in zip(drawn, exact, strict=True)]
    if any(drawn) and all(mixed):
        written.append(_tuple([each[0] for each in mixed if each]))
    for each in (*exact, *mixed):
        constants |= each[1] if each and written else set()
    return Cases(written=tuple(written), constants=frozenset(constants)) if written else None


Written = tuple[str, frozenset[str]]
"""An argument as a module writes it, and the names that it needs."""


def _exact(solution: Solution, argument: ast.expr) -> Written | None:
    """An argument whose value is written out, or known to the module."""
    argument = _resolved(solution, argument)
    if (found := literal(argument)) is not None:
        text = ast.unparse(found)
        return (text, frozenset()) if len(text) <= _LONGEST_LITERAL else None
    if isinstance(argument, ast.Constant) or numbers(argument) is not None:
        return ast.unparse(argument).replace("'", '"'), frozenset()
    if _only_fills(argument):
        return None
    names = _names(argument)
    known = all(solution.is_constant(name) for name in names)
    if not known or not names or isinstance(argument, ast.Dict) or _draws(argument):
        return None
    return ast.unparse(argument), frozenset(names)


def _drawn(solution: Solution, argument: ast.expr, seeds: Seeds) -> Written | None:
    """A draw of the same shape as an argument that is an array of floating numbers."""
    argument = _resolved(solution, argument)
    if isinstance(argument, ast.Dict):
        return _drawn_dict(solution, argument, seeds)
    found = literal(argument)
    if found is not None and (not is_floating(found) or not isinstance(found, ast.List)):
        return None
    shape = shape_of(argument, solution.lookup)
    if not shape:
        return None
    return f"normal({', '.join(map(str, shape))}, n={_DRAWN}, seed={seeds()})", frozenset()


def _drawn_dict(solution: Solution, argument: ast.Dict, seeds: Seeds) -> Written | None:
    items: list[str] = []
    constants: set[str] = set()
    for key, value in zip(argument.keys, argument.values, strict=True):
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            return None
        shape = shape_of(value, solution.lookup)
        if shape:
            items.append(f'"{key.value}": normal({", ".join(map(str, shape))}, seed={seeds()}).arrays()[0]')
        elif (exact := _exact(solution, value)) is not None:
            items.append(f'"{key.value}": {exact[0]}')
            constants |= exact[1]
        else:
            return None
    return f"{{{', '.join(items)}}}", frozenset(constants)


def _names(argument: ast.expr) -> set[str]:
    return {each.id for each in ast.walk(argument) if isinstance(each, ast.Name)} - _BUILTINS


def _resolved(solution: Solution, argument: ast.expr) -> ast.expr:
    """What a name stands for, where that tells more than the name."""
    for _ in range(10):
        if not isinstance(argument, ast.Name) or solution.is_constant(argument.id):
            break
        found = solution.lookup(argument.id)
        if found is None:
            break
        argument = found
    return argument


def _only_fills(argument: ast.expr) -> bool:
    """`np.ones((2, 3))` stands for its shape alone."""
    return isinstance(argument, ast.Call) and isinstance(argument.func, ast.Attribute) and argument.func.attr in (
        "ones", "zeros", "empty"
    )  # fmt: skip


def _draws(argument: ast.expr) -> bool:
    return any(
        isinstance(each, ast.Attribute) and each.attr in ("random", "randn", "rand") for each in ast.walk(argument)
    )


def _tuple(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"
