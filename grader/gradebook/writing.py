"""Putting a result into rows, inside the transaction of whoever calls.

A row that is there already is used again, so that recording a result twice keeps one of everything but its grade.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, insert, select

from grader.errors import GradebookError
from grader.gradebook import documents
from grader.gradebook.models import (
    AssignmentRow,
    CaptureRow,
    ExecutionRow,
    GradeRow,
    MarkingRow,
    NotebookRow,
    StudentRow,
    SubmissionRow,
)
from grader.gradebook.upsert import keep, keep_numbered
from grader.records import Capture, Execution, Result, Student, Submission

_IDENTITY_BITS = 63

# Built once: a statement costs more to build than to run.
_ASSIGNMENT_OF = select(AssignmentRow.id).join(MarkingRow).where(MarkingRow.id == bindparam("marking"))
_SAME_EXECUTIONS = select(ExecutionRow.id).where(
    ExecutionRow.notebook_id == bindparam("notebook_id"),
    ExecutionRow.key == bindparam("key"),
    ExecutionRow.digest == bindparam("digest"),
)
_INSERT_EXECUTION = insert(ExecutionRow)
_INSERT_CAPTURE = insert(CaptureRow)


def now() -> str:
    """This moment, as ISO 8601 text in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def write_result(connection: Connection, marking: int, result: Result, key: str) -> None:
    """Write all of a submission's result. Raises GradebookError for a marking that was never begun."""
    assignment_id = connection.scalar(_ASSIGNMENT_OF, {"marking": marking})
    if assignment_id is None:
        raise unknown_marking(marking)
    notebook_id = _notebook_id(assignment_id, result.submission)
    _write_student(connection, result.submission.student)
    _write_notebook(connection, notebook_id, result)
    submission_id = _write_submission(connection, assignment_id, notebook_id, result.submission)
    execution_id = _write_executions(connection, {"notebook_id": notebook_id, "key": key}, result)
    _write_grade(connection, marking, submission_id, execution_id, result)


def unknown_marking(marking: int) -> GradebookError:
    """The error for a marking that was never begun."""
    return GradebookError(f"There is no marking {marking} in the gradebook.", remedy="Begin one first.")


def _notebook_id(assignment_id: str, submission: Submission) -> str:
    """What names the bytes of a hand-in: their digest, or the submission where they couldn't be had."""
    return submission.sha256 or json.dumps([assignment_id, submission.student.id, submission.attempt])


def _write_student(connection: Connection, student: Student) -> None:
    content = {"name": student.name, "email": student.email, "extra": documents.dump_texts(student.extra)}
    keep(connection, StudentRow, {"id": student.id}, content)


def _write_notebook(connection: Connection, notebook_id: str, result: Result) -> None:
    content: dict[str, object] = {}
    if result.status == "rejected":
        content = {"document": None, "rejection": result.execution.reason}
    elif result.notebook is not None:
        content = {"document": documents.dump(documents.NOTEBOOK, result.notebook), "rejection": None}
    # Else we could not try to read it, and what an earlier time came to stays.
    keep(connection, NotebookRow, {"id": notebook_id}, content)


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


def _write_executions(connection: Connection, place: Mapping[str, str], result: Result) -> int:
    """Write the set of executions unless it is at this place already; returns the id of its main one."""
    digest = documents.digest(result.executions)
    known = connection.scalar(_SAME_EXECUTIONS, {**place, "digest": digest})
    if known is not None:
        return known
    common = {**place, "created_at": now()}
    main, *others = result.executions
    plan = None if result.plan is None else documents.dump(documents.PLAN, result.plan)
    main_id = _write_execution(connection, main, {**common, "main_id": None, "digest": digest, "plan": plan})
    for other in others:
        _write_execution(connection, other, {**common, "main_id": main_id, "digest": None, "plan": None})
    return main_id


def _write_execution(connection: Connection, execution: Execution, common: Mapping[str, object]) -> int:
    cells, outputs = documents.dump_cells(execution.cells)
    row = {
        "purpose": execution.purpose,
        "engine": execution.engine,
        "status": execution.status,
        "seconds": execution.seconds,
        "seed": execution.seed,
        "cells": cells,
        "outputs": outputs,
        "environment": documents.dump_texts(execution.environment),
        "reason": execution.reason,
        "tries": execution.tries,
    }
    key = connection.execute(_INSERT_EXECUTION, {**common, **row}).inserted_primary_key
    assert key is not None  # only an insert of many rows has none
    number: int = key[0]
    if execution.captures:
        connection.execute(_INSERT_CAPTURE, [_capture(capture, number) for capture in execution.captures])
    return number


def _capture(capture: Capture, execution_id: int) -> dict[str, object]:
    return {
        "execution_id": execution_id,
        "name": capture.name,
        "after_cell": capture.after_cell,
        "place": capture.place,
        # Only its equality counts; a process may claim a number of any size, and columns have bounds.
        "identity": capture.identity % 2**_IDENTITY_BITS,
        "value": documents.dump_value(capture.value),
    }


def _write_grade(connection: Connection, marking: int, submission_id: int, execution_id: int, result: Result) -> None:
    points, max_points = result.grade.points, result.grade.max_points
    content = {
        "execution_id": execution_id,
        "status": result.status,
        "points": None if points is None else str(points),
        "points_number": None if points is None else float(points),
        "max_points": str(max_points),
        "max_points_number": float(max_points),
        "document": documents.dump(documents.GRADE, result.grade),
        "marked_at": result.marked_at,
    }
    keep_numbered(connection, GradeRow, {"marking_id": marking, "submission_id": submission_id}, content)
