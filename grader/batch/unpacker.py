"""Where archives are unpacked to, once each, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.batch.hand_in import Place
from grader.batch.unpacking import Bounds, Unpacked
from grader.errors import ExecutionUnavailable, NotebookRejected

Unpack = Callable[[Path, Path, Bounds], Unpacked]
"""Unpacks an archive into a folder, within bounds. Raises NotebookRejected or ExecutionUnavailable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An archive that was opened: its content as a folder, what to say of it, and of which files why they aren't read.

    `rejected` says why it wasn't opened; `fault`, why that is our own.
    """

    place: Place
    notes: tuple[str, ...] = ()
    unreadable: Mapping[Path, str] = field(default_factory=dict)
    rejected: str = ""
    fault: str = ""


class Unpacker:
    """Unpacks archives into folders of their own below one folder, which is the caller's to remove."""

    def __init__(self, unpack: Unpack, folder: Path) -> None:
        self._unpack = unpack
        self._folder = folder
        self._count = 0

    def open(self, archive: Place, bounds: Bounds) -> Opened:
        """Unpack an archive. Nothing is raised: what goes wrong is said."""
        self._count += 1
        into = self._folder / str(self._count)
        place = Place(real=into, shown=archive.shown)
        try:
            into.mkdir(parents=True)
            told = self._unpack(archive.real, into, bounds)
        except NotebookRejected as error:
            return Opened(place=place, rejected=str(error))
        except ExecutionUnavailable as error:
            return Opened(place=place, fault=error.message)
        except OSError as error:
            return Opened(place=place, fault=f"The archive can't be unpacked: {error.strerror}.")
        unreadable = {into / name: reason for name, reason in told.unreadable.items()}
        return Opened(place=place, notes=told.notes, unreadable=unreadable)
