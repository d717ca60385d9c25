"""`result.json`: a submission's result as a document that other programs read (schema `grader.result/1`).

Fields may be added here, none renamed. It is for staff: it tells figures of the reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from grader.assignment.spec import Policies, Spec
from grader.records import (
    CheckGrade,
    CheckKind,
    ExecutionStatus,
    FoundKind,
    Message,
    Result,
    TaskGrade,
    Verdict,
)
from grader.reports.plain_text import encodable, number
from grader.reports.wording import explain, is_plain

SCHEMA: Literal["grader.result/1"] = "grader.result/1"

Text = Annotated[str, BeforeValidator(lambda text: encodable(str(text)) if isinstance(text, str | Message) else text)]
"""Text that may come from a student, or a message in English: what UTF-8 can't hold is replaced."""

Points = Annotated[
    int | float | None, BeforeValidator(lambda points: number(points) if isinstance(points, Fraction) else points)
]
"""Exact points as a number, None where nobody has marked yet."""

_POLICIES = TypeAdapter(Policies)
_REMEMBERED_CHECKS = 512


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class AssignmentDocument(_Document):
    """Which assignment, and which state of it."""

    id: Text
    title: Text
    digest: str


class StudentDocument(_Document):
    """Who handed in."""

    id: Text
    name: Text


class SubmissionDocument(_Document):
    """What was handed in; `repairs` says what had to be mended to read it."""

    path: Text
    sha256: str
    repairs: tuple[Text, ...] = ()


class ProvenanceDocument(_Document):
    """What the marks were made with; enough to make them again."""

    model_config = ConfigDict(frozen=True, extra="allow")

    grader: str | None = None
    python: str | None = None
    torch: str | None = None
    numpy: str | None = None
    reference_digest: str
    seed: int
    limits: dict[str, Any] = Field(default_factory=dict)
    policies: dict[str, Any] = Field(default_factory=dict)
    marked_at: str


class ErrorDocument(_Document):
    """The exception that a cell ended with."""

    name: Text
    message: Text


class CellDocument(_Document):
    """One code cell's run; `seconds` is wall time, `index` counts all cells from 0."""

    index: int
    status: str
    seconds: float
    error: ErrorDocument | None


class ExecutionDocument(_Document):
    """How the main execution went."""

    status: ExecutionStatus
    engine: str
    seconds: float
    reason: Text
    tries: int
    cells: tuple[CellDocument, ...]


class FoundDocument(_Document):
    """Where the answer was found."""

    kind: FoundKind
    name: Text
    cell: int | None


class ComparisonDocument(_Document):
    """How the answer differs from the reference; see `grader.records.Comparison`."""

    max_abs_error: float | None
    max_rel_error: float | None
    mismatched: int
    elements: int
    shape: tuple[int, ...] | None
    expected_shape: tuple[int, ...]
    dtype: Text
    rtol: float
    atol: float
    worst_index: tuple[int, ...] | None
    tolerance_reason: Text


class DiagnosisDocument(_Document):
    """What would explain a wrong value."""

    code: str
    message: Text


class PartDocument(_Document):
    """A case of a function, or a leaf of a nested value."""

    label: Text
    verdict: Verdict
    reason: str
    detail: Text
    comparison: ComparisonDocument | None


class CheckDocument(_Document):
    """A check's verdict, with its figures and a sentence for staff."""

    id: str
    kind: CheckKind
    quantity: str
    version: str | None
    title: Text
    points: Points
    max_points: Points
    verdict: Verdict
    reason: str
    found: FoundDocument | None
    late: bool
    made_in: int | None
    follows_from: tuple[str, ...]
    parts: tuple[PartDocument, ...]
    comparison: ComparisonDocument | None
    diagnoses: tuple[DiagnosisDocument, ...]
    message: Text


class TaskDocument(_Document):
    """A task's checks, and what they add up to."""

    id: Text
    title: Text
    points: Points
    max_points: Points
    checks: tuple[CheckDocument, ...]


class FlagDocument(_Document):
    """Something that a person should look at."""

    code: str
    message: Text
    cell: int | None
    check: str | None


class ResultDocument(_Document):
    """A submission's result. `model_dump_json()` is the file's text."""

    model_config = ConfigDict(frozen=True, serialize_by_alias=True, populate_by_name=True)

    schema_name: Literal["grader.result/1"] = Field(alias="schema")
    assignment: AssignmentDocument
    student: StudentDocument
    members: tuple[StudentDocument, ...] = ()
    attempt: int
    submitted_at: str | None = None
    submission: SubmissionDocument
    provenance: ProvenanceDocument
    execution: ExecutionDocument
    points: Points
    max_points: Points
    adjustments: tuple[dict[str, Any], ...] = ()
    tasks: tuple[TaskDocument, ...]
    flags: tuple[FlagDocument, ...]


def result_document(result: Result, spec: Spec, provenance: Mapping[str, object] | None = None) -> ResultDocument:
    """A submission's result as a document. `provenance` adds versions and limits to what the result itself knows."""
    submission = result.submission
    grade = result.grade
    headings = {task.id: task.heading for task in spec.tasks}
    return ResultDocument(
        schema=SCHEMA,
        assignment=AssignmentDocument.model_validate(spec),
        student=StudentDocument.model_validate(submission.student),
        attempt=submission.attempt,
        submission=_submission(result),
        provenance=_provenance(result, spec, provenance or {}),
        execution=ExecutionDocument.model_validate(result.execution),
        points=number(grade.points),
        max_points=number(grade.max_points),
        tasks=tuple(_task(task, headings.get(task.id, task.id)) for task in grade.tasks),
        flags=tuple(FlagDocument.model_validate(flag) for flag in grade.flags),
    )


def _submission(result: Result) -> SubmissionDocument:
    repairs = result.notebook.repairs if result.notebook else ()
    return SubmissionDocument(path=result.submission.path, sha256=result.submission.sha256, repairs=repairs)


def _provenance(result: Result, spec: Spec, given: Mapping[str, object]) -> ProvenanceDocument:
    known: dict[str, object] = {
        **result.execution.environment,
        **result.grade.provenance,
        "reference_digest": spec.digest,
        "seed": result.execution.seed,
        "policies": _POLICIES.dump_python(spec.policies)
        | {"follow_through": float(spec.policies.follow_through)},  # shares are numbers, as points are
        "marked_at": result.marked_at,
    }
    return ProvenanceDocument.model_validate({**known, **given})


def _task(task: TaskGrade, heading: str) -> TaskDocument:
    checks = tuple([(_remembered if is_plain(check) else _check)(check, heading) for check in task.checks])
    return TaskDocument(
        id=task.id, title=task.title, points=number(task.points), max_points=number(task.max_points), checks=checks
    )


def _check(check: CheckGrade, section: str) -> CheckDocument:
    facts = {name: getattr(check, name) for name in CheckDocument.model_fields if name != "message"}
    return CheckDocument.model_validate({**facts, "message": explain(check, "staff", section)})


_remembered = lru_cache(maxsize=_REMEMBERED_CHECKS)(_check)
