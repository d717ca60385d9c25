"""Which files are hand-ins."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.batch.kinds import CHECKPOINTS, has_cells
from grader.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class HandIn:
    """A file that was handed in, and the name that tells whose it is: its stem, or its folder.

    `folder` is the name of the folder that it came in alone or with others of its student's, "" where it lay among
    others'; a roster may know that one.
    """

    path: Path
    owner: str
    folder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What was found: hand-ins in a steady order, and the files that only shadow one (editors' and systems' copies).

    `empty` are folders beside others with notebooks that hold none, and the names of a few files in them.
    """

    hand_ins: tuple[HandIn, ...]
    skipped: tuple[Path, ...]
    empty: Mapping[Path, tuple[str, ...]]


def collect(paths: Sequence[Path]) -> Collected:
    """Find the hand-ins in files and folders.

    A file named outright must be a notebook, a script or a document. In a folder, all below it count. Each belongs to
    its stem, or to its folder where the layout has one folder a student. AppleDouble files and Jupyter's checkpoints
    count only where the notebook that they shadow isn't there. Raises UsageError where a path doesn't exist or nothing
    is found.
    """
    hand_ins: list[HandIn] = []
    skipped: list[Path] = []
    empty: dict[Path, tuple[str, ...]] = {}
    named_in = Counter(_folder(path) for path in paths)
    for path in paths:
        if not _exists(path):
            raise UsageError(f"{path} doesn't exist.", remedy="Name notebooks, or folders that hold them.")
        if path.is_dir():
            found, shadows = _in_folder(path)
            hand_ins += found
            skipped += shadows
            empty |= _without_notebook(path)
        elif has_cells(path):
            folder = _folder(path)
            # A file's own folder names its student, unless others were named from the same one.
            hand_ins.append(HandIn(path=path, owner=_stem(path), folder=folder.name if named_in[folder] == 1 else ""))
        else:
            raise UsageError(
                f"{path} is no notebook, script or document.", remedy="Name notebooks, or folders that hold them."
            )
    if not hand_ins:
        places = ", ".join(str(path) for path in paths)
        raise UsageError(f"There is no notebook (*.ipynb) in {places}.", remedy="Name the folder that holds them.")
    # A file that is named twice is one hand-in; its folder knows best whose.
    once = {hand_in.path.resolve(): hand_in for hand_in in sorted(hand_ins, key=lambda hand_in: bool(hand_in.folder))}
    in_order = tuple(sorted(once.values(), key=lambda hand_in: hand_in.path))
    return Collected(hand_ins=in_order, skipped=tuple(skipped), empty=empty)


def _folder(path: Path) -> Path:
    return Path(os.path.realpath(path)).parent  # unlike `Path.resolve`, it bears symbolic links in a circle


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}.", remedy="Name notebooks, or folders that hold them.") from error


def _in_folder(root: Path) -> tuple[list[HandIn], list[Path]]:
    files = sorted(path for path in root.rglob("*") if not path.is_dir() and has_cells(path))
    kept = [path for path in files if not _shadows(path)]
    skipped = [path for path in files if _shadows(path)]
    nested = {path: path.relative_to(root).parts[0] for path in kept if path.parent != root}
    a_folder_each = _a_folder_each(nested)
    hand_ins = [
        HandIn(
            path=path,
            owner=nested[path] if path in nested and a_folder_each else _stem(path),
            folder=nested.get(path) or (root.resolve().name if len(kept) == 1 else ""),
        )
        for path in kept
    ]
    return hand_ins, skipped


def _without_notebook(root: Path) -> dict[Path, tuple[str, ...]]:
    folders = [folder for folder in sorted(root.iterdir()) if folder.is_dir() and not folder.name.startswith(".")]
    files = {folder: [path for path in sorted(folder.rglob("*")) if path.is_file()] for folder in folders}
    return {
        folder: tuple(path.name for path in inside[:3])
        for folder, inside in files.items()
        if inside and not any(map(has_cells, inside))
    }


def _a_folder_each(nested: Mapping[Path, str]) -> bool:
    """Whether the layout has one folder a student: most hold one notebook, or files of the same name lie in several."""
    folders = Counter(nested.values())
    singles = sum(count == 1 for count in folders.values())
    stems = Counter(stem for stem, _ in {(_stem(path), folder) for path, folder in nested.items()})
    return len(folders) > 1 and (2 * singles >= len(folders) or max(stems.values()) > 1)


def _shadows(path: Path) -> bool:
    """Whether the file is a system's or an editor's copy of a notebook that lies where it should."""
    if path.parent.name == CHECKPOINTS:
        return (path.parent.parent / (_stem(path) + path.suffix)).exists()
    return path.name.startswith("._") and path.with_name(path.name[2:]).exists()


def _stem(path: Path) -> str:
    stem = path.stem
    if path.parent.name == CHECKPOINTS:
        stem = stem.removesuffix("-checkpoint")
    return unicodedata.normalize("NFC", stem.removeprefix("._")).strip() or "unnamed"
