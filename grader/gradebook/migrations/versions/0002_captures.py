"""The captures of an execution become one document of its row.

A migration says what the tables were on its day, so it uses nothing of the models. Once released, it never changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_EXECUTIONS = sa.table("executions", sa.column("id", sa.Integer), sa.column("captures", sa.Text))
_CAPTURES = sa.table(
    "captures",
    sa.column("id", sa.Integer),
    sa.column("execution_id", sa.Integer),
    sa.column("name", sa.Text),
    sa.column("after_cell", sa.Integer),
    sa.column("place", sa.Text),
    sa.column("identity", sa.BigInteger),
    sa.column("value", sa.Text),
)


def upgrade() -> None:
    """Add the column, fill it execution by execution, and drop the table."""
    op.add_column("executions", sa.Column("captures", sa.Text, nullable=False, server_default="[]"))
    connection = op.get_bind()
    fill = (
        sa.update(_EXECUTIONS)
        .where(_EXECUTIONS.c.id == sa.bindparam("execution"))
        .values(captures=sa.bindparam("document"))
    )
    of_one = sa.select(_CAPTURES).where(_CAPTURES.c.execution_id == sa.bindparam("execution")).order_by(_CAPTURES.c.id)
    for execution in connection.scalars(sa.select(_CAPTURES.c.execution_id).distinct()).all():
        rows = connection.execute(of_one, {"execution": execution})
        connection.execute(fill, {"execution": execution, "document": _document(rows)})
    op.drop_table("captures")


def _document(rows: Iterable[sa.Row[tuple[int, int, str, int, str, int, str]]]) -> str:
    """Captures as one document; their values were JSON text already."""
    captures = (
        f'{{"name":{json.dumps(row.name)},"after_cell":{row.after_cell},"value":{row.value},'
        f'"identity":{row.identity},"place":{json.dumps(row.place)}}}'
        for row in rows
    )
    return f"[{','.join(captures)}]"
