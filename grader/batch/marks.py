"""Marks that people gave: a CSV file of students and points."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from grader.batch.tables import cell, read_rows
from grader.errors import UsageError

_UNDECODABLE = ("the marks aren't UTF-8 text.", "Save them as CSV UTF-8.")
_WHO = ("student", "id")
_ABOUT_THEM = frozenset({"student", "id", "name", "email"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplesMarks:
    """By student, what people gave in each of the `columns`; a mark that wasn't given isn't there.

    `unknown` are columns of the file that are no check, no task and no total.
    """

    by_student: Mapping[str, Mapping[str, Fraction]]
    columns: tuple[str, ...]
    unknown: tuple[str, ...]


def read_marks(path: Path, known: Collection[str]) -> PeoplesMarks:
    """Read a CSV file with a column `student` (or `id`), and columns of points by their exact names.

    Comma, semicolon or tab. Raises UsageError with the line that is wrong.
    """
    known = frozenset(known)
    rows = read_rows(path, undecodable=_UNDECODABLE, option="--marks")
    header = [cell(name) for name in rows[0]] if rows else []
    who = next((name for name in _WHO if name in header), None)
    if who is None:
        raise UsageError(
            f"{path}:1: the marks have no column `student`; they have {', '.join(header) or 'none'}.",
            remedy="Name the columns in the first line: student,points.",
        )
    columns = tuple(dict.fromkeys(name for name in header if name in known))
    if not columns:
        raise UsageError(
            f"{path}:1: no column is a check, a task or `points`; there are {', '.join(header)}.",
            remedy=f"Name columns after what was marked: {', '.join(sorted(known)[:6])} …",
        )
    by_student: dict[str, Mapping[str, Fraction]] = {}
    for line, row in enumerate(rows[1:], start=2):
        fields = dict(zip(header, map(cell, row), strict=False))
        student = fields.get(who, "")
        if not any(fields.values()):
            continue
        if not student or student in by_student:
            what = f"the student {student!r} stands twice" if student else "this row has no student"
            raise UsageError(f"{path}:{line}: {what}.", remedy="Give each student one row.")
        marks = {name: fields[name] for name in columns if fields.get(name)}
        by_student[student] = {name: _points(mark, f"{path}:{line}", name) for name, mark in marks.items()}
    unknown = tuple(name for name in header if name and name not in known | _ABOUT_THEM)
    return PeoplesMarks(by_student=by_student, columns=columns, unknown=unknown)


def _points(text: str, place: str, column: str) -> Fraction:
    try:
        if len(text) <= 20 and "e" not in text.lower():
            return Fraction(text.replace(",", "."))
    except (ValueError, ZeroDivisionError):
        pass
    raise UsageError(
        f"{place}: {column} is {text[:40]!r}, no number of points.", remedy="Leave out what wasn't marked."
    )
