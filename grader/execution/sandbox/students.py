"""The users that student code runs as where we are root: one for each execution that is under way."""

from __future__ import annotations

import functools
import os
import pwd
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from grader.errors import ExecutionUnavailable

FIRST, LAST = 63_100, 63_999
"""User numbers that systems give to nobody: between those that Debian hands out and `nobody`."""

_lock = threading.Lock()
_taken: set[int] = set()


def take_student() -> int | None:
    """A user number that nothing else runs as; None where we aren't root, and student code keeps our user."""
    if os.geteuid() != 0:
        return None
    with _lock:
        for number in _in_our_order():
            if number not in _taken and not _is_known(number):
                _taken.add(number)
                return number
    raise ExecutionUnavailable("No user number is left for student code to run as.")


def return_student(number: int | None) -> None:
    """Let others have it, once nothing runs as it any more."""
    with _lock:
        _taken.discard(number or 0)


@contextmanager
def student() -> Iterator[int | None]:
    """A user number for a while."""
    number = take_student()
    try:
        yield number
    finally:
        return_student(number)


def _in_our_order() -> Iterator[int]:
    """Begin at another number in each process, so that two batches on one machine don't meet."""
    count = LAST - FIRST + 1
    return (FIRST + (os.getpid() * 61 + step) % count for step in range(count))


@functools.cache
def _is_known(number: int) -> bool:
    try:
        pwd.getpwuid(number)
    except KeyError:
        return False
    return True
