"""Builds the image of Containerfile out of this machine, in memory, and runs commands in containers of it.

It reads JSON from its standard input (see `Order`) and writes a line of JSON for each step and each command. This
machine's Debian and Python stand for the image that Containerfile begins with.

    unshare --mount --pid --fork --propagation private python -m tests.container.image < order.json
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.container.recipe import Instruction, read_instructions

ROOT = Path(__file__).parents[2]
BASE = Path("/mnt")
IMAGE = BASE / "root"
_OF_A_SYSTEM = {"bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc", "var", "opt", "dev", "proc", "sys"}
_PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
_STEP_SECONDS = 900


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be done. `installed` is a folder of packages that the image is to have from the start, or is empty.

    `runs` are what `tests.container.contained` takes, one for each command.
    """

    installed: str
    runs: list[dict[str, object]]


@dataclass(kw_only=True)
class Image:
    """What the instructions come to so far."""

    variables: dict[str, str] = field(default_factory=lambda: {"PATH": _PATH})
    user: str = "root"
    folder: Path = Path("/")
    entrypoint: list[str] = field(default_factory=list)

    def apply(self, instruction: Instruction) -> None:
        """Carry one out. Raises KeyError for one that we can't."""
        deeds: dict[str, Callable[[Instruction], None]] = {
            "FROM": self._begin,
            "RUN": self._run,
            "ARG": lambda instruction: None,
            "ENV": lambda instruction: self.variables.update(word.split("=", 1) for word in instruction.words),
            "COPY": self._copy,
            "USER": lambda instruction: setattr(self, "user", instruction.argument),
            "WORKDIR": self._enter,
            "ENTRYPOINT": lambda instruction: setattr(self, "entrypoint", instruction.words),
        }
        deeds[instruction.name](instruction)

    def _begin(self, instruction: Instruction) -> None:
        major, minor = sys.version_info[:2]
        print(json.dumps({"base": instruction.argument, "stands": f"python:{major}.{minor}"}), flush=True)

    def _run(self, instruction: Instruction) -> None:
        assert self.user == "root", "steps are run as root here"
        # Where packages come from is the machine's affair, as it is with an engine.
        ours = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or name.endswith("_proxy")}
        began = time.monotonic()
        done = subprocess.run(
            ["/bin/sh", "-c", instruction.argument],
            env={"HOME": "/root", **ours, **self.variables},
            preexec_fn=self._inside,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_STEP_SECONDS,
        )
        told = {"step": instruction.argument, "status": done.returncode, "told": done.stdout[-4000:]}
        print(json.dumps({**told, "seconds": round(time.monotonic() - began, 1)}), flush=True)
        if done.returncode:
            sys.exit(1)

    def _inside(self) -> None:
        os.chroot(IMAGE)
        os.chdir(self.folder)

    def _copy(self, instruction: Instruction) -> None:
        *sources, target = instruction.words
        for name in sources:
            place = self._place(target) / name if target in (".", "./") else self._place(target)
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, place)

    def _place(self, path: str) -> Path:
        return IMAGE / (self.folder / path).relative_to("/")

    def _enter(self, instruction: Instruction) -> None:
        self.folder = self.folder / instruction.argument
        self._place(".").mkdir(parents=True, exist_ok=True)


def mount(*arguments: str | Path) -> None:
    """Mount something, as the command does."""
    subprocess.run(["mount", *map(str, arguments)], check=True)


def _overlay(target: Path, *lower: Path | str) -> None:
    """Show folders on top of each other, and keep what is written in memory."""
    number = len(list(BASE.iterdir()))
    folders = [BASE / f"upper{number}", BASE / f"work{number}"]
    for folder in (*folders, target):
        folder.mkdir(parents=True, exist_ok=True)
    places = f"lowerdir={':'.join(map(str, lower))},upperdir={folders[0]},workdir={folders[1]}"
    mount("-t", "overlay", "-o", places, "image", target)


def _make_base(installed: str) -> None:
    """Debian, and a Python in /usr/local, as in the images that Python publishes."""
    mount("-t", "tmpfs", "-o", "mode=755", "image", BASE)
    (BASE / "empty").mkdir()
    _overlay(IMAGE, "/")
    for path in Path("/").iterdir():
        if path.is_dir() and not path.is_symlink() and path.name not in _OF_A_SYSTEM:
            mount("-t", "tmpfs", "-o", "mode=1777" if path.name == "tmp" else "mode=755", "image", IMAGE / path.name)
    _overlay(IMAGE / "usr/local", sys.base_prefix)
    library = IMAGE / "usr/local" / Path(sysconfig.get_path("stdlib")).relative_to(sys.base_prefix) / "site-packages"
    _overlay(library, installed or BASE / "empty")
    for name in ("passwd", "group"):
        _leave_out_people(IMAGE / "etc" / name)
    mount("-t", "proc", "proc", IMAGE / "proc")
    mount("--rbind", "/dev", IMAGE / "dev")
    prepare = ["ldconfig", *([] if installed else ["python3 -m ensurepip"])]
    subprocess.run(["chroot", IMAGE, "/bin/sh", "-ec", "\n".join(prepare)], check=True, capture_output=True)
    if not (IMAGE / "usr/local/bin/python").exists():
        (IMAGE / "usr/local/bin/python").symlink_to("python3")


def _leave_out_people(accounts: Path) -> None:
    """An image has users for the system's own purposes alone."""
    lines = accounts.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not 1000 <= int(line.split(":")[2]) < 65_000]
    accounts.write_text("\n".join([*kept, ""]), encoding="utf-8")


def main() -> None:
    """Do what is ordered."""
    order = Order(**json.load(sys.stdin))
    _make_base(order.installed)
    image = Image()
    for instruction in read_instructions((ROOT / "Containerfile").read_text(encoding="utf-8")):
        image.apply(instruction)
    for run in order.runs:
        settings = {"user": image.user, **run}
        settings |= {"folder": str(image.folder), "variables": image.variables, "entrypoint": image.entrypoint}
        command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--net", "--ipc", "--uts"]
        command += ["--propagation", "private", sys.executable, "-m", "tests.container.contained", json.dumps(settings)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
        told = {"run": run, "status": done.returncode, "stdout": done.stdout, "stderr": done.stderr[-4000:]}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
