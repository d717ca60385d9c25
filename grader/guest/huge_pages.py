"""Moves a process's memory into huge pages, so that it costs less to fork.

A fork copies one entry for each huge page instead of 512, and unmaps one at its end. What is mapped of libraries it
doesn't even copy: it maps them anew, sixteen pages at a time, as it runs through them; so the code in use is moved into
memory of our own. Together that is a fifth of what an execution of a small notebook costs.
"""

from __future__ import annotations

import ctypes
import os
from typing import Any, Iterator

_HUGE = 1 << 21
_PAGES_IN_USE = 32
"""So many of a huge page's 512 small ones must be in use for it to be worth its memory."""
_MADV_COLLAPSE = 25  # Linux 6.1 and newer; where it can't be done, nothing is lost
_PROT_READ, _PROT_WRITE, _PROT_EXEC = 1, 2, 4
_PRIVATE_ANONYMOUS = 0x22
_MAY_MOVE_FIXED = 3
_FAILED = ctypes.c_void_p(-1).value

_libc = ctypes.CDLL(None)
_libc.mmap.restype = _libc.mremap.restype = ctypes.c_void_p


def use_huge_pages() -> None:
    """Move this process, which must have one thread, into huge pages as far as the kernel can."""
    with open("/proc/self/maps") as file:
        mappings = [line.split() for line in file]
    for addresses, rights, offset, _, _, *name in mappings:
        begin, end = (int(address, 16) for address in addresses.split("-"))
        begin, end = -(-begin // _HUGE) * _HUGE, end // _HUGE * _HUGE
        if begin >= end:
            continue
        if rights == "rw-p" and offset == "00000000" and name in ([], ["[heap]"]):
            _collapse(begin, end - begin)
        elif rights in ("r-xp", "r--p") and name and name[0].startswith("/"):
            for block in _in_use(begin, end):
                _replace(block, _PROT_READ | (_PROT_EXEC if "x" in rights else 0))


def _in_use(begin: int, end: int) -> Iterator[int]:
    """The huge pages of a mapping that are mapped in good part."""
    size = os.sysconf("SC_PAGE_SIZE")
    with open("/proc/self/pagemap", "rb", buffering=0) as file:
        file.seek(begin // size * 8)
        entries = file.read((end - begin) // size * 8)
    step = _HUGE // size * 8
    for number, at in enumerate(range(0, len(entries), step)):
        present = sum(byte >> 7 for byte in entries[at + 7 : at + step : 8])
        if present >= _PAGES_IN_USE:
            yield begin + number * _HUGE


def _replace(block: int, rights: int) -> None:
    """Put a copy in one huge page where the same bytes of a file were mapped."""
    room = _libc.mmap(None, _size(2 * _HUGE), _PROT_READ | _PROT_WRITE, _PRIVATE_ANONYMOUS, -1, ctypes.c_long(0))
    if room == _FAILED:
        return
    copy = -(-room // _HUGE) * _HUGE
    ctypes.memmove(copy, block, _HUGE)
    if _collapse(copy, _HUGE) and _libc.mprotect(_address(copy), _size(_HUGE), rights) == 0:
        _libc.mremap(_address(copy), _size(_HUGE), _size(_HUGE), _MAY_MOVE_FIXED, _address(block))
        _unmap(room, copy)
        _unmap(copy + _HUGE, room + 2 * _HUGE)
    else:
        _unmap(room, room + 2 * _HUGE)


def _collapse(begin: int, size: int) -> bool:
    return bool(_libc.madvise(_address(begin), _size(size), _MADV_COLLAPSE) == 0)


def _unmap(begin: int, end: int) -> None:
    if end > begin:
        _libc.munmap(_address(begin), _size(end - begin))


def _address(number: int) -> Any:
    return ctypes.c_void_p(number)


def _size(number: int) -> Any:
    return ctypes.c_size_t(number)
