"""The batch: from hand-ins to a stream of grades, in the order in which they finish."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Mapping
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from pydantic import JsonValue, TypeAdapter

from grader.assignment.spec import Reveal, Spec
from grader.batch.stages import Graded, Pages, Prepared
from grader.batch.workers import WorkerFault, Workers
from grader.errors import ExecutionUnavailable, NotebookRejected
from grader.execution import Engine, execute_with_retry
from grader.gradebook import Gradebook
from grader.marking import ungraded
from grader.records import Execution, Limits, Notebook, Plan, Result, Run, Submission

_PLAN = TypeAdapter(Plan)
_LIMITS = TypeAdapter(Limits)


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What a batch is graded with.

    `environment` names the versions of what student code runs on; together with the plan and the limits it decides
    whether a stored execution may be used again. `provided` is the folder of what the handout provides, if any.
    """

    spec: Spec
    workers: Workers
    engine: Engine
    book: Gradebook
    limits: Limits
    environment: Mapping[str, str]
    reveal: Reveal
    jobs: int
    provided: Path | None = None

    def grade(self, submissions: Mapping[Path, Submission]) -> Generator[Graded, None, None]:
        """Grade hand-ins, by path, `jobs` at a time.

        Yields each as soon as it is done and in the gradebook. Closing the iterator (as Ctrl-C does) kills what runs
        and drops what waits.
        """
        marking = self.book.begin_marking(self.spec.digest, self._conditions())
        for graded in self._stream(submissions):
            self.book.record(marking, graded.result, key=self.key(graded.result.plan) if graded.result.plan else "")
            yield graded
        self.book.finish_marking(marking)

    def _conditions(self) -> Mapping[str, JsonValue]:
        return {"limits": _LIMITS.dump_python(self.limits), "reveal": self.reveal, **self.environment}

    def _stream(self, submissions: Mapping[Path, Submission]) -> Generator[Graded, None, None]:
        waiting = iter(submissions.items())
        with ThreadPoolExecutor(max_workers=self.jobs) as threads:
            # Only a few are in flight at a time, so that memory does not grow with the class.
            running = {threads.submit(self._grade_one, *item) for item in islice(waiting, 2 * self.jobs)}
            try:
                while running:
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    running |= {threads.submit(self._grade_one, *item) for item in islice(waiting, len(done))}
                    for future in done:
                        yield future.result()
            finally:
                for future in running:
                    future.cancel()
                self.engine.close()

    def _grade_one(self, path: Path, submission: Submission) -> Graded:
        executed = False
        try:
            prepared = self.workers.prepare(path)
            executions = self._stored(submission, prepared)
            if executions is None:
                executed = True
                executions = self._execute(prepared)
            result = self._mark(submission, prepared, executions)
        except NotebookRejected as error:
            result = self._unexecuted(submission, _rejected(error))
        except ExecutionUnavailable as error:
            result = self._unexecuted(submission, _unavailable(error.message))
        except Exception as error:
            # Whatever goes wrong here is our own fault: this submission stays ungraded, and the batch goes on.
            result = self._unexecuted(submission, _unavailable(f"{type(error).__name__}: {error}"[:300]))
        return Graded(result=result, pages=self._render(result), executed=executed)

    def _stored(self, submission: Submission, prepared: Prepared) -> tuple[Execution, ...] | None:
        return self.book.find_executions(submission.sha256, self.key(prepared.plan))

    def key(self, plan: Plan) -> str:
        """What decides whether a stored execution of the same notebook is as good as a new one."""
        facts = [_PLAN.dump_json(plan), _LIMITS.dump_json(self.limits), self.engine.name.encode()]
        facts += [f"{name}={version}".encode() for name, version in sorted(self.environment.items())]
        return hashlib.sha256(b"\0".join(facts)).hexdigest()

    def _execute(self, prepared: Prepared) -> tuple[Execution, ...]:
        plan = prepared.plan
        main = self._run(plan, plan.main)
        if plan.repeat is None or main.status not in {"completed", "error"}:
            return (main,)
        try:
            if not self.workers.wants_repeat(prepared.notebook, main):
                return (main,)
        except WorkerFault:
            return (main,)
        repeat = self._run(plan, plan.repeat)
        return (main, repeat) if repeat.status != "unavailable" else (main,)

    def _run(self, plan: Plan, run: Run) -> Execution:
        return execute_with_retry(self.engine, plan, run, limits=self.limits, provided=self.provided)

    def _mark(self, submission: Submission, prepared: Prepared, executions: tuple[Execution, ...]) -> Result:
        if executions[0].status == "unavailable":
            return self._unexecuted(submission, executions[0], notebook=prepared.notebook, plan=prepared.plan)
        return Result(
            submission=submission,
            notebook=prepared.notebook,
            plan=prepared.plan,
            executions=executions,
            grade=self.workers.mark(prepared.notebook, executions, self.spec),
            marked_at=_now(),
        )

    def _unexecuted(
        self,
        submission: Submission,
        execution: Execution,
        *,
        notebook: Notebook | None = None,
        plan: Plan | None = None,
    ) -> Result:
        return Result(
            submission=submission,
            notebook=notebook,
            plan=plan,
            executions=(execution,),
            grade=ungraded(self.spec, execution),
            marked_at=_now(),
        )

    def _render(self, result: Result) -> Pages:
        provenance = self._provenance(result)
        try:
            return self.workers.render(result, self.spec, self.reveal, provenance)
        except WorkerFault:
            # A notebook that can't be shown still has marks.
            return self.workers.render(replace(result, notebook=None), self.spec, self.reveal, provenance)

    def _provenance(self, result: Result) -> Mapping[str, object]:
        return {
            **self.environment,
            **result.execution.environment,
            "reference_digest": self.spec.digest,
            "seed": result.execution.seed,
            "limits": _LIMITS.dump_python(self.limits),
            "marked_at": result.marked_at,
        }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _rejected(error: NotebookRejected) -> Execution:
    return Execution(status="rejected", engine="", seconds=0.0, seed=0, reason=str(error))


def _unavailable(reason: str) -> Execution:
    return Execution(status="unavailable", engine="", seconds=0.0, seed=0, reason=reason)
