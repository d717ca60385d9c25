"""Facts about a cell's code, read from its syntax: what it assigns, from what, what it shows, which modules it uses."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from grader.notebook.displays import Display, find_displays
from grader.notebook.magics import parse_cell
from grader.notebook.names import loaded_names, unwrapped

SOURCE_CHARACTERS = 200_000
"""Cells with more code than this give no facts."""

CONVENTIONAL: Mapping[str, str] = MappingProxyType({"np": "numpy", "numpy": "numpy", "torch": "torch"})
"""Names that mean a module even where no cell imports it (a prelude may)."""

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


@dataclass(frozen=True, slots=True, kw_only=True)
class CellCode:
    """What a cell's code says.

    `assigned`: names bound at module level, in order of first binding; imports, functions and classes aren't among
    them. `aliases`: names that end up as another name for a variable, or a mere conversion of it, and that variable.
    `displays`: expressions that it shows, in order. `modules`: top-level modules whose names it uses (`numpy`).
    `reads_of`: for each assigned name, the names that its right-hand sides load, all of them together; so too for names
    of which an element or attribute is set, and for functions (what their bodies load).
    """

    assigned: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    displays: tuple[Display, ...] = ()
    modules: frozenset[str] = frozenset()
    reads_of: Mapping[str, frozenset[str]] = field(default_factory=dict)


def analyse(source: str, imported: Mapping[str, str] | None = None) -> CellCode:
    """Read the facts from any text; text that is no Python, too deep or too long gives none.

    `imported` tells what names stand for which modules in the whole notebook, as `imported_modules` finds them.
    """
    if len(source) > SOURCE_CHARACTERS:
        return CellCode()
    tree = parse_cell(source)
    if tree is None:
        return CellCode()
    try:
        return _facts(tree, source, {**CONVENTIONAL, **(imported or {}), **_imports(tree)})
    except RecursionError:
        return CellCode()


def imported_modules(sources: Iterable[str]) -> Mapping[str, str]:
    """The top-level module behind each name that the cells import: np → numpy, F → torch, nn → torch."""
    modules: dict[str, str] = {}
    for source in sources:
        # Parsing is slow beside looking for a word.
        tree = parse_cell(source) if "import" in source and len(source) <= SOURCE_CHARACTERS else None
        if tree is not None:
            modules.update(_imports(tree))
    return modules


def _imports(tree: ast.Module) -> dict[str, str]:
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules.update({_bound(alias): alias.name.partition(".")[0] for alias in node.names})
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            root = node.module.partition(".")[0]
            modules.update({_bound(alias): root for alias in node.names})
    return modules


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _facts(tree: ast.Module, source: str, modules: Mapping[str, str]) -> CellCode:
    bindings = [(*_base(target), value) for target, value in _bindings(tree)]
    whole = [(name, value) for name, is_whole, value in bindings if name is not None and is_whole]
    # The last assignment decides.
    sources = {name: unwrapped(value, modules) for name, value in whole}
    return CellCode(
        assigned=tuple(dict.fromkeys(name for name, _ in whole)),
        aliases={name: of for name, of in sources.items() if of is not None and of != name},
        displays=find_displays(tree, source, modules),
        modules=frozenset(modules[name] for name in loaded_names(tree) if name in modules),
        reads_of=_reads(tree, [(name, value) for name, _, value in bindings if name is not None]),
    )


def _reads(tree: ast.Module, bindings: Iterable[tuple[str, ast.expr]]) -> dict[str, frozenset[str]]:
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    reads: dict[str, frozenset[str]] = {}
    for name, node in (*bindings, *((function.name, function) for function in functions)):
        reads[name] = reads.get(name, frozenset()) | loaded_names(node)
    return reads


def _base(target: ast.expr) -> tuple[str | None, bool]:
    """The variable that an assignment's target belongs to, and whether it is the whole variable."""
    whole = True
    while isinstance(target, ast.Attribute | ast.Subscript | ast.Starred):
        whole = whole and isinstance(target, ast.Starred)
        target = target.value
    return (target.id, whole) if isinstance(target, ast.Name) else (None, False)


def _bindings(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What is bound at module level, and to which expression, in order; not what functions and classes bind."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _SCOPES):
            continue
        yield from _own_bindings(child)
        yield from _bindings(child)


def _own_bindings(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _pairs(target, value)
        case ast.AugAssign(target=target, value=value):
            # What it was before counts too, and the result is no alias of anything.
            yield target, ast.BinOp(ast.Name(_base(target)[0] or "", ast.Load()), node.op, value)
        case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
            yield target, value
        case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
            yield from _elements(target, value)
        case ast.withitem(optional_vars=ast.expr() as target, context_expr=value):
            yield from _elements(target, value)
        case _:
            return


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """`a, b = c, d` is two assignments; of `a, b = f()`, each one reads all of the right-hand side."""
    if isinstance(target, ast.Tuple | ast.List):
        same = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
        parts = [*target.elts, *value.elts] if isinstance(value, ast.Tuple | ast.List) else []
        if same and not any(isinstance(part, ast.Starred) for part in parts):
            for part, source in zip(target.elts, parts[len(target.elts) :], strict=True):
                yield from _pairs(part, source)
        else:
            yield from _elements(target, value)
    else:
        yield target, value


def _elements(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Targets that each get a part of what the right-hand side gives: they read it, but are no alias of it."""
    part = ast.Subscript(value, ast.Constant(0), ast.Load())
    if isinstance(target, ast.Tuple | ast.List):
        for element in target.elts:
            yield from _elements(element, part)
    else:
        yield target, part
