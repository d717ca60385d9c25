"""What a batch came to: a table for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from rich.table import Table
from rich.text import Text

from grader.analysis import Overview, Similar
from grader.assignment.spec import Spec
from grader.batch import Collected, Graded, OutputFolder, Roster
from grader.cli.terminal import STATUS_STYLES, safe, stdout
from grader.errors import ExitStatus
from grader.records import Grade, Result, Student, Submission, TaskGrade
from grader.reports import points_text

LONGEST_TABLE = 60
"""Larger classes get the rows that need a look, and a count of the others."""

SAID_BY_VERDICTS = frozenset({"missing-name", "unmarked"})
"""Flags that say again what a verdict beside them says."""

_FIGURES = ("id", "passed", "marked", "mean", "discrimination")


@dataclass(slots=True)
class Summary:
    """What is told of a batch: counted while it runs, completed when it is over.

    `earlier` are students of kept submissions that are no hand-in of this batch, `rejected` those whose hand-in can't
    be read as a notebook, `several` those with more than one attempt. `absent` are students of the roster who handed in
    nothing, `pending` those whose hand-in is there but not graded yet, `strangers` hand-ins that nobody on the roster
    fits, `empty` folders that hold files but no notebook, `notes` what was left out of a class's archive, `packages`
    what hand-ins import and `python`, the interpreter of the class, doesn't have.
    """

    total: int
    done: int = 0
    executed: int = 0
    interrupted: bool = False
    ungraded: int = 0
    earlier: tuple[str, ...] = ()
    skipped: int = 0
    rejected: tuple[str, ...] = ()
    several: tuple[str, ...] = ()
    absent: tuple[Student, ...] = ()
    pending: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    python: str = ""

    def add(self, graded: Graded) -> None:
        """Count one submission."""
        self.done += 1
        self.executed += graded.executed

    def complete(
        self, results: Sequence[Result], collected: Collected, mine: Mapping[Path, Submission], roster: Roster
    ) -> None:
        """Say who is missing, and what a person has to look at."""
        graded = {result.submission.student.id for result in results}
        handed_in = {submission.student.id for submission in mine.values()}
        known = {student.id for student in roster.students}
        self.ungraded = sum(_has_a_fault(result) for result in results)
        current = {(submission.student.id, submission.attempt) for submission in mine.values()}
        self.earlier = _students(results, lambda each: (each.student.id, each.attempt) not in current)
        self.rejected = tuple(result.submission.student.id for result in results if result.status == "rejected")
        self.several = _students(results, lambda each: each.attempt > 1)
        self.skipped = len(collected.skipped)
        self.absent = roster.absent(graded | handed_in)
        self.pending = tuple(sorted(handed_in - graded))
        self.strangers = tuple(sorted((graded | handed_in) - known)) if known else ()
        self.empty = tuple(f"{folder.name} ({', '.join(names)})" for folder, names in collected.empty.items())
        self.notes = collected.notes
        self.packages = tuple(sorted({name for result in results for name in _packages(result)}))

    @property
    def exit_status(self) -> ExitStatus:
        """What the process ends in."""
        if self.interrupted:
            return ExitStatus.INTERRUPTED
        return ExitStatus.UNGRADED if self.ungraded else ExitStatus.OK


def _students(results: Sequence[Result], are: Callable[[Submission], bool]) -> tuple[str, ...]:
    """The students of those submissions, each once."""
    return tuple(dict.fromkeys(each.submission.student.id for each in results if are(each.submission)))


def _has_a_fault(result: Result) -> bool:
    """Whether something of it could not be graded, through no fault of its student's."""
    return result.status == "unavailable" or any(check.reason == "grader-fault" for check in result.grade.checks)


def _packages(result: Result) -> Iterator[str]:
    return (str(flag.message).split("`")[1] for flag in result.grade.flags if flag.code == "missing-package")


def print_summary(summary: Summary, results: Sequence[Result], spec: Spec, out: OutputFolder) -> None:
    """Print the table of the class, and where to look next."""
    shown = results if len(results) <= LONGEST_TABLE else [result for result in results if _needs_a_look(result)]
    stdout.print(_table(shown[:LONGEST_TABLE], spec))
    if len(results) > len(shown[:LONGEST_TABLE]):
        stdout.print(f"… and {len(results) - len(shown[:LONGEST_TABLE])} more in {out.root / 'grades.csv'}.")
    for line in _closing_lines(summary, results):
        stdout.print(safe(line), soft_wrap=True)
    stdout.print(Text.assemble("Report: ", (str(out.index), "bold")), soft_wrap=True)


def print_class(results: Sequence[Result], spec: Spec, out: OutputFolder, *, as_json: bool) -> None:
    """Print everybody's marks, as they stand in the gradebook."""
    if as_json:
        print_document({"schema": "grader.class/1", "submissions": [_row(result, out) for result in results]})
        return
    stdout.print(_table(results, spec))
    for line in _figures(results):
        stdout.print(line)


def _needs_a_look(result: Result) -> bool:
    return result.status not in {"completed", "error"} or bool(result.grade.unmarked)


def _table(results: Sequence[Result], spec: Spec) -> Table:
    table = Table(title=safe(spec.title), title_justify="left", header_style="bold", box=None, pad_edge=False)
    table.add_column("student", overflow="fold")
    table.add_column("points", justify="right")
    for task in spec.tasks:
        table.add_column(safe(task.id), justify="right")
    table.add_column("status")
    table.add_column("to look at", overflow="fold")
    for result in results:
        grade = result.grade
        table.add_row(
            _who(result),
            _points(grade),
            *(points_text(task.points) for task in grade.tasks),
            safe(result.status, STATUS_STYLES[result.status]),
            safe(result.execution.reason if result.status == "rejected" else _remarks(grade.tasks) + _flags(result)),
        )
    return table


def _points(grade: Grade) -> str:
    """`12 / 20`; where a person's turn is still to come, over the points that are marked: `12 / 12 (+2)`."""
    waiting = sum((check.max_points for check in grade.unmarked), start=Fraction(0))
    if not waiting or grade.points is None:
        return f"{points_text(grade.points)} / {points_text(grade.max_points)}"
    return f"{points_text(grade.points)} / {points_text(grade.max_points - waiting)} (+{points_text(waiting)})"


def _who(result: Result) -> Text:
    submission = result.submission
    who = safe(submission.student.id)
    if submission.student.name:
        who += safe(f"  {submission.student.name}", "dim")
    if submission.attempt > 1:
        who += safe(f"  attempt {submission.attempt}", "dim")
    return who


def _remarks(tasks: Sequence[TaskGrade]) -> str:
    """Which checks did not get full marks, by verdict."""
    by_verdict: dict[str, list[str]] = {}
    for check in (check for task in tasks for check in task.checks):
        if check.points != check.max_points:
            by_verdict.setdefault(check.verdict, []).append(check.id)
    return "; ".join(
        f"{verdict}: {', '.join(ids) if len(ids) <= 4 else f'{len(ids)} checks'}" for verdict, ids in by_verdict.items()
    )


def _flags(result: Result) -> str:
    codes = sorted({flag.code for flag in result.grade.flags} - SAID_BY_VERDICTS)
    return f" [{', '.join(codes)}]" if codes else ""


def _closing_lines(summary: Summary, results: Sequence[Result]) -> Iterator[str]:
    yield f"{summary.done} of {_count(summary.total, 'submission')} marked, {summary.executed} of them executed now."
    yield from _figures(results)
    if summary.earlier:
        yield f"Kept from earlier gradings into this folder, though not among these files: {_some(summary.earlier)}."
    if summary.several:
        yield f"More than one attempt, each with a row of its own: {_some(summary.several)}. Choose which counts."
    if summary.rejected:
        yield f"Could not be read, and have 0 points: {_some(summary.rejected)}. Ask for these files again."
    if summary.skipped:
        yield f"Left out, as an editor's or a system's copies: {_count(summary.skipped, 'file')}."
    if summary.empty:
        yield f"No notebook in {_count(len(summary.empty), 'folder')}: {_some(summary.empty)}."
    yield from summary.notes
    if summary.packages:
        where = f"for {summary.python}: {_some(summary.packages)}"
        yield f"Hand-ins import what isn't installed {where}. Install it there, and grade again."
    waiting = sum(any(check.kind == "person" for check in result.grade.unmarked) for result in results)
    if waiting:
        yield f"Checks that wait for a person (not counted): in {_count(waiting, 'submission')}."
    alike = [each.submission.student.id for each in results if any(flag.code == "similar" for flag in each.grade.flags)]
    if alike:
        yield f"Share wrong values that few others have: {_some(alike)}. See the report before you conclude anything."
    if summary.pending:
        yield f"Handed in, but not graded yet: {_some(summary.pending)}."
    if summary.absent:
        yield f"On the roster, but handed in nothing: {_some([student.id for student in summary.absent])}."
    if summary.strangers:
        yield f"Not on the roster: {_some(summary.strangers)}. Check the names of their files."
    if summary.ungraded:
        yield f"Not wholly graded, through no fault of theirs: {_count(summary.ungraded, 'submission')}."
    if summary.interrupted:
        yield "Interrupted: what was done is kept. Run the same command to go on."


def _figures(results: Sequence[Result]) -> Iterator[str]:
    """The mean: in points, or, where some still wait for a person, in percent of what is marked."""
    grades = [result.grade for result in results if result.grade.points is not None]
    if not grades:
        return
    marked = [grade.max_points - sum((c.max_points for c in grade.unmarked), start=Fraction(0)) for grade in grades]
    if any(grade.unmarked for grade in grades):
        shares = [(grade.points or 0) / most for grade, most in zip(grades, marked, strict=True) if most]
        yield f"Mean {float(100 * sum(shares) / max(len(shares), 1)):.0f} % of the points that are marked."
    else:
        mean = sum((grade.points or Fraction(0) for grade in grades), start=Fraction(0)) / len(grades)
        yield f"Mean {float(mean):.2f} of {points_text(max(marked))} points."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:8])
    return shown if len(names) <= 8 else f"{shown} and {len(names) - 8} more"


def print_json(summary: Summary, seen: Overview, out: OutputFolder) -> None:
    """Print one JSON document: counts, files, a row a submission, and figures of the class."""
    document = {
        "schema": "grader.batch/1",
        "counts": {
            "submissions": summary.total,
            "marked": summary.done,
            "executed": summary.executed,
            "ungraded": summary.ungraded,
            "skipped": summary.skipped,
            "absent": len(summary.absent),
        },
        "interrupted": summary.interrupted,
        "index": str(out.index),
        "submissions": [_row(result, out) for result in seen.results],
        "checks": [{name: getattr(item, name) for name in _FIGURES} for item in seen.items],
        "similar": [_pair(pair, seen) for pair in seen.similar],
        "absent": [student.id for student in summary.absent],
        "pending": list(summary.pending),
        "not_on_roster": list(summary.strangers),
        "not_installed": list(summary.packages),
    }
    print_document(document)


def print_document(document: Mapping[str, object]) -> None:
    """Print JSON; escaped, so that nothing that a student wrote can steer a terminal."""
    json.dump(document, sys.stdout, indent=2, ensure_ascii=True)
    sys.stdout.write("\n")


def _pair(pair: Similar, seen: Overview) -> dict[str, object]:
    return {
        "students": [seen.hand_ins.student(place) for place in pair.places],
        "shared": [value.check for value in pair.shared],
        "both_wrong": pair.both_wrong,
        "expected_by_chance": pair.expected,
    }


def _row(result: Result, out: OutputFolder) -> dict[str, object]:
    points = result.grade.points
    return {
        "student": result.submission.student.id,
        "name": result.submission.student.name,
        "attempt": result.submission.attempt,
        "points": None if points is None else float(points),
        "max_points": float(result.grade.max_points),
        "status": result.status,
        "flags": sorted({flag.code for flag in result.grade.flags}),
        "result": str(out.root / "results" / result.submission.slug / "result.json"),
        "feedback": str(out.root / "feedback" / f"{result.submission.slug}.html"),
    }
