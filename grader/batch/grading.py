"""The batch: from hand-ins to a stream of grades, in the order in which they finish."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from pydantic import JsonValue, TypeAdapter

from grader.assignment.spec import Spec
from grader.batch.environment import named_versions
from grader.batch.stages import Graded, HandedIn, Pages, Prepared
from grader.batch.workers import WorkerFault, Workers
from grader.errors import ExecutionUnavailable
from grader.execution import Engine, execute_with_retry
from grader.gradebook import Gradebook
from grader.marking import ungraded
from grader.records import Execution, ExecutionStatus, Limits, Notebook, Plan, Result, Run, Submission

_PLAN = TypeAdapter(Plan)
_LIMITS = TypeAdapter(Limits)


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What a batch is graded with.

    `spec` has the policies in force. `environment` names the versions of all that student code runs on, and `provided`
    the folder of what the handout provides, with its digest; with the plan, the limits and the engine they decide
    whether a stored execution may be used again.
    """

    spec: Spec
    workers: Workers
    engine: Engine
    book: Gradebook
    limits: Limits
    environment: Mapping[str, str]
    jobs: int
    provided: Path | None = None
    provided_digest: str = ""

    def grade(self, handed_in: Sequence[HandedIn]) -> Generator[Graded, None, None]:
        """Grade submissions, `jobs` at a time.

        Yields each as soon as it is done and in the gradebook. Where this is closed before its end (as Ctrl-C does),
        the engine is closed too: what runs is killed, and what waits is dropped.
        """
        marking = self.book.begin_marking(self.spec.digest, self._conditions())
        for graded in self._stream(handed_in):
            plan = graded.result.plan
            self.book.record(marking, graded.result, key=self.key(plan) if plan else "")
            yield graded
        self.book.finish_marking(marking)

    def key(self, plan: Plan) -> str:
        """What decides whether a stored execution of the same notebook is as good as a new one."""
        facts = [_PLAN.dump_json(plan), _LIMITS.dump_json(self.limits)]
        facts += [self.engine.name.encode(), self.provided_digest.encode()]
        facts += [f"{name}={version}".encode() for name, version in sorted(self.environment.items())]
        return hashlib.sha256(b"\0".join(facts)).hexdigest()

    def _conditions(self) -> Mapping[str, JsonValue]:
        return {"limits": _LIMITS.dump_python(self.limits), "reveal": self.spec.policies.reveal, **self.environment}

    def _stream(self, handed_in: Sequence[HandedIn]) -> Generator[Graded, None, None]:
        waiting = iter(handed_in)
        with ThreadPoolExecutor(max_workers=self.jobs) as threads:
            # Only a few are in flight at a time, so that memory does not grow with the class.
            running = {threads.submit(self._grade_one, item) for item in islice(waiting, 2 * self.jobs)}
            try:
                while running:
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    running |= {threads.submit(self._grade_one, item) for item in islice(waiting, len(done))}
                    for future in done:
                        yield future.result()
            except BaseException:
                for future in running:
                    future.cancel()
                self.engine.close()
                raise

    def _grade_one(self, item: HandedIn) -> Graded:
        submission = item.submission
        executed = False
        try:
            prepared = self._prepare(item)
            submission = replace(submission, sha256=prepared.sha256)
            if prepared.notebook is None or prepared.plan is None:
                result = self._unexecuted(submission, _not_made("rejected", prepared.rejected))
            else:
                stored = self.book.find_executions(prepared.sha256, self.key(prepared.plan))
                executed = stored is None
                executions = stored or self._execute(prepared.notebook, prepared.plan)
                result = self._mark(submission, prepared.notebook, prepared.plan, executions)
        except ExecutionUnavailable as error:
            result = self._unexecuted(submission, _not_made("unavailable", error.message))
        except Exception as error:
            # Whatever goes wrong here is our own fault: this submission stays ungraded, and the batch goes on.
            result = self._unexecuted(submission, _not_made("unavailable", f"{type(error).__name__}: {error}"[:300]))
        return Graded(result=result, pages=self._render(result), executed=executed)

    def _prepare(self, item: HandedIn) -> Prepared:
        if item.path is not None:
            return self.workers.prepare(item.path)
        kept = self.book.find(item.submission.student.id, item.submission.attempt)
        if kept.notebook is not None:
            return self.workers.plan_again(kept.notebook, item.submission.sha256)
        if kept.status == "rejected":
            return Prepared(sha256=item.submission.sha256, rejected=kept.execution.reason)
        raise ExecutionUnavailable(kept.execution.reason)

    def _execute(self, notebook: Notebook, plan: Plan) -> tuple[Execution, ...]:
        main = self._run(plan, plan.main)
        if plan.repeat is None or main.status not in {"completed", "error"}:
            return (main,)
        try:
            if not self.workers.wants_repeat(notebook, main):
                return (main,)
        except WorkerFault:
            return (main,)
        repeat = self._run(plan, plan.repeat)
        return (main, repeat) if repeat.status != "unavailable" else (main,)

    def _run(self, plan: Plan, run: Run) -> Execution:
        return execute_with_retry(self.engine, plan, run, limits=self.limits, provided=self.provided)

    def _mark(
        self, submission: Submission, notebook: Notebook, plan: Plan, executions: tuple[Execution, ...]
    ) -> Result:
        if executions[0].status in {"unavailable", "rejected"}:
            return replace(self._unexecuted(submission, executions[0]), notebook=notebook, plan=plan)
        grade = self.workers.mark(notebook, executions, self.spec)
        return Result(
            submission=submission,
            notebook=notebook,
            plan=plan,
            executions=executions,
            grade=grade,
            marked_at=_now(),
        )

    def _unexecuted(self, submission: Submission, execution: Execution) -> Result:
        return Result(
            submission=submission,
            notebook=None,
            plan=None,
            executions=(execution,),
            grade=ungraded(self.spec, execution),
            marked_at=_now(),
        )

    def _render(self, result: Result) -> Pages:
        """A submission's files; without the notebook where it can't be shown, and with the reason alone at worst."""
        reason = "Its report could not be written."
        for shown in (
            result,
            replace(result, notebook=None),
            self._unexecuted(result.submission, _not_made("unavailable", reason)),
        ):
            try:
                return self.workers.render(shown, self.spec, self.spec.policies.reveal, self._provenance(shown))
            except WorkerFault as error:
                fault = error
        raise fault

    def _provenance(self, result: Result) -> Mapping[str, object]:
        return {
            **named_versions(self.environment),
            **result.execution.environment,
            "reference_digest": self.spec.digest,
            "seed": result.execution.seed,
            "limits": _LIMITS.dump_python(self.limits),
            "marked_at": result.marked_at,
        }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _not_made(status: ExecutionStatus, reason: str) -> Execution:
    """The execution of what was never run."""
    return Execution(status=status, engine="", seconds=0.0, seed=0, reason=reason)
