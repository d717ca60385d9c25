"""Grading one submission: read, planned, executed, marked and written, and never lost, whatever goes wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from grader.batch.careful import Careful, not_made
from grader.batch.executions import Executions, Place
from grader.batch.stages import Executed, Finished, Graded, HandedIn, Prepared, WantsRepeat
from grader.batch.worker_process import WorkerFault
from grader.errors import ExecutionUnavailable
from grader.execution import Recording
from grader.gradebook import Entry
from grader.records import Plan, Submission

if TYPE_CHECKING:
    from grader.gradebook import Gradebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A graded submission, what the gradebook is to keep of it, and where its executions belong, if it has any."""

    graded: Graded
    entry: Entry
    place: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examiner:
    """Grades submissions; threads may call it at once. What a student made is parsed, marked and shown by workers."""

    careful: Careful
    executions: Executions
    book: Gradebook

    def examine(self, item: HandedIn) -> Examined:
        """Grade a submission. Whatever goes wrong is our own fault: it stays ungraded, and the batch goes on."""
        submission, place = item.submission, None
        try:
            prepared = self._prepare(item)
            submission = replace(submission, sha256=prepared.sha256)
            if prepared.plan is not None:
                place = self.executions.hold(prepared.sha256, prepared.plan)
                return self._planned(item, submission, prepared, prepared.plan, place)
            execution = not_made("rejected", prepared.rejected)
        except ExecutionUnavailable as error:
            execution = not_made("unavailable", error.message)
        except Exception as error:
            execution = not_made("unavailable", f"{type(error).__name__}: {error}"[:300])
        finished = self._finish(Executed(submission=submission, fresh=(Recording(told=execution),), marked_at=_now()))
        return _examined(submission, finished, place=place, executed=False)

    def _prepare(self, item: HandedIn) -> Prepared:
        workers, terms = self.careful.workers, self.careful.terms
        if item.fault:
            raise ExecutionUnavailable(item.fault)
        if item.rejected:
            return Prepared(sha256=item.submission.sha256, rejected=item.rejected)
        if item.path is not None:
            return workers.prepare(terms, item.path, item.company)
        kept = self.book.find_kept(item.submission.student.id, item.submission.attempt)
        if kept.document is not None:
            return workers.plan_again(terms, kept.document, item.submission.sha256)
        if kept.status == "rejected":
            return Prepared(sha256=item.submission.sha256, rejected=kept.reason)
        raise ExecutionUnavailable(kept.reason)

    def _planned(
        self, item: HandedIn, submission: Submission, prepared: Prepared, plan: Plan, place: Place
    ) -> Examined:
        stored = self.executions.kept(place)
        lacking = item.path is None and bool(prepared.companions)
        if stored is None and lacking:
            raise ExecutionUnavailable(_lacking(prepared.companions))
        fresh: tuple[Recording, ...] = ()
        made = False
        if stored is None:
            main, made = self.executions.make(place, plan, plan.main, item.beside)
            fresh = (main,)
        executed = Executed(
            submission=submission,
            key=place.key,
            document=prepared.document,
            plan=plan,
            stored=stored,
            fresh=fresh,
            marked_at=_now(),
        )
        may_repeat = (
            plan.repeat is not None and not executed.is_repeated and executed.main_status in {"completed", "error"}
        )
        may_repeat = may_repeat and not lacking
        finished = self._try_to_finish(executed, may_repeat=may_repeat)
        if isinstance(finished, WantsRepeat):
            assert plan.repeat is not None
            repeat, made_too = self.executions.make(place, plan, plan.repeat, item.beside)
            made = made or made_too
            if repeat.told.status != "unavailable":
                executed = replace(executed, fresh=(*fresh, repeat))
            finished = self._finish(executed)
        return _examined(submission, finished, place=place, executed=made)

    def _finish(self, executed: Executed) -> Finished:
        finished = self._try_to_finish(executed, may_repeat=False)
        assert isinstance(finished, Finished)
        return finished

    def _try_to_finish(self, executed: Executed, *, may_repeat: bool) -> Finished | WantsRepeat:
        careful = self.careful
        try:
            return careful.workers.finish(careful.terms, executed, may_repeat=may_repeat)
        except WorkerFault:
            return careful.finish(executed, may_repeat=may_repeat)


def _lacking(companions: tuple[str, ...]) -> str:
    named = ", ".join(companions[:3]) + (" …" if len(companions) > 3 else "")
    return (
        f"It has to be executed again, and the files that lay beside it aren't kept ({named}). "
        "Grade the hand-in itself once more."
    )


def _examined(submission: Submission, finished: Finished, *, place: Place | None, executed: bool) -> Examined:
    graded = Graded(submission=submission, pages=finished.pages, executed=executed)
    return Examined(graded=graded, entry=finished.entry, place=place)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
