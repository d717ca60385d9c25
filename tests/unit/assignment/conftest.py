from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.assignment.loading import Loaded, load

Load = Callable[..., Loaded]


@pytest.fixture
def load_source(tmp_path: Path) -> Load:
    """Write a module, with other files beside it, to a folder of its own, and load it."""

    def write_and_load(source: str, **others: str) -> Loaded:
        folder = tmp_path / "reference"
        folder.mkdir(exist_ok=True)
        (folder / "assignment.py").write_text(textwrap.dedent(source), encoding="utf-8")
        for name, text in others.items():
            (folder / f"{name}.py").write_text(textwrap.dedent(text), encoding="utf-8")
        return load(folder)

    return write_and_load
