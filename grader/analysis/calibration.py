"""The grader's marks beside those that people gave: where they differ, and how much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from grader.analysis.agreement import Agreement, Pair, agreement
from grader.assignment.spec import Tolerance
from grader.records import CheckGrade, Grade

TOTAL = "points"
"""The column of all points together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarked:
    """A hand-in that was marked by the grader and by people. `theirs` are people's marks, by column.

    `right_at` are, by check, looser tolerances at which an answer would be right that is wrong now.
    """

    student: str
    path: str
    grade: Grade
    theirs: Mapping[str, Fraction]
    right_at: Mapping[str, frozenset[Tolerance]] = field(default_factory=dict)

    def ours(self, column: str) -> Fraction | None:
        """What the grader gave in a column; None where a person has to mark something of it."""
        checks = self.checks(column)
        if any(check.points is None for check in checks):
            return None
        return sum((check.points for check in checks if check.points is not None), Fraction(0))

    def checks(self, column: str) -> tuple[CheckGrade, ...]:
        """The checks that a column is about."""
        if column == TOTAL:
            return self.grade.checks
        tasks = (task.checks for task in self.grade.tasks if task.id == column)
        return next(tasks, tuple(check for check in self.grade.checks if check.id == column))

    def most(self, column: str) -> Fraction:
        """What a column is worth."""
        return sum((check.max_points for check in self.checks(column)), Fraction(0))

    def task_of(self, check: CheckGrade) -> str:
        """The id of the task that a check belongs to."""
        return next((task.id for task in self.grade.tasks if check in task.checks), "")

    def lost(self, check: CheckGrade) -> bool:
        """Whether people gave all of its points, and the grader didn't."""
        return check.points is not None and self.theirs_on(check) == check.max_points != check.points

    def theirs_on(self, check: CheckGrade) -> Fraction | None:
        """What people gave on a check; also where they gave everything, or nothing, on all that it belongs to."""
        if check.id in self.theirs:
            return self.theirs[check.id]
        for column in (self.task_of(check), TOTAL):
            if column in self.theirs and self.theirs[column] == self.most(column):
                return check.max_points
            if column in self.theirs and self.theirs[column] == 0:
                return Fraction(0)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A mark on which the grader and people differ. `checks` are those that may be behind it."""

    student: str
    column: str
    ours: Fraction
    theirs: Fraction
    checks: tuple[CheckGrade, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Agreement column by column, and every disagreement.

    `waiting` counts marks that weren't compared, as a person has to mark something of them first.
    """

    agreements: tuple[Agreement, ...]
    disagreements: tuple[Disagreement, ...]
    waiting: int


def calibration(hand_ins: Sequence[Remarked], columns: Iterable[str]) -> Calibration:
    """Compare all marks that both have given."""
    agreements: list[Agreement] = []
    disagreements: list[Disagreement] = []
    waiting = 0
    for column in columns:
        pairs: list[Pair] = []
        for hand_in in hand_ins:
            theirs = hand_in.theirs.get(column)
            ours = hand_in.ours(column)
            if theirs is None:
                continue
            if ours is None:
                waiting += 1
                continue
            pairs.append(Pair(student=hand_in.student, ours=ours, theirs=theirs))
            if ours != theirs:
                disagreements.append(_disagreement(hand_in, column, ours, theirs))
        agreements.append(agreement(column, pairs))
    return Calibration(agreements=tuple(agreements), disagreements=tuple(disagreements), waiting=waiting)


def _disagreement(hand_in: Remarked, column: str, ours: Fraction, theirs: Fraction) -> Disagreement:
    """The checks behind it: where people gave more, those that lost points; where they gave less, those that got any.

    Of these, checks on which people's own mark is known and the same aren't behind it.
    """
    checks = hand_in.checks(column)
    if len(checks) > 1:
        checks = tuple(check for check in checks if _may_be_behind(hand_in, check, gave_more=theirs > ours))
    return Disagreement(student=hand_in.student, column=column, ours=ours, theirs=theirs, checks=checks)


def _may_be_behind(hand_in: Remarked, check: CheckGrade, *, gave_more: bool) -> bool:
    if hand_in.theirs.get(check.id) == check.points:
        return False
    return check.points != check.max_points if gave_more else bool(check.points)
