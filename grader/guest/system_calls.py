"""The kernel's calls that Python's library lacks, through ctypes. Each raises OSError where the kernel says no."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from struct import pack
from typing import Any

CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 4096, 16384, 1 << 18

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_CAPBSET_DROP = 24
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT = 47
_SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC = 1, 1

# The same numbers on every architecture that came after 2011's unification, x86-64 and arm64 included.
_LANDLOCK_CREATE_RULESET, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT_SELF = 444, 445, 446
_CAPSET = {"x86_64": 126, "aarch64": 91}
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_CAPABILITY_VERSION = 0x20080522

# Landlock's rights (linux/landlock.h), and the version of its interface that brought each group.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_FILE_SYSTEM_RIGHTS = ((1, (1 << 13) - 1), (2, 1 << 13), (3, 1 << 14), (5, 1 << 15))
_NETWORK_RIGHTS = 0b11
_SCOPES = 0b11

_libc = ctypes.CDLL(None, use_errno=True)


def _call(function: Any, *arguments: Any) -> int:
    result = int(function(*arguments))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), getattr(function, "__name__", "system call"))
    return result


def unshare(flags: int) -> None:
    """Leave namespaces for new ones; with CLONE_NEWPID, the next child is the first process of a new one."""
    _call(_libc.unshare, ctypes.c_int(flags))


def enter_namespace(descriptor: int, kind: int) -> None:
    """Join the namespace that a descriptor of /proc/*/ns refers to."""
    _call(_libc.setns, ctypes.c_int(descriptor), ctypes.c_int(kind))


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Mount a file system."""
    arguments = [os.fsencode(text) for text in (source, target, kind)]
    _call(_libc.mount, *arguments, ctypes.c_ulong(flags), os.fsencode(options) or None)


def die_with_parent(number: int) -> None:
    """Get this signal when the thread that started us ends."""
    _call(_libc.prctl, _PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def become_subreaper() -> None:
    """Orphans among our descendants become our children from now on."""
    _call(_libc.prctl, _PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def stay_readable() -> None:
    """Let this process read what /proc tells of it, which a change of user takes away."""
    _call(_libc.prctl, _PR_SET_DUMPABLE, 1, 0, 0, 0)


@contextmanager
def acting_as(user: int) -> Iterator[None]:
    """Let this thread be looked on as a user where it asks for files, if we are root."""
    if os.geteuid() != 0 or user == 0:
        yield
        return
    _libc.setfsgid(user)
    _libc.setfsuid(user)
    try:
        yield
    finally:
        _libc.setfsuid(0)
        _libc.setfsgid(0)


def drop_capabilities() -> None:
    """Give up all capabilities for good, those of programs that are started later included."""
    _call(_libc.prctl, _PR_CAP_AMBIENT, 4, 0, 0, 0)
    capability = 0
    while _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) == 0:
        capability += 1
    header, none = pack("<Ii", _CAPABILITY_VERSION, 0), bytes(24)
    _call(_libc.syscall, ctypes.c_long(_CAPSET[os.uname().machine]), header, none)


def forbid_new_privileges() -> None:
    """No program that is started from now on gains rights by being started (set-user-id and the like)."""
    _call(_libc.prctl, _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def filter_system_calls(program: bytes) -> None:
    """Load a seccomp filter, in all threads: a program of eight-byte instructions, as libseccomp exports it."""
    buffer = ctypes.create_string_buffer(program, len(program))
    header = pack("@HP", len(program) // 8, ctypes.addressof(buffer))
    number = ctypes.c_long(_SECCOMP[os.uname().machine])
    _call(_libc.syscall, number, _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC, header)


def landlock_version() -> int:
    """The version of Landlock's interface; 0 where the kernel has none."""
    return max(0, int(_libc.syscall(ctypes.c_long(_LANDLOCK_CREATE_RULESET), None, ctypes.c_size_t(0), 1)))


def landlock(read: list[str], write: list[str], devices: list[str], version: int) -> None:
    """Restrict this process, and all that it starts, to some files; see Linux's userspace-api/landlock.

    Below `read`, files can be read and run; below `write`, anything; `devices` can be read, written and controlled.
    TCP is refused, and so are signals and abstract sockets to processes outside, as far as the version knows them.
    Paths that don't exist are left out.
    """
    handled = sum(rights for since, rights in _FILE_SYSTEM_RIGHTS if version >= since)
    attributes = pack("<QQQ", handled, _NETWORK_RIGHTS if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _call(
        _libc.syscall, ctypes.c_long(_LANDLOCK_CREATE_RULESET), attributes, ctypes.c_size_t(size), ctypes.c_uint(0)
    )
    try:
        for paths, rights in (
            (read, _EXECUTE | _READ_FILE | _READ_DIR),
            (write, handled),
            (devices, _READ_FILE | _WRITE_FILE | _READ_DIR | 1 << 15),
        ):
            for path in paths:
                _allow(ruleset, path, rights & handled)
        _call(_libc.syscall, ctypes.c_long(_LANDLOCK_RESTRICT_SELF), ctypes.c_int(ruleset), ctypes.c_uint(0))
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):
            rights &= _EXECUTE | _WRITE_FILE | _READ_FILE | 1 << 14 | 1 << 15  # the others are for folders
        rule = pack("<Qi", rights, descriptor)
        _call(_libc.syscall, ctypes.c_long(_LANDLOCK_ADD_RULE), ctypes.c_int(ruleset), 1, rule, ctypes.c_uint(0))
    finally:
        os.close(descriptor)
