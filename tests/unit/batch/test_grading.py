"""A batch from hand-ins to what is kept of them, with workers that fail and an engine that gives what it is told to."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from grader.assignment.spec import Spec
from grader.batch import Batch, Beside, Graded, HandedIn, Pages, Workers, workers
from grader.batch.beside import Companion, of_hand_in
from grader.execution import ENGINES, EngineOptions, Recording
from grader.gradebook import Gradebook
from grader.marking import ungraded
from grader.records import Execution, ExecutionStatus, Limits, Plan, Result, Run, Student, Submission
from tests.command_line import write_assignment
from tests.in_process import execute as in_process
from tests.in_process import notebook

STUDENTS = ("amara", "bo", "chloe", "dmitri", "esperanza")
AMARA = Submission(student=Student(id="amara"), attempt=1, path="amara.ipynb", sha256="", slug="amara")


@pytest.mark.parametrize(("status", "points"), [("unavailable", None), ("rejected", 0)])
def test_a_fault_of_ours_stays_one_when_it_is_marked_again(
    status: ExecutionStatus, points: int | None, tmp_path: Path
) -> None:
    with (
        Workers(write_assignment(tmp_path / "reference"), processes=1) as workers,
        Gradebook.open(tmp_path / "gradebook.sqlite") as book,
    ):
        described = workers.describe()
        spec = described.spec
        book.keep_assignment(spec, described.sources)
        execution = Execution(status=status, engine="", seconds=0, seed=0, reason="The reason of then.")
        kept = Result(
            submission=AMARA,
            notebook=None,
            plan=None,
            executions=(execution,),
            grade=ungraded(spec, execution),
            marked_at="2026-01-01T00:00:00+00:00",
        )
        book.record(book.begin_marking(spec.digest, {}), kept, key="")
        batch = Batch(
            spec=spec,
            workers=workers,
            engine=ENGINES["kernel"](EngineOptions()),
            book=book,
            limits=Limits(),
            environment={"python": "3"},
            jobs=1,
        )
        (graded,) = batch.grade([HandedIn(submission=AMARA, path=None)])
        again = book.find("amara")
    assert graded.submission == AMARA
    assert (again.status, again.execution.reason) == (status, "The reason of then.")
    assert again.grade.points == points


class TellingEngine:
    """An engine that runs cells in this process, and counts its runs; the repeat of one that is random differs."""

    name = "telling"
    seal = "none"

    def __init__(self, spec: Spec) -> None:
        self.runs: list[str] = []
        self._spec = spec

    def execute(
        self, plan: Plan, run: Run, *, limits: Limits, provided: Path | None, inputs: object = None
    ) -> Recording:
        self.runs.append(run.purpose)
        execution = in_process(self._spec, notebook(*[source.code for source in plan.cells]), seed=run.seed)
        return Recording(told=replace(execution, purpose=run.purpose, seconds=float(len(self.runs))))

    def close(self) -> None:
        pass


@dataclass(frozen=True, kw_only=True)
class Class:
    """A class whose hand-ins are to be graded."""

    root: Path
    spec: Spec
    workers: Workers
    book: Gradebook
    engine: TellingEngine

    def grade(self, contents: Mapping[str, str], *, jobs: int = 2) -> Iterator[Graded]:
        """Grade notebooks of one code cell, by student."""
        batch = Batch(
            spec=self.spec,
            workers=self.workers,
            engine=self.engine,  # type: ignore[arg-type]  # it has what a batch asks for
            book=self.book,
            limits=Limits(),
            environment={"python": "3"},
            jobs=jobs,
        )
        paths = {student: self.root / f"{student}.ipynb" for student in contents}
        for student, path in paths.items():
            path.write_text(contents[student])
        return batch.grade([handed_in(path, student) for student, path in paths.items()])


def handed_in(path: Path, student: str) -> HandedIn:
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    submission = Submission(student=Student(id=student), attempt=1, path=str(path), sha256=sha256, slug=student)
    return HandedIn(submission=submission, path=path)


def one_cell(source: str, *, saved: str = "") -> str:
    outputs = [{"output_type": "stream", "name": "stdout", "text": saved}] if saved else []
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": 1, "source": source, "outputs": outputs}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def school(tmp_path: Path) -> Iterator[Class]:
    with (
        Workers(write_assignment(tmp_path / "reference"), processes=2, seconds=20) as workers,
        Gradebook.open(tmp_path / "gradebook.sqlite") as book,
    ):
        described = workers.describe()
        book.keep_assignment(described.spec, described.sources)
        engine = TellingEngine(described.spec)
        yield Class(root=tmp_path, spec=described.spec, workers=workers, book=book, engine=engine)


RIGHT = one_cell("total = 6.0\nsquares = [1.0, 4.0, 9.0]")


def test_equal_notebooks_of_several_students_are_executed_once(school: Class) -> None:
    graded = list(school.grade(dict.fromkeys(STUDENTS, RIGHT)))
    assert school.engine.runs == ["main"]
    assert sorted(each.executed for each in graded) == [False] * 4 + [True]
    assert [result.grade.points for result in school.book.grades()] == [4] * 5
    assert len({result.execution.seconds for result in school.book.grades(whole=True)}) == 1


def test_a_stale_output_is_executed_once_more_for_all_who_have_it(school: Class) -> None:
    stale = one_cell("total = 6.0\nprint(total)", saved="7.0\n")
    list(school.grade(dict.fromkeys(STUDENTS, stale)))
    assert sorted(school.engine.runs) == ["main", "repeat"]
    results = list(school.book.grades(whole=True))
    assert [len(result.executions) for result in results] == [2] * 5
    assert {flag.code for result in results for flag in result.grade.flags} >= {"stale-output"}


def test_what_is_told_is_in_the_gradebook(school: Class) -> None:
    contents = {student: one_cell(f"total = 6.0 # {student}") for student in STUDENTS}
    with Gradebook.open(school.root / "gradebook.sqlite") as reader:
        for graded in school.grade(contents):
            found = reader.find(graded.submission.student.id)
            assert found.submission == graded.submission
            assert json.loads(graded.pages.result)["points"] == found.grade.points == 1


def test_no_more_than_a_few_are_under_way_before_somebody_asks_for_more(school: Class) -> None:
    contents = {f"s{number:02}": one_cell(f"total = {number}") for number in range(30)}
    stream = school.grade(contents, jobs=2)
    next(stream)
    time.sleep(1)
    assert len(school.engine.runs) <= 2 * 2 + 8
    assert len(list(stream)) == 29


def test_marking_again_executes_nothing_and_gives_the_same(school: Class) -> None:
    contents = {student: one_cell(f"total = 6.0\nprint({number})") for number, student in enumerate(STUDENTS)}
    list(school.grade(contents))
    before = list(school.book.grades(whole=True))
    school.engine.runs.clear()
    assert not any(graded.executed for graded in school.grade(contents))
    after = list(school.book.grades(whole=True))
    assert school.engine.runs == []
    assert [replace(result, marked_at="") for result in after] == [replace(result, marked_at="") for result in before]


def test_where_finishing_at_once_kills_its_worker_steps_give_the_same(
    school: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = {"amara": RIGHT, "bo": one_cell("total = 7.0"), "chloe": one_cell("total = 6\nprint(total)", saved="7")}
    at_once = {graded.submission.slug: graded.pages for graded in school.grade(contents)}
    kept = list(school.book.grades(whole=True))
    monkeypatch.setattr(workers, "_JOBS", "tests.killing_jobs")
    step_by_step = {graded.submission.slug: graded.pages for graded in school.grade(contents)}
    assert {slug: timeless(pages) for slug, pages in step_by_step.items()} == {
        slug: timeless(pages) for slug, pages in at_once.items()
    }
    assert [replace(result, marked_at="") for result in school.book.grades(whole=True)] == [
        replace(result, marked_at="") for result in kept
    ]


def timeless(pages: Pages) -> Pages:
    return replace(pages, result=re.sub(r'"marked_at": "[^"]*"', "", pages.result))


def test_a_notebook_that_cannot_be_shown_costs_no_points(school: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_JOBS", "tests.killing_jobs")
    (graded,) = school.grade({"unshowable": RIGHT})
    result = school.book.find("unshowable")
    assert result.grade.points == json.loads(graded.pages.result)["points"] == 4
    assert result.notebook is not None
    assert "squares" not in json.loads(graded.pages.executed)["cells"]
    assert "4 of 4" in graded.pages.feedback


def batch_of(school: Class, limits: Limits) -> Batch:
    return Batch(
        spec=school.spec,
        workers=school.workers,
        engine=school.engine,  # type: ignore[arg-type]  # it has what a batch asks for
        book=school.book,
        limits=limits,
        environment={"python": "3"},
        jobs=1,
    )


def test_what_had_files_beside_it_is_never_executed_without_them(school: Class) -> None:
    helper = school.root / "helper.py"
    helper.write_text("value = 6.0")
    beside = Beside(files=(Companion(name="helper.py", file=helper, size=11),))
    notebook = school.root / "amara.ipynb"
    notebook.write_text(RIGHT)
    sha256 = of_hand_in(hashlib.sha256(notebook.read_bytes()).hexdigest(), [beside.digest])
    first = replace(handed_in(notebook, "amara"), beside=beside)
    first = replace(first, submission=replace(first.submission, sha256=sha256))
    (graded,) = batch_of(school, Limits()).grade([first])
    assert (graded.executed, graded.submission.sha256) == (True, sha256)
    kept = HandedIn(submission=graded.submission, path=None)
    (again,) = batch_of(school, Limits()).grade([kept])
    assert not again.executed
    assert school.book.find("amara").grade.points == 4
    (otherwise,) = batch_of(school, Limits(cell_seconds=5)).grade([kept])
    assert not otherwise.executed
    result = school.book.find("amara")
    assert (result.status, result.grade.points) == ("unavailable", None)
    assert "helper.py" in result.execution.reason
    assert school.engine.runs == ["main"]


def test_the_same_notebook_with_another_helper_is_executed_by_itself(school: Class) -> None:
    items = []
    for student in ("amara", "bo"):
        helper = school.root / f"{student}.py"
        helper.write_text(student)
        beside = Beside(files=(Companion(name="helper.py", file=helper, size=len(student)),))
        path = school.root / f"{student}.ipynb"
        path.write_text(RIGHT)
        items.append(replace(handed_in(path, student), beside=beside))
    graded = list(batch_of(school, Limits()).grade(items))
    assert [each.executed for each in graded] == [True, True]
    assert len({each.submission.sha256 for each in graded}) == 2
