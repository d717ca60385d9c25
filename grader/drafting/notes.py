"""What a draft couldn't tell: where in the solution, and what its author has to do about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Note:
    """Something for the author to decide; `cell` counts all cells from 0, `line` is the cell's own, from 1.

    Both are None where it isn't about one place.
    """

    cell: int | None = None
    line: int | None = None
    message: str
    remedy: str

    def __str__(self) -> str:
        place = "" if self.cell is None else f"cell {self.cell}, line {self.line}: "
        return f"{place}{self.message} {self.remedy}"
