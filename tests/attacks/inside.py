"""The first process of a machine: makes its root, network and baits, and starts what is to run there as whom it says.

Started by machines.py, in new namespaces; it goes on as the parent of whatever loses its own.
"""

from __future__ import annotations

import fcntl
import os
import socket
import stat
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.attacks import baits
from tests.attacks.docker_filter import load_filter
from tests.attacks.listeners import OUTSIDE, OUTSIDE6
from tests.attacks.machines import DOCKER_CAPABILITIES, HOST_NAME, MACHINES, ROOT, Machine

_BASE = Path("/mnt")
_EMPTY = ("tmp", "var/tmp", "run", "root", "home", "srv", "mnt", "dev")
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_MASKED = ("proc/kcore", "proc/keys", "proc/timer_list")
_READ_ONLY = ("proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger")

_SIOCGIFFLAGS, _SIOCSIFFLAGS, _SIOCSIFADDR, _SIOCGIFINDEX = 0x8913, 0x8914, 0x8916, 0x8933
_IFF_UP = 1


def _mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *map(str, arguments)], check=True)


def _overlay(lower: Path, target: Path) -> None:
    """Show a folder as it is, and keep what is written to it in memory."""
    number = sum(1 for _ in _BASE.iterdir())
    upper, work = _BASE / f"upper{number}", _BASE / f"work{number}"
    for folder in (upper, work, target):
        folder.mkdir(parents=True, exist_ok=True)
    _mount("-t", "overlay", "-o", f"lowerdir={lower},upperdir={upper},workdir={work}", "range", target)


def _make_root(machine: Machine) -> None:
    """A copy of this machine's files, in memory: what is written there is gone at the end."""
    _mount("-t", "tmpfs", "-o", "mode=755", "range", _BASE)
    root = _BASE / "root"
    _overlay(Path("/"), root)
    for name in _EMPTY:
        private = name == "root" and not machine.user and not machine.contained  # whoever else runs there reads Python
        mode = "1777" if name.endswith("tmp") else "700" if private else "755"
        _mount("-t", "tmpfs", "-o", f"mode={mode}", "range", root / name)
    for place in (Path(sys.base_prefix), Path(sys.prefix), ROOT):
        if not (root / place.relative_to("/")).exists():
            _overlay(place, root / place.relative_to("/"))
    _make_devices(root / "dev")
    _mount("-t", "proc", "-o", "nosuid,nodev,noexec", "proc", root / "proc")
    if machine.contained:
        _contain(root)
    else:
        _mount("--rbind", "/sys", root / "sys")
    (root / "run/old").mkdir()
    os.chdir(root)
    subprocess.run(["pivot_root", ".", "run/old"], check=True)
    os.chdir("/")
    subprocess.run(["umount", "--lazy", "/run/old"], check=True)
    os.rmdir("/run/old")
    os.mkdir("/run/lock", mode=0o1777)


def _make_devices(folder: Path) -> None:
    devices = {name: os.stat(f"/dev/{name}").st_rdev for name in _DEVICES}
    for name, number in {**devices, "bait": devices["null"]}.items():
        os.mknod(folder / name, stat.S_IFCHR | 0o666, number)
        (folder / name).chmod(0o666)
    for name, kind, options in (
        ("shm", "tmpfs", "mode=1777"),
        ("pts", "devpts", "newinstance,ptmxmode=0666,mode=620"),
        ("mqueue", "mqueue", "nosuid,nodev,noexec"),
    ):
        (folder / name).mkdir()
        _mount("-t", kind, "-o", options, "range", folder / name)
    for name, target in {"ptmx": "pts/ptmx", "fd": "/proc/self/fd", "stdin": "/proc/self/fd/0"}.items():
        (folder / name).symlink_to(target)


def _contain(root: Path) -> None:
    """What a container runtime hides in /proc and /sys, or lets nobody write to."""
    _mount("-t", "sysfs", "-o", "ro,nosuid,nodev,noexec", "sysfs", root / "sys")
    for name in _MASKED:
        if (root / name).exists():
            _mount("--bind", root / "dev/null", root / name)
    for name in _READ_ONLY:
        if (root / name).exists():
            _mount("--bind", root / name, root / name)
            _mount("-o", "remount,bind,ro", root / name)


def _make_network() -> None:
    """A loopback interface that also has the addresses of the world outside."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        flags = struct.unpack("16sh", fcntl.ioctl(control, _SIOCGIFFLAGS, struct.pack("16sh", b"lo", 0)))[1]
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags | _IFF_UP))
        address = struct.pack("HH4s8x", socket.AF_INET, 0, socket.inet_aton(OUTSIDE))
        fcntl.ioctl(control, _SIOCSIFADDR, struct.pack("16s16s", b"lo:1", address))
        index = struct.unpack("16si", fcntl.ioctl(control, _SIOCGIFINDEX, struct.pack("16si", b"lo", 0)))[1]
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as control:
        address6 = socket.inet_pton(socket.AF_INET6, OUTSIDE6)
        fcntl.ioctl(control, _SIOCSIFADDR, struct.pack("16sIi", address6, 128, index))
    Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").write_text("0")


def _become(machine: Machine, arguments: Sequence[str]) -> None:
    """Start the command as whom the machine says; doesn't return."""
    os.setsid()
    os.chdir(ROOT)
    identity = []
    if machine.user:
        identity += [f"--reuid={machine.user}", f"--regid={machine.user}", "--clear-groups", "--inh-caps=-all"]
    if machine.contained:
        identity += [f"--bounding-set={','.join(['-all', *(f'+{name}' for name in DOCKER_CAPABILITIES)])}"]
        load_filter()
    path = os.pathsep.join([str(Path(sys.executable).parent), os.defpath, "/usr/sbin", "/sbin"])
    environment = {"HOME": str(machine.home), "PATH": path, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    os.execvpe("setpriv", ["setpriv", *identity, "--", *arguments], environment)


def main() -> None:
    """Make the machine, run the command in it, and end with its status."""
    name, _, *arguments = sys.argv[1:]
    machine = MACHINES[name]
    _make_network()
    _make_root(machine)
    Path("/etc/resolv.conf").write_text("nameserver 127.0.0.1\n")
    socket.sethostname(HOST_NAME)
    baits.lay_as_root(machine.user)
    machine.home.mkdir(exist_ok=True)
    os.chown(machine.home, machine.user, machine.user)
    child = os.fork()
    if child == 0:
        _become(machine, arguments)
    while True:
        ended, status = os.wait()  # orphans, too
        if ended == child:
            code = os.waitstatus_to_exitcode(status)
            sys.exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
