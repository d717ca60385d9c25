"""Classes of the sample notebook: as many copies as wanted, no two with a cell in common."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from tests.command_line import ROOT

SAMPLE = ROOT / "submissions" / "first.ipynb"
REFERENCE = ROOT / "reference"
POINTS = 20

WAITING_NAME = "handed-in-waits"
"""What a process calls itself while the last cell of `waiting` waits in it; as long as Linux allows."""

_WAIT = f"""
import ctypes, time
ctypes.CDLL(None).prctl(15, b"{WAITING_NAME}", 0, 0, 0)
time.sleep(100_000)
"""


def as_handed_in() -> dict[str, Any]:
    """The sample as it was handed in: one of its saved outputs is stale, and others are an older torch's."""
    document: dict[str, Any] = json.loads(SAMPLE.read_text(encoding="utf-8"))
    return document


@cache
def freshly_saved() -> dict[str, Any]:
    """The sample with the outputs that it has today, so that nothing needs repeating."""
    arguments = ["--to=notebook", "--execute", "--stdout", "--ExecutePreprocessor.record_timing=False", str(SAMPLE)]
    done = subprocess.run([sys.executable, "-m", "nbconvert", *arguments], capture_output=True, check=True)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def waiting() -> dict[str, Any]:
    """The sample with a last cell that waits until it is killed."""
    document = as_handed_in()
    cell: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": _WAIT,
        "id": "wait",
    }
    document["cells"].append(cell)
    return document


def write_class(folder: Path, document: dict[str, Any], count: int) -> list[Path]:
    """Write a class; a comment at the end of each code cell makes every copy's cells its own."""
    folder.mkdir(parents=True)
    paths = [folder / f"student{number:05}.ipynb" for number in range(1, count + 1)]
    for path in paths:
        path.write_text(json.dumps(distinct(document, path.stem)), encoding="utf-8")
    return paths


def distinct(document: dict[str, Any], mark: str) -> dict[str, Any]:
    """A copy whose code cells end in a comment."""
    cells = [
        {**cell, "source": f"{''.join(cell['source'])}\n# handed in by {mark}"} if cell["cell_type"] == "code" else cell
        for cell in document["cells"]
    ]
    return {**document, "cells": cells}
