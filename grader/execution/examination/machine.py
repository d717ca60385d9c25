"""What a machine has that seals are built from, and, where something is missing, why."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from grader.execution.examination.findings import Finding
from grader.execution.sandbox.bubblewrap import bubblewrap
from grader.execution.sandbox.filter import FilterMissing, program
from grader.execution.sandbox.installation import Installation
from grader.execution.sandbox.students import FIRST, LAST
from grader.guest import system_calls as system

CONTAINER = "In a container, docs/container.md says which options it takes."
_SECONDS = 10.0
_SYS_ADMIN = 21
_UNKNOWN = 255
_SIGNALS_KEPT_IN = 6
_SETTINGS = {
    "user.max_user_namespaces": ("0", "15000"),
    "kernel.unprivileged_userns_clone": ("0", "1"),
    "kernel.apparmor_restrict_unprivileged_userns": ("1", "0"),
}
"""Settings that refuse namespaces to those who aren't root: the value that does, and one that doesn't."""


def look_around(installation: Installation) -> Iterator[Finding]:
    """Everything that seals are built from, on Linux."""
    yield _interpreter(installation)
    yield _user()
    yield _bubblewrap()
    yield _libseccomp()
    yield _namespaces()
    yield _landlock()
    yield _control_groups()


def _interpreter(installation: Installation) -> Finding:
    version = ".".join(map(str, installation.version))
    folders = " and ".join(installation.folders) or "the system's own folders"
    says = f"Python {version}, {installation.python}. Student code can read {folders}."
    return Finding(name="python", ok=True, says=says)


def _user() -> Finding:
    number = os.geteuid()
    if number == 0:
        says = f"You are root. Student code runs as a user of its own, with a number from {FIRST} to {LAST}."
    else:
        says = f"You are user {number}. Student code runs as you, behind walls."
    return Finding(name="user", ok=None, says=says)


def _bubblewrap() -> Finding:
    path = bubblewrap()
    told = _said([path, "--version"]) if path else ""
    if told:
        return Finding(name="bubblewrap", ok=True, says=f"{told}, {path}.")
    says = f"It doesn't start: {path}." if path else "bubblewrap isn't installed. Namespaces need it."
    return Finding(name="bubblewrap", ok=False, says=says, remedy="Install it: apt-get install bubblewrap")


def _said(command: list[str]) -> str:
    with suppress(OSError, subprocess.SubprocessError):
        told = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True)  # noqa: S603
        return told.stdout.strip()
    return ""


def _libseccomp() -> Finding:
    try:
        size = len(program(alone=True, local_sockets=True)) // 8
    except FilterMissing as error:
        says = f"{error}. Every seal needs it."
        return Finding(name="libseccomp", ok=False, says=says, remedy="Install it: apt-get install libseccomp2")
    return Finding(name="libseccomp", ok=True, says=f"libseccomp makes a filter of system calls ({size} instructions).")


def _landlock() -> Finding:
    version = system.landlock_version()
    needed = 1 if os.geteuid() == 0 else _SIGNALS_KEPT_IN
    if version >= needed:
        return Finding(name="landlock", ok=True, says=f"The kernel has Landlock, version {version}.")
    if version:
        says = (
            f"The kernel has Landlock, version {version}, which doesn't keep signals in; that takes version {needed}."
        )
        remedy = "Use Linux 6.12 or newer; or run grader as root, which runs student code as another user."
        return Finding(name="landlock", ok=False, says=says, remedy=remedy)
    return _no_landlock()


def _no_landlock() -> Finding:
    number = _error_of(lambda: system.landlock([], [], [], 1))
    says = f"The kernel says no to Landlock: {os.strerror(number)}."
    if number == errno.EOPNOTSUPP:
        remedy = "It is switched off: add `landlock` to the list `lsm=` of the kernel's command line."
    elif _is_filtered():
        remedy = f"A filter of system calls refuses it, or the kernel is built without it. {CONTAINER}"
    else:
        remedy = "Use a kernel that is built with it (5.13 or newer; 6.12 for those who aren't root)."
    return Finding(name="landlock", ok=False, says=says, remedy=remedy)


def _namespaces() -> Finding:
    """Whether new namespaces can be made and used, which takes rights in them as well."""
    flags = system.CLONE_NEWNS | system.CLONE_NEWPID
    root = os.geteuid() == 0
    number = _error_of(lambda: _separate(flags if root else flags | system.CLONE_NEWUSER))
    if not number:
        says = "Namespaces can be made." if root else "Namespaces can be made without being root."
        return Finding(name="namespaces", ok=True, says=says)
    says = f"The system refuses new namespaces: {os.strerror(number)}."
    return Finding(name="namespaces", ok=False, says=says, remedy=_allow_namespaces(root=root))


def _separate(flags: int) -> None:
    system.unshare(flags)
    system.mount("none", "/", "", system.MS_REC | system.MS_PRIVATE)


def _allow_namespaces(*, root: bool) -> str:
    if root and not int(_status("CapEff") or "0", 16) >> _SYS_ADMIN & 1:
        return f"This root lacks the right to make them (CAP_SYS_ADMIN). {CONTAINER}"
    for name, (refuses, allows) in _SETTINGS.items():
        with suppress(OSError):
            if not root and Path("/proc/sys", *name.split(".")).read_text().strip() == refuses:
                return f"A setting refuses them: sudo sysctl {name}={allows}"
    return f"A filter of system calls refuses them. {CONTAINER}" if _is_filtered() else CONTAINER


def _is_filtered() -> bool:
    return _status("Seccomp") == "2"


def _status(name: str) -> str:
    """A line of what the kernel says of this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return line.partition(":")[2].strip()
    return ""


def _control_groups() -> Finding:
    can = "can" if os.access("/sys/fs/cgroup/cgroup.procs", os.W_OK) else "can't"
    says = f"Control groups {can} be changed here. Nothing needs them: limits are kept by a process that watches."
    return Finding(name="cgroups", ok=None, says=says)


def _error_of(deed: Callable[[], None]) -> int:
    """The number of the error that system calls end with in a process of their own, 0 for none."""
    child = os.fork()
    if child == 0:
        try:
            deed()
            os._exit(0)
        except OSError as error:
            os._exit(error.errno or _UNKNOWN)
        finally:
            os._exit(_UNKNOWN)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
