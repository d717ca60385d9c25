"""The figures of a class, from one pass over its results: counts, distribution, pass rates, a row each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.analysis import NOT_GRADED, UNSCORED, Distribution, Item, Score, distribution, graded, items, score
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
class ClassFigures:
    """A class in figures. Submissions are graded, ungraded (our own fault) or rejected; `absent` counts students.

    `distribution` is over the points that were marked for each graded submission, whatever still waits for a person.
    `items` are the checks in the order of the assignment.
    """

    rows: tuple[Row, ...]
    graded: int
    ungraded: int
    rejected: int
    absent: int
    waiting: int
    distribution: Distribution
    items: tuple[Item, ...]


def class_figures(results: Iterable[Result], spec: Spec, absent: Sequence[Student] = ()) -> ClassFigures:
    """The figures of a class."""
    each = tuple(results)
    rows = [_row(result, spec) for result in each]
    statuses = Counter(row.status for row in rows)
    return ClassFigures(
        rows=(*rows, *(_absentee(student, spec) for student in absent)),
        graded=len(rows) - statuses["rejected"] - statuses["unavailable"],
        ungraded=statuses["unavailable"],
        rejected=statuses["rejected"],
        absent=len(absent),
        waiting=sum(row.total.waiting > 0 for row in rows),
        distribution=distribution(
            row.total.share for row in rows if row.total.share is not None and row.status not in NOT_GRADED
        ),
        items=items(graded(each), spec),
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
