"""The batch: from hand-ins to a stream of grades, in the order in which they finish."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from pydantic import JsonValue, TypeAdapter

from grader.assignment.spec import Spec
from grader.batch.careful import Careful
from grader.batch.environment import named_versions, own_versions
from grader.batch.examiner import Examined, Examiner
from grader.batch.executions import Conditions, Executions
from grader.batch.stages import Graded, HandedIn, Terms
from grader.batch.workers import Workers
from grader.execution import Engine
from grader.records import Limits

if TYPE_CHECKING:
    from grader.gradebook import Gradebook

_LIMITS = TypeAdapter(Limits)
_AT_ONCE = 8
"""At most so many submissions are written to the gradebook in one transaction."""
_TOGETHER_SECONDS = 0.25
"""So long the first of them waits for company: a transaction costs more than what is written of one in it."""


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

        Yields each once it is done and in the gradebook. Where this is closed before its end (as Ctrl-C does), the
        engine is closed too: what runs is killed, and what waits is dropped.
        """
        marking = self.book.begin_marking(self.spec.digest, self._policies())
        executions = Executions(self._conditions(), self.book, (item.submission.sha256 for item in handed_in))
        careful = Careful(workers=self.workers, terms=self._terms(), spec=self.spec)
        examiner = Examiner(careful=careful, executions=executions, book=self.book)
        for done in self._stream(examiner, handed_in):
            self.book.enter(marking, [examined.entry for examined in done])
            for examined in done:
                if examined.place is not None:
                    executions.release(examined.place)
                yield examined.graded
        self.book.finish_marking(marking)

    def _conditions(self) -> Conditions:
        return Conditions(
            engine=self.engine,
            limits=self.limits,
            provided=self.provided,
            provided_digest=self.provided_digest,
            inputs=self.spec.inputs,
            environment={**self.environment, "the grader": own_versions()["grader"]},
        )

    def _terms(self) -> Terms:
        ours: dict[str, object] = {"grader": own_versions()["grader"], "marked_with": own_versions()}
        return Terms(
            reference=self.workers.reference,
            policies=self.spec.policies,
            versions=named_versions(self.environment),
            facts={**ours, "limits": _LIMITS.dump_python(self.limits)},
        )

    def _policies(self) -> Mapping[str, JsonValue]:
        return {
            "limits": _LIMITS.dump_python(self.limits),
            "reveal": self.spec.policies.reveal,
            "vary": self.spec.policies.vary,
            "varied": self.spec.policies.varied,
            **self.environment,
            "grader": own_versions()["grader"],
            "marked_with": {**own_versions()},
        }

    def _stream(self, examiner: Examiner, handed_in: Sequence[HandedIn]) -> Generator[list[Examined], None, None]:
        """Submissions as they are done, in handfuls of those that are done within a moment."""
        waiting = iter(handed_in)
        running: set[Future[Examined]] = set()
        done: SimpleQueue[Future[Examined]] = SimpleQueue()
        with ThreadPoolExecutor(max_workers=self.jobs) as threads:

            def start(count: int) -> None:
                for item in islice(waiting, count):
                    future = threads.submit(examiner.examine, item)
                    running.add(future)
                    future.add_done_callback(done.put)

            def take(seconds: float | None) -> Future[Examined]:
                future = done.get(timeout=seconds)
                running.discard(future)
                start(1)
                return future

            def handful() -> list[Examined]:
                taken = [take(None)]
                deadline = time.monotonic() + _TOGETHER_SECONDS
                with suppress(Empty):
                    while len(taken) < _AT_ONCE and running:
                        taken.append(take(max(deadline - time.monotonic(), 0.0)))
                return [future.result() for future in taken]

            try:
                # Only a few are in flight at a time, so that memory does not grow with the class.
                start(2 * self.jobs)
                while running:
                    yield handful()
            except BaseException:
                for future in running:
                    future.cancel()
                self.engine.close()
                self.workers.end()  # else a submission that takes long to mark would be waited for
                raise
