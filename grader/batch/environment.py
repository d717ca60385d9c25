"""What student code runs on: versions, and what the handout provides. Stored executions are good only for the same."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator, Mapping
from importlib.metadata import distributions
from pathlib import Path

NAMED = ("grader", "torch", "numpy", "ipykernel", "ipython")
"""Packages whose versions are written beside every mark."""


def installed() -> Mapping[str, str]:
    """The version of everything that is installed beside the grader, and Python's own."""
    packages = {(found.metadata["Name"] or "").lower(): found.version for found in distributions()}
    return {**dict(sorted(packages.items())), "python": platform.python_version()}


def named_versions(packages: Mapping[str, str]) -> dict[str, str]:
    """Those that a reader wants to know first."""
    return {"python": packages["python"]} | {name: packages.get(name, "not installed") for name in NAMED}


def folder_digest(folder: Path | None) -> str:
    """A digest of all files in a folder, names and contents; "" where there is none."""
    if folder is None:
        return ""
    digest = hashlib.sha256()
    for path in _files(folder):
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode("utf-8", "surrogateescape"))
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)
