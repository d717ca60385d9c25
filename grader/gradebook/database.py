"""The database under the gradebook: connecting, and making sure that its tables are those of this grader."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from grader.errors import GradebookError
from grader.gradebook.faults import is_locked
from grader.gradebook.models import REVISION, Base

_FOLDER = Path(__file__).with_name("migrations")
_PAUSE_SECONDS = 0.02


def connect(target: str | Path, *, wait_seconds: float) -> Engine:
    """An engine on a file or a SQLAlchemy URL. Nothing is opened yet.

    A write waits `wait_seconds` for another process to finish its own (on SQLite; other databases have their settings).
    """
    engine = create_engine(_url(target))
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, wait_seconds)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that takes the write lock when it begins, so that it doesn't fail halfway for it."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A transaction that sees the gradebook as it was at its first question."""
    with Session(engine) as session:
        if engine.dialect.name == "sqlite":
            session.connection().exec_driver_sql("BEGIN")
        yield session


def place(engine: Engine) -> str:
    """Where the gradebook is, for messages: a file, or an address without its password."""
    if engine.dialect.name == "sqlite":
        return engine.url.database or "in memory"
    return engine.url.render_as_string(hide_password=True)


def prepare(engine: Engine, *, wait_seconds: float) -> None:
    """Create the tables, or migrate them, where they aren't this grader's already.

    On SQLite, waits up to `wait_seconds` for a moment to start its write-ahead log, and does without one after that.
    Raises GradebookError where the database is somebody else's, or of a newer grader.
    """
    with engine.connect() as connection:
        current = _is_current(connection, place(engine))
    if not current:
        with writing(engine) as connection:
            # Another grader may have got here first, while this one waited for the lock.
            if not _is_current(connection, place(engine)):
                _migrate(connection, place(engine))
    if engine.dialect.name == "sqlite":
        _use_write_ahead_log(engine, wait_seconds)


def _url(target: str | Path) -> URL:
    if isinstance(target, str) and "://" in target:
        return make_url(target)
    return URL.create("sqlite", database=str(Path(target).absolute()))


def _prepare_sqlite(engine: Engine, wait_seconds: float) -> None:
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        # The driver's own idea of when transactions begin is in the way of ours, and of transactional migrations. Ours
        # begin by a statement: a listener to SQLAlchemy's event makes every statement of the engine cost a fifth more.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {int(wait_seconds * 1000)}")
        connection.execute("PRAGMA foreign_keys = ON")
        # With the write-ahead log, a killed process loses nothing that it had committed. A power cut may lose the last
        # few records, but never tears one; they are executed again.
        connection.execute("PRAGMA synchronous = NORMAL")

    event.listen(engine, "connect", on_connect)


def _use_write_ahead_log(engine: Engine, wait_seconds: float) -> None:
    """Let readers read while one writes. The file remembers it, so this writes once in its life.

    It needs a moment in which nobody else uses the file, and SQLite doesn't wait for one by itself. Where none comes,
    all works without: a reader and a writer wait for each other, and whoever opens the gradebook next tries again.
    """
    deadline = time.monotonic() + wait_seconds
    with engine.connect() as connection:
        while not _has_write_ahead_log(connection) and time.monotonic() < deadline:
            time.sleep(_PAUSE_SECONDS)


def _has_write_ahead_log(connection: Connection) -> bool:
    """Start the write-ahead log where there is none; False while others use the file."""
    try:
        if connection.exec_driver_sql("PRAGMA journal_mode").scalar() != "wal":
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    except OperationalError as error:
        if not is_locked(error):
            raise
        return False
    return True


def _is_current(connection: Connection, where: str) -> bool:
    """Whether the tables are this grader's; raises GradebookError where they are no gradebook's."""
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return False
    # Other programs keep grades in SQLite, and use Alembic, too: nbgrader, for one.
    if not {"alembic_version", "markings", "executions"} <= tables:
        raise GradebookError(
            f"{where} is a database, but no gradebook of grader's.",
            remedy="Name another file, or another folder for results.",
        )
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [REVISION]


def _migrate(connection: Connection, where: str) -> None:
    """Bring the tables up to date, in the connection's own transaction."""
    # Alembic takes longer to import than the rest of this room; an up-to-date gradebook never needs it.
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    found = MigrationContext.configure(connection).get_current_heads()
    if not set(found) <= known:
        raise GradebookError(
            f"The gradebook {where} was written by a newer grader than this one ({version('grader')}).",
            remedy="Update grader (`pip install --upgrade grader`), or name another folder for results.",
        )
    config.attributes["connection"] = connection
    config.attributes["metadata"] = Base.metadata
    command.upgrade(config, "head")
