"""Watches a target while it is fed: no input may cost much time, and all of them together no memory."""

from __future__ import annotations

import resource
import signal
from collections.abc import Callable
from types import FrameType

SECONDS = 1.0
"""Of CPU, for one input."""
GROWTH_BYTES = 200 * 1024**2
_WARM_UP_INPUTS = 500


class TooSlow(AssertionError):
    """An input took more time than it may."""


class TooLarge(AssertionError):
    """The process has grown more than it may."""


class Watch:
    """Feeds a target. Raises what the target raises, and TooSlow and TooLarge. Use it in a main thread."""

    def __init__(self, target: Callable[[bytes], None]) -> None:
        self._target = target
        self._fed = 0
        self._before = 0
        self._late = False
        signal.signal(signal.SIGPROF, self._stop)

    def __call__(self, data: bytes) -> None:
        self._late = False
        # It goes off again and again: what reads a student's values catches whatever is raised meanwhile.
        signal.setitimer(signal.ITIMER_PROF, SECONDS, SECONDS)
        try:
            self._target(data)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        if self._late:
            raise TooSlow(f"an input took longer than {SECONDS:g} s")
        self._weigh()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._late = True
        raise TooSlow(f"an input takes longer than {SECONDS:g} s")

    def _weigh(self) -> None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        self._fed += 1
        if self._fed <= _WARM_UP_INPUTS:
            self._before = peak
        elif peak - self._before > GROWTH_BYTES:
            raise TooLarge(f"the process has grown by {(peak - self._before) / 1024**2:.0f} MiB")
