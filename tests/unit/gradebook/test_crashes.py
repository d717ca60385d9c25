"""A grader that is killed loses nothing that it had said was kept."""

from __future__ import annotations

import random
import sqlite3
import time
from multiprocessing.connection import Connection
from pathlib import Path

from grader.gradebook import Gradebook
from grader.records import Result
from tests.unit.gradebook.processes import PROCESSES
from tests.unit.gradebook.results import make_execution, make_result, make_spec

ROUNDS = 12
STARTED = -1


def _record_for_ever(path: Path, first: int, acknowledge: Connection) -> None:
    """Open the gradebook and record one student after another, telling of each once it is kept."""
    acknowledge.send(STARTED)
    with Gradebook.open(path) as book:
        book.keep_assignment(make_spec(), {"assignment.py": "x"})
        marking = book.begin_marking("digest-1", {})
        number = first
        while True:
            book.record(marking, _result(number), key="k")
            acknowledge.send(number)
            number += 1


def _result(number: int) -> Result:
    """A result of many pages, so that a kill often falls into the middle of writing one."""
    execution = make_execution(seconds=number / 7, reason=f"{number} " * 5_000)
    return make_result(f"s{number:06}", executions=(execution, make_execution(purpose="repeat", seconds=number)))


def _kill_after(path: Path, first: int, seconds: float) -> list[int]:
    """Let a child record for so long, kill it, and return what it had acknowledged."""
    receiver, sender = PROCESSES.Pipe(duplex=False)
    child = PROCESSES.Process(target=_record_for_ever, args=(path, first, sender))
    child.start()
    sender.close()
    assert receiver.recv() == STARTED
    time.sleep(seconds)
    child.kill()
    child.join()
    acknowledged = []
    try:
        while True:
            acknowledged.append(receiver.recv())
    except EOFError:
        return acknowledged


def test_what_was_acknowledged_survives_a_kill_at_any_moment(path: Path) -> None:
    chance = random.Random(1)
    kept: list[int] = []
    for attempt in range(ROUNDS):
        # The first kills fall into the creation of the file and its tables, the others among the records.
        seconds = chance.uniform(0.0, 0.15) if attempt < 4 else chance.uniform(0.1, 0.4)
        kept += _kill_after(path, 1000 * attempt, seconds)
        _check(path, kept)
    assert len(kept) > 50


def _check(path: Path, kept: list[int]) -> None:
    """All that was acknowledged is there; what was not is there as a whole, or not at all."""
    with Gradebook.open(path) as book:
        found = {int(result.submission.student.id[1:]): result for result in book.grades(whole=True)}
    assert set(kept) <= set(found)
    assert all(result == _result(number) for number, result in found.items())
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def test_a_killed_grader_leaves_no_lock_behind(path: Path) -> None:
    _kill_after(path, 0, 0.3)
    with Gradebook.open(path, wait_seconds=0.0) as book:
        book.keep_assignment(make_spec(), {})
        book.record(book.begin_marking("digest-1", {}), make_result(), key="k")
        assert book.find("ada") == make_result()
