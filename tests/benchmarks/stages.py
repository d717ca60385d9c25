"""The stages of the work around an execution, each timed by itself in this process, over and over on new notebooks."""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from grader.assignment.loading import Loaded, load
from grader.batch import OutputFolder, Pages
from grader.execution import ENGINES, EngineOptions
from grader.gradebook import Gradebook
from grader.marking import mark_submission, wants_another_run
from grader.notebook import read
from grader.plan import make_plan
from grader.records import Execution, Limits, Result, Student, Submission
from grader.reports import executed_notebook, feedback_page, result_document
from tests.benchmarks.hand_ins import REFERENCE, distinct

T = TypeVar("T")

_TIMES = 40
_WARMING = 5


@dataclass(frozen=True, slots=True)
class _Clock:
    """CPU milliseconds by stage."""

    spent: dict[str, list[float]] = field(default_factory=dict)

    def time(self, name: str, work: Callable[[], T]) -> T:
        """Do some work and note what it took."""
        before = time.process_time()
        result = work()
        self.spent.setdefault(name, []).append(1000 * (time.process_time() - before))
        return result


@dataclass(frozen=True, kw_only=True)
class _Desk:
    """Where submissions are taken through the stages."""

    clock: _Clock
    loaded: Loaded
    book: Gradebook
    marking: int
    out: OutputFolder

    def grade(self, student: str, data: bytes, execution: Execution) -> None:
        """All that happens to a submission but its execution."""
        result = self._marked(student, data, execution)
        pages = self._pages(result)
        self.clock.time("record in the gradebook", lambda: self.book.record(self.marking, result, key="key"))
        self.clock.time("write files", lambda: self.out.write(result.submission, pages))

    def _marked(self, student: str, data: bytes, execution: Execution) -> Result:
        spec, time = self.loaded.spec, self.clock.time
        notebook = time("read", lambda: read(data))
        plan = time("plan", lambda: make_plan(spec, notebook))
        time("compare saved outputs", lambda: wants_another_run(notebook, [execution]))
        grade = time("mark", lambda: mark_submission(spec, self.loaded.reference, notebook, (execution,)))
        return Result(
            submission=_submission(student, hashlib.sha256(data).hexdigest()),
            notebook=notebook,
            plan=plan,
            executions=(execution,),
            grade=grade,
            marked_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )

    def _pages(self, result: Result) -> Pages:
        spec, time = self.loaded.spec, self.clock.time
        return Pages(
            result=time("make result.json", lambda: result_document(result, spec, {}).model_dump_json(indent=2)),
            executed=time("make executed.ipynb", lambda: executed_notebook(result)),
            feedback=time("make the feedback page", lambda: feedback_page(result, spec, spec.policies.reveal)),
        )


def stage_milliseconds(document: dict[str, Any], engine: str) -> Mapping[str, list[float]]:
    """Execute the sample once, then take that execution through all other stages; the first few times don't count."""
    loaded = load(REFERENCE)
    clock = _Clock()
    execution = _execute(engine, loaded, _bytes(document, "first"))
    with tempfile.TemporaryDirectory() as name:
        out = OutputFolder(Path(name))
        with Gradebook.open(out.gradebook) as book:
            book.keep_assignment(loaded.spec, loaded.sources)
            marking = book.begin_marking(loaded.spec.digest, {})
            desk = _Desk(clock=clock, loaded=loaded, book=book, marking=marking, out=out)
            for number in range(_WARMING + _TIMES):
                student = f"student{number}"
                desk.grade(student, _bytes(document, student), execution)
    return {name: values[_WARMING:] for name, values in clock.spent.items()}


def _bytes(document: dict[str, Any], student: str) -> bytes:
    return json.dumps(distinct(document, student)).encode()


def _execute(engine: str, loaded: Loaded, data: bytes) -> Execution:
    plan = make_plan(loaded.spec, read(data))
    with closing(ENGINES[engine](EngineOptions())) as made:
        execution = made.execute(plan, plan.main, limits=Limits(), provided=None).execution()
    assert execution.status == "completed", execution.reason
    return execution


def _submission(student: str, sha256: str) -> Submission:
    known = Student(id=student, name=student)
    return Submission(student=known, attempt=1, path=f"{student}.ipynb", sha256=sha256, slug=student)
