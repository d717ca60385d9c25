"""Worker processes may die, hang or run out of memory; that costs the check in hand, and nothing else."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from grader.assignment.spec import CheckSpec, Policies, Spec, TaskSpec
from grader.batch import Workers, workers
from grader.errors import AssignmentError, ExecutionUnavailable, NotebookRejected
from grader.records import Execution, Notebook
from tests.command_line import write_assignment, write_notebook


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


@pytest.mark.parametrize("how", ["exits", "hangs", "raises", "hogs"])
def test_only_the_check_whose_marking_fails_stays_unmarked(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_JOBS", "tests.killing_jobs")
    execution = Execution(status="completed", engine="test", seconds=0, seed=0)
    with Workers(Path(how), processes=1, seconds=3) as pool:
        grade = pool.mark(Notebook(cells=()), (execution,), spec_of("a", "b"))
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
        prepared = pool.prepare(good)
        assert [source.index for source in prepared.plan.cells] == [1, 3]
        with pytest.raises(NotebookRejected, match="empty"):
            pool.prepare(tmp_path / "bad.ipynb")
        with pytest.raises(NotebookRejected, match="no regular file"):
            pool.prepare(tmp_path / "folder.ipynb")
        with pytest.raises((NotebookRejected, ExecutionUnavailable)):
            pool.prepare(tmp_path / "nowhere.ipynb")
