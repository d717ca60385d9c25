"""The gradebook: what was executed, marked and graded, kept so that it can be marked again and defended next year."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import JsonValue
from sqlalchemy import Connection, Engine, Row, bindparam, insert, select, update
from sqlalchemy.orm import Session

from grader.assignment.spec import Spec
from grader.errors import GradebookError
from grader.gradebook import database, documents, reading, writing
from grader.gradebook.entries import Entry, Stored, make_entry
from grader.gradebook.faults import explained, printable
from grader.gradebook.models import AssignmentRow, MarkingRow
from grader.gradebook.reading import Kept
from grader.records import Result, Submission

_PAGE = 50
_KEPT = select(AssignmentRow.digest).where(AssignmentRow.digest == bindparam("digest"))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAssignment:
    """An assignment as it was when something was marked by it. `sources` is its files' text, by path."""

    spec: Spec
    sources: Mapping[str, str]


class Gradebook:
    """An open gradebook; close it, or use it as a context.

    What a method writes is one transaction, kept whole or not at all. It raises GradebookError, with what to do, where
    the database fails: what was recorded before stays, and the gradebook can be used on once the cause is gone. On
    SQLite one writes at a time, the others wait; any number read meanwhile. Threads may call all methods at once (of a
    gradebook in memory, only the thread that opened it); an iterator of `grades` belongs to one of them, and a forked
    process opens its own.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._place = database.place(engine)
        self._assignments: dict[int, str] = {}  # by marking, which never changes

    @classmethod
    def open(cls, target: str | Path, *, wait_seconds: float = 10.0) -> Self:
        """Open a gradebook, a file or any SQLAlchemy URL; it is created, or brought up to date, where needed.

        `wait_seconds` is how long a write, or opening, waits for another grader. Raises GradebookError for a file that
        is no gradebook, one of a newer grader, a folder that can't be written to, a lock that isn't released, a full
        disk.
        """
        with explained("at this address"):
            engine = database.connect(target, wait_seconds=wait_seconds)
        try:
            with explained(database.place(engine)):
                database.prepare(engine, wait_seconds=wait_seconds)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def keep_assignment(self, spec: Spec, sources: Mapping[str, str]) -> None:
        """Keep an assignment under its digest, with the text of its files by path. Once kept, it never changes."""
        row = {
            "digest": spec.digest,
            "id": spec.id,
            "title": spec.title,
            "spec": documents.dump(documents.SPEC, replace(spec, inputs={})),
            "sources": documents.dump_texts(sources),
            "kept_at": writing.now(),
        }
        with self._write() as connection:
            if connection.scalar(_KEPT, {"digest": spec.digest}) is None:
                connection.execute(insert(AssignmentRow), row)

    def assignment(self, digest: str | None = None) -> KeptAssignment:
        """The assignment of this digest, or that of the newest marking."""
        with self._read() as session:
            row = session.get(AssignmentRow, digest) if digest is not None else reading.newest_assignment(session)
            if row is None:
                raise GradebookError(
                    f"The gradebook {self._place} holds no {'such assignment' if digest else 'marks yet'}.",
                    remedy="Run `grader grade` first.",
                )
            return KeptAssignment(
                spec=documents.load(documents.SPEC, row.spec), sources=documents.load_texts(row.sources)
            )

    def begin_marking(self, assignment_digest: str, policies: Mapping[str, JsonValue]) -> int:
        """Begin a pass of marking by an assignment that is kept; returns its id.

        `policies` is whatever decides how it marks, limits of execution included, as JSON can hold it.
        """
        row = {
            "assignment_digest": assignment_digest,
            "grader": version("grader"),
            "policies": documents.dump(documents.SETTINGS, dict(policies)),
            "started_at": writing.now(),
        }
        with self._write() as connection:
            if connection.scalar(_KEPT, {"digest": assignment_digest}) is None:
                raise GradebookError("This assignment isn't in the gradebook.", remedy="Keep it before marking begins.")
            key = connection.execute(insert(MarkingRow), row).inserted_primary_key
            assert key is not None  # only an insert of many rows has none
            number: int = key[0]
            return number

    def finish_marking(self, marking: int) -> None:
        """Say that a pass of marking reached its end. Raises GradebookError for one that was never begun."""
        statement = update(MarkingRow).where(MarkingRow.id == marking).values(finished_at=writing.now())
        with self._write() as connection:
            if connection.execute(statement).rowcount == 0:
                raise writing.unknown_marking(marking)

    def executed(self) -> frozenset[str]:
        """The notebooks, by the digest of their bytes, of which any execution is kept: one question for a batch."""
        with self._read() as session:
            return reading.read_executed(session)

    def find_executions(self, notebook_sha256: str, key: str) -> Stored | None:
        """The newest stored executions of a notebook's bytes under `key`, main first, captures and all; None if none.

        A set in which one is `unavailable` is never found, nor is anything under an empty key.
        """
        if not key:
            return None
        with self._read() as session:
            return reading.read_executions(session, notebook_sha256, key)

    def record(self, marking: int, result: Result, *, key: str) -> None:
        """Keep a submission's whole result.

        `key` says what besides the notebook's bytes decided how it ran (plan, limits, engine, environment). Executions
        that came from the gradebook are recognised and not kept twice.
        """
        self.enter(marking, [make_entry(result, key=key)])

    def enter(self, marking: int, entries: Sequence[Entry]) -> None:
        """Keep the results of a few submissions in one transaction: all of it is kept when this returns, or none.

        A submission that is entered twice in one marking has the later grade. One whose bytes couldn't be read (an
        empty `sha256`) shares nothing with another.
        """
        with self._write() as connection:
            if marking not in self._assignments:
                self._assignments[marking] = writing.find_assignment(connection, marking)
            writing.write_entries(connection, marking, self._assignments[marking], entries)

    def submissions(self, assignment_id: str) -> tuple[Submission, ...]:
        """The newest submission for each student's attempt with a grade at this assignment, in order of both."""
        with self._read() as session:
            found = reading.read_submissions(session, assignment_id)
        return tuple(sorted(found, key=lambda submission: (submission.student.id, submission.attempt)))

    def graded_by(self, assignment_id: str) -> Mapping[tuple[str, int], str]:
        """By student's id and attempt, the digest of the assignment that the newest grade was marked by."""
        with self._read() as session:
            return reading.read_digests(session, assignment_id)

    def grades(self, marking: int | None = None, *, whole: bool = False) -> Iterator[Result]:
        """Results in order of the students' ids and attempts, read a few at a time.

        Of one marking, or the newest of each attempt at the assignment that was marked last. They are light, so that a
        class fits into memory: no notebook, no plan, and the main execution alone, without what was captured or
        shown; and of the grade, verdicts and points, without comparisons and arrays. With `whole` they have everything,
        and are read one at a time.
        """
        ids = [row[0] for row in sorted(self._index(marking), key=lambda row: (row[1], row[2]))]
        read, size = (reading.read_whole_results, 1) if whole else (reading.read_light_results, _PAGE)
        for start in range(0, len(ids), size):
            with self._read() as session:
                page = read(session, ids[start : start + size])
            yield from page

    def find(self, student_id: str, attempt: int | None = None) -> Result:
        """The newest result, whole, of a student's attempt, or of the last, at the assignment that was marked last.

        Raises GradebookError that names students with a similar id, or the attempts that there are.
        """
        grade_id = self._newest(student_id, attempt)
        with self._read() as session:
            return reading.read_whole_results(session, [grade_id])[0]

    def find_kept(self, student_id: str, attempt: int) -> Kept:
        """What was read of a student's attempt: all that marking it again needs besides its executions."""
        grade_id = self._newest(student_id, attempt)
        with self._read() as session:
            return reading.read_kept(session, grade_id)

    def _newest(self, student_id: str, attempt: int | None) -> int:
        """The id of the newest grade of a student's attempt, or of the last; GradebookError says who there is."""
        attempts = {row[2]: row[0] for row in self._index(student_id=student_id)}
        if not attempts:
            raise GradebookError(
                f"There is no student {printable(student_id)} in the gradebook {self._place}.",
                remedy=_suggestion(student_id, sorted({row[1] for row in self._index()})),
            )
        wanted = max(attempts) if attempt is None else attempt
        if wanted not in attempts:
            there = ", ".join(map(str, sorted(attempts)))
            raise GradebookError(
                f"Student {printable(student_id)} has no attempt {wanted}.", remedy=f"Graded: attempt {there}."
            )
        return attempts[wanted]

    def _index(self, marking: int | None = None, student_id: str | None = None) -> list[Row[int, str, int]]:
        """(Id of a grade, student, attempt) of all that a marking graded, or of a student's or all newest grades."""
        with self._read() as session:
            if marking is not None:
                return list(session.execute(reading.grades_of_marking(marking)))
            newest = reading.newest_assignment(session)
            return [] if newest is None else list(session.execute(reading.newest_grades(newest.id, student_id)))

    @contextmanager
    def _read(self) -> Iterator[Session]:
        with explained(self._place), database.reading(self._engine) as session:
            yield session

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with explained(self._place), database.writing(self._engine) as connection:
            yield connection


def _suggestion(wanted: str, known: list[str]) -> str:
    near = difflib.get_close_matches(wanted, known, n=3, cutoff=0.5)
    if near:
        return f"Near it: {', '.join(printable(name) for name in near)}."
    if not known:
        return "It has no grades."
    are = "is 1 student" if len(known) == 1 else f"are {len(known)} students"
    return f"There {are} with grades; `grader show` lists them."
