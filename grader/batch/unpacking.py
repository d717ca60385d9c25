"""Writing what is in an archive into a folder of its own, within bounds, and under names that can't lead out of it."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from grader.errors import ExecutionUnavailable, NotebookRejected

HAND_IN = "Hand in the notebook itself, or pack it again as a plain .zip."
FILE_BYTES = 200 * 1024**2
"""Files that are larger aren't unpacked."""
_DENSE_BYTES, _DENSITY = 100 * 1024**2, 200
"""What unpacks to more than so many bytes, and to more than so many times its own size, is no hand-in."""
_LEFT_FREE = 512 * 1024**2
_DEEPEST = 20
_NAME_BYTES, _PATH_BYTES = 240, 2_000
_PIECE = 1 << 18
_SAME_NAMES = 100
_DRIVE = re.compile(r"[A-Za-z]:")
_SYSTEMS = {"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", "__pycache__", ".git"}
"""What systems and programs put into archives beside what somebody packed."""

LEADS_OUT = "entries whose names lead out of it, or are none"
LINKS = "links, devices and pipes"
TWICE = "files of a name that another has, which got another one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How many entries an archive may have, and how many bytes its files may have together."""

    entries: int
    bytes: int


CLASS = Bounds(entries=50_000, bytes=16 * 1024**3)
STUDENT = Bounds(entries=2_000, bytes=512 * 1024**2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """What to say of an archive that was unpacked: in words what was left out, and of files that couldn't be read, why.

    Those are there, empty, at the path that is the key.
    """

    notes: tuple[str, ...] = ()
    unreadable: Mapping[str, str] = field(default_factory=dict)


class Unpacking:
    """A folder that is being filled. Raises NotebookRejected where a bound is passed."""

    def __init__(self, into: Path, bounds: Bounds, packed_bytes: int) -> None:
        self._into = into
        self._bounds = bounds
        self._packed = packed_bytes
        self._entries = self._bytes = 0
        self._room = shutil.disk_usage(into).free - _LEFT_FREE
        self._odd: Counter[str] = Counter()
        self._unreadable: dict[str, str] = {}

    def told(self) -> Unpacked:
        """What there is to say of it."""
        notes = tuple(f"Of the archive, {what}: {count}." for what, count in sorted(self._odd.items()))
        return Unpacked(notes=notes, unreadable=self._unreadable)

    def count(self, entries: int = 1) -> None:
        """Count entries, of whatever kind."""
        self._entries += entries
        if self._entries > self._bounds.entries:
            raise NotebookRejected(
                f"The archive has more than {self._bounds.entries:,} entries.",
                remedy="Pack only the notebook and the files that it needs.",
            )

    def expect(self, size: int) -> None:
        """Take note that the archive says how many bytes all its files have."""
        self._check(size)

    def leave_out(self, why: str) -> None:
        """Take note of an entry that is no file."""
        self._odd[f"{why} were left out"] += 1

    def put(self, name: str, content: IO[bytes], *, damaged: tuple[type[Exception], ...] = ()) -> None:
        """Write a file; what its content raises that says that it is `damaged` leaves it empty, with the reason."""
        parts = _parts(name)
        if parts is None:
            self.leave_out(LEADS_OUT)
        elif not _SYSTEMS.intersection(parts):
            with self._created(parts) as file:
                try:
                    self._write(file, content)
                except damaged as error:
                    self._empty(file, f"The file is damaged in its archive ({words(error)}).")

    def put_unreadable(self, name: str, reason: str) -> None:
        """Take note of a file that can't be read."""
        parts = _parts(name)
        if parts is not None and not _SYSTEMS.intersection(parts):
            with self._created(parts) as file:
                self._empty(file, reason)

    def _write(self, file: IO[bytes], content: IO[bytes]) -> None:
        size = 0
        while piece := content.read(_PIECE):
            size += len(piece)
            self._bytes += len(piece)
            self._check(self._bytes)
            if size > FILE_BYTES:
                return self._empty(file, f"The file is too large (at most {FILE_BYTES // 1024**2} MB are read).")
            file.write(piece)
        return None

    def _empty(self, file: IO[bytes], reason: str) -> None:
        file.seek(0)
        file.truncate()
        self._unreadable[Path(file.name).relative_to(self._into).as_posix()] = reason

    def _check(self, size: int) -> None:
        if size > self._bounds.bytes or (size > _DENSE_BYTES and size > _DENSITY * self._packed):
            raise NotebookRejected(
                f"The archive unpacks to more than is read ({size / 1e6:,.0f} MB from {self._packed / 1e6:,.0f}).",
                remedy="Pack only the notebook and the files that it needs.",
            )
        if size > self._room:
            raise ExecutionUnavailable(f"There is no room to unpack archives in {self._into.parent}.")

    def _created(self, parts: list[str]) -> IO[bytes]:
        """A new file; where the name is another's, under a name beside it, so that nothing is overwritten."""
        folder = self._folder(parts[:-1])
        name, dot, suffix = parts[-1].partition(".")
        for number in range(1, _SAME_NAMES):
            other = parts[-1] if number == 1 else f"{name} ({number}){dot}{suffix}"
            try:
                file = (folder / other).open("xb")
            except (FileExistsError, IsADirectoryError):
                self._odd[TWICE] += number == 1
                continue
            return file
        raise NotebookRejected("The archive has many files of one name.", remedy=HAND_IN)

    def _folder(self, parts: list[str]) -> Path:
        """A folder; where a file has its name, one beside it."""
        for first in (parts[:1], [f"{name} (folder)" for name in parts[:1]]):
            folder = self._into.joinpath(*first, *parts[1:])
            with suppress(FileExistsError, NotADirectoryError):
                folder.mkdir(parents=True, exist_ok=True)
                return folder
        raise NotebookRejected("The archive has files and folders of one name.", remedy=HAND_IN)


def words(error: BaseException) -> str:
    """What an error says, as part of a sentence."""
    text = "".join(char for char in str(error) if char.isprintable())[:100].rstrip(". ")
    return text or type(error).__name__


def _parts(name: str) -> list[str] | None:
    """The folders and the file that an entry's name means; None where it leads out, or is no name that can be had."""
    name = name.replace("\\", "/")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or _DRIVE.match(name) or not parts or ".." in parts or len(parts) > _DEEPEST:
        return None
    parts = ["".join("_" if unicodedata.category(char) in {"Cc", "Cs"} else char for char in part) for part in parts]
    sizes = [len(part.encode()) for part in parts]
    return None if max(sizes) > _NAME_BYTES or sum(sizes) > _PATH_BYTES else parts


def decoded(raw: bytes) -> str:
    """A name from bytes of an encoding that nobody told: UTF-8, Korean as Windows has it, or else DOS's."""
    for encoding in ("utf-8", "cp949"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8" or _is_korean(text):
            return text
    return raw.decode("cp437")


def _is_korean(text: str) -> bool:
    """Whether bytes that happen to be Korean text are likely to be: syllables, most of them among the common ones."""
    foreign = [char for char in text if not char.isascii()]
    common = sum(_is_common(char) for char in foreign)
    return all("HANGUL" in unicodedata.name(char, "") for char in foreign) and 2 * common > len(foreign)


def _is_common(char: str) -> bool:
    try:
        return len(char.encode("euc-kr")) == 2  # the others are spelled out, in eight
    except UnicodeEncodeError:
        return False
