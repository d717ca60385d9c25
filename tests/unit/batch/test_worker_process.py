"""A worker process does jobs one after another, and may die, hang or misbehave without taking anybody along."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from grader.batch import Workers, workers
from grader.batch.worker_process import WorkerFault, WorkerProcess
from grader.errors import NotebookRejected

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([workers._PRELOADED])


@pytest.fixture
def worker() -> Iterator[WorkerProcess]:
    worker = WorkerProcess(CONTEXT)
    yield worker
    worker.end()


def pid() -> int:
    return os.getpid()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def leave() -> None:
    sys.exit("an author's own way of ending")


def reject() -> None:
    raise NotebookRejected("It is no notebook.", remedy="Hand in another.")


def unpicklable() -> object:
    return threading.Lock()


def doubled(data: bytes) -> bytes:
    return data * 2


def do(worker: WorkerProcess, job: str, *arguments: object, seconds: float = 30) -> object:
    return worker.do(__name__, job, arguments, seconds=seconds)


def test_it_is_one_process_and_not_this_one(worker: WorkerProcess) -> None:
    assert do(worker, "pid") == do(worker, "pid") != os.getpid()


def test_megabytes_go_through(worker: WorkerProcess) -> None:
    assert do(worker, "doubled", b"x" * 20_000_000) == b"x" * 40_000_000


@pytest.mark.parametrize("job", ["leave", "unpicklable", "no_such_job"])
def test_a_job_that_fails_leaves_its_worker_alive(worker: WorkerProcess, job: str) -> None:
    before = do(worker, "pid")
    with pytest.raises(WorkerFault, match=f"'{job}' failed"):
        do(worker, job)
    assert worker.alive
    assert do(worker, "pid") == before


def test_an_error_for_people_comes_back_as_it_was(worker: WorkerProcess) -> None:
    with pytest.raises(NotebookRejected) as caught:
        do(worker, "reject")
    assert caught.value.remedy == "Hand in another."


def test_a_worker_that_dies_says_how(worker: WorkerProcess) -> None:
    with pytest.raises(WorkerFault, match=f"'die' ended its worker .exit status -{int(signal.SIGKILL)}."):
        do(worker, "die")
    assert not worker.alive


def test_a_worker_that_was_killed_before_its_job_is_a_fault_too(worker: WorkerProcess) -> None:
    child = do(worker, "pid")
    assert isinstance(child, int)
    os.kill(child, signal.SIGKILL)
    with pytest.raises(WorkerFault, match="ended its worker"):
        do(worker, "pid")


def test_a_job_that_hangs_ends_in_time_and_so_does_its_worker(worker: WorkerProcess) -> None:
    child = do(worker, "pid")
    assert isinstance(child, int)
    started = time.monotonic()
    with pytest.raises(WorkerFault, match="took longer than 1 s"):
        worker.do("time", "sleep", (1000,), seconds=1)
    assert time.monotonic() - started < 10
    assert not worker.alive
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_ctrl_c_is_for_the_parent(worker: WorkerProcess) -> None:
    child = do(worker, "pid")
    assert isinstance(child, int)
    os.kill(child, signal.SIGINT)
    assert do(worker, "pid") == child


def test_threads_keep_their_worker_and_the_dead_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_JOBS", __name__)
    with Workers(None, processes=2) as pool, ThreadPoolExecutor(2) as threads:
        gate = threading.Barrier(2)

        def three(fatal: bool) -> list[object]:
            gate.wait()
            found = [pool._do(int, "pid") for _ in range(3)]
            if fatal:
                with pytest.raises(WorkerFault):
                    pool._do(object, "die")
            return [*found, pool._do(int, "pid")]

        one, other = threads.map(three, (False, True))
    assert len({*one}) == 1
    assert len({*other[:3]}) == 1
    assert other[3] not in {*one, *other[:3]}
    assert one[0] != other[0]


def test_leaving_ends_all_workers_whatever_they_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_JOBS", __name__)
    with ThreadPoolExecutor(1) as threads:
        with Workers(None, processes=2) as pool:
            child = pool._do(int, "pid")
            monkeypatch.setattr(workers, "_JOBS", "time")
            asleep = threads.submit(pool._do, object, "sleep", 1000)
            while not pool._busy:
                time.sleep(0.01)
        with pytest.raises(WorkerFault):
            asleep.result(timeout=10)
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
