"""Machines to run on, made out of this one: each in namespaces and a root of its own that are thrown away afterwards.

What attacks do in there, where nothing holds them back, happens to a copy: files are written over the machine's own in
memory (an overlay), there is no network but a loopback interface, and no other process.

    python -m tests.attacks.machines user -- python -c 'import os; print(os.getuid())'
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOST_NAME = "range"
DOCKER_CAPABILITIES = (
    *("chown", "dac_override", "fsetid", "fowner", "mknod", "net_raw", "setgid", "setuid", "setfcap", "setpcap"),
    *("net_bind_service", "sys_chroot", "kill", "audit_write"),
)


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Who one is on a machine, and whether it is a container with the privileges that Docker gives by default."""

    name: str
    user: int = 0
    contained: bool = False

    @property
    def home(self) -> Path:
        """Where the one who grades is at home."""
        return Path("/home/teacher") if self.user else Path("/root")


MACHINES = {
    machine.name: machine
    for machine in (
        Machine(name="root"),
        Machine(name="user", user=1000),
        Machine(name="root-in-container", contained=True),
        Machine(name="user-without-namespaces", user=1000, contained=True),
    )
}


def missing() -> str:
    """Why no machine can be made here; empty where they can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "machines are made by root, on Linux"
    tools = [tool for tool in ("unshare", "mount", "pivot_root", "setpriv") if shutil.which(tool) is None]
    if tools:
        return f"{', '.join(tools)} of util-linux missing"
    if "overlay" not in Path("/proc/filesystems").read_text():
        return "the kernel has no overlay file system"
    probe = subprocess.run([*_UNSHARE, "true"], capture_output=True, text=True)
    return probe.stderr.strip()


_UNSHARE = (
    "unshare",
    "--mount",
    "--pid",
    "--fork",
    "--kill-child",
    "--net",
    "--ipc",
    "--uts",
    "--propagation",
    "private",
)


def command(machine: Machine, arguments: Sequence[str]) -> list[str]:
    """What to start for a command to run on a machine, in the repository's folder."""
    return [*_UNSHARE, sys.executable, "-m", "tests.attacks.inside", machine.name, "--", *arguments]


def run(machine: Machine, *arguments: str, seconds: float) -> subprocess.CompletedProcess[str]:
    """Run Python with some arguments on a machine, in the repository's folder, and wait for it."""
    line = command(machine, [sys.executable, *arguments])
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL)


def main() -> None:
    """Run a command on a machine."""
    name, _, *arguments = sys.argv[1:]
    argv = command(MACHINES[name], arguments)
    os.chdir(ROOT)
    os.execvp(argv[0], argv)


if __name__ == "__main__":
    main()
