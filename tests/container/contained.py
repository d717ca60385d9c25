"""One container of the image: becomes its first process, with the privileges that an engine would give it.

Started by image.py, in new namespaces, with its settings as JSON.
"""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import socket
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.attacks.docker_filter import load_filter
from tests.attacks.machines import DOCKER_CAPABILITIES
from tests.container.image import IMAGE, mount

_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_HIDDEN = ("proc/acpi", "proc/kcore", "proc/keys", "proc/latency_stats", "proc/timer_list", "proc/sched_debug")
_READ_ONLY = ("proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger")
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Who runs what, and what is left of an engine's defaults. `volume` is a folder outside and its place inside."""

    user: str
    folder: str
    variables: dict[str, str]
    entrypoint: list[str]
    arguments: list[str]
    volume: tuple[str, str] | None = None
    filtered: bool = True
    hidden: bool = True


def _make(settings: Settings) -> None:
    """Mount what an engine mounts."""
    mount("-t", "proc", "-o", "nosuid,nodev,noexec", "proc", IMAGE / "proc")
    mount("-t", "sysfs", "-o", "ro,nosuid,nodev,noexec", "sysfs", IMAGE / "sys")
    _make_devices(IMAGE / "dev")
    if settings.volume:
        source, target = settings.volume
        place = IMAGE / target.lstrip("/")
        place.mkdir(exist_ok=True)
        mount("--bind", source, place)
    if settings.hidden:
        for name in filter(lambda name: (IMAGE / name).is_file(), _HIDDEN):
            mount("--bind", IMAGE / "dev/null", IMAGE / name)
        for name in filter(lambda name: (IMAGE / name).exists(), _READ_ONLY):
            mount("--bind", IMAGE / name, IMAGE / name)
            mount("-o", "remount,bind,ro", IMAGE / name)


def _make_devices(folder: Path) -> None:
    numbers = {name: os.stat(f"/dev/{name}").st_rdev for name in _DEVICES}
    mount("-t", "tmpfs", "-o", "mode=755", "dev", folder)
    for name, number in numbers.items():
        os.mknod(folder / name, 0o020666, number)
        (folder / name).chmod(0o666)
    for name, kind, options in (
        ("shm", "tmpfs", "mode=1777,size=64m,nosuid,nodev,noexec"),
        ("pts", "devpts", "newinstance,ptmxmode=0666,mode=620"),
    ):
        (folder / name).mkdir()
        mount("-t", kind, "-o", options, "dev", folder / name)
    for name, target in {"ptmx": "pts/ptmx", "fd": "/proc/self/fd"}.items():
        (folder / name).symlink_to(target)


def _bring_loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        flags = struct.unpack("16sh", fcntl.ioctl(control, _SIOCGIFFLAGS, struct.pack("16sh", b"lo", 0)))[1]
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags | _IFF_UP))


def _enter_root() -> None:
    (IMAGE / "run/old").mkdir()
    os.chdir(IMAGE)
    subprocess.run(["pivot_root", ".", "run/old"], check=True)
    os.chdir("/")
    subprocess.run(["umount", "--lazy", "/run/old"], check=True)
    os.rmdir("/run/old")


def main() -> None:
    """Become the container's first process."""
    settings = Settings(**json.loads(sys.argv[1]))
    import pyseccomp  # noqa: F401  # from outside, while that is there

    _bring_loopback_up()
    _make(settings)
    _enter_root()
    who = pwd.getpwnam(settings.user)
    command = ["setpriv", f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups", "--inh-caps=-all"]
    command += [f"--bounding-set={','.join(['-all', *(f'+{name}' for name in DOCKER_CAPABILITIES)])}"]
    os.chdir(settings.folder)
    if settings.filtered:
        load_filter()
    command += ["--", *settings.entrypoint, *settings.arguments]
    os.execvpe(command[0], command, {"HOME": who.pw_dir, **settings.variables})


if __name__ == "__main__":
    main()
