"""The figures of a class, from one pass over its results: counts, distribution, pass rates, a row each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from grader.assignment.spec import Spec
from grader.records import ExecutionStatus, Grade, Result, Student

BINS = 10
"""Bars of the distribution, each a tenth of what could be had."""

PASSED = frozenset({"correct", "follow-through"})
"""Verdicts that count as passed in a check's pass rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One submission, or one student who handed in nothing (status `absent`, and an empty slug).

    `points` and `tasks` (in the order of the assignment) are None where nobody has marked yet. `waiting` is how many
    checks wait for a person.
    """

    student: Student
    attempt: int
    slug: str
    status: ExecutionStatus | str
    reason: str
    points: Fraction | None
    tasks: tuple[Fraction | None, ...]
    waiting: int
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PassRate:
    """How many of those who were marked on a check passed it."""

    id: str
    title: str
    passed: int
    marked: int

    @property
    def percent(self) -> int:
        """The pass rate, rounded to whole percent; 0 where nobody was marked."""
        return round(100 * self.passed / self.marked) if self.marked else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFigures:
    """A class in figures. Submissions are graded, ungraded (our own fault) or rejected; `absent` counts students.

    `distribution` has how many graded submissions lie in each tenth of the points that were marked for them, the last
    one with its upper end. `pass_rates` has the hardest check first.
    """

    rows: tuple[Row, ...]
    graded: int
    ungraded: int
    rejected: int
    absent: int
    waiting: int
    median: Fraction | None
    distribution: tuple[int, ...]
    pass_rates: tuple[PassRate, ...]


def class_figures(results: Iterable[Result], spec: Spec, absent: Sequence[Student] = ()) -> ClassFigures:
    """The figures of a class. `results` is read once, and only a small row of each is kept."""
    rows: list[Row] = []
    bins: Counter[int] = Counter()
    marked: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    for result in results:
        rows.append(_row(result, spec))
        if result.status in {"rejected", "unavailable"}:
            continue
        bins.update(_bin(result.grade))
        marked.update(check.id for check in result.grade.checks if check.points is not None)
        passed.update(check.id for check in result.grade.checks if check.verdict in PASSED)
    statuses = Counter(row.status for row in rows)
    points = [row.points for row in rows if row.points is not None and row.status != "rejected"]
    return ClassFigures(
        rows=(*rows, *(_absentee(student, spec) for student in absent)),
        graded=len(rows) - statuses["rejected"] - statuses["unavailable"],
        ungraded=statuses["unavailable"],
        rejected=statuses["rejected"],
        absent=len(absent),
        waiting=sum(row.waiting > 0 for row in rows),
        median=median(points) if points else None,
        distribution=tuple(bins[position] for position in range(BINS)),
        pass_rates=_pass_rates(spec, passed, marked),
    )


def _row(result: Result, spec: Spec) -> Row:
    ungraded = result.status == "unavailable"
    tasks = {task.id: task.points for task in result.grade.tasks}
    return Row(
        student=result.submission.student,
        attempt=result.submission.attempt,
        slug=result.submission.slug,
        status=result.status,
        reason=result.execution.reason,
        points=None if ungraded else result.grade.points,
        tasks=tuple(None if ungraded else tasks.get(task.id) for task in spec.tasks),
        waiting=0 if ungraded else len(result.grade.unmarked),
        flags=tuple(dict.fromkeys(flag.code for flag in result.grade.flags)),
    )


def _absentee(student: Student, spec: Spec) -> Row:
    return Row(
        student=student,
        attempt=1,
        slug="",
        status="absent",
        reason="",
        points=None,
        tasks=(None,) * len(spec.tasks),
        waiting=0,
        flags=(),
    )


def _bin(grade: Grade) -> list[int]:
    """The tenth that a grade lies in, as a list that is empty where nothing is marked."""
    possible = sum((check.max_points for check in grade.checks if check.points is not None), Fraction(0))
    if grade.points is None or not possible:
        return []
    return [max(0, min(BINS - 1, int(BINS * grade.points / possible)))]


def _pass_rates(spec: Spec, passed: Counter[str], marked: Counter[str]) -> tuple[PassRate, ...]:
    rates = (
        PassRate(id=check.id, title=check.title, passed=passed[check.id], marked=marked[check.id])
        for check in spec.checks
        if marked[check.id]
    )
    return tuple(sorted(rates, key=lambda rate: rate.passed / rate.marked))
