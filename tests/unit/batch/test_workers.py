"""Worker processes may die, hang or run out of memory; that costs the check in hand, and nothing else."""

from __future__ import annotations

import hashlib
import os
import signal
from fractions import Fraction
from pathlib import Path

import pytest

from grader.assignment.spec import CheckSpec, Policies, Spec, TaskSpec
from grader.batch import Workers, workers
from grader.batch.careful import Careful
from grader.batch.stages import Executed, Terms
from grader.batch.worker_process import WorkerFault
from grader.errors import AssignmentError
from grader.execution import Recording
from grader.gradebook import dump_notebook
from grader.records import Execution, Notebook, Student, Submission
from tests.command_line import write_assignment, write_notebook
from tests.in_process import execute, notebook

MEAN = """
from grader import Assignment
a = Assignment("a", title="A", points=3)
a.given(x=[1.0, 2.0, 4.0])
one = a.task("Task 1")

def mean(x):
    return x.mean()

@one.value(points=1, accept=mean)
def level(x):
    return x.sum()

one.gradient("slope", of=level, by="x", points=1)
"""


def spec_of(*ids: str) -> Spec:
    checks = tuple(
        CheckSpec(id=id, kind="value", quantity=id, version=None, title=id, points=Fraction(1)) for id in ids
    )
    return Spec(
        id="s",
        title="S",
        points=Fraction(len(ids)),
        versions=(),
        givens=(),
        quantities=(),
        tasks=(TaskSpec(id="t", heading="T", title="T", checks=checks),),
        policies=Policies(),
    )


def terms(reference: Path, policies: Policies | None = None) -> Terms:
    return Terms(reference=reference, policies=policies or Policies(), versions={}, facts={})


def careful(pool: Workers, spec: Spec) -> Careful:
    return Careful(workers=pool, terms=terms(pool.reference, spec.policies), spec=spec)


def executed(handed_in: Notebook, *executions: Execution) -> Executed:
    submission = Submission(student=Student(id="amara"), attempt=1, path="amara.ipynb", sha256="a", slug="amara")
    fresh = tuple(Recording(told=execution) for execution in executions)
    return Executed(
        submission=submission, key="k", document=dump_notebook(handed_in), fresh=fresh, marked_at="2026-01-01"
    )


@pytest.mark.parametrize("how", ["exits", "hangs", "raises", "hogs"])
def test_only_the_check_whose_marking_fails_stays_unmarked(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "_JOBS", "tests.killing_jobs")
    execution = Execution(status="completed", engine="test", seconds=0, seed=0)
    with Workers(write_assignment(tmp_path / how), processes=1, seconds=3) as pool:
        grade = careful(pool, spec_of("a", "b")).mark(executed(Notebook(cells=()), execution))
    assert {check.id: check.verdict for check in grade.checks} == {"a": "correct", "b": "unmarked"}
    assert grade.points == 1, "what could be marked keeps its points"


@pytest.mark.parametrize("source", ["import os\nos._exit(3)\n", "while True:\n    pass\n"])
def test_a_reference_that_hangs_or_exits_is_the_authors_error(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "LOAD_SECONDS", 6.0)
    folder = write_assignment(tmp_path / "reference", source)
    with Workers(folder, processes=1) as pool, pytest.raises(AssignmentError, match="can't be evaluated"):
        pool.describe()


def test_reading_plans_what_can_be_read_and_says_why_where_it_cannot(tmp_path: Path) -> None:
    folder = write_assignment(tmp_path / "reference")
    good = write_notebook(tmp_path / "good.ipynb")
    (tmp_path / "bad.ipynb").write_bytes(b"")
    (tmp_path / "folder.ipynb").mkdir()
    with Workers(folder, processes=1) as pool:
        assert pool.describe().spec.points == 4
        prepared = pool.prepare(terms(folder), good)
        assert [source.index for source in prepared.plan.cells] == [1, 3]
        for name, reason in {
            "bad.ipynb": "empty",
            "folder.ipynb": "no regular file",
            "nowhere.ipynb": "no regular",
        }.items():
            rejected = pool.prepare(terms(folder), tmp_path / name)
            assert rejected.document is None
            assert reason in rejected.rejected


def test_what_was_read_is_what_its_digest_says(tmp_path: Path) -> None:
    folder = write_assignment(tmp_path / "reference")
    path = write_notebook(tmp_path / "good.ipynb")
    with Workers(folder, processes=1) as pool:
        assert pool.prepare(terms(folder), path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_wrong_notebook_is_marked_alike_at_once_and_check_by_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mean loss goes with the mean's gradient, also where one check has to be left out."""
    source = MEAN + "@one.value(points=1)\ndef fatal(x):\n    return x.max()\n"
    folder = write_assignment(tmp_path / "reference", source)
    handed_in = notebook("level = 7 / 3\nslope = [1.0, 1.0, 1.0]\nfatal = 4.0")
    with Workers(folder, processes=1, seconds=20) as pool:
        spec = pool.describe().spec
        ready = executed(handed_in, execute(spec, handed_in))
        at_once = careful(pool, spec).mark(ready)
        monkeypatch.setattr(workers, "_JOBS", "tests.killing_jobs")
        one_left_out = careful(pool, spec).mark(ready)
    verdicts = {check.id: check.verdict for check in at_once.checks}
    assert verdicts == {"level": "correct", "slope": "incorrect", "fatal": "correct"}
    assert {check.id: check.verdict for check in one_left_out.checks} == verdicts | {"fatal": "unmarked"}


def test_a_worker_that_was_killed_between_two_hand_ins_costs_nobody_anything(tmp_path: Path) -> None:
    folder = write_assignment(tmp_path / "reference")
    path = write_notebook(tmp_path / "good.ipynb")
    with Workers(folder, processes=1) as pool:
        prepared = pool.prepare(terms(folder), path)
        (worker,) = pool._idle
        assert worker is not None
        os.kill(worker._process.pid, signal.SIGKILL)
        assert pool.prepare(terms(folder), path) == prepared
    with pytest.raises(WorkerFault, match="no workers"):
        pool.prepare(terms(folder), path)
