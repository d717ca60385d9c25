"""Running mutants: one small change may make a loop endless, or a short computation long."""

from __future__ import annotations

import signal
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

import torch

EACH_SECONDS = 2.0
"""So long one mutant may compute."""
ALL_SECONDS = 10.0
"""So long all mutants of an assignment, or of a function, may compute in one process; the others are left out. That is
time of the processor, so that what is found doesn't depend on what else a machine does."""


class TooLong(Exception):
    """A mutant that computes for too long."""


@dataclass(slots=True)
class Patience:
    """How long mutants may still compute together."""

    seconds: float = ALL_SECONDS

    @property
    def is_over(self) -> bool:
        """Whether no further mutant may be tried."""
        return self.seconds <= 0

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Raise TooLong within where it takes too long; only a process's main thread can be interrupted.

        What a mutant is warned of is nobody's matter.
        """
        began, kind = time.thread_time(), torch.get_default_dtype()
        interrupted = threading.current_thread() is threading.main_thread()
        try:
            with warnings.catch_warnings(), _alarm(EACH_SECONDS) if interrupted else nullcontext():
                warnings.simplefilter("ignore")
                yield
        finally:
            # It may be interrupted anywhere, where settings are put back, too.
            torch.set_default_dtype(kind)
            self.seconds -= time.thread_time() - began


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def ring(*_: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
