"""Writing a row that may be there already: inserted, or brought up to date, in one statement.

SQLite and PostgreSQL both have `INSERT … ON CONFLICT`, and SQLAlchemy has it for each, under the same names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import Connection, inspect, or_
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.dml import ReturningInsert

from grader.errors import GradebookError
from grader.gradebook.models import Base

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

Statement: TypeAlias = "sqlite.Insert | postgresql.Insert"


def keep(connection: Connection, model: type[Base], key: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
    """Make sure that these rows are there; they all have the same columns, of which `key` is a unique set.

    A row that is the same already isn't written again. Without other columns, a row that is there is left as it is.
    """
    content = tuple(name for name in rows[0] if name not in key) if rows else ()
    if rows:
        connection.execute(_keeping(connection.dialect.name, model, tuple(key), content), list(rows))


def keep_numbered(
    connection: Connection,
    model: type[Base],
    key: Mapping[str, object],
    content: Mapping[str, object],
    *,
    once: Mapping[str, object],
) -> int:
    """The same for one row of a model whose primary key is a number, which is returned.

    `once` is written to a new row only.
    """
    statement = _keeping_numbered(connection.dialect.name, model, tuple(key), tuple(content))
    number: int = connection.execute(statement, {**key, **content, **once}).scalar_one()
    return number


@cache
def _keeping(dialect: str, model: type[Base], key: tuple[str, ...], content: tuple[str, ...]) -> Statement:
    statement = _insert(dialect, model)
    if not content:
        return statement.on_conflict_do_nothing(index_elements=key)
    new, old = statement.excluded, inspect(model).columns
    return statement.on_conflict_do_update(
        index_elements=key,
        set_={name: new[name] for name in content},
        where=or_(*(old[name].is_distinct_from(new[name]) for name in content)),
    )


@cache
def _keeping_numbered(
    dialect: str, model: type[Base], key: tuple[str, ...], content: tuple[str, ...]
) -> ReturningInsert[Any]:
    statement = _insert(dialect, model)
    updating = statement.on_conflict_do_update(
        index_elements=key, set_={name: statement.excluded[name] for name in content}
    )
    return updating.returning(*inspect(model).primary_key)


def _insert(dialect: str, model: type[Base]) -> Statement:
    if dialect == "sqlite":
        return sqlite.insert(model)
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql  # few gradebooks are kept in it, and its drivers take long to import

        return postgresql.insert(model)
    raise GradebookError(f"A gradebook can't be kept in {dialect}.", remedy="Name a file, or a PostgreSQL database.")
