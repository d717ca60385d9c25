"""The syntax trees of an author's functions, and of the functions beside them that they call."""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import FunctionType

_DEEPEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A function's tree, without decorators and annotations, and the names around it."""

    name: str
    tree: ast.FunctionDef
    around: Mapping[str, object]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of its parameters, in order."""
        arguments = self.tree.args
        return tuple(each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs))


def source_of(function: Callable[..., object]) -> Source | None:
    """The source of a plain function at the top of a file; None for all that isn't one, and for what encloses names."""
    plain = inspect.unwrap(function)
    if not isinstance(plain, FunctionType) or plain.__code__.co_freevars or plain.__closure__:
        return None
    for node in _definitions(plain.__code__.co_filename):
        first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        if node.name == plain.__code__.co_name and first == plain.__code__.co_firstlineno:
            return Source(name=node.name, tree=_bare(node), around=plain.__globals__)
    return None


def helpers_of(source: Source, *, depth: int = 0) -> Iterator[Source]:
    """The functions of the same file that a function calls by name, and those that these call, the nearest first."""
    found: list[Source] = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            helper = source.around.get(node.func.id)
            if not isinstance(helper, FunctionType) or helper.__globals__ is not source.around:
                continue
            known = {source.name, *(each.name for each in found)}
            if node.func.id not in known and (read := source_of(helper)) is not None:
                found.append(read)
    yield from found
    if depth < _DEEPEST:
        for helper in found:
            yield from helpers_of(helper, depth=depth + 1)


@lru_cache(maxsize=64)
def _definitions(file: str) -> tuple[ast.FunctionDef, ...]:
    linecache.checkcache(file)
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError, RecursionError):
        return ()
    return tuple(node for node in tree.body if isinstance(node, ast.FunctionDef))


def _bare(node: ast.FunctionDef) -> ast.FunctionDef:
    arguments = ast.arguments(
        posonlyargs=[ast.arg(arg=each.arg) for each in node.args.posonlyargs],
        args=[ast.arg(arg=each.arg) for each in node.args.args],
        vararg=node.args.vararg,
        kwonlyargs=[ast.arg(arg=each.arg) for each in node.args.kwonlyargs],
        kw_defaults=node.args.kw_defaults,
        kwarg=node.args.kwarg,
        defaults=node.args.defaults,
    )
    return ast.copy_location(
        ast.FunctionDef(name=node.name, args=arguments, body=node.body, decorator_list=[], returns=None), node
    )
