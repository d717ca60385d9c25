"""What a student handed in beside the notebook: files that lie beside it when it runs, within bounds."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from grader.batch.hand_in import HandIn, Home
from grader.batch.kinds import beginning, has_cells
from grader.batch.tree import files_below, home_of, is_shadow
from grader.records import Limits

FILES = 1_000
"""At most so many files lie beside a notebook."""
BYTES = 100 * 1024**2
"""They have no more bytes than this together, and no more than half of what an execution may write to disk."""
_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """A file beside a notebook: its path from there, with `/`, and where it is."""

    name: str
    file: Path
    size: int


@dataclass(frozen=True, kw_only=True)
class Beside:
    """All that lies beside a notebook of its student's own, and in words what doesn't although it was handed in."""

    files: tuple[Companion, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The files' paths."""
        return tuple(companion.name for companion in self.files)

    @property
    def bytes(self) -> int:
        """What they take of the disk."""
        return sum(companion.size for companion in self.files)

    @cached_property
    def digest(self) -> str:
        """A digest of their names and contents; "" where there are none."""
        digest = hashlib.sha256()
        for companion in self.files:
            digest.update(f"{companion.name}\0{companion.size}\0".encode("utf-8", "surrogateescape"))
            digest.update(_digest(companion.file))
        return digest.hexdigest() if self.files else ""


ALONE = Beside()


def of_hand_in(sha256: str, digests: Iterable[str]) -> str:
    """The digest of a hand-in: that of its notebook alone, or of that and all that came with it."""
    more = [digest for digest in digests if digest]
    return hashlib.sha256("\0".join((sha256, *more)).encode()).hexdigest() if more and sha256 else sha256


def find_beside(hand_in: HandIn, provided: Collection[str], limits: Limits) -> Beside:
    """What lies beside a hand-in's notebook: all files of its student's own folder or archive.

    Those below the notebook's folder lie where they lay; others where they lay from the top. What is `provided`, by its
    path, goes before a student's file of its name. Other notebooks of the folder count where this one names them, and
    so does everything, where the folder may not be the student's. Links and the like never do.
    """
    if hand_in.home is None or hand_in.rejected or hand_in.fault:
        return ALONE
    choice = _Choice(provided, min(BYTES, limits.disk_bytes // 2))
    for name, path in sorted(_named(hand_in, hand_in.home, provided)):
        choice.consider(name, path)
    return choice.made()


def _named(hand_in: HandIn, home: Home, provided: Collection[str]) -> Iterator[tuple[str, Path]]:
    """The files that may lie beside a hand-in, by their names there."""
    source = hand_in.source
    text = beginning(source)
    folder = home_of(source)
    for path in files_below(home.place.real):
        itself = path == source and not hand_in.parts
        if itself or path.name.startswith(".") or is_shadow(path) or not _is_plain(path):
            continue
        unsure = not home.sure or (has_cells(path) and path.suffix == source.suffix and path not in hand_in.parts)
        if unsure and not _mentions(text, path):
            continue
        top = folder if path.is_relative_to(folder) else home.place.real
        name = path.relative_to(top).as_posix()
        # A part is what is run, whatever lies there under its name.
        if not (path in hand_in.parts and name in provided):
            yield name, path


def _mentions(text: bytes, path: Path) -> bool:
    """Whether a notebook names a file, or a module that it would be."""
    name, stem = re.escape(os.fsencode(path.name)), re.escape(os.fsencode(path.stem))
    statement = rb"(?:import|from|%run)[ \t]+" + stem + rb"\b"
    return re.search(rb"(?<![\w.-])" + name + rb"(?![\w.-])|" + statement, text) is not None


def _is_plain(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


class _Choice:
    """Which files lie beside a notebook, as they are considered one after the other."""

    def __init__(self, provided: Collection[str], most: int) -> None:
        self._provided = provided
        self._folders = {str(folder) for name in provided for folder in PurePosixPath(name).parents}
        self._most = most
        self._files: dict[str, Companion] = {}
        self._replaced: list[str] = []
        self._too_many: list[str] = []

    def consider(self, name: str, path: Path) -> None:
        """Take a file, or take note why not."""
        if self._is_provided(name):
            self._replaced.append(name)
        elif name in self._files or str(PurePosixPath(name).parent) in self._files:
            self._too_many.append(name)
        else:
            size = path.lstat().st_size
            if len(self._files) >= FILES or size > self._most:
                self._too_many.append(name)
            else:
                self._most -= size
                self._files[name] = Companion(name=name, file=path, size=size)

    def _is_provided(self, name: str) -> bool:
        above = (str(folder) for folder in PurePosixPath(name).parents)
        return name in self._provided or name in self._folders or any(folder in self._provided for folder in above)

    def made(self) -> Beside:
        """What was chosen."""
        notes = []
        if self._replaced:
            names = _some(self._replaced)
            notes.append(f"The assignment provides files of these names, which were used instead: {names}.")
        if self._too_many:
            names = _some(self._too_many)
            notes.append(f"Files that are too many or too large didn't lie beside the notebook: {names}.")
        return Beside(files=tuple(self._files.values()), notes=tuple(notes))


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(name.encode("utf-8", "backslashreplace").decode() for name in names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"


def provided_names(folder: Path | None) -> frozenset[str]:
    """The paths of all that an assignment provides, from its folder, with `/`."""
    if folder is None:
        return frozenset()
    return frozenset(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def within(limits: Limits, beside: Beside) -> Limits:
    """The limits of an execution in which some of the disk is taken by what lies beside the notebook."""
    return replace(limits, disk_bytes=limits.disk_bytes - beside.bytes) if beside.files else limits


@contextmanager
def staged(provided: Path | None, beside: Beside) -> Iterator[Path | None]:
    """A folder of all that an execution finds beside its notebook: what is provided, and what the student brought.

    Raises OSError where it can't be made.
    """
    if not beside.files:
        yield provided
        return
    with TemporaryDirectory(prefix="grader-", ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        if provided is not None:
            shutil.copytree(provided, root, dirs_exist_ok=True)
        for companion in beside.files:
            place = root / companion.name
            place.parent.mkdir(parents=True, exist_ok=True)
            _copy(companion, place)
        yield root


def _copy(companion: Companion, place: Path) -> None:
    """Copy a file, but never through a link, and no more of it than it had."""
    with open(_opened(companion.file), "rb") as source, place.open("xb") as target:
        left = companion.size
        while left and (piece := source.read(min(left, 1 << 20))):
            target.write(piece)
            left -= len(piece)


def _digest(path: Path) -> bytes:
    try:
        with open(_opened(path), "rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return b""


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
