"""An author's folder as files: which of them decide marks, and a digest of those."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import AssignmentError

MODULE = "assignment.py"
MOST_FILES = 1_000
MOST_BYTES = 256 * 1024**2
LONGEST_TEXT = 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """A reference folder as it was read.

    `texts` holds what is text, by path relative to the folder, with `/`: UTF-8 files of at most 1 MiB. `digest` is a
    SHA-256 over the paths and bytes of all files. `module` is the source of `assignment.py`.
    """

    module: bytes
    texts: Mapping[str, str]
    digest: str


def read_sources(folder: Path) -> Sources:
    """Read all files in and below `folder`, except hidden ones and caches.

    Raises AssignmentError for a folder that isn't there, has no `assignment.py`, can't be read, or is too large.
    """
    refuse_missing(folder)
    digest = hashlib.sha256()
    texts: dict[str, str] = {}
    module = b""
    for relative, content in contents_of(folder):
        # Both parts are hashed by themselves first, so that no two folders give the same stream of bytes.
        digest.update(hashlib.sha256(relative.encode("utf-8", "surrogateescape")).digest())
        digest.update(hashlib.sha256(content).digest())
        if (text := _text(content)) is not None:
            texts[relative] = text
        if relative == MODULE:
            module = content
    return Sources(module=module, texts=texts, digest=digest.hexdigest())


def refuse_missing(folder: Path) -> None:
    """Raise AssignmentError for a folder that isn't there, or has no `assignment.py`."""
    if not folder.is_dir():
        raise AssignmentError(
            "There is no such folder." if not folder.exists() else "This is no folder.",
            remedy=f"Name the reference folder, which holds {MODULE}.",
            file=str(folder),
        )
    if not (folder / MODULE).is_file():
        raise AssignmentError(
            f"The folder holds no {MODULE}.", remedy=f"Write the assignment in {MODULE}.", file=str(folder)
        )


def contents_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Read each file's relative path and bytes, in the order of the paths."""
    paths = sorted((path.relative_to(folder).as_posix(), path) for path in _files(folder))
    total = 0
    for number, (relative, path) in enumerate(paths, start=1):
        try:
            total += path.stat().st_size
            if number > MOST_FILES or total > MOST_BYTES:
                raise _too_large(folder)
            yield relative, path.read_bytes()
        except OSError as error:
            raise _unreadable(error, path) from error


def _unreadable(error: OSError, path: Path) -> AssignmentError:
    return AssignmentError(
        f"This can't be read: {error.strerror}.", remedy="Make it readable, or take it out.", file=str(path)
    )


def _too_large(folder: Path) -> AssignmentError:
    return AssignmentError(
        f"The folder holds more than {MOST_FILES} files or {MOST_BYTES // 1024**2} MiB.",
        remedy="Keep only what decides marks in it.",
        file=str(folder),
    )


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder, onerror=_refuse_unreadable):
        folders[:] = [name for name in folders if name != "__pycache__" and not name.startswith(".")]
        for name in names:
            path = Path(parent, name)
            if not name.startswith(".") and path.is_file():
                yield path


def _refuse_unreadable(error: OSError) -> None:
    raise _unreadable(error, Path(error.filename)) from error


def _text(content: bytes) -> str | None:
    if len(content) > LONGEST_TEXT or b"\0" in content:
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None
