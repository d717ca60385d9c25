"""Running the real command line, and making small classes for it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).parents[1]

ASSIGNMENT = '''
from grader import Assignment

sums = Assignment("sums", title="Sums", points=4)
sums.given(x=[1.0, 2.0, 3.0])
first = sums.task("Task 1", title="Adding up")
second = sums.task("Task 2", title="Squaring")


@first.value(points=1)
def total(x):
    """The sum of x."""
    return x.sum()


@second.value(points=3)
def squares(x):
    """Every element squared."""
    return x**2
'''
"""A small assignment without versions, whose hand-ins need no torch."""

RIGHT = ("import numpy as np\nx = np.array([1.0, 2.0, 3.0])\ntotal = x.sum()", "squares = x**2")


SAMPLE_LIMITS = ("--cell-seconds", "10")
"""What the sample class is graded with, so that one who never ends costs ten seconds."""

UNSEALABLE = (sys.executable, str(ROOT / "tests" / "unsealable.py"))
"""What a command is put behind to run on a machine that can seal nothing."""


def grader(
    *arguments: object, cwd: Path = ROOT, timeout: float = 500, before: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run `grader` as a user does, behind the command `before`."""
    return subprocess.run(
        [*before, sys.executable, "-m", "grader", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def write_assignment(folder: Path, source: str = ASSIGNMENT) -> Path:
    """Write a reference folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "assignment.py").write_text(source, encoding="utf-8")
    return folder


def write_notebook(path: Path, cells: Sequence[str] = RIGHT, *, headings: bool = True) -> Path:
    """Write a hand-in: one code cell a task, under its heading."""
    notebook = new_notebook()
    for number, source in enumerate(cells, start=1):
        if headings:
            notebook.cells.append(new_markdown_cell(f"## Task {number}"))
        notebook.cells.append(new_code_cell(source))
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def results(out: Path) -> dict[str, dict[str, Any]]:
    """Every `result.json` of an output folder, by the name of its folder."""
    return {
        path.parent.name: json.loads(path.read_text(encoding="utf-8")) for path in out.glob("results/*/result.json")
    }
