"""Scores in words: what nobody has marked yet is told apart from what is lost."""

from __future__ import annotations

from grader.analysis import Score, score
from grader.records import CheckGrade, Grade, TaskGrade
from grader.reports.plain_text import counted, points_text


def total_text(grade: Grade) -> str:
    """The total in words: `12 of 20`, or `12 of 18 so far, 2 to be marked by hand`."""
    whole = score(grade.checks)
    if whole.points is None:
        return f"Not marked yet: {points_text(whole.waiting)} to be marked by hand"
    rest = f", {points_text(whole.waiting)} to be marked by hand" if whole.waiting else ""
    return f"{score_text(whole)}{rest}"


def task_text(task: TaskGrade) -> str:
    """A task's points in words: `7 of 9`, `7 of 7 so far`, or `not marked yet, 2 points`."""
    return score_text(score(task.checks))


def check_text(check: CheckGrade) -> str:
    """A check's points in words: `1 of 2 points`, or `not marked yet, 2 points`."""
    if check.points is None:
        return score_text(score((check,)))
    return f"{points_text(check.points)} of {counted(check.max_points, 'point')}"


def score_text(part: Score) -> str:
    """A score in words: `7 of 9`, `7 of 7 so far`, or `not marked yet, 2 points`."""
    if part.points is None:
        return f"not marked yet, {counted(part.waiting, 'point')}"
    so_far = " so far" if part.waiting else ""
    return f"{points_text(part.points)} of {points_text(part.marked)}{so_far}"
