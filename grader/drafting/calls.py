"""Where a solution calls a function, and whether it does so to test it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from grader.drafting.solution import Solution
from grader.drafting.steps import Step

_RAISES = frozenset(("raises", "assertRaises", "assert_raises", "assertRaisesRegex"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSite:
    """A call of a function in a statement at a place. `tests`: it stands in an assertion.

    `error` is the exception that it must raise, "" for none; `unsure`: it may be that it must, and may be not.
    """

    place: int
    step: Step
    call: ast.Call
    tests: bool = False
    error: str = ""
    unsure: bool = False


def calls_of(solution: Solution, name: str) -> Iterator[CallSite]:
    """The calls of a function by the notebook's own statements and by its tests, in order."""
    for place, step in enumerate(solution.steps):
        if name in step.reads and (not isinstance(step.node, ast.FunctionDef | ast.ClassDef) or is_test(step.node)):
            yield from _Sites(name, place, step).within(step.node)


def is_test(node: ast.AST) -> bool:
    """Whether code only tests: an assertion, or a function that is named for what it tests."""
    if isinstance(node, ast.FunctionDef):
        return node.name.startswith(("test", "check")) and any(isinstance(each, ast.Assert) for each in ast.walk(node))
    raising = any(isinstance(each, ast.Call) and _name(each.func) in _RAISES for each in ast.walk(node))
    return isinstance(node, ast.Assert) or raising or (isinstance(node, ast.Try) and bool(_error(node)[0]))


@dataclass(frozen=True, slots=True)
class _Sites:
    name: str
    place: int
    step: Step

    def within(
        self, node: ast.AST, *, tests: bool = False, error: str = "", unsure: bool = False
    ) -> Iterator[CallSite]:
        """The calls in a piece of code, which stands where that error must be raised."""
        match node:
            case ast.Call(func=func, args=[ast.Name(id=kind), called, *rest]) if (
                _name(func) in _RAISES and isinstance(called, ast.Name) and called.id == self.name
            ):
                made = ast.copy_location(ast.Call(func=called, args=rest, keywords=node.keywords), node)
                yield self._site(made, tests=True, error=kind, unsure=False)
                return
            case ast.Call(func=ast.Name(id=called_name)) if called_name == self.name:
                yield self._site(node, tests=tests, error=error, unsure=unsure)
        for child, told in _children(node):
            fallen = told or (error, unsure)
            inside = tests or isinstance(node, ast.Assert) or bool(told and told[0])
            yield from self.within(child, tests=inside, error=fallen[0], unsure=fallen[1])

    def _site(self, call: ast.Call, *, tests: bool, error: str, unsure: bool) -> CallSite:
        return CallSite(place=self.place, step=self.step, call=call, tests=tests, error=error, unsure=unsure)


def _children(node: ast.AST) -> Iterator[tuple[ast.AST, tuple[str, bool] | None]]:
    """What a piece of code is made of, with the error that each part must raise where that is said here."""
    match node:
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final):
            error = _error(node)
            yield from ((part, error) for part in body)
            yield from ((part, ("", False)) for part in (*handlers, *orelse, *final))
        case ast.With(items=[ast.withitem(context_expr=ast.Call(func=func, args=[kind, *_]))], body=body) if (
            _name(func) in _RAISES
        ):
            yield from ((part, (_name(kind), False)) for part in body)
        case _:
            yield from ((part, None) for part in ast.iter_child_nodes(node))


def _error(node: ast.Try) -> tuple[str, bool]:
    """What the body of a `try` must raise; unsure where nothing says that it is wrong if it doesn't."""
    kind = _name(node.handlers[0].type) if node.handlers and node.handlers[0].type is not None else ""
    if not kind:
        return "", False
    return kind, not any(_fails(part) for part in (*node.body, *node.orelse))


def _fails(node: ast.stmt) -> bool:
    match node:
        case ast.Raise() | ast.Assert(test=ast.Constant(value=False)):
            return True
        case ast.Expr(value=ast.Call(func=func)):
            return _name(func) == "fail"
    return False


def _name(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Tuple(elts=[first, *_]):
            return _name(first)
    return ""
