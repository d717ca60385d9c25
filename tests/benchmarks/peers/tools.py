"""The tools: how each is given a class, what is run, and how to be sure that it did its work."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell

from tests.benchmarks.commands import Command
from tests.benchmarks.hand_ins import POINTS, distinct, write_class
from tests.benchmarks.peers.questions import Question, questions
from tests.benchmarks.subjects import nbclient_alone
from tests.command_line import ROOT

ENVIRONMENT = ROOT / "build" / "peers"
PYTHON = ENVIRONMENT / "bin" / "python"

Tool = Callable[[Path, dict[str, Any], int], Command]
"""Given an empty folder, the sample and how many copies of it, the command that grades or executes them."""

_HERE = Path(__file__).parent
_ASSIGNMENT = "mlp"


def version(package: str) -> str:
    """The version of a package in the peers' environment, as it is pinned."""
    for file in ("requirements.txt", "constraints.txt"):
        for line in (_HERE / file).read_text(encoding="utf-8").splitlines():
            name, _, pinned = line.partition("==")
            if name == package:
                return pinned
    raise ValueError(f"{package} isn't pinned.")


def nbclient(folder: Path, document: dict[str, Any], count: int) -> Command:
    """nbclient alone, in the peers' environment."""
    return nbclient_alone(folder, write_class(folder / "class", document, count), python=str(PYTHON))


def papermill(folder: Path, document: dict[str, Any], count: int) -> Command:
    """papermill: execute, and write the executed notebook."""
    notebooks = write_class(folder / "class", document, count)
    executed = folder / "executed"
    executed.mkdir()

    def check() -> None:
        assert all((executed / path.name).stat().st_size for path in notebooks)

    return _command(folder, str(_HERE / "papermill_alone.py"), str(executed), *map(str, notebooks), check=check)


def otter(folder: Path, document: dict[str, Any], count: int) -> Command:
    """otter-grader: a test file a check, run without a container as `otter run` does."""
    notebooks = write_class(folder / "class", document, count)
    tests, results = folder / "tests", folder / "points.json"
    tests.mkdir()
    for question in questions():
        (tests / f"{question.id}.py").write_text(_otter_test(question), encoding="utf-8")
    _prepare(folder, "otter", "generate", "-t", "tests", "-o", "autograder.zip", "--no-config", "--no-requirements")

    def check() -> None:
        points = json.loads(results.read_text(encoding="utf-8"))
        assert len(points) == count
        assert set(points.values()) == {POINTS}, points

    program = str(_HERE / "otter_alone.py")
    return _command(folder, program, str(folder / "autograder.zip"), str(results), *map(str, notebooks), check=check)


def nbgrader(folder: Path, document: dict[str, Any], count: int) -> Command:
    """nbgrader: a course of one assignment with a test cell a check, `nbgrader autograde` for all who handed in."""
    (folder / "nbgrader_config.py").write_text('get_config().CourseDirectory.course_id = "benchmark"\n')
    source = folder / "source" / _ASSIGNMENT
    source.mkdir(parents=True)
    nbformat.write(_with_tests(document), source / "sample.ipynb")
    _prepare(folder, "nbgrader", "generate_assignment", _ASSIGNMENT, "--create")
    release = json.loads((folder / "release" / _ASSIGNMENT / "sample.ipynb").read_text(encoding="utf-8"))
    for number in range(1, count + 1):
        submitted = folder / "submitted" / f"student{number}" / _ASSIGNMENT
        submitted.mkdir(parents=True)
        handed_in = _answered(release, distinct(document, f"student{number}"))
        (submitted / "sample.ipynb").write_text(json.dumps(handed_in), encoding="utf-8")
    return _command(folder, "-m", "nbgrader", "autograde", _ASSIGNMENT, check=partial(_check_grades, folder, count))


def _command(folder: Path, *arguments: str, check: Callable[[], None]) -> Command:
    return Command(arguments=[str(PYTHON), *arguments], folder=folder, check=check, environment=_environment())


def _environment() -> dict[str, str]:
    """The tools look for each other's programs on the path."""
    return {"PATH": f"{PYTHON.parent}{os.pathsep}{os.environ['PATH']}"}


def _prepare(folder: Path, program: str, *arguments: str) -> None:
    """What an instructor does once; not measured."""
    done = subprocess.run(
        [PYTHON.parent / program, *arguments],
        cwd=folder,
        env={**os.environ, **_environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"{program} {' '.join(arguments)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _otter_test(question: Question) -> str:
    lines = [f">>> {line}\n" for line in question.code.splitlines()]
    case = {"code": "".join(lines), "hidden": False, "locked": False}
    suite = {"cases": [case], "scored": True, "setup": "", "teardown": "", "type": "doctest"}
    test = {"name": question.id, "points": question.points, "suites": [suite]}
    return f"OK_FORMAT = True\n\ntest = {test!r}\n"


def _with_tests(document: dict[str, Any]) -> nbformat.NotebookNode:
    """The sample as an instructor's source: its code cells are solutions, and each task ends with test cells."""
    notebook = nbformat.reads(json.dumps(document), as_version=4)
    cells: list[nbformat.NotebookNode] = []
    asked = list(questions())
    task = ""
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            cells += _tests(asked, task)
            task = cell.source.removeprefix("## ")
        else:
            cell.source = f"### BEGIN SOLUTION\n{cell.source}\n### END SOLUTION"
            cell.metadata["nbgrader"] = _role(f"answer{number}", grade=False)
        cells.append(cell)
    notebook.cells = [*cells, *_tests(asked, task)]
    return notebook


def _tests(asked: list[Question], task: str) -> list[nbformat.NotebookNode]:
    return [
        new_code_cell(question.code, metadata={"nbgrader": _role(question.id, grade=True, points=question.points)})
        for question in asked
        if question.task == task
    ]


def _role(name: str, *, grade: bool, **points: int) -> dict[str, Any]:
    return {
        "grade": grade, "grade_id": name, "locked": grade, "schema_version": 3, "solution": not grade, "task": False,
        **points,
    }  # fmt: skip


def _answered(release: dict[str, Any], handed_in: dict[str, Any]) -> dict[str, Any]:
    """What students were given, with their own code in the cells that are theirs."""
    mine = iter(handed_in["cells"])
    cells = [
        cell if cell["metadata"].get("nbgrader", {}).get("grade") else {**cell, "source": next(mine)["source"]}
        for cell in release["cells"]
    ]
    return {**release, "cells": cells}


def _check_grades(folder: Path, count: int) -> None:
    _prepare(folder, "nbgrader", "export")
    with (folder / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == count
    assert {float(row["raw_score"]) for row in rows} == {float(POINTS)}, rows
