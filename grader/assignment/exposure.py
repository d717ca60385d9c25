"""What students could read of a reference: copies in `provided/`, which lies beside each of their notebooks."""

from __future__ import annotations

import ast
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grader.assignment.declarations import Function
from grader.assignment.mutation.sources import source_of
from grader.assignment.plain import equal
from grader.assignment.reference import Reference
from grader.assignment.sources import contents_of
from grader.wire.arrays import AnyArray

_PROVIDED = "provided/"
_SHORTEST = 16
"""Files of fewer bytes are no copies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed:
    """A file that students are given, by its path in the folder, and what of the reference it tells them."""

    file: str
    tells: str


def exposed(folder: Path, reference: Reference) -> tuple[Exposed, ...]:
    """All that the provided files tell of the reference: copies of its files, functions, and expected values."""
    files = dict(contents_of(folder))
    others = {hashlib.sha256(content).digest(): name for name, content in files.items() if not _is_provided(name)}
    found: list[Exposed] = []
    for name, content in files.items():
        if not _is_provided(name):
            continue
        copied = others.get(hashlib.sha256(content).digest()) if len(content) >= _SHORTEST else None
        tells = [f"a copy of {copied}"] if copied else [*_functions(name, content, reference)]
        found += [Exposed(file=name, tells=each) for each in (*tells, *_values(name, content, reference))]
    return tuple(found)


def _is_provided(name: str) -> bool:
    return name.startswith(_PROVIDED)


def _functions(name: str, content: bytes, reference: Reference) -> Iterator[str]:
    """The functions of the reference that stand in a module word for word."""
    own = {found.name: _body(found.tree) for call in _calls(reference) if (found := source_of(call)) is not None}
    for node in _definitions(content) if name.endswith(".py") else ():
        if own.get(node.name) == _body(node):
            yield f"the reference of {node.name!r}"


def _calls(reference: Reference) -> Iterator[Callable[..., object]]:
    for quantity in reference.graph.quantities.values():
        yield from (each.call for each in quantity.definitions if isinstance(each, Function))
    yield from (function.declaration.function.call for function in reference.functions.values())


def _definitions(content: bytes) -> Iterator[ast.FunctionDef]:
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError):
        return
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _body(tree: ast.FunctionDef) -> str:
    """What a function does, without its docstring."""
    documented = isinstance(tree.body[0], ast.Expr) and isinstance(tree.body[0].value, ast.Constant)
    return "\n".join(ast.dump(statement) for statement in tree.body[documented:])


def _values(name: str, content: bytes, reference: Reference) -> Iterator[str]:
    """The quantities of which a file of arrays holds the expected values."""
    for array in _arrays(name, content):
        for world in reference.worlds():
            for quantity in reference.graph.quantities:
                value = world.values[quantity]
                if isinstance(value, np.ndarray) and value.size > 1 and equal(array, value):
                    yield f"the expected value of {quantity!r}"


def _arrays(name: str, content: bytes) -> Iterator[AnyArray]:
    if not name.endswith((".npy", ".npz")):
        return
    try:
        loaded = np.load(io.BytesIO(content), allow_pickle=False)
    except (OSError, ValueError):
        return
    arrays = loaded.values() if isinstance(loaded, Mapping) else (loaded,)
    yield from (array for array in arrays if array.dtype.kind in "biufc")
