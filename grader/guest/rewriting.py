"""Rewrites a cell before it runs, where it speaks of a machine that this isn't: its paths, the network, its screen.

Only cells in which one of a few words stands are looked at. What is run still has the student's own lines.
"""

from __future__ import annotations

import ast
import os
from typing import Any, Callable, Optional

from .elsewhere import beginning_beside, beside, command_beside, fetching, is_elsewhere, is_root, is_window, target

NOTHING_FETCHED = "nothing_fetched"
"""The magic that stands in a command's place."""
WORDS = (
    *("/content", "/kaggle", "../input", "/Users/", "/home/", ":\\", ":/", "pip", "wget", "curl", "gdown", "kaggle"),
    *("apt-", "apt ", "conda", "mamba", "brew", "npm", "git clone", "matplotlib ", "Agg", "nbagg", "acosx", "ipympl"),
)
"""Where none of these stands in a cell, nothing is changed."""
_ASKING = frozenset(("exists", "isdir", "is_dir", "ismount", "mount", "startswith", "print"))
_CELLS = frozenset(("bash", "sh", "shell"))


class Rewriting:
    """Looks at each cell before it runs, and has the shell rewrite those that need it."""

    def __init__(self, shell: Any) -> None:
        self._transformers = shell.ast_transformers
        self._rewriter = Rewriter()

    def before_cell(self, info: Any) -> None:
        """Be there for the cell that comes, or be gone."""
        wanted = any(word in info.raw_cell for word in WORDS)
        if wanted and self._rewriter not in self._transformers:
            self._transformers.append(self._rewriter)
        elif not wanted and self._rewriter in self._transformers:
            self._transformers.remove(self._rewriter)


class Rewriter(ast.NodeTransformer):
    """Changes constants, and calls of the shell with constants; all else stays.

    `there` says whether a path is; `note` is told of what is changed: its line, and `place` or `window`, and its text.
    """

    def __init__(
        self,
        there: Callable[[str], bool] = os.path.exists,
        note: Optional[Callable[[int, str, str], None]] = None,
    ) -> None:
        self._there = there
        self._note = note or (lambda line, kind, text: None)

    def visit_Constant(self, node: ast.Constant) -> Any:
        if isinstance(node.value, str) and is_elsewhere(node.value) and not self._there(node.value):
            self._note(node.lineno, "place", node.value)
            return _text(beside(node.value, self._there), node)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        first = node.values[0] if node.values else None
        if isinstance(first, ast.Constant) and is_elsewhere(str(first.value)):
            self._note(node.lineno, "place", str(first.value) + "…")
            node.values[0] = _text(beginning_beside(str(first.value)), first)
        for value in node.values:  # further text is no beginning of a path
            if not isinstance(value, ast.Constant):
                self.visit(value)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        if isinstance(node.op, ast.Add) and isinstance(node.right, ast.Constant):
            node.left = self.visit(node.left)
            return node
        return self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> Any:
        return node if _asks([node.left, *node.comparators]) else self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> Any:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        texts = [part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        if name in _ASKING and (name == "print" or _asks(node.args)):
            return node
        if not texts or len(texts) < len(node.args):
            return self.generic_visit(node)
        if _is_of_shell(node.func):
            return self._command(node, name, texts) or self.generic_visit(node)
        if name in ("use", "switch_backend") and is_window(texts[0]):
            self._note(node.lineno, "window", texts[0])
            node.args[0] = _text("agg", node.args[0])
        return self.generic_visit(node)

    def _command(self, node: ast.Call, name: str, texts: list[str]) -> Any:
        """What stands in the place of a call of the shell; None where it may stay."""
        if name in ("system", "getoutput"):
            if name == "system" and fetching(texts[0]):
                return _instead(node, texts[0])
            node.args[0] = _text(command_beside(texts[0], self._there), node.args[0])
            return node
        if name == "run_line_magic" and fetching(" ".join(texts)):
            return _instead(node, " ".join(texts))
        if name == "run_cell_magic" and texts[0] in _CELLS and fetching(texts[-1]):
            return _instead(node, texts[-1])
        if name == "run_line_magic" and texts[0] == "matplotlib" and is_window(texts[-1]):
            node.args[1] = _text("inline", node.args[1])
        return None


def _asks(parts: list[Any]) -> bool:
    """Whether code asks where it runs, by what only one machine has."""
    texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return any(map(is_root, texts))


def _is_of_shell(function: ast.expr) -> bool:
    called = function.value if isinstance(function, ast.Attribute) else None
    return isinstance(called, ast.Call) and isinstance(called.func, ast.Name) and called.func.id == "get_ipython"


def _text(value: str, node: ast.AST) -> Any:
    return ast.copy_location(ast.Constant(value), node)


def _instead(node: ast.Call, command: str) -> ast.Call:
    called: Any = node.func
    called.attr = "run_line_magic"
    node.args = [_text(NOTHING_FETCHED, node.args[0]), _text(command, node.args[0])]
    return node


def nothing_fetched(shell: Any) -> Any:
    """The magic: it says that a command did nothing, and leaves the exit status of one that found what it wants."""

    def nothing_fetched(command: str) -> None:
        what, file = fetching(command) or "This command", target(command)
        found = not file or os.path.exists(file)
        shell.user_ns["_exit_code"] = 0 if found else 1
        if file:
            state = "`%s` %s beside the notebook." % (file, "lies" if found else "doesn't lie")
        else:
            state = "what is installed already is there."
        print("`%s` does nothing here, without a network: %s" % (what, state))

    return nothing_fetched
