"""What the handout's prelude defines: the names that notebooks may count on without defining them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import AssignmentError

PRELUDE = "provided/prelude.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prelude:
    """The prelude's code, "" where there is none, and the names that it defines, in order."""

    source: str = ""
    names: tuple[str, ...] = ()


def read_prelude(folder: Path, texts: Mapping[str, str]) -> Prelude:
    """Read the prelude among a folder's texts. Raises AssignmentError where it is no Python."""
    source = texts.get(PRELUDE, "")
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise AssignmentError(
            f"The prelude isn't Python: {error.msg}.",
            remedy="Mend the statement.",
            file=str(folder / PRELUDE),
            line=error.lineno,
        ) from None
    return Prelude(source=source, names=tuple(dict.fromkeys(_defined(tree, texts, depth=0))))


def _defined(tree: ast.Module, texts: Mapping[str, str], *, depth: int) -> Iterator[str]:
    """The names that a module's statements bind, in whatever block, but not those of functions and classes."""
    waiting: list[ast.AST] = list(reversed(tree.body))
    while waiting:
        match waiting.pop():
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.ImportFrom(module=str() as module, names=[ast.alias(name="*")]):
                yield from _starred(module, texts, depth)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                yield from ((alias.asname or alias.name.partition(".")[0]) for alias in aliases)
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                pass
            case node:
                waiting += reversed(list(ast.iter_child_nodes(node)))


def _starred(module: str, texts: Mapping[str, str], depth: int) -> Iterator[str]:
    """What `from helpers import *` defines, where that module is provided too."""
    source = texts.get(f"provided/{module.replace('.', '/')}.py")
    if source is None or depth > 5:
        return
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    yield from (name for name in _defined(tree, texts, depth=depth + 1) if not name.startswith("_"))
