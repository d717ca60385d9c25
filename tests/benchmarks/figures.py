"""The arithmetic: what was measured, over several rounds, and what it must keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A figure over several rounds."""

    lowest: float
    median: float
    highest: float
    rounds: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Sum up what each round gave."""
        return cls(lowest=min(values), median=median(values), highest=max(values), rounds=len(values))

    def __str__(self) -> str:
        if self.rounds == 1:
            return figure(self.median)
        return f"{figure(self.median)} ({figure(self.lowest)}–{figure(self.highest)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a figure must keep, and the goal beyond that, if there is one."""

    sense: Literal["at least", "at most"]
    bound: float
    goal: float | None = None

    def holds(self, value: float, *, bound: float | None = None) -> bool:
        """Whether a figure keeps the budget, or another bound in the same sense."""
        limit = self.bound if bound is None else bound
        return value >= limit if self.sense == "at least" else value <= limit

    def words(self, unit: str) -> str:
        """The budget as a table tells it."""
        sign = "≥" if self.sense == "at least" else "≤"
        goal = f", goal {self.goal:g} {unit}" if self.goal is not None else ""
        return f"{sign} {self.bound:g} {unit}{goal}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One row of a table. `id` stays the same from run to run; `note` says what else a reader must know."""

    id: str
    table: Literal["budgets", "peers", "profile"]
    what: str
    spread: Spread
    unit: str
    budget: Budget | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """Whether the median keeps the budget, in a word or two."""
        if self.budget is None:
            return "–"
        if not self.budget.holds(self.spread.median):
            return "no"
        if self.budget.goal is None:
            return "yes"
        return "yes, goal too" if self.budget.holds(self.spread.median, bound=self.budget.goal) else "yes, goal not"


def marginal(small: float, large: float, *, sizes: tuple[int, int]) -> float:
    """What one more costs, start-up left out: the difference of two runs over that of their sizes."""
    if sizes[1] <= sizes[0]:
        raise ValueError(f"The second size must be larger: {sizes}.")
    return (large - small) / (sizes[1] - sizes[0])


def figure(value: float) -> str:
    """A number with three significant digits, never in powers of ten."""
    if value == 0:
        return "0"
    rounded = float(f"{value:.3g}")
    if abs(rounded) >= 100:
        return f"{rounded:,.0f}"
    decimals = max(0, 2 - _magnitude(rounded))
    return f"{rounded:.{decimals}f}"


def _magnitude(value: float) -> int:
    return int(f"{abs(value):e}".partition("e")[2])
