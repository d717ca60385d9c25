"""Which files are hand-ins."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.batch.hand_in import HandIn, Place
from grader.batch.kinds import has_cells, is_archive
from grader.batch.layout import Layout
from grader.batch.tree import owner_of
from grader.batch.unpacker import Unpacker
from grader.errors import UsageError

_WHAT = "Name notebooks, scripts, documents, archives (.zip, .tar.gz), or folders that hold them."


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What was found: hand-ins in a steady order, and the files that only shadow one (editors' and systems' copies).

    `empty` are folders beside others with notebooks that hold none, and the names of a few files in them. `notes` say
    what was left out of archives that hold a class.
    """

    hand_ins: tuple[HandIn, ...]
    skipped: tuple[Path, ...]
    empty: Mapping[Path, tuple[str, ...]]
    notes: tuple[str, ...] = ()


def collect(paths: Sequence[Path], unpacker: Unpacker | None = None, apart: Collection[Path] = ()) -> Collected:
    """Find the hand-ins in files, folders and archives.

    A file named outright must be a notebook, a script, a document or an archive. In a folder, all below it count. Each
    belongs to its stem, or to its folder where the layout has one folder a student; what is in an archive, to that.
    AppleDouble files and Jupyter's checkpoints count only where the notebook that they shadow isn't there. What is
    `apart` counts nowhere below a folder. Raises UsageError where a path doesn't exist or nothing is found.
    """
    layout = Layout(unpacker, apart)
    named_in = Counter(_folder(path) for path in paths)
    several = sum(is_archive(path) for path in paths) > 1
    for path in paths:
        if not _exists(path):
            raise UsageError(f"{path} doesn't exist.", remedy=_WHAT)
        if path.is_dir():
            layout.add_folder(Place(real=path, shown=path))
        elif is_archive(path) and unpacker is not None:
            layout.add_archive(Place(real=path, shown=path), among_others=several)
        elif has_cells(path):
            folder = _folder(path)
            # A file's own folder names its student, unless others were named from the same one.
            name = folder.name if named_in[folder] == 1 else ""
            layout.hand_ins.append(HandIn(path=path, owner=owner_of(path), folder=name))
        else:
            raise UsageError(f"{path} is no notebook, script or document.", remedy=_WHAT)
    if not layout.hand_ins:
        places = ", ".join(str(path) for path in paths)
        raise UsageError(f"There is no notebook (*.ipynb) in {places}.", remedy="Name the folder that holds them.")
    return Collected(
        hand_ins=_once(layout.hand_ins), skipped=tuple(layout.skipped), empty=layout.empty, notes=tuple(layout.notes)
    )


def _once(hand_ins: Sequence[HandIn]) -> tuple[HandIn, ...]:
    """Hand-ins in order; a file that is named twice is one, and its folder knows best whose."""
    least_known_first = sorted(hand_ins, key=lambda hand_in: (bool(hand_in.home), bool(hand_in.folder)))
    once = {hand_in.source.resolve(): hand_in for hand_in in least_known_first}
    return tuple(sorted(once.values(), key=lambda hand_in: hand_in.path))


def _folder(path: Path) -> Path:
    return Path(os.path.realpath(path)).parent  # unlike `Path.resolve`, it bears symbolic links in a circle


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}.", remedy=_WHAT) from error
