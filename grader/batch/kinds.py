"""What a file in a hand-in may be, by its name, and where that doesn't tell, by how it begins. Nothing is parsed."""

from __future__ import annotations

import re
import stat
from pathlib import Path

NOTEBOOK = ".ipynb"
CHECKPOINTS = ".ipynb_checkpoints"
ARCHIVES = (".zip", ".tar.gz", ".tgz", ".tar")
_TEXTS = (".qmd", ".rmd", ".py", ".md")
_UNSURE = (".txt", ".json", "")
_NO_HAND_INS = re.compile(r"readme|license|changelog|setup|conftest|__\w+__", re.IGNORECASE)
"""Stems of scripts and documents that lie about and are nobody's answer."""
_LOOKED_AT = 2**20
_LOOKS_LIKE_A_NOTEBOOK = re.compile(rb'\s*\{.*"(?:cells|worksheets|nbformat)"\s*:', re.DOTALL)
_PYTHON_BLOCK = re.compile(
    rb"^```+[ \t]*(?:\{[ \t]*\.?)?(?:ipython|python|py\b|code-cell)", re.MULTILINE | re.IGNORECASE
)
_MARKED_CELL = re.compile(rb"^[ \t]*#[ \t]*(?:%%|In\[[0-9 ]*\])", re.MULTILINE)


def is_archive(path: Path) -> bool:
    """Whether a file is an archive that is unpacked, by its name."""
    return path.name.lower().endswith(ARCHIVES)


def has_cells(path: Path) -> bool:
    """Whether a file can be read as a notebook, or be rejected as one with a reason: by its name, mostly.

    Markdown counts where it has a block of Python, text and JSON where they look like a notebook.
    """
    suffix = path.suffix.lower()
    if suffix == NOTEBOOK:
        return True
    if suffix in _UNSURE:
        return _LOOKS_LIKE_A_NOTEBOOK.match(beginning(path)) is not None
    if suffix not in _TEXTS or _NO_HAND_INS.fullmatch(path.stem):
        return False
    return suffix != ".md" or _PYTHON_BLOCK.search(beginning(path)) is not None


def rank(path: Path) -> int:
    """How sure it is that a file of a student's own folder that `has_cells` is the hand-in, rather than lies beside it.

    The least is the surest.
    """
    match path.suffix.lower():
        case ".ipynb":
            return 0
        case ".qmd" | ".rmd":
            return 1
        case ".py":
            return 2 if _MARKED_CELL.search(beginning(path)) else 4
        case ".md":
            return 3
        case _:
            return 0


def stem(path: Path) -> str:
    """A file's name without what says its kind."""
    for suffix in ARCHIVES:
        if path.name.lower().endswith(suffix):
            return path.name[: -len(suffix)]
    return path.stem


def beginning(path: Path) -> bytes:
    """The first bytes of a regular file; none of what is no such file, or can't be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return b""
        with path.open("rb") as file:
            return file.read(_LOOKED_AT)
    except OSError:
        return b""
