"""Getting results back out of rows: light, as a whole class needs them, or whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, RowMapping, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from grader.gradebook import documents
from grader.gradebook.entries import LARGE, LIGHT, Columns, Stored, load_execution
from grader.gradebook.models import (
    AssignmentRow,
    ExecutionRow,
    GradeRow,
    MarkingRow,
    NotebookRow,
    StudentRow,
    SubmissionRow,
)
from grader.records import ExecutionStatus, Result, Student, Submission

_NEVER_REUSED = ("unavailable", "rejected")

# Built once: a statement costs more to build than to run.
_REUSABLE = (
    select(ExecutionRow.id)
    .where(
        ExecutionRow.notebook_id == bindparam("notebook_id"),
        ExecutionRow.key == bindparam("key"),
        ExecutionRow.main_id.is_(None),
        ExecutionRow.status.not_in(_NEVER_REUSED),
        ~ExecutionRow.others.any(ExecutionRow.status.in_(_NEVER_REUSED)),
    )
    .order_by(ExecutionRow.id.desc())
    .limit(1)
)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_LIGHT = tuple(getattr(ExecutionRow, name) for name in LIGHT)
_LARGE = tuple(getattr(ExecutionRow, name) for name in LARGE)
_SETS = (
    select(ExecutionRow.id, ExecutionRow.main_id, *_LIGHT, *_LARGE)
    .where(
        or_(
            ExecutionRow.id.in_(_IDS),
            ExecutionRow.main_id.in_(_IDS),
        )
    )
    .order_by(ExecutionRow.id)
)
_EXECUTED = select(ExecutionRow.notebook_id).where(ExecutionRow.main_id.is_(None)).distinct()
_SUBMISSION = (
    StudentRow.id.label("student_id"),
    StudentRow.name,
    StudentRow.email,
    StudentRow.extra,
    SubmissionRow.attempt,
    SubmissionRow.path,
    SubmissionRow.sha256,
    SubmissionRow.slug,
)
# Plain columns: objects of the ORM for each row would take as long as all the rest of reading.
_GRADES = (
    select(GradeRow.id, GradeRow.execution_id, GradeRow.document, GradeRow.marked_at, *_SUBMISSION, *_LIGHT)
    .join(GradeRow.submission)
    .join(SubmissionRow.student)
    .join(GradeRow.execution)
    .where(GradeRow.id.in_(_IDS))
)
_WHOLE_GRADES = _GRADES.join(SubmissionRow.notebook).add_columns(
    NotebookRow.document.label("notebook"), ExecutionRow.plan
)
_KEPT = (
    select(NotebookRow.document, GradeRow.status, ExecutionRow.reason)
    .select_from(GradeRow)
    .join(GradeRow.submission)
    .join(SubmissionRow.notebook)
    .join(GradeRow.execution)
    .where(GradeRow.id == bindparam("grade_id"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was read of a hand-in when it was graded: its notebook as JSON text, or None, and how its run ended."""

    document: str | None
    status: ExecutionStatus
    reason: str


def newest_assignment(session: Session) -> AssignmentRow | None:
    """The assignment of the newest marking, as it stood then; None where nothing was marked yet."""
    query = select(AssignmentRow).join(MarkingRow).order_by(MarkingRow.id.desc()).limit(1)
    return session.scalar(query)


def grades_of_marking(marking: int) -> Select[int, str, int]:
    """Ids of a marking's grades, with student and attempt."""
    return (
        select(GradeRow.id, SubmissionRow.student_id, SubmissionRow.attempt)
        .join(SubmissionRow)
        .where(GradeRow.marking_id == marking)
    )


def newest_grades(assignment_id: str, student_id: str | None = None) -> Select[int, str, int]:
    """Ids of the newest grade for each attempt of each student, or of this one, with student and attempt."""
    query = (
        select(func.max(GradeRow.id).label("grade_id"), SubmissionRow.student_id, SubmissionRow.attempt)
        .join(SubmissionRow)
        .where(SubmissionRow.assignment_id == assignment_id)
        .group_by(SubmissionRow.student_id, SubmissionRow.attempt)
    )
    return query if student_id is None else query.where(SubmissionRow.student_id == student_id)


def read_submissions(session: Session, assignment_id: str) -> list[Submission]:
    """The submissions that the newest grades are for."""
    newest = newest_grades(assignment_id).subquery()
    query = (
        select(*_SUBMISSION)
        .join(SubmissionRow.student)
        .join(GradeRow, GradeRow.submission_id == SubmissionRow.id)
        .join(newest, newest.c.grade_id == GradeRow.id)
    )
    return [_submission(row) for row in session.execute(query).mappings()]


def read_digests(session: Session, assignment_id: str) -> dict[tuple[str, int], str]:
    """What the newest grades were marked by, by student and attempt."""
    newest = newest_grades(assignment_id).subquery()
    query = (
        select(newest.c.student_id, newest.c.attempt, MarkingRow.assignment_digest)
        .join(GradeRow, GradeRow.id == newest.c.grade_id)
        .join(MarkingRow)
    )
    return {(student_id, attempt): digest for student_id, attempt, digest in session.execute(query)}


def read_light_results(session: Session, ids: Sequence[int]) -> list[Result]:
    """The results behind these ids of grades, in their order, without what may be large.

    That is the notebook, the plan, all executions but the main one, what that captured or showed, and what the
    grade tells of values.
    """
    rows = {row["id"]: row for row in session.execute(_GRADES, {"ids": ids}).mappings()}
    return [_light_result(rows[grade_id]) for grade_id in ids]


def read_whole_results(session: Session, ids: Sequence[int]) -> list[Result]:
    """The results behind these ids of grades, in their order, with all that belongs to them."""
    rows = {row["id"]: row for row in session.execute(_WHOLE_GRADES, {"ids": ids}).mappings()}
    sets = _read_sets(session, [row["execution_id"] for row in rows.values()])
    return [_whole_result(rows[grade_id], sets) for grade_id in ids]


def read_kept(session: Session, grade_id: int) -> Kept:
    """What is needed to mark the submission of a grade again, without its executions."""
    row = session.execute(_KEPT, {"grade_id": grade_id}).one()
    # Of a rejected one, another grader may have read the same bytes later.
    document = None if row.status == "rejected" else row.document
    return Kept(document=document, status=row.status, reason=row.reason)


def read_executed(session: Session) -> frozenset[str]:
    """The notebooks of which any execution is kept."""
    return frozenset(session.scalars(_EXECUTED))


def read_executions(session: Session, notebook_sha256: str, key: str) -> Stored | None:
    """The newest set of executions of these bytes under this key in which nothing was our own fault."""
    main_id = session.scalar(_REUSABLE, {"notebook_id": notebook_sha256, "key": key})
    return None if main_id is None else _read_sets(session, [main_id])[main_id]


def _read_sets(session: Session, ids: Sequence[int]) -> dict[int, Stored]:
    """Whole sets of executions, by the ids of their main ones."""
    found: dict[int, list[Columns]] = {main_id: [] for main_id in ids}
    for row in session.execute(_SETS, {"ids": ids}).mappings():
        main_id = row["id"] if row["main_id"] is None else row["main_id"]
        found[main_id].append({name: row[name] for name in (*LIGHT, *LARGE)})
    return {main_id: Stored(id=main_id, rows=tuple(rows)) for main_id, rows in found.items()}


def _whole_result(row: RowMapping, sets: Mapping[int, Stored]) -> Result:
    document, plan = row["notebook"], row["plan"]
    if row["status"] == "rejected":
        document = None  # another grader may have read the same bytes later
    return Result(
        submission=_submission(row),
        notebook=None if document is None else documents.load_notebook(document),
        plan=None if plan is None else documents.load(documents.PLAN, plan),
        executions=sets[row["execution_id"]].executions(),
        grade=documents.load(documents.GRADE, row["document"]),
        marked_at=row["marked_at"],
    )


def _light_result(row: RowMapping) -> Result:
    return Result(
        submission=_submission(row),
        notebook=None,
        plan=None,
        executions=(load_execution({name: row[name] for name in LIGHT}),),
        grade=documents.load_light_grade(row["document"]),
        marked_at=row["marked_at"],
    )


def _submission(row: RowMapping) -> Submission:
    return Submission(
        student=Student(
            id=row["student_id"],
            name=row["name"],
            email=row["email"],
            extra=documents.load_texts(row["extra"]),
        ),
        attempt=row["attempt"],
        path=row["path"],
        sha256=row["sha256"],
        slug=row["slug"],
    )
