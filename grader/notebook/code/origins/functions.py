"""Functions and classes of a notebook as they are defined, and the scopes in which names are looked up."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass, field

from grader.notebook.code.origins.values import Value

BUILTINS = frozenset(dir(builtins)) | {"display", "get_ipython"}
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Scope:
    """Names, and what each may stand for: alternatives, of which one counts.

    `own` are the names that belong to a function's scope whether or not they are bound yet; None at module level.
    """

    def __init__(self, outer: Scope | None = None, own: frozenset[str] | None = None) -> None:
        self.names: dict[str, tuple[Value, ...]] = {}
        self.outer = outer
        self.own = own
        self.returned: list[Value] = []
        self.shared: set[str] = set()
        """Names that were declared global or nonlocal."""

    def find(self, name: str) -> tuple[Value, ...]:
        """What a name may stand for here; nothing where nobody has bound it."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            if scope.own is not None and name in scope.own and name not in scope.shared:
                return ()
            scope = scope.outer
        return ()

    def bind(self, name: str, values: tuple[Value, ...]) -> None:
        """Let a name stand for something from here on."""
        scope = self
        while name in scope.shared and scope.outer is not None:
            scope = scope.outer
        scope.names[name] = values

    def replace(self, old: Value, new: Value) -> None:
        """Let every name that stands for a value stand for what it has become."""
        scope: Scope | None = self
        while scope is not None:
            for name, values in scope.names.items():
                if any(value is old for value in values):
                    scope.names[name] = tuple(new if value is old else value for value in values)
            scope = scope.outer


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function or lambda as it was defined, in which cell and scope, and what its parameters are by default."""

    node: Definition
    scope: Scope
    cell: int
    defaults: dict[str, Value] = field(default_factory=dict)
    decorators: tuple[Value, ...] = ()
    binds: bool = True
    """Whether a method of it gets its object."""


@dataclass(frozen=True, slots=True, eq=False)
class Class:
    """A class as it was defined: what stands in it, by name, and those above it; other libraries' are `outside`."""

    names: dict[str, tuple[Value, ...]]
    above: tuple[Class, ...]
    outside: tuple[Value, ...]

    def find(self, name: str) -> tuple[Value, ...]:
        """What an attribute of the class is; nothing where it has none of that name."""
        if name in self.names:
            return self.names[name]
        return next((found for each in self.above if (found := each.find(name))), ())


def own_names(function: Definition) -> frozenset[str]:
    """The names that a function binds for itself, its parameters among them."""
    given = function.args
    names = {each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)}
    names |= {each.arg for each in (given.vararg, given.kwarg) if each is not None}
    shared: set[str] = set()
    for node in _inside(function):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                names.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names |= {alias.asname or alias.name.partition(".")[0] for alias in aliases}
            case ast.ExceptHandler(name=str() as name):
                names.add(name)
            case ast.Global(names=declared) | ast.Nonlocal(names=declared):
                shared.update(declared)
    return frozenset(names - shared)


def _inside(function: Definition) -> Iterator[ast.AST]:
    waiting: list[ast.AST] = list(function.body) if isinstance(function.body, list) else [function.body]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _SCOPES + _COMPREHENSIONS):
            waiting += ast.iter_child_nodes(node)
