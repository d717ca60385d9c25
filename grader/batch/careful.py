"""Finishing a submission on which a worker failed: step by step, and where marking fails, check by check."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, replace

from grader.assignment.spec import Spec
from grader.batch.stages import Executed, Finished, Pages, Terms, WantsRepeat
from grader.batch.worker_process import WorkerFault
from grader.batch.workers import Workers
from grader.execution import Recording
from grader.gradebook import Entry
from grader.records import Execution, ExecutionStatus, Grade

_PATIENCE = 3
"""How many times a job's seconds are spent on marking one submission's checks one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Careful:
    """Does what `Workers.finish` does in jobs of their own, so that the one that fails costs no more than it must."""

    workers: Workers
    terms: Terms
    spec: Spec

    def finish(self, executed: Executed, *, may_repeat: bool) -> Finished | WantsRepeat:
        """Mark a submission and write all that is kept of it; raises WorkerFault where not even that can be told."""
        if may_repeat:
            with suppress(WorkerFault):
                if self.workers.wants_repeat(executed):
                    return WantsRepeat()
        grade = self.mark(executed)
        return Finished(pages=self._render(executed, grade), entry=self._enter(executed, grade))

    def mark(self, executed: Executed) -> Grade:
        """Mark a submission.

        Where that kills a worker, its checks are tried one by one, and only those that do so again stay unmarked.
        """
        try:
            return self.workers.mark(self.terms, executed)
        except WorkerFault as fault:
            try:
                return self.workers.mark(self.terms, executed, self._markable(executed))
            except WorkerFault:
                return self._nothing(not_made("unavailable", fault.message))

    def _markable(self, executed: Executed) -> tuple[str, ...]:
        """The checks that can be marked alone, found out within a bounded time."""
        markable: list[str] = []
        deadline = time.monotonic() + _PATIENCE * self.workers.seconds
        for check in self.spec.checks:
            if time.monotonic() < deadline:
                with suppress(WorkerFault):
                    self.workers.mark(self.terms, executed, (check.id,))
                    markable.append(check.id)
        return tuple(markable)

    def _render(self, executed: Executed, grade: Grade) -> Pages:
        """A submission's files; without the notebook where it can't be shown, and with the reason alone at worst."""
        for with_notebook in (True, False):
            with suppress(WorkerFault):
                return self.workers.render(self.terms, executed, grade, with_notebook=with_notebook)
        alone, nothing = self._ungraded(executed, "Its report could not be written.")
        return self.workers.render(self.terms, alone, nothing, with_notebook=False)

    def _enter(self, executed: Executed, grade: Grade) -> Entry:
        try:
            return self.workers.enter(executed, grade)
        except WorkerFault as fault:
            return self.workers.enter(*self._ungraded(executed, f"It could not be kept: {fault.message}"))

    def _ungraded(self, executed: Executed, reason: str) -> tuple[Executed, Grade]:
        execution = not_made("unavailable", reason)
        alone = replace(executed, key="", document=None, plan=None, stored=None, fresh=(Recording(told=execution),))
        return alone, self._nothing(execution)

    def _nothing(self, execution: Execution) -> Grade:
        from grader.marking import ungraded  # few batches need it here, and NumPy takes long to import

        return ungraded(self.spec, execution)


def not_made(status: ExecutionStatus, reason: str) -> Execution:
    """The execution of what was never run."""
    return Execution(status=status, engine="", seconds=0.0, seed=0, reason=reason)
