"""The roster: who is in the class, and which of them a file's name means."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from grader.batch.tables import cell, read_rows
from grader.errors import UsageError
from grader.records import Student

_UNDECODABLE = ("the roster isn't UTF-8 text.", "Save it as CSV UTF-8.")
_COLUMNS = ("id", "name", "email")
_SHORTEST_NUMBER = 4
"""Shorter numbers in a file's name count downloads and exercises."""


@dataclass(frozen=True, kw_only=True)
class Roster:
    """The students of a class, in the order of the file; empty where there is no roster."""

    students: tuple[Student, ...] = ()

    def find(self, owner: str) -> Student | None:
        """Whom the name of a file or folder means: None where nobody, or more than one, fits.

        An id, an e-mail address or its local part, or a full name in either order decides where it is the whole of it.
        Else whoever has an id among its words, or all words of a name; those two must not contradict each other. A
        short number among other words is no id: `bob (1)` is a second download.
        """
        words = _words(owner)
        for key in (("id", _fold(owner)), ("address", _fold(owner)), ("name", " ".join(sorted(words)))):
            if fitting := self._by_key.get(key):
                return fitting[0] if len(fitting) == 1 else None
        near = {student.id: student for word in words for student in self._by_word.get(word, ())}
        among = [student for student in near.values() if _stands_in(student, words)]
        return among[0] if len(among) == 1 else None

    @cached_property
    def _by_key(self) -> Mapping[tuple[str, str], list[Student]]:
        """Students by what decides as the whole of a name."""
        index: dict[tuple[str, str], list[Student]] = defaultdict(list)
        for student in self.students:
            index["id", _fold(student.id)].append(student)
            if student.email:
                address = _fold(student.email)
                for key in {address, address.partition("@")[0]}:
                    index["address", key].append(student)
            if student.name:
                index["name", " ".join(sorted(_words(student.name)))].append(student)
        return index

    @cached_property
    def _by_word(self) -> Mapping[str, list[Student]]:
        """Students by every word of their id and name."""
        index: dict[str, list[Student]] = defaultdict(list)
        for student in self.students:
            for word in {*_words(student.id), *_words(student.name)}:
                index[word].append(student)
        return index

    def absent(self, present: Iterable[str]) -> tuple[Student, ...]:
        """Those who handed in nothing, given the ids of those who did."""
        ids = set(present)
        return tuple(student for student in self.students if student.id not in ids)


def read_roster(path: Path) -> Roster:
    """Read a CSV file with the columns `id`, `name`, `email` (the last two may be missing); others are kept.

    Comma, semicolon or tab; a header in any case. Raises UsageError with the line that is wrong.
    """
    rows = read_rows(path, undecodable=_UNDECODABLE, option="--roster")
    if not rows:
        raise UsageError(f"{path}: the roster is empty.", remedy="Its first line must name the columns: id,name,email.")
    header = [column.strip().lower() for column in rows[0]]
    if "id" not in header:
        raise UsageError(
            f"{path}:1: the roster has no column `id`; it has {', '.join(header) or 'none'}.",
            remedy="Name the columns in the first line: id,name,email.",
        )
    students: dict[str, Student] = {}
    for line, row in enumerate(rows[1:], start=2):
        fields = dict(zip(header, map(cell, row), strict=False))
        if not any(fields.values()):
            continue
        student = _student(fields, f"{path}:{line}")
        if student.id in students:
            raise UsageError(f"{path}:{line}: the id {student.id!r} stands twice.", remedy="Give each student one row.")
        students[student.id] = student
    return Roster(students=tuple(students.values()))


def _student(fields: Mapping[str, str], place: str) -> Student:
    if not fields.get("id"):
        raise UsageError(f"{place}: this row has no id.", remedy="Every student needs one, different from all others.")
    extra = {column: value for column, value in fields.items() if column not in _COLUMNS}
    return Student(id=fields["id"], name=fields.get("name", ""), email=fields.get("email", ""), extra=extra)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", _fold(text)) if word]


def _stands_in(student: Student, words: list[str]) -> bool:
    """Whether a student's id stands in words as a run, or all of the student's name does."""
    id = _words(student.id)
    short_number = len(id) == 1 and id[0].isdigit() and len(id[0]) < _SHORTEST_NUMBER
    by_id = bool(id) and not short_number and any(words[i : i + len(id)] == id for i in range(len(words)))
    return by_id or (bool(student.name) and set(_words(student.name)) <= set(words))
