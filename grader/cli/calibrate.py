"""`grader calibrate`: the grader's marks beside people's, and what would bring them together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.table import Table
from rich.text import Text

from grader.analysis import (
    TOTAL,
    Agreement,
    Calibration,
    Disagreement,
    Remarked,
    Settling,
    Unfound,
    calibration,
    settling,
    to_rejudge,
)
from grader.assignment.spec import Spec
from grader.batch import PeoplesMarks, Workers, read_marks
from grader.cli.grade import GradedClass, GradeOptions, grade_class
from grader.cli.summary import print_document
from grader.cli.terminal import print_warning, safe, stdout
from grader.errors import ExecutionUnavailable, ExitStatus
from grader.notebook import Outline
from grader.records import CheckGrade, Result
from grader.reports import explain, number, points_text

MOST_OUTLINES = 200
"""The headings of at most so many hand-ins are looked at."""

_LONGEST_PATTERN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """All that is told."""

    calibration: Calibration
    settling: tuple[Settling, ...]
    marks: PeoplesMarks
    unmarked: tuple[str, ...]
    absent: tuple[str, ...]


def run_calibrate(options: GradeOptions, marks: Path) -> ExitStatus:
    """Grade a batch, and print where people's marks differ. Returns the exit status of grading.

    Raises UsageError where the marks can't be read, and GraderError for what stops grading before it begins.
    """
    with Workers(options.reference, processes=1) as workers:
        spec = workers.describe().spec
        read = read_marks(marks, _columns(spec))  # before anything is executed
        graded = grade_class(options)
        hand_ins = _remarked(graded, read, workers)
        unfound = _unfound(workers, hand_ins)
    there = {hand_in.student for hand_in in hand_ins}
    found = Calibrated(
        calibration=calibration(hand_ins, read.columns),
        settling=settling(hand_ins, graded.spec, unfound),
        marks=read,
        unmarked=tuple(sorted({each.submission.student.id for each in graded.seen.results} - read.by_student.keys())),
        absent=tuple(sorted(read.by_student.keys() - there)),
    )
    if options.as_json:
        print_document(_document(found))
    else:
        _print(found, {task.id: task.heading for task in spec.tasks})
    return graded.summary.exit_status


def _columns(spec: Spec) -> tuple[str, ...]:
    return (*(check.id for check in spec.checks), *(task.id for task in spec.tasks), TOTAL)


def _remarked(graded: GradedClass, marks: PeoplesMarks, workers: Workers) -> list[Remarked]:
    """The last attempt of everybody whom people marked; whole grades, but nothing of how they ran."""
    from grader.gradebook import Gradebook  # it was imported while grading

    last: dict[str, Remarked] = {}
    with Gradebook.open(graded.out.gradebook) as book:
        for result in book.grades(whole=True):
            student = result.submission.student.id
            theirs = marks.by_student.get(student)
            if theirs is not None and result.status != "unavailable":
                path = result.submission.path
                hand_in = Remarked(student=student, path=path, grade=result.grade, theirs=theirs)
                last[student] = _rejudged(hand_in, result, workers, graded.spec)
    return [*last.values()]


def _rejudged(hand_in: Remarked, result: Result, workers: Workers, spec: Spec) -> Remarked:
    asked = to_rejudge(hand_in, spec)
    if not asked or result.notebook is None:
        return hand_in
    held = workers.rejudge(result.notebook, result.execution, asked)
    right_at = {
        id: frozenset(tolerance for tolerance, holds in zip(asked[id], each, strict=True) if holds)
        for id, each in held.items()
    }
    return replace(hand_in, right_at=right_at)


def _unfound(workers: Workers, hand_ins: Sequence[Remarked]) -> Mapping[str, Unfound]:
    """By student, tasks that have no heading, and what headings there are instead, where the grader took points."""
    wanted = [each for each in hand_ins if any(map(each.lost, each.grade.checks))][:MOST_OUTLINES]
    found: dict[str, Unfound] = {}
    for hand_in in wanted:
        outline = _outline(workers, Path(hand_in.path))
        tasks = frozenset(each.task for each in outline.sections if each.found == "whole")
        patterns = tuple(dict.fromkeys(_patterns(outline)))
        if tasks and patterns:
            found[hand_in.student] = Unfound(tasks=tasks, patterns=patterns)
    return found


def _outline(workers: Workers, path: Path) -> Outline:
    nothing = Outline(sections=(), headings=())
    try:
        return workers.outline(path).outline or nothing
    except ExecutionUnavailable:
        return nothing


def _patterns(outline: Outline) -> Iterator[str]:
    """Headings that count for nothing, as patterns: `Part {letter}` for `Part B: Squaring`."""
    for heading in outline.headings:
        if heading.kind == "heading" and not heading.taken:
            words = re.split(r"[:–—.(]| - ", heading.text.strip("#* \t"), maxsplit=1)[0].strip()
            pattern = re.sub(r"\b[A-H]$", "{letter}", re.sub(r"\b\d{1,2}\b", "{n}", words, count=1))
            if pattern != words and len(pattern) <= _LONGEST_PATTERN:
                yield pattern


def _document(found: Calibrated) -> dict[str, object]:
    return {
        "schema": "grader.calibrate/1",
        "agreement": [_agreement(each) for each in found.calibration.agreements],
        "waiting": found.calibration.waiting,
        "settling": [
            {
                **{name: getattr(each, name) for name in ("kind", "check", "settles", "new", "write", "why")},
                "students": list(each.students),
            }
            for each in found.settling
        ],
        "disagreements": [
            {
                "student": each.student,
                "column": each.column,
                "grader": number(each.ours),
                "people": number(each.theirs),
                "checks": [_evidence(check) for check in each.checks],
            }
            for each in found.calibration.disagreements
        ],
        "unknown_columns": list(found.marks.unknown),
        "without_marks": list(found.unmarked),
        "without_hand_in": list(found.absent),
    }


def _agreement(each: Agreement) -> dict[str, object]:
    return {
        "column": each.column,
        "compared": each.compared,
        "same": each.same,
        "within_one": each.within_one,
        "mean_difference": number(each.difference),
        "kappa": each.kappa,
    }


def _evidence(check: CheckGrade) -> dict[str, object]:
    found = check.found
    return {
        "id": check.id,
        "verdict": check.verdict,
        "points": number(check.points),
        "max_points": number(check.max_points),
        "found": None if found is None else {"kind": found.kind, "name": found.name, "cell": found.cell},
        "message": str(explain(check, "staff")),
        "diagnoses": [str(each.message) for each in check.diagnoses],
    }


def _print(found: Calibrated, headings: Mapping[str, str]) -> None:
    stdout.print(_table(found.calibration.agreements))
    for line in _remarks(found):
        print_warning(line)
    disagreements = found.calibration.disagreements
    if not disagreements:
        stdout.print("The grader and people agree on every mark.")
        return
    stdout.print()
    if found.settling:
        stdout.print("What would settle most", style="bold")
    for each in found.settling:
        stdout.print(Text.assemble("  ", safe(_proposal(each))), soft_wrap=True)
    stdout.print()
    stdout.print(f"{len(disagreements)} disagreements", style="bold")
    for disagreement in disagreements:
        _print_disagreement(disagreement)


def _table(agreements: Sequence[Agreement]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("column", overflow="fold")
    for name in ("compared", "same", "within 1", "difference", "kappa"):
        table.add_column(name, justify="right", no_wrap=True)
    for each in agreements:
        difference = "–" if each.difference is None else f"{float(each.difference):+.2f}"
        kappa = "–" if each.kappa is None else f"{each.kappa:.2f}"
        table.add_row(safe(each.column), str(each.compared), str(each.same), str(each.within_one), difference, kappa)
    return table


def _remarks(found: Calibrated) -> Iterator[str]:
    if found.marks.unknown:
        yield f"These columns are no check, no task and no total: {', '.join(found.marks.unknown)}."
    if found.absent:
        yield f"There are marks, but no hand-ins that were graded, of {_some(found.absent)}."
    if found.unmarked:
        yield f"There are hand-ins, but no marks, of {_some(found.unmarked)}."
    if found.calibration.waiting:
        yield f"{found.calibration.waiting} marks aren't compared: something of them waits for a person."


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")


def _proposal(each: Settling) -> str:
    where = f" on {each.check}" if each.check else ""
    new = f", and would make {each.new} new" if each.new else ""
    return f"{each.write}{where} would settle {each.settles}{new}: {each.why}."


def _print_disagreement(each: Disagreement) -> None:
    marks = f"  {each.column}: grader {points_text(each.ours)}, people {points_text(each.theirs)}"
    stdout.print(Text.assemble(safe(each.student, "bold"), safe(marks)), soft_wrap=True)
    for check in each.checks:
        said = " ".join([str(explain(check, "staff")), *(str(why.message) for why in check.diagnoses[:1])])
        stdout.print(Text.assemble("    ", safe(check.id, "dim"), "  ", safe(said)), soft_wrap=True)
