"""Which results a class's figures are made of, and how many are few."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from grader.analysis.scores import Score, score
from grader.records import CheckGrade, Result

NOT_GRADED = frozenset({"rejected", "unavailable"})
"""Statuses of submissions that no figure but their own count takes in."""

FEW = 5
"""In a class with fewer graded hand-ins, nothing is said that compares them with each other."""


@dataclass(frozen=True)
class Graded:
    """The results that were graded, in their order; hand-ins are known by their places in it."""

    results: tuple[Result, ...]

    @property
    def is_few(self) -> bool:
        """Whether there are too few to compare."""
        return len(self.results) < FEW

    def student(self, place: int) -> str:
        """The id of whoever handed in what is at a place."""
        return self.results[place].submission.student.id

    @cached_property
    def students(self) -> int:
        """How many students they are of."""
        return len({result.submission.student.id for result in self.results})

    @cached_property
    def scores(self) -> tuple[Score, ...]:
        """What each has, of what is marked."""
        return tuple(score(result.grade.checks) for result in self.results)

    @cached_property
    def by_check(self) -> dict[str, dict[int, CheckGrade]]:
        """By the ids of checks, what each hand-in got on it, by its place."""
        found: dict[str, dict[int, CheckGrade]] = {}
        for place, result in enumerate(self.results):
            for check in result.grade.checks:
                found.setdefault(check.id, {})[place] = check
        return found


def graded(results: Iterable[Result]) -> Graded:
    """Those of a class's results that were graded."""
    return Graded(tuple(result for result in results if result.status not in NOT_GRADED))
