"""Getting results back out of rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

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
_WITH_OTHERS = selectinload(ExecutionRow.others)
_REUSABLE = (
    select(ExecutionRow)
    .where(
        ExecutionRow.notebook_sha256 == bindparam("notebook_sha256"),
        ExecutionRow.key == bindparam("key"),
        ExecutionRow.main_id.is_(None),
        ExecutionRow.status.not_in(_NEVER_REUSED),
        ~ExecutionRow.others.any(ExecutionRow.status.in_(_NEVER_REUSED)),
    )
    .order_by(ExecutionRow.id.desc())
    .limit(1)
    .options(_WITH_OTHERS)
)
_GRADES = (
    select(GradeRow)
    .where(GradeRow.id.in_(bindparam("ids", expanding=True)))
    .options(
        joinedload(GradeRow.execution).options(_WITH_OTHERS),
        joinedload(GradeRow.submission).options(joinedload(SubmissionRow.student), joinedload(SubmissionRow.notebook)),
    )
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


def newest_grades(assignment_id: str) -> Select[int, str, int]:
    """Ids of the newest grade for each attempt of each student, with student and attempt."""
    return (
        select(func.max(GradeRow.id), SubmissionRow.student_id, SubmissionRow.attempt)
        .join(SubmissionRow)
        .where(SubmissionRow.assignment_id == assignment_id)
        .group_by(SubmissionRow.student_id, SubmissionRow.attempt)
    )


def read_results(session: Session, ids: Sequence[int], *, captures: bool) -> list[Result]:
    """The results behind these ids of grades, in their order."""
    rows = {row.id: row for row in session.scalars(_GRADES, {"ids": ids})}
    mains = [row.execution for row in rows.values()]
    captured = _captures(session, mains) if captures else {}
    return [_result(rows[grade_id], captured) for grade_id in ids]


def read_executions(session: Session, notebook_sha256: str, key: str) -> tuple[Execution, ...] | None:
    """The newest set of executions of these bytes under this key in which nothing was our own fault."""
    row = session.scalar(_REUSABLE, {"notebook_sha256": notebook_sha256, "key": key})
    return None if row is None else _executions(row, _captures(session, [row]))


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


def _result(row: GradeRow, captures: Mapping[int, tuple[Capture, ...]]) -> Result:
    document, plan = row.submission.notebook.document, row.execution.plan
    if row.status == "rejected":
        document = None  # another grader may have read the same bytes later
    return Result(
        submission=_submission(row.submission),
        notebook=None if document is None else documents.load(documents.NOTEBOOK, document),
        plan=None if plan is None else documents.load(documents.PLAN, plan),
        executions=_executions(row.execution, captures),
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


def _executions(main: ExecutionRow, captures: Mapping[int, tuple[Capture, ...]]) -> tuple[Execution, ...]:
    return tuple(_execution(row, captures.get(row.id, ())) for row in (main, *main.others))


def _execution(row: ExecutionRow, captures: tuple[Capture, ...]) -> Execution:
    return Execution(
        purpose=row.purpose,  # type: ignore[arg-type]  # what is in the column was once in such a record
        status=row.status,  # type: ignore[arg-type]  # as above
        engine=row.engine,
        seconds=row.seconds,
        seed=row.seed,
        cells=documents.load(documents.CELLS, row.cells),
        captures=captures,
        environment=documents.load_texts(row.environment),
        reason=row.reason,
        tries=row.tries,
    )
