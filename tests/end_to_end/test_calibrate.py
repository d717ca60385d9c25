"""`grader calibrate`: people's marks beside the grader's, on the sample class and a class made for it."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import (
    ASSIGNMENT,
    ROOT,
    SAMPLE_LIMITS,
    grader,
    results,
    write_assignment,
    write_notebook,
)

SampleClass = tuple[Path, subprocess.CompletedProcess[str]]
Marks = Mapping[str, Mapping[str, object]]


def write_marks(path: Path, marks: Marks) -> Path:
    columns = list(dict.fromkeys(column for each in marks.values() for column in each))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["student", *columns])
        for student, each in marks.items():
            writer.writerow([student, *(each.get(column, "") for column in columns)])
    return path


def calibrated(*arguments: object) -> dict[str, Any]:
    process = grader("calibrate", *arguments, "--json")
    assert process.returncode == 0, process.stderr[-2000:]
    found: dict[str, Any] = json.loads(process.stdout)
    return found


@pytest.fixture
def graded(sample_class: SampleClass, tmp_path: Path) -> Path:
    """The sample class, graded before, so that calibrating executes nothing anew."""
    return shutil.copytree(sample_class[0], tmp_path / "graded")


def sample_marks(graded: Path) -> dict[str, dict[str, object]]:
    """People who gave just what the grader gives."""
    return {
        result["student"]["id"]: {
            **{check["id"]: check["points"] for task in result["tasks"] for check in task["checks"]},
            **{task["id"]: task["points"] for task in result["tasks"]},
            "points": result["points"],
        }
        for result in results(graded).values()
    }


@pytest.mark.soak
def test_people_who_agree_with_the_grader_leave_nothing_to_settle(graded: Path, tmp_path: Path) -> None:
    marks = write_marks(tmp_path / "marks.csv", sample_marks(graded))
    found = calibrated(ROOT / "submissions", "--marks", marks, *SAMPLE_LIMITS, "--out", graded)
    assert found["disagreements"] == found["settling"] == []
    assert {each["kappa"] for each in found["agreement"]} == {1.0, None}
    assert all(each["same"] == each["compared"] == 22 for each in found["agreement"])


def test_each_disagreement_comes_with_what_was_found_and_said(graded: Path, tmp_path: Path) -> None:
    marks = sample_marks(graded)
    marks["leila"]["loss.numpy"] = 1
    marks["amara"]["points"] = 18.5
    marks["stranger"] = {"points": 3}
    del marks["bo"]
    for each in marks.values():
        each["comment"] = "well done"
    found = calibrated(
        ROOT / "submissions", "--marks", write_marks(tmp_path / "marks.csv", marks), *SAMPLE_LIMITS, "--out", graded
    )
    assert found["unknown_columns"] == ["comment"]
    assert found["without_hand_in"] == ["stranger"]
    assert found["without_marks"] == ["bo"]
    by_student = {each["student"]: each for each in found["disagreements"]}
    assert by_student.keys() == {"leila", "amara"}
    leila = by_student["leila"]
    assert (leila["column"], leila["grader"], leila["people"]) == ("loss.numpy", 0, 1)
    (check,) = leila["checks"]
    assert check["found"] == {"kind": "variable", "name": "loss_n", "cell": 9}
    assert "differs" in check["message"]
    assert "`log10`" in check["diagnoses"][0]
    agreement = {each["column"]: each for each in found["agreement"]}
    assert agreement["loss.numpy"]["within_one"] == 21
    assert agreement["points"]["mean_difference"] == pytest.approx(1.5 / 21)


def test_policies_that_people_didnt_share_are_named(graded: Path, tmp_path: Path) -> None:
    marks = sample_marks(graded)
    strict = tmp_path / "reference"
    shutil.copytree(ROOT / "reference", strict)
    module = strict / "assignment.py"
    refusing = 'points=20,\n    other_names="refuse",\n    printed="refuse",'
    module.write_text(module.read_text(encoding="utf-8").replace("points=20,", refusing, 1), encoding="utf-8")
    marks_file = write_marks(tmp_path / "marks.csv", marks)
    arguments = ("--marks", marks_file, *SAMPLE_LIMITS, "--out", graded, "--reference", strict)
    found = calibrated(ROOT / "submissions", *arguments)
    proposals = {each["write"]: each for each in found["settling"]}
    assert {'other_names="credit"', 'printed="credit"'} <= proposals.keys()
    assert proposals['other_names="credit"']["students"] == ["rosa"]
    assert proposals['printed="credit"']["students"] == ["soren"]


START = "import numpy as np\nx = np.array([1.0, 2.0, 3.0])\n"


@cache
def own_class() -> dict[str, tuple[Sequence[str], dict[str, object], bool]]:
    """Hand-ins with what people gave for them, and whether they have the headings that are asked for."""
    full = {"total": 1, "squares": 3}
    rounded = f"{START}total = x.sum()"
    made: dict[str, tuple[Sequence[str], dict[str, object], bool]] = {
        f"right{n}": ((rounded, "squares = x**2"), full, True) for n in range(3)
    }
    for n in range(4):
        made[f"rough{n}"] = ((rounded, f"squares = x**2 * 1.000{n + 1}"), full, True)
    made["far"] = ((rounded, "squares = x**2 * 1.3"), {"total": 1, "squares": 0}, True)
    for n in range(3):
        made[f"mean{n}"] = ((f"{START}total = x.mean()", "squares = x**2"), full, True)
    return made


def test_tolerances_and_second_answers_that_would_settle_most_are_named(tmp_path: Path) -> None:
    reference = write_assignment(tmp_path / "reference")
    for name, (cells, _, headings) in own_class().items():
        write_notebook(tmp_path / "hand-ins" / f"{name}.ipynb", cells, headings=headings)
    marks = write_marks(tmp_path / "marks.csv", {name: given for name, (_, given, _) in own_class().items()})
    arguments = (tmp_path / "hand-ins", "--marks", marks, "--reference", reference, "--out", tmp_path / "out")
    found = calibrated(*arguments)
    first, second = found["settling"]
    assert (first["kind"], first["check"], first["settles"], first["new"]) == ("tolerance", "squares", 4, 0)
    assert first["write"] == "tolerance=Tolerance(rtol=0.001, atol=1e-05)"
    assert (second["kind"], second["check"], second["settles"]) == ("accept", "total", 3)
    assert second["students"] == ["mean0", "mean1", "mean2"]
    text = grader("calibrate", *arguments)
    assert text.returncode == 0
    assert "7 disagreements" in text.stdout
    assert "would settle 4" in text.stdout


@pytest.mark.soak
def test_what_is_proposed_settles_what_it_says(tmp_path: Path) -> None:
    loose = ASSIGNMENT.replace("import Assignment", "import Assignment, Tolerance").replace(
        "@second.value(points=3)", "@second.value(points=3, tolerance=Tolerance(rtol=0.001, atol=1e-05))"
    )
    reference = write_assignment(tmp_path / "reference", loose)
    for name, (cells, _, headings) in own_class().items():
        write_notebook(tmp_path / "hand-ins" / f"{name}.ipynb", cells, headings=headings)
    marks = write_marks(tmp_path / "marks.csv", {name: given for name, (_, given, _) in own_class().items()})
    arguments = ("--marks", marks, "--reference", reference, "--out")
    found = calibrated(tmp_path / "hand-ins", *arguments, tmp_path / "out")
    assert {each["column"] for each in found["disagreements"]} == {"total"}
    process = grader("calibrate", tmp_path / "hand-ins" / "right0.ipynb", *arguments, tmp_path / "alone")
    assert process.returncode == 0, process.stderr
    assert "agree on every mark" in process.stdout


def test_headings_that_would_settle_most_are_named(tmp_path: Path) -> None:
    reference = write_assignment(tmp_path / "reference")
    for n in range(3):
        path = tmp_path / "hand-ins" / f"s{n}.ipynb"
        cells = (f"# setup\n{START}", "total = x.sum()", "squares = x**2\ntotal = squares.sum()")
        write_notebook(path, cells)
        text = path.read_text(encoding="utf-8")
        for number, heading in enumerate(("Intro", "Exercise sheet 1: adding", "Exercise sheet 2: squaring"), start=1):
            text = text.replace(f"## Task {number}", f"## {heading}")
        path.write_text(text, encoding="utf-8")
    marks = write_marks(tmp_path / "marks.csv", {f"s{n}": {"points": 4} for n in range(3)})
    found = calibrated(tmp_path / "hand-ins", "--marks", marks, "--reference", reference, "--out", tmp_path / "out")
    proposals = {each["kind"]: each for each in found["settling"]}
    assert proposals["headings"]["write"] == "headings='Exercise sheet {n}'"
    assert proposals["headings"]["settles"] == 3


def test_marks_that_cannot_be_read_stop_it_before_anything_runs(tmp_path: Path) -> None:
    reference = write_assignment(tmp_path / "reference")
    write_notebook(tmp_path / "hand-ins" / "a.ipynb")
    (tmp_path / "marks.csv").write_text("student,grade\na,1\n", encoding="utf-8")
    out = tmp_path / "out"
    process = grader(
        *("calibrate", tmp_path / "hand-ins", "--marks", tmp_path / "marks.csv"),
        *("--reference", reference, "--out", out),
    )
    assert (process.returncode, out.exists()) == (2, False)
    assert "no column is a check, a task or `points`" in process.stderr
