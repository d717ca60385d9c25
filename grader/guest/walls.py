"""The walls around student code, built from the inside by the process that is about to run it.

Two kinds: namespaces (a root, processes and a network of its own, which bubblewrap has begun outside), and Landlock where
those are refused. Around both: limits, no rights, and a filter of system calls.
"""

from __future__ import annotations

import os
import resource
import shutil
from base64 import b64decode
from typing import Any

from . import system_calls as system
from .processes import threads_of

_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_TERMINALS = ("/dev/tty", "/dev/ptmx", "/dev/pts")
"""For where the only ones are an execution's own."""
_THREADS_BYTES = 2**30
"""Addresses that a kernel's threads reserve, and don't use."""
_OPEN_FILES = 256
"""What lies in sockets and pipes is in no process's memory; their number bounds it."""
_ROOM = 64
"""Where student code shares its user with others, the kernel counts all of them together. So that one that starts as many
processes as it can leaves the others theirs, the kernel's limit is so many times ours, which who watches keeps."""
_INODES = 20_000
_USER = 1000
"""Who a student is inside, where outside it is the user who runs the grader."""
_FOLDERS = ("work", "home", "tmp", "shm")


def separate_processes(own: int) -> None:
    """Make the next child the first process of a namespace of its own. `own` is a descriptor of our own namespace."""
    system.enter_namespace(own, system.CLONE_NEWPID)  # a second unshare needs us back where we were
    system.unshare(system.CLONE_NEWPID)


def keep_signals_in() -> None:
    """From now on a signal to everybody reaches what this process has started, and nobody else."""
    system.forbid_new_privileges()
    system.landlock(["/"], ["/"], ["/"], system.landlock_version())


def build(walls: dict[str, Any], limits: dict[str, Any], scratch: str, student: Any, provided: Any = None) -> None:
    """Shut this process in; what it can't do here raises OSError. `scratch` becomes its one writable folder, with a
    copy of the folder `provided`, and `student` its user, None where it keeps its own.

    Left open for later: `close`, which takes away what is needed until student code runs.
    """
    os.setsid()
    os.umask(0o022)  # as Jupyter has it
    proc = os.open("/proc", os.O_PATH)  # its own is read-only, and settings of a namespace of users are made there
    if walls["seal"] == "namespaces":
        _own_files(limits, scratch, walls["read"] + walls["write"])
    for name in _FOLDERS:
        os.makedirs(os.path.join(scratch, name), exist_ok=True)
    if provided is not None:
        shutil.copytree(provided, os.path.join(scratch, "work"), dirs_exist_ok=True)
    if student is not None:
        for folder in (scratch, *walls["write"]):
            _give_away(folder, student)
        _become(student)
    elif walls["seal"] == "namespaces":
        _leave_users(proc)
    os.close(proc)
    processes = limits["processes"]
    if shares_its_user(walls["seal"], student):
        processes = processes * _ROOM + threads_of(os.getuid())
    _bound(limits, processes)


def shares_its_user(seal: str, student: Any) -> bool:
    """Whether the kernel counts the processes of student code together with others'."""
    return seal != "namespaces" and student is None


def close(walls: dict[str, Any], scratch: str, student: Any) -> None:
    """The last of the walls: no capabilities, no new ones, Landlock's rules, and the filter."""
    if walls["seal"] == "none":
        return
    system.drop_capabilities()
    system.forbid_new_privileges()
    version = system.landlock_version()
    if walls["seal"] == "landlock" and version < (6 if student is None else 1):
        raise OSError("this kernel's Landlock (version %d) can't keep signals in" % version)
    if version:
        inside = walls["seal"] == "namespaces"
        own = ["/proc/%d" % os.getpid()]
        read = ["/"] if inside else walls["read"] + own
        write = walls["write"] + ([scratch, "/tmp", "/dev/shm"] if inside else [scratch])
        system.landlock(read, write + own, [*_DEVICES, *(_TERMINALS if inside else ())], version)
    system.filter_system_calls(b64decode(walls["filter"]))


def _bound(limits: dict[str, Any], processes: int) -> None:
    """Take the limits that the kernel keeps for each process."""
    mapped = _mapped_bytes()
    _limit(resource.RLIMIT_DATA, limits["memory_bytes"])
    _limit(resource.RLIMIT_AS, mapped + limits["memory_bytes"] * 2 + _THREADS_BYTES)
    _limit(resource.RLIMIT_FSIZE, limits["disk_bytes"])
    _limit(resource.RLIMIT_NPROC, processes)
    _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_MSGQUEUE, 0)
    _limit(resource.RLIMIT_MEMLOCK, 0)


def _limit(what: int, amount: float) -> None:
    _, hard = resource.getrlimit(what)
    value = int(amount) if hard == resource.RLIM_INFINITY else min(int(amount), hard)
    resource.setrlimit(what, (value, value))


def _mapped_bytes() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def _own_files(limits: dict[str, Any], scratch: str, kept: list[str]) -> None:
    """A namespace of mounts, with our own processes in /proc and one bounded file system to write to."""
    system.unshare(system.CLONE_NEWNS | system.CLONE_NEWIPC)
    safe = system.MS_NOSUID | system.MS_NODEV
    system.mount("none", "/", "", system.MS_REC | system.MS_PRIVATE)
    system.mount("proc", "/proc", "proc", safe | system.MS_NOEXEC | system.MS_RDONLY)
    terminals = "newinstance,ptmxmode=0666,mode=620"
    system.mount("devpts", "/dev/pts", "devpts", system.MS_NOSUID | system.MS_NOEXEC, terminals)
    size = limits["disk_bytes"] + limits.get("provided_bytes", 0)
    system.mount("tmpfs", scratch, "tmpfs", safe, "size=%d,nr_inodes=%d,mode=700" % (size, _INODES))
    for name, place in (("tmp", "/tmp"), ("shm", "/dev/shm")):
        os.mkdir(os.path.join(scratch, name))
        _mount_over(place, os.path.join(scratch, name), [path for path in kept if path.startswith(place + "/")])


def _mount_over(place: str, folder: str, inside: list[str]) -> None:
    """Put a folder in a place, and what lay inside that (an interpreter in /tmp) back into it."""
    kept = [(path, os.open(path, os.O_PATH)) for path in inside if os.path.isdir(path)]
    system.mount(folder, place, "", system.MS_BIND)
    for path, descriptor in kept:
        os.makedirs(path, mode=0o755)
        system.mount("/proc/self/fd/%d" % descriptor, path, "", system.MS_BIND | system.MS_REC)  # as writable as it was
        os.close(descriptor)


def _give_away(folder: str, student: int) -> None:
    os.chown(folder, student, student)
    for place, folders, files in os.walk(folder):
        for name in folders + files:
            os.chown(os.path.join(place, name), student, student, follow_symlinks=False)


def _become(student: int) -> None:
    os.setgroups([])
    os.setresgid(student, student, student)
    os.setresuid(student, student, student)
    system.stay_readable()


def _leave_users(proc: int) -> None:
    """A namespace of users that knows one, so that this process counts alone and owns nothing else."""
    user, group = os.geteuid(), os.getegid()
    system.unshare(system.CLONE_NEWUSER)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", "%d %d 1" % (_USER, user)),
        ("gid_map", "%d %d 1" % (_USER, group)),
    ):
        descriptor = os.open("self/" + name, os.O_WRONLY, dir_fd=proc)
        os.write(descriptor, text.encode("ascii"))
        os.close(descriptor)
