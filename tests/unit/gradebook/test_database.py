"""Opening a gradebook: creating it, migrating it, and saying clearly why not."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event

from grader.errors import GradebookError
from grader.gradebook import Gradebook, database, models
from grader.records import Scalar
from tests.unit.gradebook.processes import PROCESSES
from tests.unit.gradebook.results import make_execution, make_result, make_spec, stored

NOBODY = 65534


@contextmanager
def sqlite(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def refusal(target: str | Path, **options: float) -> GradebookError:
    """The error that opening ends in: one line, with something to do."""
    with pytest.raises(GradebookError) as caught:
        Gradebook.open(target, **options)
    assert caught.value.remedy
    assert "\n" not in str(caught.value)
    return caught.value


def test_the_migrations_make_the_tables_of_the_models(path: Path) -> None:
    Gradebook.open(path).close()
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, models.Base.metadata) == []
    engine.dispose()


def test_the_migrations_name_constraints_as_the_models_do(path: Path) -> None:
    Gradebook.open(path).close()
    engine = create_engine("sqlite://")
    models.Base.metadata.create_all(engine)
    names = {constraint.name for table in models.Base.metadata.tables.values() for constraint in table.constraints}
    with sqlite(path) as connection:
        migrated = " ".join(row[0] for row in connection.execute("SELECT sql FROM sqlite_master WHERE sql NOT NULL"))
    assert [name for name in names if f'"{name}"' not in migrated and f" {name} " not in migrated] == []
    engine.dispose()


def test_the_models_name_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(models.__file__).with_name("migrations")))
    assert ScriptDirectory.from_config(config).get_heads() == [models.REVISION]


def make_first_gradebook(path: Path) -> None:
    """A gradebook as the first migration made it: captures had rows of their own."""
    config = Config()
    config.set_main_option("script_location", str(Path(models.__file__).with_name("migrations")))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes.update(connection=connection, metadata=models.Base.metadata)
        command.upgrade(config, "0001")
    engine.dispose()
    execution = "VALUES ({}, {}, 'abc', 'k', 'd', 'main', 'kernel', 'completed', 1.5, 7, '[]', '{{}}', '', 1, '', '[]')"
    with sqlite(path) as connection:
        connection.execute("INSERT INTO notebooks VALUES ('abc', NULL, NULL)")
        for number, main in ((1, "NULL"), (2, "1"), (3, "NULL")):
            connection.execute(
                "INSERT INTO executions (id, main_id, notebook_id, key, digest, purpose, engine, status, seconds, seed,"
                " cells, environment, reason, tries, created_at, outputs) " + execution.format(number, main)
            )
        for number, name, value in (
            (2, "a\"b'é", '{"value":"\\n"}'),
            (1, "y", '{"value":2.5}'),
            (1, "x", '{"value":1}'),
        ):
            connection.execute(
                "INSERT INTO captures (execution_id, name, after_cell, place, identity, value)"
                " VALUES (?, ?, 4, 'last', 5, ?)",
                (number, name, value[:1] + '"kind":"scalar",' + value[1:]),
            )


def test_captures_that_had_rows_of_their_own_stay_with_their_execution(path: Path) -> None:
    make_first_gradebook(path)
    with Gradebook.open(path) as book:
        connection = sqlite3.connect(path)
        newest = book.find_executions("abc", "k")
        connection.execute("DELETE FROM executions WHERE id = 3")
        connection.commit()
        connection.close()
        found = stored(book, "abc", "k")
    assert newest is not None
    assert [execution.captures for execution in newest.executions()] == [()]
    assert found is not None
    captures = [
        [(each.name, each.value, each.after_cell, each.place, each.identity) for each in one.captures] for one in found
    ]
    assert captures == [
        [("y", Scalar(value=2.5), 4, "last", 5), ("x", Scalar(value=1), 4, "last", 5)],
        [("a\"b'é", Scalar(value="\n"), 4, "last", 5)],
    ]


def test_executions_that_made_calls_of_which_nothing_was_kept_are_not_used_again(path: Path) -> None:
    make_first_gradebook(path)
    with sqlite(path) as connection:
        calls = '{"main":{"captures":[{"after_cell":4,"calls":[{"names":["relu"]}]}]}}'
        connection.execute("UPDATE executions SET plan = ? WHERE id = 3", (calls,))
    with Gradebook.open(path) as book:
        found = book.find_executions("abc", "k")
    assert found is not None
    assert found.id == 1


def test_a_gradebook_is_made_in_a_folder_with_an_odd_name(tmp_path: Path) -> None:
    folder = tmp_path / "50% of {all} ?x=1#é 'q'"
    folder.mkdir()
    with Gradebook.open(folder / "gradebook.sqlite") as book:
        book.keep_assignment(make_spec(), {})
    assert (folder / "gradebook.sqlite").exists()


def test_a_gradebook_is_opened_by_its_address_too(path: Path) -> None:
    with Gradebook.open(f"sqlite:///{path}") as book:
        book.keep_assignment(make_spec(), {})
    with Gradebook.open(str(path)) as book:
        assert book.assignment("digest-1").spec == make_spec()


def test_a_gradebook_in_memory_serves_for_one_run() -> None:
    with Gradebook.open("sqlite://") as book:
        book.keep_assignment(make_spec(), {})
        book.record(book.begin_marking("digest-1", {}), make_result(), key="k")
        assert book.find("ada") == make_result()


def test_the_file_is_in_the_mode_that_lets_others_read(path: Path) -> None:
    Gradebook.open(path).close()
    with sqlite(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_closing_leaves_one_file(path: Path) -> None:
    with Gradebook.open(path) as book:
        book.keep_assignment(make_spec(), {})
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_an_up_to_date_gradebook_opens_without_alembic(path: Path) -> None:
    Gradebook.open(path).close()
    code = (
        "import sys; from grader.gradebook import Gradebook; Gradebook.open(sys.argv[1]).close();"
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(path)], check=False).returncode == 0


def test_an_empty_file_becomes_a_gradebook(path: Path) -> None:
    path.touch()
    Gradebook.open(path).close()
    with sqlite(path) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(models.REVISION,)]


def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.write_text("id,name,email\nada,Ada,ada@example.org\n" * 100)
    before = path.read_bytes()
    assert "is not an SQLite database" in refusal(path).message
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "tables",
    [
        ["CREATE TABLE bookmarks (id INTEGER)"],
        # What nbgrader calls its gradebook has grades and Alembic's table, too.
        [
            "CREATE TABLE alembic_version (version_num TEXT)",
            "INSERT INTO alembic_version VALUES ('167914646830')",
            "CREATE TABLE grade (id TEXT)",
            "CREATE TABLE student (id TEXT)",
        ],
    ],
)
def test_another_programs_database_is_refused_and_left_alone(path: Path, tables: list[str]) -> None:
    with sqlite(path) as connection:
        for statement in tables:
            connection.execute(statement)
    before = path.read_bytes()
    assert "no gradebook of grader's" in refusal(path).message
    assert path.read_bytes() == before


def test_a_newer_graders_gradebook_is_refused(path: Path) -> None:
    Gradebook.open(path).close()
    with sqlite(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    error = refusal(path)
    assert "newer grader" in error.message
    assert "pip install --upgrade grader" in error.remedy


def test_a_damaged_gradebook_is_refused(path: Path) -> None:
    with Gradebook.open(path) as book:
        book.keep_assignment(make_spec(), {"a.py": "x" * 100_000})
    data = bytearray(path.read_bytes())
    data[100:4096] = b"\xff" * (4096 - 100)
    path.write_bytes(data)
    assert "is damaged" in refusal(path).message


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    assert "can't be opened" in refusal(tmp_path / "none" / "gradebook.sqlite").message
    assert "can't be opened" in refusal(tmp_path).message


def test_a_locked_gradebook_is_refused_while_it_is_made(path: Path) -> None:
    with sqlite(path) as other:
        other.execute("BEGIN EXCLUSIVE")
        error = refusal(path, wait_seconds=0.1)
    assert "locked by another grader" in error.message


def test_a_write_that_waits_too_long_is_refused_and_can_be_tried_again(path: Path) -> None:
    with Gradebook.open(path, wait_seconds=0.1) as book, sqlite(path) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(GradebookError, match="locked by another grader"):
            book.keep_assignment(make_spec(), {})
        other.execute("ROLLBACK")
        book.keep_assignment(make_spec(), {})
        assert book.assignment("digest-1").spec == make_spec()


def test_a_gradebook_opens_while_another_grader_writes(path: Path) -> None:
    Gradebook.open(path).close()
    with sqlite(path) as other:
        other.execute("BEGIN IMMEDIATE")
        Gradebook.open(path, wait_seconds=0.1).close()


def test_a_missing_driver_and_a_mistyped_address_are_told_apart() -> None:
    assert "driver that isn't installed" in refusal("postgresql+asyncpg://user:secret@host/book").message
    assert "driver that isn't installed" in refusal("nosuchdatabase://host/book").message
    assert "can't be understood" in refusal("postgres ql://").message
    assert "secret" not in str(refusal("postgresql+asyncpg://user:secret@host/book"))


def _open_as_nobody(path: Path, answer: Connection) -> None:
    """Open without rights, which root never is; tell what it ended in."""
    if os.getuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    try:
        Gradebook.open(path).close()
        answer.send(("opened", ""))
    except GradebookError as error:
        answer.send((error.message, error.remedy))


@pytest.mark.parametrize("there", [False, True])
def test_a_folder_that_cannot_be_written_to_is_refused(there: bool) -> None:
    with TemporaryDirectory() as name:
        path = Path(name) / "gradebook.sqlite"
        if there:
            Gradebook.open(path).close()
            path.chmod(0o444)
        Path(name).chmod(0o555)
        receiver, sender = PROCESSES.Pipe(duplex=False)
        child = PROCESSES.Process(target=_open_as_nobody, args=(path, sender))
        child.start()
        sender.close()
        message, remedy = receiver.recv()
        child.join()
        Path(name).chmod(0o755)
    assert "can't be opened" in message or "can't be written to" in message
    assert "writable" in remedy or "can be written to" in remedy


def _fill_at(book: Gradebook, pages: int) -> Callable[[int], None]:
    """Let the database grow to so many pages only, as on a full disk; returns what changes the number."""

    def limit(allowed: int) -> None:
        book._engine.dispose()
        limits.append(allowed)

    limits = [pages]

    @event.listens_for(book._engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {limits[-1]}")

    book._engine.dispose()
    return limit


def test_a_full_disk_keeps_what_was_recorded_and_can_be_used_on(path: Path) -> None:
    with Gradebook.open(path) as book:
        book.keep_assignment(make_spec(), {})
        marking = book.begin_marking("digest-1", {})
        book.record(marking, make_result("ada"), key="k")
        limit = _fill_at(book, 60)
        large = make_result("bob", executions=(make_execution(reason="x" * 300_000),))
        with pytest.raises(GradebookError, match="the disk is full") as caught:
            book.record(marking, large, key="k")
        assert caught.value.remedy
        assert [result.submission.student.id for result in book.grades()] == ["ada"]
        limit(1_000_000)
        book.record(marking, large, key="k")
        assert book.find("bob") == large


def test_a_migration_that_fails_leaves_nothing_half_made(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = database.connect(path, wait_seconds=1)

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 8")

    monkeypatch.setattr(database, "connect", lambda target, wait_seconds: engine)
    assert "the disk is full" in refusal(path).message
    monkeypatch.undo()
    with sqlite(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
    Gradebook.open(path).close()


@contextmanager
def an_old_mode_reader(path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody who reads a gradebook that has no write-ahead log yet, and so keeps it from getting one."""
    Gradebook.open(path).close()
    with sqlite(path) as reader:
        assert reader.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM grades").fetchone()
        yield reader


def journal_mode(path: Path) -> str:
    with sqlite(path) as connection:
        mode: str = connection.execute("PRAGMA journal_mode").fetchone()[0]
    return mode


def test_a_gradebook_that_cannot_have_its_log_yet_serves_without(path: Path) -> None:
    with an_old_mode_reader(path) as reader:
        started = time.monotonic()
        with Gradebook.open(path, wait_seconds=0.3) as book:
            assert 0.3 <= time.monotonic() - started < 3
            reader.execute("COMMIT")
            book.keep_assignment(make_spec(), {})
            assert book.assignment("digest-1").spec == make_spec()
        assert journal_mode(path) == "delete"
    Gradebook.open(path).close()
    assert journal_mode(path) == "wal"


def test_a_gradebook_waits_for_its_log(path: Path) -> None:
    with an_old_mode_reader(path) as reader, ThreadPoolExecutor(1) as thread:
        opening = thread.submit(Gradebook.open, path, wait_seconds=30)
        with pytest.raises(TimeoutError):
            opening.result(timeout=0.5)
        reader.execute("COMMIT")
        opening.result(timeout=30).close()
    assert journal_mode(path) == "wal"


def _start_at_once(path: Path, number: int, gate: Barrier) -> None:
    gate.wait()
    with Gradebook.open(path, wait_seconds=60) as book:
        book.keep_assignment(make_spec(f"digest-{number}"), {})


@pytest.mark.parametrize("attempt", range(3))
def test_graders_that_start_at_once_make_one_gradebook(path: Path, attempt: int) -> None:
    gate = PROCESSES.Barrier(6)
    children = [PROCESSES.Process(target=_start_at_once, args=(path, number, gate)) for number in range(6)]
    for child in children:
        child.start()
    for child in children:
        child.join(120)
    assert [child.exitcode for child in children] == [0] * 6
    with sqlite(path) as connection:
        assert connection.execute("SELECT count(*) FROM assignments").fetchone() == (6,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
