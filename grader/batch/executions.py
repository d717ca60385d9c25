"""The executions of a batch: kept ones where they are as good as new, and each notebook's made once."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from grader.batch.beside import ALONE, Beside, staged, within
from grader.execution import Engine, Recording, execute_with_retry, not_run
from grader.gradebook import Stored
from grader.records import Limits, Plan, Run

if TYPE_CHECKING:
    from grader.gradebook import Gradebook

_PLAN = TypeAdapter(Plan)
_LIMITS = TypeAdapter(Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What an execution belongs to: a hand-in's bytes, and a key for all else that decides how it runs.

    The bytes are the notebook's, and those of the files beside it: with another helper it is another hand-in.

    The plan alone would do, but what is said of a student's run shall be of the very file that was handed in.
    """

    sha256: str
    key: str


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """What notebooks are executed under; with the plan, it decides whether one execution is as good as another.

    `inputs` are the arguments of calls; the plan knows them by their digests.
    """

    engine: Engine
    limits: Limits
    provided: Path | None
    provided_digest: str
    inputs: Mapping[str, bytes]
    environment: Mapping[str, str]

    def key(self, plan: Plan) -> str:
        """A digest of the plan and of all these conditions."""
        return hashlib.sha256(b"\0".join((_PLAN.dump_json(plan), self._facts))).hexdigest()

    @cached_property
    def _facts(self) -> bytes:
        facts = [_LIMITS.dump_json(self.limits)]
        facts += [self.engine.name.encode(), self.engine.seal.encode(), self.provided_digest.encode()]
        facts += [f"{name}={value}".encode() for name, value in sorted(self.environment.items())]
        return b"\0".join(facts)


class Executions:
    """Where the executions of a batch come from; threads may call all methods at once.

    Hand-ins of the same bytes are executed once, also where they are on their way at the same time: one thread has it
    executed, the others wait for it. What came of it is remembered until it is in the gradebook and all who hold its
    place have let go; whoever comes later finds it there.
    """

    def __init__(self, conditions: Conditions, book: Gradebook, notebooks: Iterable[str]) -> None:
        self._conditions = conditions
        self._book = book
        counts = Counter(notebooks)
        # Most have no execution that is kept, and are not asked for one by one.
        self._worth_asking = (counts.keys() & book.executed()) | {sha256 for sha256 in counts if counts[sha256] > 1}
        self._lock = threading.Lock()
        self._flights: dict[tuple[Place, str], Future[Recording]] = {}
        self._holders: Counter[Place] = Counter()

    def hold(self, sha256: str, plan: Plan) -> Place:
        """Where executions of these bytes under this plan belong; what is made there is remembered until `release`."""
        place = Place(sha256=sha256, key=self._conditions.key(plan))
        with self._lock:
            self._holders[place] += 1
        return place

    def kept(self, place: Place) -> Stored | None:
        """The executions that the gradebook has for a place."""
        return self._book.find_executions(place.sha256, place.key) if place.sha256 in self._worth_asking else None

    def make(self, place: Place, plan: Plan, run: Run, beside: Beside = ALONE) -> tuple[Recording, bool]:
        """Make one run of a plan, or wait for whoever makes it; and whether it was made for this caller.

        `beside` is what the place's digest says that lies beside the notebook.
        """
        with self._lock:
            flight = self._flights.get((place, run.purpose))
            if flight is None:
                own = self._flights[place, run.purpose] = Future[Recording]()
        if flight is None:
            return self._lead(own, plan, run, beside), True
        recording = flight.result()
        # What could not be made for another says nothing of whether it can be made now.
        return (
            (self._execute(plan, run, beside), True) if recording.told.status == "unavailable" else (recording, False)
        )

    def release(self, place: Place) -> None:
        """Let go of a place whose executions are in the gradebook now; the last to do so has it forgotten."""
        with self._lock:
            self._holders[place] -= 1
            if self._holders[place] == 0:
                del self._holders[place]
                for key in [(place, "main"), (place, "repeat")]:
                    self._flights.pop(key, None)

    def _lead(self, flight: Future[Recording], plan: Plan, run: Run, beside: Beside) -> Recording:
        try:
            recording = self._execute(plan, run, beside)
        except BaseException as error:
            flight.set_exception(error)
            raise
        flight.set_result(recording)
        return recording

    def _execute(self, plan: Plan, run: Run, beside: Beside) -> Recording:
        conditions = self._conditions
        try:
            with staged(conditions.provided, beside) as provided:
                limits, inputs = within(conditions.limits, beside), conditions.inputs
                return execute_with_retry(conditions.engine, plan, run, limits=limits, provided=provided, inputs=inputs)
        except OSError as error:
            reason = f"What lies beside the notebook could not be put there: {error.strerror}."
            return not_run(run, conditions.engine.name, "unavailable", reason)
