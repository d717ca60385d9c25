"""What `grader --version` prints, read without importing anything heavy."""

from __future__ import annotations

import platform
from importlib.metadata import version


def version_line() -> str:
    """The grader's version, and those that its marks depend on most."""
    return (
        f"grader {version('grader')} "
        f"(Python {platform.python_version()}, torch {version('torch')}, numpy {version('numpy')})"
    )
