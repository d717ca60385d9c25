"""The tables of the gradebook.

What is asked about in queries has a column of its own; the rest of a record is a JSON document in a text column (see
`documents`). Timestamps are ISO 8601 text in UTC. Any change here needs a migration, and moves `REVISION`.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Dialect, ForeignKey, Index, MetaData, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from grader.gradebook import documents

REVISION = "0003"
"""The newest migration: what an up-to-date gradebook says of itself. Kept here so that opening one needs no Alembic."""


class PlainText(TypeDecorator[str]):
    """Text that any database can hold.

    What is no Unicode (half of a surrogate pair, as undecodable file names have) is kept as an escape, `\\udc80`. NUL
    is kept as it is in SQLite, and as an escape elsewhere, since PostgreSQL refuses it.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Escape what can't be stored."""
        if value is None:
            return None
        if dialect.name != "sqlite":
            value = value.replace("\0", "\\x00")
        return documents.escaped(value)


class Base(DeclarativeBase):
    """The declarative base; constraints have names, so that later migrations can change them on SQLite too."""

    type_annotation_map = {str: PlainText()}  # noqa: RUF012 (SQLAlchemy's own declaration)
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class AssignmentRow(Base):
    """An assignment as it stood under one digest, with the source that decides its marks."""

    __tablename__ = "assignments"

    digest: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str]
    title: Mapped[str]
    spec: Mapped[str]
    sources: Mapped[str]
    kept_at: Mapped[str]


class StudentRow(Base):
    """A student, as last told by the roster or a file's name."""

    __tablename__ = "students"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str]
    extra: Mapped[str]


class NotebookRow(Base):
    """The bytes of a hand-in, as last read: a notebook, or why it was rejected; neither where we couldn't try.

    `id` is their SHA-256; a file whose bytes couldn't be had has a row of its own, that its submission alone points to.
    """

    __tablename__ = "notebooks"

    id: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[str | None]
    rejection: Mapped[str | None]


class SubmissionRow(Base):
    """One attempt of a student at an assignment (whatever its digest), for each content that it was seen with."""

    __tablename__ = "submissions"
    __table_args__ = (UniqueConstraint("assignment_id", "student_id", "attempt", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[str]
    student_id: Mapped[str] = mapped_column(ForeignKey("students.id"))
    attempt: Mapped[int]
    sha256: Mapped[str]
    notebook_id: Mapped[str] = mapped_column(ForeignKey("notebooks.id"))
    path: Mapped[str]
    slug: Mapped[str]
    first_seen: Mapped[str]

    student: Mapped[StudentRow] = relationship(lazy="raise")
    notebook: Mapped[NotebookRow] = relationship(lazy="raise")


class ExecutionRow(Base):
    """One run of a notebook. Those of one plan form a set: the main one, and others that point to it.

    `key` stands for all else that decides how the notebook runs; `digest`, on the main one alone like `plan`, for what
    the whole set came to, so that an execution that was used again is recognised. `cells` are without their outputs,
    which `outputs` has, in the same order. `captures` are all values that were read, in one document: nobody asks for
    one alone, and a row for each would take longer to write and to read than all the rest. `calls` are what came of
    calls of the student's functions. What may be large stands
    last, where SQLite needn't pass it to get at the rest, and is read only where it is asked for.
    """

    __tablename__ = "executions"
    __table_args__ = (Index(None, "notebook_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    main_id: Mapped[int | None] = mapped_column(ForeignKey("executions.id"), index=True)
    notebook_id: Mapped[str] = mapped_column(ForeignKey("notebooks.id"))
    key: Mapped[str]
    digest: Mapped[str | None]
    purpose: Mapped[str]
    engine: Mapped[str]
    status: Mapped[str]
    seconds: Mapped[float]
    seed: Mapped[int] = mapped_column(BigInteger)
    cells: Mapped[str]
    environment: Mapped[str]
    reason: Mapped[str]
    tries: Mapped[int]
    created_at: Mapped[str]
    plan: Mapped[str | None] = mapped_column(deferred=True, deferred_raiseload=True)
    outputs: Mapped[str] = mapped_column(deferred=True, deferred_raiseload=True)
    captures: Mapped[str] = mapped_column(deferred=True, deferred_raiseload=True, server_default="[]")
    calls: Mapped[str] = mapped_column(deferred=True, deferred_raiseload=True, server_default="[]")

    others: Mapped[list[ExecutionRow]] = relationship(lazy="raise", order_by="ExecutionRow.id", viewonly=True)


class MarkingRow(Base):
    """One pass of marking over a batch; `finished_at` is NULL while it lasts, and where it was cut short."""

    __tablename__ = "markings"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_digest: Mapped[str] = mapped_column(ForeignKey("assignments.digest"))
    grader: Mapped[str]
    policies: Mapped[str]
    started_at: Mapped[str]
    finished_at: Mapped[str | None]


class GradeRow(Base):
    """What a submission got in a marking. Points are NULL where nobody has marked yet.

    `points` and `max_points` are exact fractions as text (`7/2`); the numbers beside them are for queries.
    """

    __tablename__ = "grades"
    __table_args__ = (UniqueConstraint("marking_id", "submission_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    marking_id: Mapped[int] = mapped_column(ForeignKey("markings.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), index=True)
    execution_id: Mapped[int] = mapped_column(ForeignKey("executions.id"))
    status: Mapped[str]
    points: Mapped[str | None]
    max_points: Mapped[str]
    points_number: Mapped[float | None]
    max_points_number: Mapped[float]
    document: Mapped[str]
    marked_at: Mapped[str]

    submission: Mapped[SubmissionRow] = relationship(lazy="raise")
    execution: Mapped[ExecutionRow] = relationship(lazy="raise")
