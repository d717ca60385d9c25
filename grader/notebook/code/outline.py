"""A syntax tree walked once, so that what any piece of it loads is known without walking that piece again."""

from __future__ import annotations

import ast
from collections.abc import Iterator

READS = 500_000
"""So many names are gathered into sets for one tree; beyond that, every further piece is said to load all of them."""


_LEAVES = (ast.Name, ast.Constant, ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)


class Outline:
    """Which names are loaded where in a tree, and where text is.

    Pieces are nodes of that tree. A name that is updated in place (`x += 1`) counts as loaded. Trees may be hostile:
    pieces that lie in one another, or that many variables share, cost no more than the tree is long, and `READS`.
    """

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree  # keeps its nodes alive, and so their ids
        self._names: list[str] = []
        self._texts = 0
        # By node: the first of its names and the one after its last, and the same for its texts.
        self._names_in: dict[int, tuple[int, int]] = {}
        self._texts_in: dict[int, tuple[int, int]] = {}
        self._walk()
        self.all_loads = frozenset(self._names)
        self._left = READS
        self._known: dict[tuple[tuple[int, int], ...], frozenset[str]] = {}

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

    def _walk(self) -> None:
        updated: set[int] = set()
        # A node, or one that is complete: its id, and how many names and texts came before it.
        waiting: list[ast.AST | tuple[int, int, int]] = [self._tree]
        while waiting:
            node = waiting.pop()
            if isinstance(node, tuple):
                self._close(*node)
                continue
            before = (id(node), len(self._names), self._texts)
            if isinstance(node, ast.Name | ast.Constant):
                self._count(node, updated)
                self._close(*before)
                continue
            if isinstance(node, ast.AugAssign):
                updated.add(id(node.target))
            waiting.append(before)
            waiting.extend([*ast.iter_child_nodes(node)][::-1])

    def _count(self, leaf: ast.Name | ast.Constant, updated: set[int]) -> None:
        if isinstance(leaf, ast.Constant):
            self._texts += isinstance(leaf.value, str)
        elif isinstance(leaf.ctx, ast.Load) or id(leaf) in updated:
            self._names.append(leaf.id)

    def _close(self, node: int, names: int, texts: int) -> None:
        if len(self._names) > names:
            self._names_in[node] = (names, len(self._names))
        if self._texts > texts:
            self._texts_in[node] = (texts, self._texts)


def branches(node: ast.AST) -> list[ast.AST]:
    """The children of a node that may have children of their own, in order."""
    return [child for child in ast.iter_child_nodes(node) if not isinstance(child, _LEAVES)]


def statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """All statements of a tree, those in functions, classes and other blocks included, in order."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.stmt):
            yield node
        blocks = (getattr(node, name, ()) for name in ("body", "handlers", "orelse", "finalbody", "cases"))
        waiting.extend([child for block in blocks for child in block][::-1])
