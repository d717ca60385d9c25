"""The versions that a mark depends on, read without importing anything heavy."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

_PACKAGES = ("grader", "torch", "numpy", "ipykernel", "ipython")


def versions() -> dict[str, str]:
    """Versions by name: the grader's own, Python's, and those of the packages that student code runs on."""
    return {"python": platform.python_version()} | {name: _version(name) for name in _PACKAGES}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def version_line() -> str:
    """What `grader --version` prints."""
    found = versions()
    return f"grader {found['grader']} (Python {found['python']}, torch {found['torch']}, numpy {found['numpy']})"
