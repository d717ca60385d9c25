"""Fills the gaps that a process's past has left in its memory, so that what comes next lies together.

A copy of a process pays for each page that it is the first to write to. What an execution makes would go into free
blocks all over the pages that it shares with the template; once they are filled, it goes into a few pages of its own,
and a fourth of the pages that a small notebook writes to are spared.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
from typing import Any

_LINE = re.compile(rb"^ +\d+ +(\d+) +\d+ +\d+ +(\d+)$", re.MULTILINE)
"""Of what CPython tells: a class of blocks, their size, the pools of it, blocks in use, and blocks that are free."""
_MOST = 1 << 16
"""So many blocks of a size at most: whatever the numbers say, this ends."""
_LARGEST, _SMALLEST = 1 << 18, 24
_kept: list[Any] = []


class _HeapFacts(ctypes.Structure):
    """glibc's `struct mallinfo2`."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
    ]


def fill_gaps() -> None:
    """Keep an object in each of Python's blocks, and take each of C's, that is free among others that are in use."""
    _kept.extend(_made(int(size), min(int(count), _MOST)) for size, count in _LINE.findall(_statistics()))
    _take_chunks()


def _statistics() -> bytes:
    """What CPython tells of its allocator, on standard error, as far as it does."""
    tell = getattr(sys, "_debugmallocstats", None)
    if tell is None:
        return b""
    kept = os.dup(2)
    with open(os.memfd_create("statistics"), "w+b") as file:
        os.dup2(file.fileno(), 2)
        try:
            tell()
        finally:
            os.dup2(kept, 2)
            os.close(kept)
        file.seek(0)
        return file.read()


def _made(size: int, count: int) -> list[Any]:
    empty = sys.getsizeof(b"")
    if size <= 16:
        return [object() for _ in range(count)]
    if size < empty:
        return [float(number) for number in range(count)]
    return [bytes(size - empty) for _ in range(count)]


def _take_chunks() -> None:
    """Take all that C's allocator has free below the end of its heap, the largest chunks first."""
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "mallinfo2"):  # glibc before 2.33, and other libraries
        return
    libc.mallinfo2.restype = _HeapFacts
    libc.malloc.restype = libc.sbrk.restype = ctypes.c_void_p
    left, size = libc.mallinfo2().fordblks, _LARGEST
    while size >= _SMALLEST:
        end = libc.sbrk(0) - libc.mallinfo2().keepcost
        while left > size:
            block = libc.malloc(ctypes.c_size_t(size))
            if block is None or block >= end:
                libc.free(ctypes.c_void_p(block))
                break
            left -= size
        size = size * 7 // 8
