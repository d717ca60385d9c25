"""Putting entries into rows, inside the transaction of whoever calls.

A row that is there already is used again, so that recording a result twice keeps one of everything but its grade.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, insert, select

from grader.errors import GradebookError
from grader.gradebook import documents
from grader.gradebook.entries import Columns, Entry
from grader.gradebook.models import (
    AssignmentRow,
    ExecutionRow,
    GradeRow,
    MarkingRow,
    NotebookRow,
    StudentRow,
    SubmissionRow,
)
from grader.gradebook.upsert import keep, keep_numbered
from grader.records import Student, Submission

# Built once: a statement costs more to build than to run.
_ASSIGNMENT_OF = select(AssignmentRow.id).join(MarkingRow).where(MarkingRow.id == bindparam("marking"))
_SAME_EXECUTIONS = select(ExecutionRow.id).where(
    ExecutionRow.notebook_id == bindparam("notebook_id"),
    ExecutionRow.key == bindparam("key"),
    ExecutionRow.digest == bindparam("digest"),
)
_INSERT_EXECUTION = insert(ExecutionRow)


def now() -> str:
    """This moment, as ISO 8601 text in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def find_assignment(connection: Connection, marking: int) -> str:
    """The id of the assignment that a marking is of. Raises GradebookError for one that was never begun."""
    assignment_id = connection.scalar(_ASSIGNMENT_OF, {"marking": marking})
    if assignment_id is None:
        raise unknown_marking(marking)
    return assignment_id


def write_entries(connection: Connection, marking: int, assignment_id: str, entries: Sequence[Entry]) -> None:
    """Write all of these submissions' results in a marking of an assignment."""
    notebook_ids = [_notebook_id(assignment_id, entry.submission) for entry in entries]
    keep(connection, StudentRow, ("id",), [_student(entry.submission.student) for entry in entries])
    _write_notebooks(connection, notebook_ids, entries)
    grades = []
    for entry, notebook_id in zip(entries, notebook_ids, strict=True):
        submission_id = _write_submission(connection, assignment_id, notebook_id, entry.submission)
        execution_id = _write_executions(connection, {"notebook_id": notebook_id, "key": entry.key}, entry)
        place = {"marking_id": marking, "submission_id": submission_id, "execution_id": execution_id}
        grades.append({**place, **entry.grade})
    keep(connection, GradeRow, ("marking_id", "submission_id"), grades)


def unknown_marking(marking: int) -> GradebookError:
    """The error for a marking that was never begun."""
    return GradebookError(f"There is no marking {marking} in the gradebook.", remedy="Begin one first.")


def _notebook_id(assignment_id: str, submission: Submission) -> str:
    """What names the bytes of a hand-in: their digest, or the submission where they couldn't be had."""
    return submission.sha256 or json.dumps([assignment_id, submission.student.id, submission.attempt])


def _student(student: Student) -> Columns:
    extra = documents.dump_texts(student.extra)
    return {"id": student.id, "name": student.name, "email": student.email, "extra": extra}


def _write_notebooks(connection: Connection, ids: Sequence[str], entries: Sequence[Entry]) -> None:
    rows = [{"id": notebook_id, **entry.notebook} for notebook_id, entry in zip(ids, entries, strict=True)]
    # What we could not try to read is there all the same, and what an earlier time came to stays.
    for columns in {tuple(row) for row in rows}:
        keep(connection, NotebookRow, ("id",), [row for row in rows if tuple(row) == columns])


def _write_submission(connection: Connection, assignment_id: str, notebook_id: str, submission: Submission) -> int:
    key = {
        "assignment_id": assignment_id,
        "student_id": submission.student.id,
        "attempt": submission.attempt,
        "sha256": submission.sha256,
    }
    content = {"path": submission.path, "slug": submission.slug}
    once = {"notebook_id": notebook_id, "first_seen": now()}
    return keep_numbered(connection, SubmissionRow, key, content, once=once)


def _write_executions(connection: Connection, place: Mapping[str, str], entry: Entry) -> int:
    """Write the set of executions unless it is at this place already; returns the id of its main one."""
    if entry.stored is not None:
        return entry.stored
    main, *others = entry.executions
    known = connection.scalar(_SAME_EXECUTIONS, {**place, "digest": main["digest"]})
    if known is not None:
        return known
    common = {**place, "created_at": now()}
    key = connection.execute(_INSERT_EXECUTION, {**common, **main, "main_id": None}).inserted_primary_key
    assert key is not None  # only an insert of many rows has none
    main_id: int = key[0]
    for other in others:
        connection.execute(_INSERT_EXECUTION, {**common, **other, "main_id": main_id})
    return main_id
