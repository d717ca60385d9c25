"""The first assignment that `grader init` writes: a reference folder that grades as it is, and a right hand-in."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

HAND_INS = "hand-ins"
"""The folder, in the reference folder, of the hand-in that gets full marks."""


def example_files() -> Mapping[str, str]:
    """The texts of the folder, by their paths in it."""
    root = files("grader.drafting").joinpath("example")
    return {
        "assignment.py": _text(root, "assignment.py"),
        f"{HAND_INS}/right.ipynb": _text(root, HAND_INS, "right.ipynb"),
    }


def _text(root: Traversable, *parts: str) -> str:
    return root.joinpath(*parts).read_text(encoding="utf-8")
