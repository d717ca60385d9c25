"""What the gradebook knows of a whole class at a glance: the newest submissions, and what they were marked by."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from grader.assignment.spec import Spec
from grader.gradebook import Gradebook
from tests.unit.gradebook.results import make_result, make_spec


@contextmanager
def statements(book: Gradebook) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(book._engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(book._engine, "before_cursor_execute", note)


def test_submissions_come_whole_in_order_of_student_and_attempt(book: Gradebook, marking: int) -> None:
    results = [make_result(student, attempt) for student, attempt in (("zoe", 1), ("ada", 10), ("ada", 2), ("Bob", 1))]
    for result in results:
        book.record(marking, result, key="k")
    zoe, last, second, bob = (result.submission for result in results)
    assert book.submissions("mlp") == (bob, second, last, zoe)


def test_the_newest_submission_of_an_attempt_counts(book: Gradebook, spec: Spec, marking: int) -> None:
    old = make_result(sha256="old").submission
    new = replace(old, sha256="new", path="late/ada.ipynb", slug="ada-late")
    for submission in (old, new):
        book.record(book.begin_marking(spec.digest, {}), replace(make_result(), submission=submission), key="k")
    assert book.submissions("mlp") == (new,)
    book.record(book.begin_marking(spec.digest, {}), replace(make_result(), submission=old), key="k")
    assert book.submissions("mlp") == (old,), "what was handed in again as it had been is the newest"


def test_a_file_that_could_not_be_read_is_a_submission_too(book: Gradebook, marking: int) -> None:
    unread = make_result(sha256="", notebook=None, plan=None)
    book.record(marking, unread, key="")
    assert book.submissions("mlp") == (unread.submission,)
    assert book.graded_by("mlp") == {("ada", 1): "digest-1"}


def test_each_newest_grade_names_the_assignment_that_it_was_marked_by(book: Gradebook, marking: int) -> None:
    for student, attempt in (("ada", 1), ("ada", 2), ("bob", 1)):
        book.record(marking, make_result(student, attempt), key="k")
    book.keep_assignment(make_spec("digest-2"), {})
    book.record(book.begin_marking("digest-2", {}), make_result("ada", 2), key="k")
    assert book.graded_by("mlp") == {("ada", 1): "digest-1", ("ada", 2): "digest-2", ("bob", 1): "digest-1"}
    book.record(book.begin_marking("digest-1", {}), make_result("ada", 2, sha256="changed"), key="k")
    assert book.graded_by("mlp")["ada", 2] == "digest-1"


def test_another_assignment_is_left_out(book: Gradebook, marking: int) -> None:
    book.record(marking, make_result("ada"), key="k")
    book.keep_assignment(make_spec("digest-cnn", "cnn"), {})
    book.record(book.begin_marking("digest-cnn", {}), make_result("bob"), key="k")
    assert [submission.student.id for submission in book.submissions("mlp")] == ["ada"]
    assert book.graded_by("cnn") == {("bob", 1): "digest-cnn"}


def test_nothing_was_graded_yet(book: Gradebook) -> None:
    assert book.submissions("mlp") == ()
    assert book.graded_by("mlp") == {}


@pytest.mark.parametrize("ask", [Gradebook.submissions, Gradebook.graded_by])
def test_a_whole_class_is_one_query(book: Gradebook, marking: int, ask: Callable[[Gradebook, str], object]) -> None:
    for number in range(60):
        book.record(marking, make_result(f"s{number:02}"), key="k")
    with statements(book) as asked:
        ask(book, "mlp")
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 1


def test_submissions_need_no_document(path: Path, book: Gradebook, marking: int) -> None:
    result = make_result()
    book.record(marking, result, key="k")
    with statements(book) as asked:
        assert book.submissions("mlp") == (result.submission,)
    assert not [statement for statement in asked if "document" in statement or "executions" in statement]


FINDING: list[Callable[[Gradebook], object]] = [
    lambda book: book.find("ada"),
    lambda book: book.find("ada", 1),
    lambda book: book.find_executions("ada/1", "k"),
]


@pytest.mark.parametrize("find", FINDING)
def test_finding_one_is_no_more_work_in_a_larger_class(
    book: Gradebook, marking: int, find: Callable[[Gradebook], object]
) -> None:
    book.record(marking, make_result("ada"), key="k")
    alone = steps(book, find)
    for number in range(100):
        book.record(marking, make_result(f"s{number:02}"), key="k")
    assert 0 < steps(book, find) < 1.5 * alone


def steps(book: Gradebook, find: Callable[[Gradebook], object]) -> int:
    """How many instructions SQLite's virtual machine takes for this."""
    taken = 0

    def step() -> int:
        nonlocal taken
        taken += 1
        return 0

    def count(connection: sqlite3.Connection, *_: object) -> None:
        connection.set_progress_handler(step, 1)

    event.listen(book._engine, "checkout", count)
    try:
        assert find(book) is not None
    finally:
        event.remove(book._engine, "checkout", count)
        with book._engine.connect() as connection:
            connection.connection.driver_connection.set_progress_handler(None, 0)
    return taken
