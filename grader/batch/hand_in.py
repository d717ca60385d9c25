"""What was handed in, as files: one that is read, what lies beside it, and where all of it came from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A file or folder: where it is, and what people call it. The two differ for what was unpacked."""

    real: Path
    shown: Path

    def at(self, real: Path) -> Place:
        """The place of something below it."""
        return Place(real=real, shown=self.shown / real.relative_to(self.real))


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A folder or an archive that is one student's own, with all that lies in it.

    `sure` is False where it may be a class's instead. `notes` say what was left out when it was unpacked.
    """

    owner: str
    place: Place
    sure: bool = True
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HandIn:
    """A file that was handed in, and the name that tells whose it is: its stem, or its folder, or its archive.

    `path` is what people call it, and different for every hand-in; `file` is where its bytes are, where that is
    elsewhere. `folder` is the name of the folder that it came in alone or with others of its student's, "" where it lay
    among others'; a roster may know that one. `home` is all of what came with it, if anything may have. `parts` are the
    files that it is made of, where these are several, in order. `rejected` says why it is not read at all, `fault` why
    that is our own.
    """

    path: Path
    owner: str
    folder: str
    file: Path | None = None
    home: Home | None = None
    parts: tuple[Path, ...] = ()
    rejected: str = ""
    fault: str = ""

    @property
    def source(self) -> Path:
        """Where its bytes are."""
        return self.file or self.path
