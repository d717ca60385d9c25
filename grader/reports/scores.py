"""Scores in words: what nobody has marked yet is told apart from what is lost."""

from __future__ import annotations

from grader.analysis import Score, score
from grader.records import CheckGrade, Grade, Message, TaskGrade, translatable
from grader.reports.plain_text import points_text

_OF = translatable("{points} of {most}")
_SO_FAR = translatable("{points} of {most} so far")


def total_text(grade: Grade) -> Message:
    """The total in words: `12 of 20`, or `12 of 18 so far, 2 to be marked by hand`."""
    whole = score(grade.checks)
    waiting = points_text(whole.waiting)
    if whole.points is None:
        return Message("Not marked yet: {waiting} to be marked by hand", {"waiting": waiting})
    if not whole.waiting:
        return score_text(whole)
    return Message("{score}, {waiting} to be marked by hand", {"score": score_text(whole), "waiting": waiting})


def task_text(task: TaskGrade) -> Message:
    """A task's points in words: `7 of 9`, `7 of 7 so far`, or `not marked yet, 2 points`."""
    return score_text(score(task.checks))


def check_text(check: CheckGrade) -> Message:
    """A check's points in words: `1 of 2 points`, or `not marked yet, 2 points`."""
    if check.points is None:
        return score_text(score((check,)))
    if check.max_points == 1:
        return Message("{points} of 1 point", {"points": points_text(check.points)})
    facts = {"points": points_text(check.points), "most": points_text(check.max_points)}
    return Message("{points} of {most} points", facts)


def score_text(part: Score) -> Message:
    """A score in words: `7 of 9`, `7 of 7 so far`, or `not marked yet, 2 points`."""
    if part.points is None:
        if part.waiting == 1:
            return Message("not marked yet, 1 point")
        return Message("not marked yet, {points} points", {"points": points_text(part.waiting)})
    facts = {"points": points_text(part.points), "most": points_text(part.marked)}
    return Message(_SO_FAR if part.waiting else _OF, facts)
