"""The folders of one execution: made fresh, and removed whatever the student left in them."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Scratch:
    """`work` is the working directory, with a copy of what is provided; `home` is for dot files, `tmp` beside it for
    temporary ones. `private` is the parent's: sockets, and the files in which values come out. Its path is short, as
    sockets need.
    """

    root: Path
    private: Path
    home: Path
    work: Path


@contextmanager
def scratch(provided: Path | None) -> Iterator[Scratch]:
    """Make the folders, and remove them at the end. Raises OSError where they can't be made."""
    with folder() as root:
        place = Scratch(root=root, private=root / "p", home=root / "home", work=root / "work")
        for made in (place.private, place.home, place.work, root / "tmp"):
            made.mkdir(mode=0o700)
        if provided is not None:
            shutil.copytree(provided, place.work, dirs_exist_ok=True)
        yield place


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that only we may enter, and that is removed at the end. Raises OSError where it can't be made."""
    root = Path(tempfile.mkdtemp(prefix="grader-"))
    try:
        yield root
    finally:
        remove(root)


def environment(python: str, home: str | Path, temporary: str | Path) -> dict[str, str]:
    """The environment of student code: made from nothing, so that no secret of ours is in it."""
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    return {
        "PATH": os.pathsep.join([str(Path(python).parent), os.defpath]),
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "IPYTHONDIR": str(Path(home, "ipython")),
        "USER": "student",
        "LOGNAME": "student",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYTHONDONTWRITEBYTECODE": "1",
        **dict.fromkeys(threads, "1"),
    }


def bytes_below(folder: Path) -> int:
    """How many bytes the files in a folder of ours have together."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def remove(root: Path) -> None:
    """Remove a folder that may hold anything: folders without permissions, or nested beyond Python's recursion."""
    with suppress(OSError, RecursionError):
        shutil.rmtree(root)
        return
    for command in (["chmod", "-R", "u+rwx"], ["rm", "-rf"]):
        subprocess.run([*command, "--", str(root)], check=False, capture_output=True)  # noqa: S603  # our own folder


def read_frame(path: Path, limit: int) -> bytes | None:
    """The bytes of a regular file of at most `limit` bytes; None for all else that a student may have put there."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
            return None
        with open(descriptor, "rb", closefd=False) as file:
            frame = file.read(limit + 1)  # it may have grown
        return frame if len(frame) <= limit else None
    except OSError:
        return None
    finally:
        os.close(descriptor)
