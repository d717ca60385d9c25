"""Facts about a cell's code, read from its syntax: what it assigns, from what, what it shows, which modules it uses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from grader.notebook.code.bindings import Binding, find_bindings, find_statements_bindings
from grader.notebook.code.conversions import unwrapped
from grader.notebook.code.displays import Display, find_displays
from grader.notebook.code.magics import parse_cell
from grader.notebook.code.outline import Outline, statements
from grader.notebook.syntax import parse_python

SOURCE_CHARACTERS = 200_000
"""Cells with more code than this give no facts."""

_REMEMBERED_CELLS, _REMEMBERED_PIECES, _REMEMBERED_CHARACTERS = 512, 2_048, 4_000

# Where a comment or a statement may begin; the lines of one that goes on are indented, or close what it opened.
_BEGINNING = re.compile(r"^(?![\s)\]}]|(?:elif|else|except|finally)\b)", re.MULTILINE)
_COMMENT = re.compile("#[^\x00-\x1f\ud800-\udfff]*\n*")

CONVENTIONAL: Mapping[str, str] = MappingProxyType({"np": "numpy", "numpy": "numpy", "torch": "torch"})
"""Names that mean a module even where no cell imports it (a prelude may)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellCode:
    """What a cell's code says.

    `assigned`: names bound at module level, in order of first binding; imports, functions and classes aren't among
    them. `aliases`: names that end up as another name for a variable, or a mere conversion of it, and that variable.
    `displays`: expressions that it shows, in order. `modules`: top-level modules whose names it uses (`numpy`).
    `reads`: all names that it loads anywhere, at any depth. `reads_of`: for each assigned name, the names that its
    right-hand sides load, all of them together; so too for names of which an element or attribute is set, and for
    functions and classes (what their bodies load). In a cell built so that these would be very many, they are `reads`.
    """

    assigned: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    displays: tuple[Display, ...] = ()
    modules: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()
    reads_of: Mapping[str, frozenset[str]] = field(default_factory=dict)


def analyse(source: str, imported: Mapping[str, str] | None = None) -> CellCode:
    """Read the facts from any text, in time linear in it; text that is no Python, too deep or too long gives none.

    `imported` tells what names stand for which modules in the whole notebook, as `imported_modules` finds them.
    """
    tree = _parsed(source)
    if tree is None:
        return CellCode()
    outline = Outline(tree)
    modules = _modules(outline.all_loads, (_imports(source, tree), imported or {}, CONVENTIONAL))
    bindings = tuple(find_bindings(outline))
    return CellCode(
        assigned=_assigned(bindings),
        aliases=_aliases(bindings, modules),
        displays=find_displays(tree, source, outline, modules),
        modules=frozenset(modules.values()),
        reads=outline.all_loads,
        reads_of=_reads_of(bindings, outline),
    )


def assigned_names(source: str) -> tuple[str, ...]:
    """The names that a cell's code binds at module level, as `analyse` finds them, without the rest."""
    return _remembered(source) if len(source) <= _REMEMBERED_CHARACTERS else _assigned_names(source)


# A notebook is asked when it is planned, and again when it is marked.
@lru_cache(maxsize=_REMEMBERED_CELLS)
def _remembered(source: str) -> tuple[str, ...]:
    """The names, piece by piece: a class shares few whole cells, and many statements.

    Where each piece is Python by itself, all of them together are what they are one by one, since none leaves a
    bracket, a string or a block open. Otherwise the cell is looked at as a whole.
    """
    names: dict[str, None] = {}
    for piece in _BEGINNING.split(source):
        found = () if _COMMENT.fullmatch(piece) else _names_of_piece(piece)
        if found is None:
            return _assigned_names(source)
        names.update(dict.fromkeys(found))
    return tuple(names)


@lru_cache(maxsize=_REMEMBERED_PIECES)
def _names_of_piece(piece: str) -> tuple[str, ...] | None:
    tree = parse_python(piece)
    return None if tree is None else _names(piece, tree)


def _assigned_names(source: str) -> tuple[str, ...]:
    tree = _parsed(source)
    return () if tree is None else _names(source, tree)


def _names(source: str, tree: ast.Module) -> tuple[str, ...]:
    return _assigned(find_bindings(Outline(tree)) if ":=" in source else find_statements_bindings(tree))


def imported_modules(sources: Iterable[str]) -> Mapping[str, str]:
    """The top-level module behind each name that the cells import: np → numpy, F → torch, nn → torch."""
    modules: dict[str, str] = {}
    for source in sources:
        modules.update(_imports(source, None))
    return modules


def _parsed(source: str) -> ast.Module | None:
    return parse_cell(source) if len(source) <= SOURCE_CHARACTERS else None


def _assigned(bindings: Iterable[Binding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(binding.name for binding in bindings if binding.whole))


def _imports(source: str, tree: ast.Module | None) -> dict[str, str]:
    """The modules behind the names that a cell imports; `tree` is its syntax, where that is there already."""
    modules: dict[str, str] = {}
    # Parsing, and walking, are slow beside looking for a word.
    tree = (tree or _parsed(source)) if "import" in source else None
    for node in statements(tree) if tree else ():
        if isinstance(node, ast.Import):
            modules.update({_bound(alias): alias.name.partition(".")[0] for alias in node.names})
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            root = node.module.partition(".")[0]
            modules.update({_bound(alias): root for alias in node.names})
    return modules


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _modules(names: Iterable[str], sources: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The modules behind names, for those that stand for one, by the first source that knows them."""
    found: dict[str, str] = {}
    for source in sources:
        found = {name: source[name] for name in names if name in source} | found
    return found


def _aliases(bindings: Iterable[Binding], modules: Mapping[str, str]) -> dict[str, str]:
    # The last assignment decides.
    last = {binding.name: binding.equals for binding in bindings if binding.whole}
    # Of `a = b = c = …`, the right-hand side is looked at once.
    expressions = {id(equals): equals for equals in last.values() if equals is not None}
    origins = {key: unwrapped(expression, modules) for key, expression in expressions.items()}
    sources = ((name, origins.get(id(equals))) for name, equals in last.items())
    return {name: of for name, of in sources if of is not None and of != name}


def _reads_of(bindings: Iterable[Binding], outline: Outline) -> dict[str, frozenset[str]]:
    sources: dict[str, list[ast.AST]] = {}
    for binding in bindings:
        sources.setdefault(binding.name, []).extend(binding.reads)
    for node in outline.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            sources.setdefault(node.name, []).append(node)
    return {name: outline.loads(*pieces) for name, pieces in sources.items()}
