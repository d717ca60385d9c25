"""The roll of a class: a row for each submission and each student who handed in nothing, and their counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from grader.analysis import UNSCORED, Score, score
from grader.assignment.spec import Spec
from grader.records import ExecutionStatus, Result, Student


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One submission, or one student who handed in nothing (status `absent`, and an empty slug).

    `tasks` are the scores of the tasks in the order of the assignment.
    """

    student: Student
    attempt: int
    slug: str
    status: ExecutionStatus | str
    reason: str
    total: Score
    tasks: tuple[Score, ...]
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """All of a class, row by row, and counted.

    Submissions are graded, ungraded (our own fault) or rejected; `absent` counts students, `waiting` the submissions
    in which something waits for a person.
    """

    rows: tuple[Row, ...]
    graded: int
    ungraded: int
    rejected: int
    absent: int
    waiting: int


def class_roll(results: Sequence[Result], spec: Spec, absent: Sequence[Student] = ()) -> Roll:
    """The roll of a class; only a small row of each result is kept."""
    rows = [_row(result, spec) for result in results]
    statuses = Counter(row.status for row in rows)
    return Roll(
        rows=(*rows, *(_absentee(student, spec) for student in absent)),
        graded=len(rows) - statuses["rejected"] - statuses["unavailable"],
        ungraded=statuses["unavailable"],
        rejected=statuses["rejected"],
        absent=len(absent),
        waiting=sum(row.total.waiting > 0 for row in rows),
    )


def _row(result: Result, spec: Spec) -> Row:
    ungraded = result.status == "unavailable"
    tasks = {} if ungraded else {task.id: score(task.checks) for task in result.grade.tasks}
    return Row(
        student=result.submission.student,
        attempt=result.submission.attempt,
        slug=result.submission.slug,
        status=result.status,
        reason=result.execution.reason,
        total=UNSCORED if ungraded else score(result.grade.checks),
        tasks=tuple(tasks.get(task.id, UNSCORED) for task in spec.tasks),
        flags=tuple(dict.fromkeys(flag.code for flag in result.grade.flags)),
    )


def _absentee(student: Student, spec: Spec) -> Row:
    return Row(
        student=student,
        attempt=1,
        slug="",
        status="absent",
        reason="",
        total=UNSCORED,
        tasks=(UNSCORED,) * len(spec.tasks),
        flags=(),
    )
