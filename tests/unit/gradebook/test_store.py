"""What the gradebook keeps, and what it gives back."""

from __future__ import annotations

import sqlite3
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.assignment.spec import Spec
from grader.errors import GradebookError
from grader.gradebook import Gradebook
from grader.records import (
    Array,
    Capture,
    Execution,
    Grade,
    Mapping,
    Output,
    Result,
    Scalar,
    Sequence,
    Student,
    Unreadable,
)
from tests.unit.gradebook.results import make_execution, make_grade, make_notebook, make_result, make_spec, stored


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def change(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement)
    connection.close()


def counts(path: Path) -> dict[str, int]:
    tables = ("students", "submissions", "notebooks", "executions", "grades")
    return {table: rows(path, f"SELECT count(*) FROM {table}")[0][0] for table in tables}  # type: ignore[misc]


def failed(status: str, reason: str) -> tuple[Execution, ...]:
    return (Execution(status=status, engine="", seconds=0.0, seed=0, reason=reason),)  # type: ignore[arg-type]


def test_a_result_comes_back_as_it_was(book: Gradebook, marking: int) -> None:
    result = make_result()
    book.record(marking, result, key="k")
    assert book.find("ada") == result
    assert list(book.grades(whole=True)) == [result]


def test_a_result_comes_back_after_the_gradebook_was_closed(path: Path, book: Gradebook, marking: int) -> None:
    book.record(marking, make_result(), key="k")
    book.finish_marking(marking)
    book.close()
    with Gradebook.open(path) as again:
        assert again.find("ada") == make_result()


def test_the_execution_of_these_tests_leaves_no_field_at_its_default() -> None:
    execution = make_execution(purpose="repeat")
    assert [field.name for field in fields(execution) if getattr(execution, field.name) == field.default] == []
    assert execution.calls
    assert execution.captures


def test_grades_are_light_unless_whole_ones_are_asked_for(book: Gradebook, marking: int) -> None:
    result = make_result()
    book.record(marking, result, key="k")
    (light,) = book.grades()
    main = result.execution
    cells = tuple(replace(cell, outputs=()) for cell in main.cells)
    assert [cell.error for cell in cells] != [None, None], "what a cell raised is part of what stays"
    assert light == replace(
        result,
        notebook=None,
        plan=None,
        executions=(replace(main, cells=cells, captures=(), calls=()),),
        grade=without_values(result.grade),
    )
    assert list(book.grades(whole=True)) == [result]


def without_values(grade: Grade) -> Grade:
    tasks = (
        replace(task, checks=tuple(replace(check, comparison=None, evidence=None) for check in task.checks))
        for task in grade.tasks
    )
    return replace(grade, tasks=tuple(tasks))


def test_a_class_whose_checks_came_to_the_same_shares_them(book: Gradebook, marking: int) -> None:
    for number in range(3):
        book.record(marking, make_result(f"s{number}"), key="k")
    results = list(book.grades())
    assert len({id(check) for result in results for check in result.grade.checks}) == 1
    assert all(check.found is not None for result in results for check in result.grade.checks)


BIG = {
    "notebooks": "document",
    "executions": "plan",
    "executions ": "outputs",
    "executions  ": "captures",
}


@pytest.mark.parametrize(("table", "column"), BIG.items())
def test_light_grades_parse_nothing_of_notebooks_and_runs(
    path: Path, book: Gradebook, marking: int, table: str, column: str
) -> None:
    book.record(marking, make_result(), key="k")
    change(path, f"UPDATE {table} SET {column} = 'no document'")
    assert [result.submission.student.id for result in book.grades()] == ["ada"]
    with pytest.raises(GradebookError, match="can't be read"):
        list(book.grades(whole=True))


def test_light_grades_do_not_even_read_what_a_chatty_notebook_printed(book: Gradebook, marking: int) -> None:
    text = "0.13238887\n" * 1_000_000
    execution = make_execution()
    chatty = replace(execution.cells[0], outputs=(Output(kind="stream", text=text),))
    executions = (replace(execution, cells=(chatty, *execution.cells[1:])),)
    book.record(marking, make_result(executions=executions, notebook=make_notebook(text)), key="k")
    assert peak_bytes(book.grades(whole=True)) > len(text)
    assert peak_bytes(book.grades()) < len(text) / 20


def peak_bytes(results: Iterator[Result]) -> int:
    """The most that was allocated at once while these were read, one after another."""
    tracemalloc.start()
    try:
        for _ in results:
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_points_are_exact_text_and_numbers(path: Path, book: Gradebook, marking: int) -> None:
    book.record(marking, make_result("ada", grade=make_grade(Fraction(1, 3))), key="k")
    book.record(marking, make_result("bob", grade=make_grade(None)), key="k")
    query = "SELECT points, points_number, max_points, max_points_number FROM grades ORDER BY id"
    assert rows(path, query) == [("1/3", 1 / 3, "7/2", 3.5), (None, None, "7/2", 3.5)]
    assert book.find("ada").grade.points == Fraction(1, 3)
    assert book.find("bob").grade.points is None


def test_a_rejected_submission_is_kept_with_its_reason(path: Path, book: Gradebook, marking: int) -> None:
    result = make_result(notebook=None, plan=None, executions=failed("rejected", "It is no notebook."))
    book.record(marking, result, key="")
    assert book.find("ada") == result
    assert rows(path, "SELECT document, rejection FROM notebooks") == [(None, "It is no notebook.")]


def test_a_notebook_that_we_failed_to_read_does_not_replace_what_was_read(book: Gradebook, marking: int) -> None:
    book.record(marking, make_result(), key="k")
    unavailable = make_result(notebook=None, plan=None, executions=failed("unavailable", "No disk."))
    book.record(marking, unavailable, key="k")
    assert book.find("ada").status == "unavailable"
    assert book.find("ada").notebook == make_notebook()


def test_executions_are_found_for_the_same_bytes_and_key_only(book: Gradebook, marking: int) -> None:
    result = make_result(sha256="abc")
    book.record(marking, result, key="k")
    assert stored(book, "abc", "k") == result.executions
    assert stored(book, "abc", "other") is None
    assert stored(book, "abd", "k") is None


def test_no_two_keys_and_no_two_notebooks_ever_share_executions(book: Gradebook, marking: int) -> None:
    # All of them ran in the same way, to the millisecond; only the value that each left behind is its own.
    places = [(notebook, key) for notebook in ("aa", "ab", "a") for key in ("k", "kk", "bk", "'k'", "K")]
    own = {place: tuple(map(_with_value(number), ("main", "repeat"))) for number, place in enumerate(places)}
    for number, ((notebook, key), executions) in enumerate(own.items()):
        book.record(marking, make_result(f"s{number:02}", sha256=notebook, executions=executions), key=key)
    assert {place: stored(book, *place) for place in places} == own


def test_the_same_executions_under_another_key_are_not_shared(path: Path, book: Gradebook, marking: int) -> None:
    for notebook, key in (("aa", "k"), ("aa", "l"), ("bb", "k")):
        book.record(marking, make_result(sha256=notebook), key=key)
    assert counts(path)["executions"] == 3 * len(make_result().executions)


def _with_value(number: int) -> Callable[[str], Execution]:
    capture = Capture(name="a2_t", after_cell=1, value=Scalar(value=number))
    return lambda purpose: make_execution(purpose=purpose, captures=(capture,))


def test_stored_captures_of_every_kind_come_back_equal(book: Gradebook, marking: int) -> None:
    array = Array(dtype="bfloat16", shape=(2, 1), data=b"\x80\x7f\xc0\x7f", container="tensor")
    values = (
        array,
        Array(dtype="complex128", shape=(), data=bytes(range(16)), container="number"),
        Array(dtype="float64", shape=(0, 3), data=b"", container="matrix"),
        Scalar(value=0.1),
        Scalar(value=True),
        Scalar(value=None),
        Sequence(container="tuple", items=(array, Sequence(container="set", items=()))),
        Mapping(keys=("w", 1, None), values=(array, Scalar(value="x"), Scalar(value=-0.0))),
        Unreadable(type="Net", reason="It is no plain value."),
    )
    captures = tuple(
        Capture(name=f"v[{number}]", after_cell=number, value=value, identity=number, place="last")
        for number, value in enumerate(values)
    )
    executions = (make_execution(captures=captures), make_execution(purpose="repeat", captures=captures[::-1]))
    book.record(marking, make_result(sha256="abc", executions=executions), key="k")
    assert stored(book, "abc", "k") == executions


@pytest.mark.parametrize("status", ["unavailable", "rejected"])
def test_what_was_never_run_is_never_found_for_reuse(book: Gradebook, marking: int, status: str) -> None:
    book.record(marking, make_result(sha256="abc", executions=failed(status, "No kernel.")), key="k")
    assert stored(book, "abc", "k") is None


def test_a_set_with_an_unavailable_repeat_is_never_found_for_reuse(book: Gradebook, marking: int) -> None:
    executions = (make_execution(), make_execution(purpose="repeat", status="unavailable"))
    book.record(marking, make_result(sha256="abc", executions=executions), key="k")
    assert stored(book, "abc", "k") is None


def test_an_unavailable_execution_does_not_hide_an_earlier_good_one(book: Gradebook, marking: int) -> None:
    book.record(marking, make_result(sha256="abc"), key="k")
    book.record(marking, make_result(sha256="abc", executions=failed("unavailable", "No disk.")), key="k")
    assert stored(book, "abc", "k") == make_result().executions


def test_an_empty_key_is_never_found(book: Gradebook, marking: int) -> None:
    book.record(marking, make_result(sha256="abc"), key="")
    assert stored(book, "abc", "") is None


def test_the_newest_of_several_executions_is_found(book: Gradebook, marking: int) -> None:
    book.record(marking, make_result(sha256="abc", executions=(make_execution(1.0),)), key="k")
    book.record(marking, make_result(sha256="abc", executions=(make_execution(2.0),)), key="k")
    assert stored(book, "abc", "k") == (make_execution(2.0),)


def test_marking_again_adds_a_grade_and_nothing_else(path: Path, book: Gradebook, spec: Spec, marking: int) -> None:
    book.record(marking, make_result(), key="k")
    before = counts(path)
    again = stored(book, make_result().submission.sha256, "k")
    assert again is not None
    second = book.begin_marking(spec.digest, {})
    book.record(second, make_result(executions=again, grade=make_grade(Fraction(1))), key="k")
    assert counts(path) == {**before, "grades": 2}
    assert [result.grade.points for result in book.grades()] == [Fraction(1)]
    assert [result.grade.points for result in book.grades(marking)] == [Fraction(7, 2)]


def test_recording_twice_in_one_marking_keeps_the_later_grade(path: Path, book: Gradebook, marking: int) -> None:
    book.record(marking, make_result(), key="k")
    book.record(marking, make_result(grade=make_grade(Fraction(0))), key="k")
    assert counts(path)["grades"] == 1
    assert book.find("ada").grade.points == 0


def test_a_changed_notebook_stands_beside_the_old_one(path: Path, book: Gradebook, spec: Spec, marking: int) -> None:
    old, new = make_result(sha256="old"), make_result(sha256="new", notebook=make_notebook("a2_t = 0"))
    book.record(marking, old, key="k")
    second = book.begin_marking(spec.digest, {})
    book.record(second, new, key="k")
    assert book.find("ada") == new
    assert list(book.grades(marking, whole=True)) == [old]
    assert counts(path)["submissions"] == counts(path)["notebooks"] == 2
    assert counts(path)["students"] == 1


def test_two_students_with_the_same_bytes_keep_their_own_executions(book: Gradebook, marking: int) -> None:
    ada = make_result("ada", sha256="same", executions=(make_execution(1.0),))
    bob = make_result("bob", sha256="same", executions=(make_execution(2.0),))
    book.record(marking, ada, key="k")
    book.record(marking, bob, key="k")
    assert [book.find("ada"), book.find("bob")] == [ada, bob]


def test_files_that_could_not_be_read_share_nothing(path: Path, book: Gradebook, marking: int) -> None:
    rejected = failed("rejected", "It can't be read.")
    results = [
        make_result(student, attempt, sha256="", notebook=None, plan=None, executions=rejected)
        for student, attempt in (("ada", 1), ("ada", 2), ("bob", 1), ("1", 1))
    ]
    for result in results * 2:
        book.record(marking, result, key="")
    assert list(book.grades(whole=True)) == sorted(results, key=lambda result: result.submission.slug)
    assert counts(path) == {
        "students": 3,
        "submissions": 4,
        "notebooks": 4,
        "executions": 4,
        "grades": 4,
    }


def test_what_was_read_after_all_stays_with_its_own_submission(book: Gradebook, marking: int) -> None:
    ada = make_result("ada", sha256="", notebook=make_notebook("a = 1"))
    bob = make_result("bob", sha256="", notebook=make_notebook("b = 2"))
    for result in (ada, bob):
        book.record(marking, result, key="k")
    assert [book.find("ada"), book.find("bob")] == [ada, bob]
    assert stored(book, "", "k") is None


def test_an_unread_file_shares_nothing_with_that_of_another_assignment(
    path: Path, book: Gradebook, marking: int
) -> None:
    rejected = failed("rejected", "It can't be read.")
    result = make_result(sha256="", notebook=None, plan=None, executions=rejected)
    book.record(marking, result, key="")
    book.keep_assignment(make_spec("digest-2", "cnn"), {})
    book.record(book.begin_marking("digest-2", {}), result, key="")
    assert counts(path)["notebooks"] == counts(path)["executions"] == 2


def test_grades_come_in_order_of_ids_and_attempts(book: Gradebook, marking: int) -> None:
    for student, attempt in (("zoe", 1), ("ada", 2), ("ädam", 1), ("Bob", 1), ("ada", 10), ("ada", 1)):
        book.record(marking, make_result(student, attempt), key="k")
    found = [(result.submission.student.id, result.submission.attempt) for result in book.grades()]
    assert found == [("Bob", 1), ("ada", 1), ("ada", 2), ("ada", 10), ("zoe", 1), ("ädam", 1)]


def test_more_grades_than_are_read_at_a_time_all_come_once(book: Gradebook, marking: int) -> None:
    for number in range(120):
        book.record(marking, make_result(f"s{number:03}"), key="k")
    assert [result.submission.student.id for result in book.grades()] == [f"s{number:03}" for number in range(120)]


def test_grades_can_be_recorded_while_they_are_read(book: Gradebook, spec: Spec, marking: int) -> None:
    for number in range(60):
        book.record(marking, make_result(f"s{number:02}"), key="k")
    second = book.begin_marking(spec.digest, {})
    for result in book.grades(marking, whole=True):
        book.record(second, replace(result, grade=make_grade(Fraction(1))), key="k")
    assert {result.grade.points for result in book.grades(second)} == {Fraction(1)}


def test_who_was_not_marked_again_keeps_the_newest_grade(book: Gradebook, spec: Spec, marking: int) -> None:
    book.record(marking, make_result("ada"), key="k")
    book.record(marking, make_result("bob"), key="k")
    second = book.begin_marking(spec.digest, {})
    book.record(second, make_result("bob", grade=make_grade(Fraction(1))), key="k")
    assert [result.grade.points for result in book.grades()] == [Fraction(7, 2), Fraction(1)]


def test_an_empty_gradebook_has_no_grades(book: Gradebook) -> None:
    assert list(book.grades()) == []
    with pytest.raises(GradebookError, match="no student ada"):
        book.find("ada")
    with pytest.raises(GradebookError, match="no marks yet"):
        book.assignment()


def test_the_last_attempt_is_found_unless_another_is_asked_for(book: Gradebook, marking: int) -> None:
    book.record(marking, make_result("ada", 2), key="k")
    book.record(marking, make_result("ada", 1), key="k")
    assert book.find("ada").submission.attempt == 2
    assert book.find("ada", attempt=1).submission.attempt == 1
    with pytest.raises(GradebookError, match=r"no attempt 3\. Graded: attempt 1, 2\."):
        book.find("ada", attempt=3)


def test_an_unknown_student_is_answered_with_those_near(book: Gradebook, marking: int) -> None:
    for student in ("s1234567", "s7654321", "zoe"):
        book.record(marking, make_result(student), key="k")
    with pytest.raises(GradebookError) as caught:
        book.find("s1234576")
    assert "s1234567" in caught.value.remedy
    assert "zoe" not in caught.value.remedy


def test_hostile_ids_cannot_write_to_the_terminal(book: Gradebook, marking: int) -> None:
    book.record(marking, make_result("ada\x1b[2J\n"), key="k")
    with pytest.raises(GradebookError) as caught:
        book.find("ada\x1b[2J\r")
    assert str(caught.value).isprintable()


def test_students_are_as_last_told(book: Gradebook, marking: int) -> None:
    book.record(marking, make_result(), key="k")
    result = make_result()
    student = Student(id="ada", name="Ada Lovelace")
    book.record(marking, replace(result, submission=replace(result.submission, student=student)), key="k")
    assert book.find("ada").submission.student == student


def test_an_assignment_is_kept_with_its_source(book: Gradebook, spec: Spec, marking: int) -> None:
    kept = book.assignment()
    assert kept.spec == spec
    assert kept.sources == {"assignment.py": "mlp = Assignment('mlp')\n"}
    assert book.assignment(spec.digest) == kept
    with pytest.raises(GradebookError, match="no such assignment"):
        book.assignment("none")


def test_an_assignment_once_kept_never_changes(book: Gradebook, spec: Spec) -> None:
    book.keep_assignment(replace(spec, title="Another"), {"assignment.py": "changed"})
    assert book.assignment(spec.digest).spec.title == spec.title


def test_two_assignments_in_one_gradebook_do_not_mix(book: Gradebook, marking: int) -> None:
    book.record(marking, make_result("ada", sha256="first"), key="k")
    book.keep_assignment(make_spec("digest-2", "cnn"), {})
    other = book.begin_marking("digest-2", {})
    book.record(other, make_result("bob", sha256="second"), key="k")
    assert [result.submission.student.id for result in book.grades()] == ["bob"]
    assert [result.submission.student.id for result in book.grades(marking)] == ["ada"]


def test_a_new_version_of_an_assignment_marks_the_same_submissions(path: Path, book: Gradebook, marking: int) -> None:
    book.record(marking, make_result(), key="k")
    book.keep_assignment(make_spec("digest-2"), {})
    book.record(book.begin_marking("digest-2", {}), make_result(), key="k")
    assert counts(path)["submissions"] == 1
    assert len(list(book.grades())) == 1


def test_a_marking_says_when_and_by_what_it_was_made(path: Path, book: Gradebook, marking: int) -> None:
    query = "SELECT assignment_digest, grader, policies, started_at, finished_at FROM markings"
    ((digest, grader, policies, started, finished),) = rows(path, query)
    assert digest == "digest-1"
    assert grader
    assert policies == '{"reveal":"places","limits":{"cell_seconds":20.0}}'
    assert str(started).endswith("+00:00")
    assert finished is None
    book.finish_marking(marking)
    assert rows(path, "SELECT finished_at >= started_at FROM markings") == [(1,)]


def test_a_marking_that_was_never_begun_is_refused(path: Path, book: Gradebook) -> None:
    with pytest.raises(GradebookError, match="no marking 99"):
        book.record(99, make_result(), key="k")
    with pytest.raises(GradebookError, match="no marking 99"):
        book.finish_marking(99)
    with pytest.raises(GradebookError, match="isn't in the gradebook"):
        book.begin_marking("unknown", {})
    assert counts(path)["students"] == 0


def test_a_result_is_kept_whole_or_not_at_all(path: Path, book: Gradebook, marking: int) -> None:
    broken = make_result(marked_at=None)  # the grade, written last, is refused
    with pytest.raises(GradebookError, match="NOT NULL"):
        book.record(marking, broken, key="k")
    assert set(counts(path).values()) == {0}
    book.record(marking, make_result(), key="k")
    assert book.find("ada") == make_result()


HOSTILE = [
    "'; DROP TABLE grades; --",
    "nul\0inside",
    "مرحبا 👩🏽‍🔬 e\u0301",
    "\x1b[31m\r\n\u202e",
    "%s ? :name {0}",
    "",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_back_from_everywhere(book: Gradebook, marking: int, text: str) -> None:
    base = make_result(text, sha256="abc")
    student = Student(id=text, name=text, email=text, extra={text: text})
    execution = make_execution(
        reason=text,
        environment={text: text},
        captures=(Capture(name=text, after_cell=0, value=Scalar(value=text)),),
    )
    result = replace(
        base,
        submission=replace(base.submission, student=student, path=text, slug=text or "x"),
        notebook=make_notebook(text),
        executions=(execution,),
    )
    book.record(marking, result, key=text or "k")
    assert book.find(text) == result
    assert stored(book, "abc", text or "k") == (execution,)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(st.text(), st.text())
def test_any_id_and_path_come_back(book: Gradebook, marking: int, student: str, path: str) -> None:
    result = make_result(student, sha256="abc")
    result = replace(result, submission=replace(result.submission, path=path))
    book.record(marking, result, key="k")
    assert book.find(student) == result


def test_undecodable_names_are_kept_as_escapes(path: Path, book: Gradebook, marking: int) -> None:
    result = make_result("ad\udc80", sha256="abc", notebook=make_notebook("x = '\ud800'"))
    book.record(marking, result, key="k")
    book.record(marking, result, key="k")
    assert counts(path)["executions"] == len(result.executions)
    (found,) = book.grades()
    assert found.submission.student.id == "ad\\udc80"
    assert book.find("ad\\udc80").submission.path == "hand-ins/ad\\udc80.ipynb"


def test_ten_megabytes_of_text_come_back(book: Gradebook, marking: int) -> None:
    text = "é\0'\"" * 2_500_000
    execution = make_execution()
    first = replace(execution.cells[0], outputs=(Output(kind="stream", text=text),))
    result = make_result(executions=(replace(execution, cells=(first,)),), notebook=make_notebook(text))
    book.record(marking, result, key="k")
    assert book.find("ada") == result


def test_an_identity_of_any_size_still_tells_aliases(book: Gradebook, marking: int) -> None:
    captures = tuple(
        Capture(name=name, after_cell=1, value=Scalar(value=1), identity=identity)
        for name, identity in (("a", 2**80 + 1), ("b", 2**80 + 1), ("c", -5))
    )
    book.record(marking, make_result(executions=(make_execution(captures=captures),)), key="k")
    a, b, c = (capture.identity for capture in book.find("ada").execution.captures)
    assert a == b != c


def test_a_record_that_was_tampered_with_is_a_clear_error(path: Path, book: Gradebook, marking: int) -> None:
    book.record(marking, make_result(), key="k")
    change(path, "UPDATE grades SET document = '{}'")
    with pytest.raises(GradebookError, match="can't be read"):
        book.find("ada")


def test_others_may_read_while_one_writes(path: Path, book: Gradebook, marking: int) -> None:
    book.record(marking, make_result("ada"), key="k")
    with Gradebook.open(path) as reader:
        results = reader.grades()
        first: Result = next(results)
        book.record(marking, make_result("bob"), key="k")
        assert first.submission.student.id == "ada"
        assert reader.find("bob") == make_result("bob")


def test_threads_may_share_it(book: Gradebook, marking: int) -> None:
    def use(number: int) -> bool:
        result = make_result(f"s{number:02}", sha256=str(number))
        book.record(marking, result, key="k")
        found = stored(book, str(number), "k") == result.executions
        return found and result.submission in book.submissions("mlp") and result in book.grades(whole=True)

    with ThreadPoolExecutor(6) as threads:
        assert all(threads.map(use, range(40)))
    assert [result.submission.student.id for result in book.grades()] == [f"s{number:02}" for number in range(40)]
