"""`grades.csv`: the class as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from grader.assignment.spec import Spec
from grader.records import Result, Student
from grader.reports.plain_text import number, visible

_FORMULA_STARTS = frozenset("=+-@\t\r\n")
_BEHIND_A_SEPARATOR = re.compile(r"([;\t|])(?=\s*[=+\-@＝＋－＠])")


def grades_csv(results: Iterable[Result], spec: Spec, absent: Sequence[Student] = ()) -> str:
    """One row for each submission, then one for each student who handed in nothing.

    Columns are `student,name,points,max_points`, one for each task by its id, `status,flags`. Points are empty where
    nobody has marked yet. Lines end in a newline; text cells that a spreadsheet would take for a formula start with an
    apostrophe. `results` is read once.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_header(spec))
    writer.writerows(_submission(result, spec) for result in results)
    writer.writerows(_absentee(student, spec) for student in absent)
    return text.getvalue()


def _header(spec: Spec) -> list[str]:
    tasks = [plain_cell(task.id) for task in spec.tasks]
    return ["student", "name", "points", "max_points", *tasks, "status", "flags"]


def _submission(result: Result, spec: Spec) -> Iterator[str | int | float | None]:
    student = result.submission.student
    grade = result.grade
    ungraded = result.status == "unavailable"
    by_task = {task.id: None if ungraded else task.points for task in grade.tasks}
    yield plain_cell(student.id)
    yield plain_cell(student.name)
    yield None if ungraded else number(grade.points)
    yield number(grade.max_points)
    yield from (number(by_task.get(task.id)) for task in spec.tasks)
    yield result.status
    yield plain_cell(" ".join(dict.fromkeys(flag.code for flag in grade.flags)))


def _absentee(student: Student, spec: Spec) -> list[str | int | float | None]:
    empty = [None] * len(spec.tasks)
    return [plain_cell(student.id), plain_cell(student.name), None, number(spec.points), *empty, "absent", ""]


def plain_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe goes before what might start one.

    Full-width forms of the signs count too, since some spreadsheets fold them, and so do signs behind characters that
    take no place (spaces, marks of byte order), and signs behind a semicolon or tab, where some spreadsheets split.
    """
    shown = _BEHIND_A_SEPARATOR.sub(r"\1'", visible(text))
    seen = next((char for char in shown if unicodedata.category(char)[0] not in "CZ"), "")
    starts = {text[:1], unicodedata.normalize("NFKC", seen)}
    return f"'{shown}" if starts & _FORMULA_STARTS else shown
