"""A syntax tree walked once, so that what is in any piece of it is known without walking that piece again."""

from __future__ import annotations

import ast
from collections.abc import Iterator

READS = 500_000
"""So many names are gathered into sets for one tree; beyond that, every further piece is said to load all of them."""

_WITHOUT_NODES = frozenset({"id", "attr", "arg", "name", "names", "module", "level", "ctx", "op", "ops", "kind"})
"""Fields that hold text, numbers or operators; below them are no names, no text and no statements."""


class Outline:
    """The inner nodes of a tree in the order in which they stand, which names are loaded where, and where text is.

    Pieces are nodes of that tree. A name that is updated in place (`x += 1`) counts as loaded. Trees may be hostile:
    pieces that lie in one another, or that many variables share, cost no more than the tree is long, and `READS`.

    `nodes` are all nodes but names, constants and operators, and `ends` tells for each where in `nodes` what comes
    after it and all that is in it begins.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.nodes: list[ast.AST] = []
        self.ends: list[int] = []
        self._names: list[str] = []
        self._texts = 0
        # By node: the first of its names and the one after its last, and the same for its texts.
        self._names_in: dict[int, tuple[int, int]] = {}
        self._texts_in: dict[int, tuple[int, int]] = {}
        self._walk(tree)
        self.all_loads = frozenset(self._names)
        self._left = READS
        self._known: dict[tuple[tuple[int, int], ...], frozenset[str]] = {}

    def walk(self, *, past: tuple[type[ast.AST], ...]) -> Iterator[ast.AST]:
        """The nodes in order, without those of these kinds and what is in them."""
        place = 0
        while place < len(self.nodes):
            node = self.nodes[place]
            if isinstance(node, past):
                place = self.ends[place]
            else:
                yield node
                place += 1

    def loads(self, *pieces: ast.AST) -> frozenset[str]:
        """All names that pieces of the tree load at any depth, local ones of functions included.

        Too much rather than too little: all that the tree loads, where the limit has been reached.
        """
        spans = tuple(dict.fromkeys(self._names_in.get(id(piece), (0, 0)) for piece in pieces))
        if spans not in self._known:
            size = sum(end - start for start, end in spans)
            if size > self._left:
                return self.all_loads
            self._left -= size
            self._known[spans] = frozenset(name for start, end in spans for name in self._names[start:end])
        return self._known[spans]

    def has_text(self, piece: ast.AST) -> bool:
        """Whether there is any string in a piece of the tree."""
        start, end = self._texts_in.get(id(piece), (0, 0))
        return start < end

    def _walk(self, tree: ast.Module) -> None:
        updated: set[int] = set()
        # A node; or, of one that is complete, its place, and how many names and texts came before it.
        waiting: list[ast.AST | tuple[int, int, int]] = [tree]
        while waiting:
            node = waiting.pop()
            if isinstance(node, tuple):
                self._close(*node)
            elif isinstance(node, ast.Name | ast.Constant):
                self._count(node, updated)
            else:
                if isinstance(node, ast.AugAssign):
                    updated.add(id(node.target))
                waiting.append((len(self.nodes), len(self._names), self._texts))
                self.nodes.append(node)
                self.ends.append(0)
                waiting += _children(node)

    def _count(self, leaf: ast.Name | ast.Constant, updated: set[int]) -> None:
        if isinstance(leaf, ast.Constant):
            if isinstance(leaf.value, str):
                self._texts_in[id(leaf)] = (self._texts, self._texts + 1)
                self._texts += 1
        elif isinstance(leaf.ctx, ast.Load) or id(leaf) in updated:
            self._names_in[id(leaf)] = (len(self._names), len(self._names) + 1)
            self._names.append(leaf.id)

    def _close(self, place: int, names: int, texts: int) -> None:
        self.ends[place] = len(self.nodes)
        if len(self._names) > names:
            self._names_in[id(self.nodes[place])] = (names, len(self._names))
        if self._texts > texts:
            self._texts_in[id(self.nodes[place])] = (texts, self._texts)


def _children(node: ast.AST) -> list[ast.AST]:
    """The children of a node that may matter, the last one first."""
    kind = type(node)
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple(field for field in reversed(kind._fields) if field not in _WITHOUT_NODES)
    children: list[ast.AST] = []
    for field in _FIELDS[kind]:
        child = getattr(node, field, None)
        if isinstance(child, list):
            children += [part for part in reversed(child) if isinstance(part, ast.AST)]
        elif isinstance(child, ast.AST):
            children.append(child)
    return children


_STATEMENTS_IN = frozenset({"body", "handlers", "orelse", "finalbody", "cases"})
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {}
"""For each kind of node that was met, its fields that may hold children, the last one first."""


def _blocks(kind: type[ast.AST]) -> tuple[str, ...]:
    """The fields of a kind of node that hold lists of statements, or of what holds them, the last one first."""
    if kind not in _BLOCKS:
        _BLOCKS[kind] = tuple(field for field in reversed(kind._fields) if field in _STATEMENTS_IN)
    return _BLOCKS[kind]


_BLOCKS: dict[type[ast.AST], tuple[str, ...]] = {}


def statements(tree: ast.Module, *, past: tuple[type[ast.AST], ...] = ()) -> Iterator[ast.stmt]:
    """All statements of a tree in order, those in functions, classes and other blocks included.

    Those of the kinds `past` are left out, with all that is in them.
    """
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, past):
            continue
        if isinstance(node, ast.stmt):
            yield node
        for name in _blocks(type(node)):
            waiting += reversed(getattr(node, name))
