"""The figures of a class, from one pass over its results: counts, distribution, pass rates, a row each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import mean, median

from grader.assignment.spec import Spec
from grader.records import ExecutionStatus, Result, Student
from grader.reports.scores import UNSCORED, Score, score

BINS = 10
"""Bars of the distribution, each a tenth of what could be had."""

NOT_GRADED = frozenset({"rejected", "unavailable"})
"""Statuses of submissions that no figure but their own count takes in."""

PASSED = frozenset({"correct", "follow-through"})
"""Verdicts that count as passed in a check's pass rate."""


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

    `mean` and `median` are shares, from 0 to 1, of the points that were marked for each submission, whatever still
    waits for a person; None where nothing is marked. `distribution` has how many graded submissions lie in each tenth
    of these shares, the last one with its upper end. `pass_rates` has the hardest check first.
    """

    rows: tuple[Row, ...]
    graded: int
    ungraded: int
    rejected: int
    absent: int
    waiting: int
    mean: Fraction | None
    median: Fraction | None
    distribution: tuple[int, ...]
    pass_rates: tuple[PassRate, ...]


def class_figures(results: Iterable[Result], spec: Spec, absent: Sequence[Student] = ()) -> ClassFigures:
    """The figures of a class. `results` is read once, and only a small row of each is kept."""
    rows: list[Row] = []
    marked: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    for result in results:
        rows.append(_row(result, spec))
        if result.status in NOT_GRADED:
            continue
        marked.update(check.id for check in result.grade.checks if check.points is not None)
        passed.update(check.id for check in result.grade.checks if check.verdict in PASSED)
    statuses = Counter(row.status for row in rows)
    shares = [row.total.share for row in rows if row.total.share is not None and row.status not in NOT_GRADED]
    bins = Counter(_bin(share) for share in shares)
    return ClassFigures(
        rows=(*rows, *(_absentee(student, spec) for student in absent)),
        graded=len(rows) - statuses["rejected"] - statuses["unavailable"],
        ungraded=statuses["unavailable"],
        rejected=statuses["rejected"],
        absent=len(absent),
        waiting=sum(row.total.waiting > 0 for row in rows),
        mean=mean(shares) if shares else None,
        median=median(shares) if shares else None,
        distribution=tuple(bins[position] for position in range(BINS)),
        pass_rates=_pass_rates(spec, passed, marked),
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


def _bin(share: Fraction) -> int:
    """The tenth that a share lies in."""
    return max(0, min(BINS - 1, int(BINS * share)))


def _pass_rates(spec: Spec, passed: Counter[str], marked: Counter[str]) -> tuple[PassRate, ...]:
    rates = (
        PassRate(
            id=check.id,
            title="" if check.title == check.quantity else check.title,
            passed=passed[check.id],
            marked=marked[check.id],
        )
        for check in spec.checks
        if marked[check.id]
    )
    return tuple(sorted(rates, key=lambda rate: rate.passed / rate.marked))
