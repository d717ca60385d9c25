"""Where an expression of a cell stands in its text."""

from __future__ import annotations

import ast


class Spans:
    """Finds expressions in a cell's text. `plain` is what was parsed of it: some may have been left out."""

    def __init__(self, source: str, plain: str) -> None:
        self._lines = source.split("\n")
        self._plain = plain.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def of(self, expression: ast.expr) -> tuple[int, int]:
        """Where it begins and ends."""
        assert expression.end_lineno is not None
        assert expression.end_col_offset is not None
        begin = self._place(expression.lineno, expression.col_offset)
        return begin, self._place(expression.end_lineno, expression.end_col_offset)

    def _place(self, line: int, offset: int) -> int:
        """The place in the cell's text of a line and an offset in UTF-8 bytes, as trees have them."""
        plain, whole = self._plain[line - 1], self._lines[line - 1]
        column = len(plain.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "surrogatepass"))
        # Of a line that begins with `%time`, only the rest was parsed, behind the same indentation.
        left_out = len(whole) - len(plain)
        indent = len(plain) - len(plain.lstrip())
        return self._starts[line - 1] + column + (left_out if column >= indent else 0)
