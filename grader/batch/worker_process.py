"""One worker process, and the pipe to it. It does one job at a time, and may die of it."""

from __future__ import annotations

import gc
import os
import resource
import select
import signal
import sys
import threading
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext

from grader.batch import pickling
from grader.errors import ExecutionUnavailable, GraderError

START_SECONDS = 90.0
"""How long a worker may take until it is ready; the first one waits for torch to be imported."""
MEMORY_BYTES = 4 * 1024**3
_COLLECTING = (20_000, 20, 50)
_LONGEST_REASON = 300


class WorkerFault(ExecutionUnavailable):
    """A worker died, ran out of time or hit a bug of ours while it did a job; `message` says which."""


class WorkerDied(WorkerFault):
    """A worker's process ended while it did a job, or before it, which may be the machine's doing."""


class WorkerProcess:
    """A worker process; no two threads may use it at once. After a `WorkerFault` it may have to be replaced: `alive`.

    A process and a pipe of our own, and no pool: those that there are pass each job through threads, queues and locks
    that cost more than our jobs do, and can't end a worker that hangs without ending others.
    """

    def __init__(self, context: ForkServerContext) -> None:
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self._answers = select.poll()
        self._answers.register(self._pipe, select.POLLIN)
        self._ready = False
        self._ending = threading.Lock()

    @property
    def alive(self) -> bool:
        """Whether it can do another job."""
        return not self._pipe.closed

    def do(self, module: str, job: str, arguments: tuple[object, ...], *, seconds: float) -> object:
        """Have a module's function called, and wait for its result.

        Raises WorkerFault, or the GraderError that the job raised.
        """
        try:
            if not self._ready:
                self._answer(START_SECONDS, "starting")
                self._ready = True
            self._pipe.send_bytes(pickling.dumps((module, job, arguments)))
            answer = self._answer(seconds, repr(job))
        except (EOFError, OSError) as error:
            self._process.join(1)
            status = self._process.exitcode
            self.end()
            raise WorkerDied(f"{job!r} ended its worker (exit status {status}).") from error
        if isinstance(answer, GraderError):
            raise answer
        if isinstance(answer, _Failure):
            raise WorkerFault(f"{job!r} failed: {answer.reason}"[:_LONGEST_REASON])
        return answer

    def end(self) -> None:
        """Kill it, whatever it does; another thread may call this while a job is under way."""
        with self._ending:
            self._process.kill()
            self._process.join()
            self._pipe.close()

    def _answer(self, seconds: float, what: str) -> object:
        # `Connection.poll` makes a selector each time.
        if not self._answers.poll(1000 * seconds):
            self.end()
            raise WorkerFault(f"{what} took longer than {seconds:.0f} s.")
        return pickling.loads(self._pipe.recv_bytes())


class _Failure:
    """That a job failed by an exception that is none of ours, and its text."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def _serve(pipe: Connection) -> None:
    """What a worker does: it bounds itself, and then does jobs until nobody is at the other end of the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends its workers
    os.dup2(2, 1)  # what an author's code prints is no part of what the command says
    _bound()
    with suppress(EOFError, BrokenPipeError):
        pipe.send_bytes(pickling.dumps(None))
        while True:
            pipe.send_bytes(_done(pipe.recv_bytes()))


def _done(message: bytes) -> bytes:
    try:
        call = pickling.loads(message)
        assert isinstance(call, tuple)
        module, job, arguments = call
        return pickling.dumps(getattr(import_module(module), job)(*arguments))
    except GraderError as error:
        return pickling.dumps(error)
    except BaseException as error:
        # An author's code may raise anything, SystemExit too.
        return pickling.dumps(_Failure(f"{type(error).__name__}: {error}"))


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if "torch" in sys.modules:  # which is imported for an assignment only, and takes seconds
        sys.modules["torch"].set_num_threads(1)
    gc.freeze()  # what was imported stays, and need not be looked through again and again
    # A job makes thousands of records and syntax trees, and hardly a cycle.
    gc.set_threshold(*_COLLECTING)
