"""What a batch came to: a table for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from grader.assignment.spec import Spec
from grader.batch import Graded, OutputFolder
from grader.cli.terminal import STATUS_STYLES, safe, stdout
from grader.records import Result, Student, TaskGrade
from grader.reports import points_text

LONGEST_TABLE = 60
"""Larger classes get the rows that need a look, and a count of the others."""


@dataclass(slots=True)
class Summary:
    """Counts, kept while the batch runs."""

    total: int
    done: int = 0
    executed: int = 0
    ungraded: int = 0
    skipped: int = 0
    interrupted: bool = False

    def add(self, graded: Graded) -> None:
        """Count one submission."""
        self.done += 1
        self.executed += graded.executed
        self.ungraded += graded.result.status == "unavailable"


def print_summary(
    summary: Summary, results: Sequence[Result], absent: Sequence[Student], spec: Spec, out: OutputFolder
) -> None:
    """Print the table of the class, and where to look next."""
    shown = results if len(results) <= LONGEST_TABLE else [result for result in results if _needs_a_look(result)]
    stdout.print(_table(shown[:LONGEST_TABLE], spec))
    if len(results) > len(shown[:LONGEST_TABLE]):
        stdout.print(f"… and {len(results) - len(shown[:LONGEST_TABLE])} more in {out.root / 'grades.csv'}.")
    for line in _closing_lines(summary, results, absent):
        stdout.print(line)
    stdout.print(Text.assemble("Report: ", (str(out.index), "bold")), soft_wrap=True)


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
            f"{points_text(grade.points)} / {points_text(grade.max_points)}",
            *(points_text(task.points) for task in grade.tasks),
            safe(result.status, STATUS_STYLES[result.status]),
            safe(_remarks(grade.tasks) + _flags(result)),
        )
    return table


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
    codes = sorted({flag.code for flag in result.grade.flags} - {"missing-name", "unmarked"})
    return f" [{', '.join(codes)}]" if codes else ""


def _closing_lines(summary: Summary, results: Sequence[Result], absent: Sequence[Student]) -> list[str]:
    graded = [result for result in results if result.grade.points is not None]
    lines = [f"{summary.done} of {summary.total} submissions marked, {summary.executed} of them executed now."]
    if graded:
        mean = sum(float(result.grade.points or 0) for result in graded) / len(graded)
        lines.append(f"Mean {mean:.2f} of {points_text(graded[0].grade.max_points)} points.")
    if len(results) > summary.done:
        lines.append(f"{len(results) - summary.done} from earlier gradings into this folder are kept.")
    if summary.skipped:
        lines.append(f"{summary.skipped} files are an editor's or a system's copies of others here, and were left out.")
    waiting = sum(bool(result.grade.unmarked) and result.status != "unavailable" for result in results)
    if waiting:
        lines.append(f"{waiting} have checks that wait for a person (unmarked, not counted).")
    if absent:
        lines.append(f"{len(absent)} on the roster handed in nothing.")
    if summary.ungraded:
        lines.append(f"{summary.ungraded} could not be graded, through no fault of theirs; run the same command again.")
    if summary.interrupted:
        lines.append("Interrupted: what was done is kept. Run the same command to go on.")
    return lines


def print_json(summary: Summary, results: Sequence[Result], absent: Sequence[Student], out: OutputFolder) -> None:
    """Print one JSON document: counts, files, and a row a submission."""
    document = {
        "schema": "grader.batch/1",
        "counts": {
            "submissions": summary.total,
            "marked": summary.done,
            "executed": summary.executed,
            "ungraded": summary.ungraded,
            "skipped": summary.skipped,
            "absent": len(absent),
        },
        "interrupted": summary.interrupted,
        "index": str(out.index),
        "submissions": [_row(result, out) for result in results],
        "absent": [student.id for student in absent],
    }
    # Escaped, so that no name in it can steer a terminal.
    json.dump(document, sys.stdout, indent=2, ensure_ascii=True)
    sys.stdout.write("\n")


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
