"""Worker processes, bounded in time and memory: reading, marking and rendering happen in them."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Mapping
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from grader.assignment.spec import Reveal, Spec
from grader.batch.stages import Described, Pages, Prepared
from grader.errors import AssignmentError, ExecutionUnavailable, GraderError
from grader.marking import ungraded
from grader.records import Execution, Grade, Notebook, Result

T = TypeVar("T")

JOB_SECONDS = 60.0
LOAD_SECONDS = 90.0
_PATIENCE = 3
"""How many times a job's seconds are spent on marking one submission's checks one by one."""
MEMORY_BYTES = 4 * 1024**3

_JOBS = "grader.batch.jobs"
"""Known by name only, so that this process does not import what only the workers need, torch above all."""


class WorkerFault(ExecutionUnavailable):
    """A worker died, ran out of time or hit a bug of ours while it did a job; `message` says which."""


class Workers:
    """A pool of worker processes for one reference folder; its methods block, and may be called from many threads."""

    def __init__(self, reference: Path, *, processes: int, seconds: float = JOB_SECONDS) -> None:
        self._reference = reference
        self._seconds = seconds
        context = multiprocessing.get_context("forkserver")
        # What all workers need is imported once, and a worker that died is replaced by a fork.
        context.set_forkserver_preload([_JOBS])
        self._pool = ProcessPool(max_workers=processes, initializer=_bound, initargs=(MEMORY_BYTES,), context=context)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is None or issubclass(kind, GraderError):
            # Nothing is under way; workers that are still starting are let come up, since ending them then is noisy.
            self._pool.close()  # type: ignore[no-untyped-call]  # pebble annotates most of its methods, but not these
        else:
            self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def describe(self) -> Described:
        """The assignment as data; raises AssignmentError, also where loading it takes for ever or kills its process."""
        try:
            return self._do(Described, "describe", self._reference, seconds=LOAD_SECONDS)
        except WorkerFault as error:
            raise AssignmentError(
                f"The reference can't be evaluated: {error.message}",
                remedy="Run its assignment.py by itself, and look for what loops, exits or fills the memory.",
                file=str(self._reference / "assignment.py"),
            ) from error

    def prepare(self, path: Path) -> Prepared:
        """Read and plan a hand-in; raises ExecutionUnavailable where that can't be done."""
        return self._do(Prepared, "prepare", self._reference, path)

    def plan_again(self, notebook: Notebook, sha256: str) -> Prepared:
        """Plan the executions of a notebook that was read before."""
        return self._do(Prepared, "plan_again", self._reference, notebook, sha256)

    def wants_repeat(self, notebook: Notebook, execution: Execution) -> bool:
        """Whether a second execution would tell what is random from what is stale."""
        return self._do(bool, "wants_repeat", notebook, execution)

    def mark(self, notebook: Notebook, executions: tuple[Execution, ...], spec: Spec) -> Grade:
        """Mark a submission.

        Where that kills a worker, its checks are tried one by one, and only those that do so again stay unmarked.
        """
        try:
            return self._do(Grade, "mark", self._reference, notebook, executions)
        except WorkerFault as fault:
            markable = self._markable(notebook, executions, spec)
            try:
                return self._do(Grade, "mark", self._reference, notebook, executions, markable)
            except WorkerFault:
                return ungraded(spec, replace(executions[0], status="unavailable", reason=fault.message))

    def _markable(self, notebook: Notebook, executions: tuple[Execution, ...], spec: Spec) -> tuple[str, ...]:
        """The checks that can be marked alone, found out within a bounded time."""
        markable: list[str] = []
        deadline = time.monotonic() + _PATIENCE * self._seconds
        for check in spec.checks:
            if time.monotonic() < deadline:
                with suppress(WorkerFault):
                    self._do(Grade, "mark", self._reference, notebook, executions, (check.id,))
                    markable.append(check.id)
        return tuple(markable)

    def render(self, result: Result, spec: Spec, reveal: Reveal, provenance: Mapping[str, object]) -> Pages:
        """Write a submission's files, as text."""
        return self._do(Pages, "render", result, spec, reveal, provenance)

    def _do(self, kind: type[T], job: str, *arguments: object, seconds: float | None = None) -> T:
        limit = seconds or self._seconds
        try:
            result = self._pool.schedule(_call, args=(_JOBS, job, *arguments), timeout=limit).result()
        except FutureTimeoutError as error:
            raise WorkerFault(f"{job!r} took longer than {limit:.0f} s.") from error
        except ProcessExpired as error:
            raise WorkerFault(f"{job!r} ended its worker (exit status {error.exitcode}).") from error
        except GraderError:
            raise
        except Exception as error:
            raise WorkerFault(f"{job!r} failed: {type(error).__name__}: {error}"[:300]) from error
        assert isinstance(result, kind)
        return result


def _call(module: str, job: str, *arguments: object) -> object:
    return getattr(import_module(module), job)(*arguments)


def _bound(memory: int) -> None:
    """What a worker does first: it bounds itself, and keeps to one core."""
    import torch  # only workers need it, and importing it takes a second

    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    torch.set_num_threads(1)
