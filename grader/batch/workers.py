"""Worker processes, bounded in time and memory: reading, marking and rendering happen in them."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import forkserver
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from grader.assignment.sources import MODULE, refuse_missing
from grader.assignment.spec import Tolerance
from grader.batch.stages import (
    BY_ITSELF,
    Company,
    Described,
    Executed,
    Finished,
    Outlined,
    Pages,
    Prepared,
    Terms,
    WantsRepeat,
)
from grader.batch.unpacking import Bounds, Unpacked
from grader.batch.worker_process import WorkerDied, WorkerFault, WorkerProcess
from grader.errors import AssignmentError, ExecutionUnavailable
from grader.gradebook import Entry
from grader.records import Execution, Grade, Notebook

if TYPE_CHECKING:
    from grader.assignment.exposure import Exposed
    from grader.marking.weaknesses import Examined

T = TypeVar("T")

JOB_SECONDS = 60.0
LOAD_SECONDS = 90.0
EXAMINE_SECONDS = 600.0
"""Hundreds of mistakes are tried in each function."""
UNPACK_SECONDS = 600.0
"""A whole class may be in one archive."""

_JOBS = "grader.batch.jobs"
"""Known by name only, so that this process does not import what only the workers need, torch above all."""
_OPENING, _ARCHIVES = "grader.batch.opening", "grader.batch.archives"
"""The jobs that need no assignment."""
_PRELOADED = "grader.batch.preloaded"
"""Imported once, before workers are forked; one that died is replaced by a fork, too."""


class Workers:
    """A few worker processes for one reference folder, or for jobs that need none; its methods block, and may be called
    from many threads.

    A thread gets the same worker again where it can, which remembers what it has parsed of a submission.
    Raises AssignmentError where the folder isn't there, or holds no assignment.
    """

    def __init__(self, reference: Path | None, *, processes: int, seconds: float = JOB_SECONDS) -> None:
        if reference is not None:
            refuse_missing(reference)  # at once, and not when a process has imported torch
        self.seconds = seconds
        self._reference = reference
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([] if reference is None else [_PRELOADED])
        forkserver.ensure_running()
        self._free = threading.Condition()
        self._idle: list[WorkerProcess | None] = [None] * processes  # None: not started yet, or ended
        self._busy: set[WorkerProcess] = set()
        self._last = threading.local()
        self._left = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        """Kill all of them, whatever they do; every job that is under way, or comes later, fails."""
        with self._free:
            self._left = True
            for worker in (*self._idle, *self._busy):
                if worker is not None:
                    worker.end()

    @property
    def reference(self) -> Path:
        """The reference folder, which there must be."""
        assert self._reference is not None
        return self._reference

    def describe(self) -> Described:
        """The assignment as data; raises AssignmentError, also where loading it takes for ever or kills its process."""
        try:
            return self._do(Described, "describe", self.reference, seconds=LOAD_SECONDS)
        except WorkerFault as error:
            raise AssignmentError(
                f"The reference can't be evaluated: {error.message}",
                remedy="Run its assignment.py by itself, and look for what loops, exits or fills the memory.",
                file=str(self.reference / MODULE),
            ) from error

    def examine(self) -> tuple[Examined, tuple[Exposed, ...]]:
        """What the assignment's checks wouldn't see, and what students could read of it; raises AssignmentError where
        that can't be found out."""
        try:
            return self._do(tuple, "examine", self.reference, seconds=EXAMINE_SECONDS)
        except WorkerFault as error:
            raise AssignmentError(
                f"The assignment can't be examined: {error.message}",
                remedy="Make its reference faster, or its cases fewer.",
                file=str(self.reference / MODULE),
            ) from error

    def unpack(self, archive: Path, into: Path, bounds: Bounds) -> Unpacked:
        """Unpack an archive; raises NotebookRejected for what is wrong with it, else ExecutionUnavailable."""
        return self._do(Unpacked, "unpack", archive, into, bounds, seconds=UNPACK_SECONDS, module=_ARCHIVES)

    def tasks(self, paths: tuple[Path, ...]) -> tuple[tuple[str, ...], ...]:
        """Of each file, the tasks that it has headings of; of none, where that can't be told."""
        try:
            return self._do(tuple, "tasks", self.reference, paths, seconds=LOAD_SECONDS)
        except ExecutionUnavailable:
            return ((),) * len(paths)

    def outline(self, path: Path) -> Outlined:
        """Read a hand-in and say what is where in it, by the assignment's tasks, or without one by what looks like a
        heading."""
        if self._reference is None:
            return self._do(Outlined, "outline_of", path, module=_OPENING)
        return self._do(Outlined, "outline_of", self.reference, path)

    def prepare(self, terms: Terms, path: Path, company: Company = BY_ITSELF) -> Prepared:
        """Read and plan a hand-in; raises ExecutionUnavailable where that can't be done."""
        return self._do_again(Prepared, "prepare", terms, path, company)

    def plan_again(self, terms: Terms, document: str, sha256: str) -> Prepared:
        """Plan the executions of a notebook that was read before."""
        return self._do_again(Prepared, "plan_again", terms, document, sha256)

    def finish(self, terms: Terms, executed: Executed, *, may_repeat: bool) -> Finished | WantsRepeat:
        """Mark a submission and write all that is kept of it, unless another execution would tell more."""
        answer = self._do(object, "finish", terms, executed, may_repeat)
        assert isinstance(answer, Finished | WantsRepeat)
        return answer

    def wants_repeat(self, executed: Executed) -> bool:
        """Whether a second execution would tell what is random from what is stale."""
        return self._do(bool, "wants_repeat", executed)

    def mark(self, terms: Terms, executed: Executed, checks: tuple[str, ...] | None = None) -> Grade:
        """Mark a submission; with `checks`, only those, and the others are left as our own fault."""
        return self._do(Grade, "mark", terms, executed, checks)

    def rejudge(
        self, notebook: Notebook, execution: Execution, asked: Mapping[str, Sequence[Tolerance]]
    ) -> dict[str, tuple[bool, ...]]:
        """For each of these checks, at which of the tolerances an answer would be right; {} where that fails."""
        try:
            return self._do(dict, "rejudge", self.reference, notebook, execution, dict(asked))
        except ExecutionUnavailable:
            return {}

    def render(self, terms: Terms, executed: Executed, grade: Grade, *, with_notebook: bool) -> Pages:
        """Write a submission's files, as text."""
        return self._do(Pages, "render", terms, executed, grade, with_notebook)

    def enter(self, executed: Executed, grade: Grade) -> Entry:
        """Write what the gradebook keeps of a submission."""
        return self._do(Entry, "enter", executed, grade)

    def _do_again(self, kind: type[T], job: str, *arguments: object) -> T:
        """Do a job, and once more where its worker died, since nobody can tell yet whose doing that was."""
        with suppress(WorkerDied):
            return self._do(kind, job, *arguments)
        return self._do(kind, job, *arguments)

    def _do(
        self, kind: type[T], job: str, *arguments: object, seconds: float | None = None, module: str | None = None
    ) -> T:
        with self._worker() as worker:
            result = worker.do(module or _JOBS, job, arguments, seconds=seconds or self.seconds)
        assert isinstance(result, kind)
        return result

    @contextmanager
    def _worker(self) -> Iterator[WorkerProcess]:
        """A worker that nobody else uses meanwhile, started where there is none."""
        worker = self._take()
        self._last.worker = worker
        try:
            yield worker
        finally:
            with self._free:
                self._busy.discard(worker)
                self._idle.append(worker if worker.alive else None)
                self._free.notify()

    def _take(self) -> WorkerProcess:
        with self._free:
            self._free.wait_for(lambda: self._idle)
            if self._left:
                raise WorkerFault("There are no workers any more.")
            last = getattr(self._last, "worker", None)
            worker = self._idle[self._idle.index(last) if last in self._idle else -1]
            started = worker or self._start()
            self._idle.remove(worker)
            self._busy.add(started)
            return started

    def _start(self) -> WorkerProcess:
        try:
            return WorkerProcess(self._context)
        except (OSError, EOFError) as error:
            raise WorkerFault(f"A worker could not be started: {error}.") from error
