"""Sums of points in which what nobody has marked yet is never taken for lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from grader.records import CheckGrade, exact_sum, total


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """`points` of the `marked` points, and the points that are `waiting` for a person.

    `points` is None where nothing is marked yet.
    """

    points: Fraction | None
    marked: Fraction
    waiting: Fraction

    @property
    def share(self) -> Fraction | None:
        """How much of what is marked there is, from 0 to 1; None where nothing is marked, or it is worth nothing."""
        return self.points / self.marked if self.points is not None and self.marked else None

    @property
    def percent(self) -> int:
        """The share in whole percent, rounded down and between 0 and 100; 0 where there is none."""
        return int(100 * max(Fraction(0), min(Fraction(1), self.share or Fraction(0))))


UNSCORED = Score(points=None, marked=Fraction(0), waiting=Fraction(0))
"""The score of what was never graded."""


def score(checks: Iterable[CheckGrade]) -> Score:
    """What checks add up to. In a hand-in that was rejected, there is nothing for a person to mark either."""
    each = tuple(checks)
    possible = exact_sum(check.max_points for check in each)
    waiting = exact_sum(check.max_points for check in each if check.points is None)
    if any(check.reason == "rejected" for check in each):
        waiting = Fraction(0)
    return Score(points=total(check.points for check in each), marked=possible - waiting, waiting=waiting)
