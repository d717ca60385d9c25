"""What was never executed, when an older grading of it is marked again by another state of the assignment."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.batch import Batch, HandedIn, Workers
from grader.execution import ENGINES, EngineOptions
from grader.gradebook import Gradebook
from grader.marking import ungraded
from grader.records import Execution, ExecutionStatus, Limits, Result, Student, Submission
from tests.command_line import write_assignment

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
        (again,) = batch.grade([HandedIn(submission=AMARA, path=None)])
    assert (again.result.status, again.result.execution.reason) == (status, "The reason of then.")
    assert again.result.grade.points == points
