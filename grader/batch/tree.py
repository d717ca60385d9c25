"""The files below a folder that may be of interest: not what systems, editors and programs keep beside them."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Collection, Iterator
from pathlib import Path

from grader.batch.kinds import CHECKPOINTS, has_cells, is_archive, stem

_NOT_ENTERED = {"__MACOSX", "__pycache__", "node_modules", "site-packages"}
_NOT_TAKEN = {".DS_Store", "Thumbs.db", "desktop.ini"}
_ENVIRONMENT = "pyvenv.cfg"


def files_below(root: Path, apart: Collection[Path] = ()) -> list[Path]:
    """All files below a folder, in order, but not those in the folders and files `apart`, and never through a link."""
    return sorted(_walk(root, {os.path.realpath(path) for path in apart}))


def _walk(root: Path, apart: set[str]) -> Iterator[Path]:
    for place, folders, names in os.walk(root):
        folders[:] = [name for name in folders if _is_entered(os.path.join(place, name), name, apart)]
        for name in names:
            path = Path(place, name)
            if name not in _NOT_TAKEN and os.path.realpath(path) not in apart:
                yield path


def _is_entered(path: str, name: str, apart: set[str]) -> bool:
    hidden = name.startswith(".") and name != CHECKPOINTS
    other = hidden or name in _NOT_ENTERED or os.path.exists(os.path.join(path, _ENVIRONMENT))
    return not other and os.path.realpath(path) not in apart


def home_of(path: Path) -> Path:
    """The folder that a file belongs into: its own, or the one that Jupyter's folder of checkpoints is in."""
    return path.parent.parent if path.parent.name == CHECKPOINTS else path.parent


def is_shadow(path: Path) -> bool:
    """Whether a file is a system's or an editor's copy of another that lies where it should."""
    if path.parent.name == CHECKPOINTS:
        return (path.parent.parent / (path.stem.removesuffix("-checkpoint") + path.suffix)).exists()
    if path.name.startswith("._"):
        return path.with_name(path.name[2:]).exists()
    # What Jupyter exports, or keeps in step, has the notebook's name.
    exported = path.suffix.lower() in (".py", ".md", ".qmd", ".rmd")
    return exported and path.with_suffix(".ipynb").exists()


def owner_of(path: Path) -> str:
    """Whose a file is by its name alone."""
    name = stem(path)
    if path.parent.name == CHECKPOINTS:
        name = name.removesuffix("-checkpoint")
    return unicodedata.normalize("NFC", name.removeprefix("._")).strip() or "unnamed"


def with_cells(files: Collection[Path]) -> tuple[list[Path], list[Path]]:
    """Of some files, those that can be read as notebooks, and those of them that only shadow another."""
    found = [path for path in files if not path.is_dir() and has_cells(path)]
    return [path for path in found if not is_shadow(path)], [path for path in found if is_shadow(path)]


def archives(files: Collection[Path]) -> list[Path]:
    """Of some files, the archives."""
    return [path for path in files if is_archive(path) and not path.name.startswith(".")]
