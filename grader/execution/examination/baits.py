"""What a sealed process must not reach: a secret, files, a process and listeners of ours, made for the occasion."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self

VARIABLE = "GRADER_DOCTOR_SECRET"
SLEEP = "import time; time.sleep(60)"
_DYING_SECONDS = 2.0
"""How long the kernel may take to end the processes of a namespace whose first one has ended."""
_PUBLIC = ("/tmp", "/var/tmp", "/dev/shm", "/run/lock")  # noqa: S108  # where everybody may write


class Baits:
    """Used as a context: all of it goes away at the end. `secret` is in the files, on the process's command line, and
    in its environment under VARIABLE."""

    def __init__(self) -> None:
        self.secret = secrets.token_hex(16)
        self._resources = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="grader-doctor-")))
            self._folder.chmod(0o777)  # neither it nor the file is kept by its permissions
            self.file = _plant(stack, self._folder, self.secret)
            self.file_at_home = _plant(stack, Path.home(), self.secret)
            self.process = self._start(stack)
            self._tcp = _serve(stack)
            self.port: int | None = self._tcp.getsockname()[1] if self._tcp else None
            self._abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
            self.abstract = f"grader-doctor-{secrets.token_hex(8)}"
            self._abstract.bind("\0" + self.abstract)
            self._abstract.listen()
            self._resources = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._resources.close()

    def _start(self, stack: ExitStack) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603  # our own program
            [sys.executable, "-I", "-S", "-c", SLEEP, self.secret],
            env={VARIABLE: self.secret},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stack.callback(process.wait)
        stack.callback(process.kill)
        return process

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where it would be no good if a file appeared: ours, everybody's, and where Python is."""
        return (self._folder, Path.home(), Path.cwd(), Path(sys.prefix), *map(Path, _PUBLIC))

    def wrote(self) -> bool:
        """Whether a file of the secret's name has appeared. It is removed."""
        found = [folder / self.secret for folder in self.folders if (folder / self.secret).exists()]
        for path in found:
            _remove(path)
        return bool(found)

    def signalled(self) -> bool:
        """Whether our process has ended, which it doesn't by itself."""
        return self.process.poll() is not None

    def called(self) -> bool:
        """Whether somebody has connected to our port."""
        return self._tcp is not None and _accepts(self._tcp)

    def called_by_name(self) -> bool:
        """Whether somebody has connected to our abstract socket."""
        return _accepts(self._abstract)

    def survived(self) -> bool:
        """Whether a process other than ours has the secret on its command line, and stays. It is ended."""
        deadline = time.monotonic() + _DYING_SECONDS
        while (found := self._others()) and time.monotonic() < deadline:
            time.sleep(0.02)
        for pid in found:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        return bool(found)

    def _others(self) -> list[int]:
        return [pid for pid in _with_argument(self.secret) if pid != self.process.pid]


def _plant(stack: ExitStack, folder: Path, secret: str) -> Path | None:
    """A file with the secret that everybody may read; None where we can't write there ourselves."""
    path = folder / f".grader-doctor-{secrets.token_hex(8)}"
    try:
        path.write_text(secret)
    except OSError:
        return None
    stack.callback(_remove, path)
    path.chmod(0o644)
    return path


def _serve(stack: ExitStack) -> socket.socket | None:
    """A server on this machine's own network; None where it hasn't even that."""
    try:
        return stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    except OSError:
        return None


def _accepts(listener: socket.socket) -> bool:
    listener.setblocking(False)
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def _with_argument(argument: str) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended meanwhile
            if argument.encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
    return found


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
