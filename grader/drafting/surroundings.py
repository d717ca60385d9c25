"""What lies around a solution: what the handout provides, and files beside it that its code reads."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageError

PROVIDED = "provided"
MOST_BYTES = 64 * 1024**2
"""Larger files are not copied."""
_MOST_TEXT = 1024**2
_MOST_FILES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """`beside` is the solution's folder; `provided` the one of the handout's files, which may not be there.

    `texts` are the Python files of both, by their paths in them, those that are provided first.
    """

    beside: Path
    provided: Path
    texts: Mapping[str, str]

    def copies(self, folder: Path, names: Iterable[str]) -> dict[str, bytes]:
        """The files that have to come into a reference folder's `provided/`, and aren't there yet, by their paths.

        These are all that is provided beside the solution, and those of these names that lie beside it.
        """
        found: dict[str, bytes] = {}
        for source in (self.provided, self.beside):
            wanted = _files(source) if source == self.provided else [source / name for name in names]
            for path in wanted:
                target = f"{PROVIDED}/{path.relative_to(source).as_posix()}"
                inside = path.is_file() and path.resolve().is_relative_to(source.resolve())
                if target not in found and inside and not (folder / target).exists():
                    found[target] = _content(path)
        return found

    def missing(self, folder: Path, names: Iterable[str]) -> tuple[str, ...]:
        """The files that lie neither beside the solution nor in what is provided."""
        places = (folder / PROVIDED, self.provided, self.beside)
        return tuple(name for name in names if not any((place / name).is_file() for place in places))


def look_around(solution: Path, folder: Path) -> Surroundings:
    """Look at what is provided, in the reference folder or beside the solution, and at modules beside it."""
    beside = solution.parent
    provided = folder / PROVIDED if (folder / PROVIDED).is_dir() else beside / PROVIDED
    texts = {path.name: _text(path) for path in sorted(beside.glob("*.py"))[:_MOST_FILES] if path != solution}
    texts |= {path.relative_to(provided).as_posix(): _text(path) for path in _files(provided) if path.suffix == ".py"}
    return Surroundings(beside=beside, provided=provided, texts=texts)


def _files(folder: Path) -> list[Path]:
    found: list[Path] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__" and not name.startswith(".")]
        found += [Path(parent, name) for name in names if not name.startswith(".")]
    return sorted(found)[:_MOST_FILES]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8") if path.stat().st_size <= _MOST_TEXT else ""
    except (OSError, UnicodeDecodeError):
        return ""


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size <= MOST_BYTES:
            return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}.", remedy="Make it readable.") from error
    raise UsageError(
        f"{path} is larger than {MOST_BYTES // 1024**2} MB.", remedy="Put it into the reference folder's provided/."
    )
