"""Getting results back out of rows: light, as a whole class needs them, or whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from grader.gradebook import documents
from grader.gradebook.models import (
    AssignmentRow,
    CaptureRow,
    ExecutionRow,
    GradeRow,
    MarkingRow,
    SubmissionRow,
)
from grader.records import Capture, Execution, Result, Student, Submission

_NEVER_REUSED = ("unavailable", "rejected")

# Built once: a statement costs more to build than to run.
_ALL_THAT_RAN = (undefer(ExecutionRow.outputs), selectinload(ExecutionRow.others).undefer(ExecutionRow.outputs))
_REUSABLE = (
    select(ExecutionRow)
    .where(
        ExecutionRow.notebook_id == bindparam("notebook_id"),
        ExecutionRow.key == bindparam("key"),
        ExecutionRow.main_id.is_(None),
        ExecutionRow.status.not_in(_NEVER_REUSED),
        ~ExecutionRow.others.any(ExecutionRow.status.in_(_NEVER_REUSED)),
    )
    .order_by(ExecutionRow.id.desc())
    .limit(1)
    .options(*_ALL_THAT_RAN)
)
_GRADES = (
    select(GradeRow)
    .where(GradeRow.id.in_(bindparam("ids", expanding=True)))
    .options(joinedload(GradeRow.execution), joinedload(GradeRow.submission).joinedload(SubmissionRow.student))
)
_WHOLE_GRADES = _GRADES.options(
    joinedload(GradeRow.execution).options(undefer(ExecutionRow.plan), *_ALL_THAT_RAN),
    joinedload(GradeRow.submission).joinedload(SubmissionRow.notebook),
)
_CAPTURES = (
    select(
        CaptureRow.execution_id,
        CaptureRow.name,
        CaptureRow.after_cell,
        CaptureRow.place,
        CaptureRow.identity,
        CaptureRow.value,
    )
    .where(CaptureRow.execution_id.in_(bindparam("ids", expanding=True)))
    .order_by(CaptureRow.id)
)


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
    captures = _captures(session, [row.execution for row in rows.values()])
    return [_whole_result(rows[grade_id], captures) for grade_id in ids]


def read_executions(session: Session, notebook_sha256: str, key: str) -> tuple[Execution, ...] | None:
    """The newest set of executions of these bytes under this key in which nothing was our own fault."""
    row = session.scalar(_REUSABLE, {"notebook_id": notebook_sha256, "key": key})
    return None if row is None else _whole_executions(row, _captures(session, [row]))


def _captures(session: Session, mains: Sequence[ExecutionRow]) -> dict[int, tuple[Capture, ...]]:
    """The captures of these sets of executions, by the execution's id."""
    ids = [row.id for main in mains for row in (main, *main.others)]
    rows = session.execute(_CAPTURES, {"ids": ids}).all()
    values = documents.load_values([row.value for row in rows])
    found: dict[int, list[Capture]] = defaultdict(list)
    for row, value in zip(rows, values, strict=True):
        capture = Capture(name=row.name, after_cell=row.after_cell, value=value, identity=row.identity, place=row.place)
        found[row.execution_id].append(capture)
    return {execution_id: tuple(captures) for execution_id, captures in found.items()}


def _whole_result(row: GradeRow, captures: Mapping[int, tuple[Capture, ...]]) -> Result:
    document, plan = row.submission.notebook.document, row.execution.plan
    if row.status == "rejected":
        document = None  # another grader may have read the same bytes later
    return replace(
        _light_result(row),
        notebook=None if document is None else documents.load(documents.NOTEBOOK, document),
        plan=None if plan is None else documents.load(documents.PLAN, plan),
        executions=_whole_executions(row.execution, captures),
    )


def _light_result(row: GradeRow) -> Result:
    return Result(
        submission=_submission(row.submission),
        notebook=None,
        plan=None,
        executions=(_light_execution(row.execution),),
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


def _whole_executions(main: ExecutionRow, captures: Mapping[int, tuple[Capture, ...]]) -> tuple[Execution, ...]:
    return tuple(
        replace(
            _light_execution(row),
            cells=documents.load_cells(row.cells, row.outputs),
            captures=captures.get(row.id, ()),
        )
        for row in (main, *main.others)
    )


def _light_execution(row: ExecutionRow) -> Execution:
    return Execution(
        purpose=row.purpose,  # type: ignore[arg-type]  # what is in the column was once in such a record
        status=row.status,  # type: ignore[arg-type]  # as above
        engine=row.engine,
        seconds=row.seconds,
        seed=row.seed,
        cells=documents.load(documents.CELLS, row.cells),
        environment=documents.load_texts(row.environment),
        reason=row.reason,
        tries=row.tries,
    )
