"""A notebook is executed once, also where it was handed in by several, and what is kept is not executed again."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from grader.batch.executions import Conditions, Executions, Place
from grader.execution import Recording
from grader.gradebook import Gradebook
from grader.records import ExecutionStatus, Limits, Plan, Run, Source
from tests.unit.gradebook.results import make_execution, make_result, make_spec

PLAN = Plan(cells=(Source(index=0, code="x = 1"),), main=Run(), repeat=Run(purpose="repeat", seed=7))


class SlowEngine:
    """An engine that takes its time, and counts; its first executions end in these statuses."""

    def __init__(self, *statuses: ExecutionStatus, name: str = "slow", seal: str = "none") -> None:
        self.name = name
        self.seal = seal
        self.runs: list[str] = []
        self._statuses = list(statuses)
        self._lock = threading.Lock()

    def begin(self) -> None:
        pass

    def execute(
        self, plan: Plan, run: Run, *, limits: Limits, provided: Path | None, inputs: object = None
    ) -> Recording:
        with self._lock:
            self.runs.append(run.purpose)
            number = len(self.runs)
            status = self._statuses.pop(0) if self._statuses else "completed"
        time.sleep(0.05)
        return Recording(told=make_execution(seconds=number, status=status, purpose=run.purpose))

    def close(self) -> None:
        pass


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with Gradebook.open(tmp_path / "gradebook.sqlite") as book:
        book.keep_assignment(make_spec(), {})
        yield book


def executions(book: Gradebook, engine: SlowEngine, *notebooks: str) -> Executions:
    conditions = Conditions(
        engine=engine, limits=Limits(), provided=None, provided_digest="", inputs={}, environment={}
    )
    return Executions(conditions, book, notebooks)


def make_at_once(source: Executions, *places: Place, run: Run = PLAN.main) -> list[tuple[Recording, bool]]:
    with ThreadPoolExecutor(len(places)) as threads:
        return list(threads.map(lambda place: source.make(place, PLAN, run), places))


def test_hand_ins_of_the_same_bytes_share_an_execution_that_is_under_way(book: Gradebook) -> None:
    engine = SlowEngine()
    source = executions(book, engine)
    made = make_at_once(source, *[source.hold("aa", PLAN)] * 4)
    assert engine.runs == ["main"]
    assert {recording.told.seconds for recording, _ in made} == {1}
    assert sorted(own for _, own in made) == [False, False, False, True]


def test_what_is_done_is_shared_until_it_is_in_the_gradebook(book: Gradebook) -> None:
    engine = SlowEngine()
    source = executions(book, engine)
    place = source.hold("aa", PLAN)
    assert source.hold("aa", PLAN) == place
    assert [source.make(place, PLAN, PLAN.main)[1] for _ in range(2)] == [True, False]
    source.release(place)
    assert not source.make(place, PLAN, PLAN.main)[1], "the other one has not come to its end"
    source.release(place)
    assert source.make(source.hold("aa", PLAN), PLAN, PLAN.main)[1]


def test_another_notebook_another_plan_and_another_run_are_not_shared(book: Gradebook) -> None:
    engine = SlowEngine()
    source = executions(book, engine)
    other_plan = replace(PLAN, cells=(Source(index=0, code="x = 2"),))
    places = [source.hold("aa", PLAN), source.hold("bb", PLAN), source.hold("aa", other_plan)]
    assert len(set(places)) == 3
    assert [own for _, own in make_at_once(source, *places)] == [True] * 3
    assert source.make(places[0], PLAN, Run(purpose="repeat"))[1]
    assert engine.runs == ["main", "main", "main", "repeat"]


def test_a_fault_of_ours_is_not_shared(book: Gradebook) -> None:
    """What could not be made for one student is tried again for the other."""
    engine = SlowEngine("unavailable")
    source = executions(book, engine)
    made = make_at_once(source, *[source.hold("aa", PLAN)] * 2)
    assert sorted(recording.told.status for recording, _ in made) == ["completed", "unavailable"]
    assert [own for _, own in made] == [True, True]


CONDITIONS = {
    "limits": Limits(cell_seconds=1),
    "provided_digest": "other",
    "environment": {"numpy": "1.26"},
}
ENGINES = {"engine": SlowEngine(name="quick"), "seal": SlowEngine(seal="landlock")}


@pytest.mark.parametrize("changed", [*CONDITIONS, *ENGINES])
def test_the_key_tells_all_conditions_apart(changed: str) -> None:
    base = Conditions(
        engine=SlowEngine(), limits=Limits(), provided=None, provided_digest="", inputs={}, environment={}
    )
    change = {"engine": ENGINES[changed]} if changed in ENGINES else {changed: CONDITIONS[changed]}
    assert base.key(PLAN) == replace(base).key(PLAN) != replace(base, **change).key(PLAN)


def test_what_is_kept_is_found_and_what_is_new_is_not_asked_for(book: Gradebook) -> None:
    first = executions(book, SlowEngine())
    place = first.hold("aa", PLAN)
    book.record(book.begin_marking("digest-1", {}), make_result(sha256="aa"), key=place.key)
    source = executions(book, SlowEngine(), "aa", "bb")
    found = source.kept(place)
    assert found is not None
    assert found.executions() == make_result().executions
    # Recorded meanwhile by another grader: this batch learned when it began that there was nothing for it.
    new = source.hold("bb", PLAN)
    book.record(book.begin_marking("digest-1", {}), make_result("bob", sha256="bb"), key=new.key)
    assert source.kept(new) is None


def test_what_a_batch_executed_is_found_by_the_next_of_the_same_bytes(book: Gradebook) -> None:
    source = executions(book, SlowEngine(), "aa", "aa")
    place = source.hold("aa", PLAN)
    assert source.kept(place) is None
    book.record(book.begin_marking("digest-1", {}), make_result(sha256="aa"), key=place.key)
    assert source.kept(place) is not None
