"""Getting results back out of rows: light, as a whole class needs them, or whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from grader.gradebook import documents
from grader.gradebook.entries import LARGE, LIGHT, Columns, Stored, load_execution
from grader.gradebook.models import (
    AssignmentRow,
    ExecutionRow,
    GradeRow,
    MarkingRow,
    NotebookRow,
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
_SET = (
    select(*(getattr(ExecutionRow, name) for name in (*LIGHT, *LARGE)))
    .where(or_(ExecutionRow.id == bindparam("main_id"), ExecutionRow.main_id == bindparam("main_id")))
    .order_by(ExecutionRow.id)
)
_EXECUTED = select(ExecutionRow.notebook_id).where(ExecutionRow.main_id.is_(None)).distinct()
_KEPT = (
    select(NotebookRow.document, GradeRow.status, ExecutionRow.reason)
    .select_from(GradeRow)
    .join(GradeRow.submission)
    .join(SubmissionRow.notebook)
    .join(GradeRow.execution)
    .where(GradeRow.id == bindparam("grade_id"))
)
_GRADES = (
    select(GradeRow)
    .where(GradeRow.id.in_(bindparam("ids", expanding=True)))
    .options(joinedload(GradeRow.execution), joinedload(GradeRow.submission).joinedload(SubmissionRow.student))
)
_LARGE = (undefer(ExecutionRow.outputs), undefer(ExecutionRow.captures))
_WHOLE_GRADES = _GRADES.options(
    joinedload(GradeRow.execution).options(
        undefer(ExecutionRow.plan), *_LARGE, selectinload(ExecutionRow.others).options(*_LARGE)
    ),
    joinedload(GradeRow.submission).joinedload(SubmissionRow.notebook),
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
        select(SubmissionRow)
        .join(GradeRow, GradeRow.submission_id == SubmissionRow.id)
        .join(newest, newest.c.grade_id == GradeRow.id)
        .options(joinedload(SubmissionRow.student))
    )
    return [_submission(row) for row in session.scalars(query)]


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

    That is the notebook, the plan, all executions but the main one, and the outputs and captures of that.
    """
    rows = {row.id: row for row in session.scalars(_GRADES, {"ids": ids})}
    return [_light_result(rows[grade_id]) for grade_id in ids]


def read_whole_results(session: Session, ids: Sequence[int]) -> list[Result]:
    """The results behind these ids of grades, in their order, with all that belongs to them."""
    rows = {row.id: row for row in session.scalars(_WHOLE_GRADES, {"ids": ids})}
    return [_whole_result(rows[grade_id]) for grade_id in ids]


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
    if main_id is None:
        return None
    rows = session.execute(_SET, {"main_id": main_id}).mappings()
    return Stored(id=main_id, rows=tuple(dict(row) for row in rows))


def _whole_result(row: GradeRow) -> Result:
    document, plan = row.submission.notebook.document, row.execution.plan
    if row.status == "rejected":
        document = None  # another grader may have read the same bytes later
    executions = (row.execution, *row.execution.others)
    return replace(
        _light_result(row),
        notebook=None if document is None else documents.load_notebook(document),
        plan=None if plan is None else documents.load(documents.PLAN, plan),
        executions=tuple(load_execution(_columns(execution, (*LIGHT, *LARGE))) for execution in executions),
    )


def _columns(row: ExecutionRow, names: Sequence[str]) -> Columns:
    return {name: getattr(row, name) for name in names}


def _light_result(row: GradeRow) -> Result:
    return Result(
        submission=_submission(row.submission),
        notebook=None,
        plan=None,
        executions=(load_execution(_columns(row.execution, LIGHT)),),
        grade=documents.load(documents.GRADE, row.document),
        marked_at=row.marked_at,
    )


def _submission(row: SubmissionRow) -> Submission:
    student = row.student
    return Submission(
        student=Student(
            id=student.id,
            name=student.name,
            email=student.email,
            extra=documents.load_texts(student.extra),
        ),
        attempt=row.attempt,
        path=row.path,
        sha256=row.sha256,
        slug=row.slug,
    )
