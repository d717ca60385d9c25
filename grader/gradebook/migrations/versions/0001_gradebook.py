"""The first gradebook: assignments, students, submissions, notebooks, executions, captures, markings, grades.

A migration says what the tables were on its day, so it uses nothing of the models. Once released, it never changes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, what is pointed at first."""
    _create_what_is_asked_and_handed_in()
    _create_executions()
    _create_grades()


def _create_what_is_asked_and_handed_in() -> None:
    op.create_table(
        "assignments",
        sa.Column("digest", sa.Text, nullable=False),
        _text("id"),
        _text("title"),
        _text("spec"),
        _text("sources"),
        _text("kept_at"),
        sa.PrimaryKeyConstraint("digest", name="pk_assignments"),
    )
    op.create_table(
        "students",
        sa.Column("id", sa.Text, nullable=False),
        _text("name"),
        _text("email"),
        _text("extra"),
        sa.PrimaryKeyConstraint("id", name="pk_students"),
    )
    op.create_table(
        "notebooks",
        sa.Column("id", sa.Text, nullable=False),
        _text("document", nullable=True),
        _text("rejection", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notebooks"),
    )
    op.create_table(
        "submissions",
        sa.Column("id", sa.Integer, nullable=False),
        _text("assignment_id"),
        _text("student_id"),
        sa.Column("attempt", sa.Integer, nullable=False),
        _text("sha256"),
        _text("notebook_id"),
        _text("path"),
        _text("slug"),
        _text("first_seen"),
        sa.PrimaryKeyConstraint("id", name="pk_submissions"),
        sa.ForeignKeyConstraint(["student_id"], ["students.id"], name="fk_submissions_student_id"),
        sa.ForeignKeyConstraint(["notebook_id"], ["notebooks.id"], name="fk_submissions_notebook_id"),
        sa.UniqueConstraint(
            "assignment_id",
            "student_id",
            "attempt",
            "sha256",
            name="uq_submissions_assignment_id_student_id_attempt_sha256",
        ),
    )


def _create_executions() -> None:
    op.create_table(
        "executions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("main_id", sa.Integer),
        _text("notebook_id"),
        _text("key"),
        _text("digest", nullable=True),
        _text("purpose"),
        _text("engine"),
        _text("status"),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        _text("cells"),
        _text("environment"),
        _text("reason"),
        sa.Column("tries", sa.Integer, nullable=False),
        _text("created_at"),
        _text("plan", nullable=True),
        _text("outputs"),
        sa.PrimaryKeyConstraint("id", name="pk_executions"),
        sa.ForeignKeyConstraint(["main_id"], ["executions.id"], name="fk_executions_main_id"),
        sa.ForeignKeyConstraint(["notebook_id"], ["notebooks.id"], name="fk_executions_notebook_id"),
    )
    op.create_index("ix_executions_main_id", "executions", ["main_id"])
    op.create_index("ix_executions_notebook_id_key", "executions", ["notebook_id", "key"])
    op.create_table(
        "captures",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("execution_id", sa.Integer, nullable=False),
        _text("name"),
        sa.Column("after_cell", sa.Integer, nullable=False),
        _text("place"),
        sa.Column("identity", sa.BigInteger, nullable=False),
        _text("value"),
        sa.PrimaryKeyConstraint("id", name="pk_captures"),
        sa.ForeignKeyConstraint(["execution_id"], ["executions.id"], name="fk_captures_execution_id"),
    )
    op.create_index("ix_captures_execution_id", "captures", ["execution_id"])


def _create_grades() -> None:
    op.create_table(
        "markings",
        sa.Column("id", sa.Integer, nullable=False),
        _text("assignment_digest"),
        _text("grader"),
        _text("policies"),
        _text("started_at"),
        _text("finished_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_markings"),
        sa.ForeignKeyConstraint(["assignment_digest"], ["assignments.digest"], name="fk_markings_assignment_digest"),
    )
    op.create_table(
        "grades",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("marking_id", sa.Integer, nullable=False),
        sa.Column("submission_id", sa.Integer, nullable=False),
        sa.Column("execution_id", sa.Integer, nullable=False),
        _text("status"),
        _text("points", nullable=True),
        _text("max_points"),
        sa.Column("points_number", sa.Double),
        sa.Column("max_points_number", sa.Double, nullable=False),
        _text("document"),
        _text("marked_at"),
        sa.PrimaryKeyConstraint("id", name="pk_grades"),
        sa.ForeignKeyConstraint(["marking_id"], ["markings.id"], name="fk_grades_marking_id"),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name="fk_grades_submission_id"),
        sa.ForeignKeyConstraint(["execution_id"], ["executions.id"], name="fk_grades_execution_id"),
        sa.UniqueConstraint("marking_id", "submission_id", name="uq_grades_marking_id_submission_id"),
    )
    op.create_index("ix_grades_submission_id", "grades", ["submission_id"])


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)
