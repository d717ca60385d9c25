"""The filter of system calls around student code, made by libseccomp."""

from __future__ import annotations

import errno
import functools
import os
import socket
import tempfile
from typing import Any

NEVER = (
    # other processes' memory and execution
    *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_getfd"),
    # the kernel itself
    *("bpf", "perf_event_open", "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module"),
    *("reboot", "syslog", "swapon", "swapoff", "acct", "quotactl", "quotactl_fd", "iopl", "ioperm", "modify_ldt"),
    *("settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname", "personality"),
    *("add_key", "request_key", "keyctl", "lookup_dcookie", "vhangup", "uselib", "userfaultfd"),
    # namespaces and mounts
    *("mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "fsconfig", "fsmount", "fspick"),
    *("mount_setattr", "unshare", "setns", "name_to_handle_at", "open_by_handle_at", "fanotify_init"),
    # memory and messages that no limit counts
    *("memfd_secret", "shmget", "shmat", "shmctl", "msgget", "msgsnd", "msgrcv", "msgctl", "semget", "semop"),
    *("semtimedop", "semctl", "mq_open", "mq_unlink", "move_pages", "migrate_pages", "vmsplice"),
)
"""What coursework never needs: refused as not permitted."""

UNKNOWN = ("clone3", "io_uring_setup", "io_uring_enter", "io_uring_register", "memfd_create", "io_setup", "io_submit")
"""Refused as if the kernel didn't have it: libraries then do without. clone3's flags can't be filtered, clone's can."""

OTHERS_FILES = (
    *("chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat"),
    *("utime", "utimes", "utimensat", "futimesat"),
)
"""What changes a file's owner, mode or times, of which Landlock knows nothing: done by nobody, and said to be done,
since copying a file ends with it."""

OTHERS_ATTRIBUTES = ("setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr", "ioprio_set")

OTHERS_SCHEDULING = ("prlimit64", "sched_setaffinity", "sched_setscheduler", "sched_setparam", "sched_setattr")
"""What takes a process's number first: done for the caller's own, which is 0; for any other it is said to be done, as
libraries do this to their own threads by number and end the process where they can't."""

_NEW_NAMESPACES = (0x00000080, 0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_FAMILIES = 64
_SOCKET_TYPES = 0xF
_LOCAL, _INTERNET = socket.AF_UNIX, (socket.AF_INET, socket.AF_INET6)


class FilterMissing(Exception):
    """libseccomp isn't there; the message says more."""


@functools.cache
def program(*, alone: bool, local_sockets: bool) -> bytes:
    """The filter as the kernel loads it, for this machine's architecture.

    The internet is unreachable; `local_sockets` leaves Unix sockets alone, which are safe where no other process's can
    be seen. Unless it is `alone`, in namespaces of its own, the process may not touch others of the same user, nor
    what their files are marked with. Raises FilterMissing.
    """
    try:
        import pyseccomp  # loads the library, which a machine may lack
    except (ImportError, OSError, RuntimeError) as error:
        raise FilterMissing(f"libseccomp can't be loaded: {error}") from error

    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for name in NEVER:
        _refuse(rules, errno.EPERM, name)
    for name in UNKNOWN:
        _refuse(rules, errno.ENOSYS, name)
    for flag in _NEW_NAMESPACES:
        _refuse(rules, errno.EPERM, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, flag, flag))
    for request in (_TIOCSTI, _TIOCLINUX):
        _refuse(rules, errno.EPERM, "ioctl", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, 0xFFFFFFFF, request))
    for family in range(_FAMILIES):
        if family not in _INTERNET and not (family == _LOCAL and local_sockets):
            # What lists the network's interfaces takes this answer for "there is none"; others kill ZeroMQ's process.
            number = errno.EOPNOTSUPP if family == socket.AF_NETLINK else errno.EACCES
            _refuse(rules, number, "socket", pyseccomp.Arg(0, pyseccomp.EQ, family))
    _refuse(rules, errno.EACCES, "socket", pyseccomp.Arg(0, pyseccomp.GE, _FAMILIES))
    if not local_sockets:  # a pair of datagram sockets could be connected to somebody else's afterwards
        for name in ("bind", "connect", "listen"):
            _refuse(rules, errno.EACCES, name)
        datagram = pyseccomp.Arg(1, pyseccomp.MASKED_EQ, _SOCKET_TYPES, socket.SOCK_DGRAM)
        _refuse(rules, errno.EACCES, "socketpair", datagram)
    for family in _INTERNET:
        _refuse(rules, errno.ENETUNREACH, "socket", pyseccomp.Arg(0, pyseccomp.EQ, family))
    if not alone:
        _leave_others_alone(rules)
    return _exported(rules)


def _leave_others_alone(rules: Any) -> None:
    import pyseccomp

    for name in OTHERS_FILES:
        _refuse(rules, 0, name)
    for name in OTHERS_ATTRIBUTES:
        _refuse(rules, errno.EPERM, name)
    for name in OTHERS_SCHEDULING:
        _refuse(rules, 0, name, pyseccomp.Arg(0, pyseccomp.NE, 0))
    for argument in (0, 1):  # which kind of priority, whose
        _refuse(rules, 0, "setpriority", pyseccomp.Arg(argument, pyseccomp.NE, 0))


def _refuse(rules: Any, error: int, name: str, *arguments: Any) -> None:
    import pyseccomp

    try:
        rules.add_rule(pyseccomp.ERRNO(error), name, *arguments)
    except (OSError, ValueError):  # a call that this architecture, or this libseccomp, doesn't know
        return


def _exported(rules: Any) -> bytes:
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0, os.SEEK_SET)
        return file.read()
