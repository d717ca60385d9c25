"""Headings of every form, through the command line: a right hand-in keeps its marks, and a wrong one gains none."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from tests.command_line import ROOT, grader, results, write_assignment, write_notebook

OVERWRITTEN = "a1_t, a1_n, a2_t, a2_n = a1_t * 0, a1_n * 0, a2_t * 0, a2_n * 0"
"""What a later task may do to the variables of an earlier one: only who knows where that one ended still finds them."""

HEADINGS = {
    "aufgabe": ("## Aufgabe 1", "## Aufgabe 2: rückwärts"),
    "korean": ("## 과제1", "**과제 2의 풀이**"),
    "japanese": ("<h2>問１</h2>", "<h2>問２</h2>"),
    "questions": ("Q1: Forward\n===", "Q2: Backward\n==="),
    "roman": ("# Task I", "# Task II"),
    "nested": ("## Task 1 (a)", "## Task 2a"),
    "mixed": ("## Exercise 1", "## Problem 2"),
    "declared": ("## Warm-up", "## Lab 3, part B: backward"),
}


def rewritten(name: str, path: Path, change: Callable[[Any], None]) -> None:
    """A notebook of the sample class, changed."""
    notebook = nbformat.read(ROOT / "submissions" / f"{name}.ipynb", as_version=4)
    change(notebook.cells)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def headed(first: str, second: str, *, overwritten: bool = False) -> Callable[[Any], None]:
    """Replace the two headings; with `overwritten`, the second task overwrites what the first one computed."""

    def change(cells: Any) -> None:
        headings = [cell for cell in cells if cell.source.startswith("## Task")]
        for cell, heading in zip(headings, (first, second), strict=True):
            cell.source = heading + "\n\n" + cell.source.partition("\n")[2]
        if overwritten:
            cells.append(new_code_cell(OVERWRITTEN))

    return change


def tagged(cells: Any) -> None:
    headed("Forward pass", "Backward pass", overwritten=True)(cells)
    cells[3].metadata = {"tags": ["grader:task-1"]}
    cells[8].metadata = {"nbgrader": {"grade_id": "task2", "solution": True}}


def misleading(cells: Any) -> None:
    """Steps inside of the first task that are numbered as the second one is."""
    cells.insert(4, new_markdown_cell("## 2. Load the data\n\n2. load"))
    cells.insert(6, new_markdown_cell("### Question 2\n\nWhy a softmax?"))
    cells.append(new_code_cell(OVERWRITTEN))


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("headings")
    hand_ins = folder / "hand-ins"
    for name, headings in HEADINGS.items():
        rewritten("amara", hand_ins / f"{name}.ipynb", headed(*headings, overwritten=True))
    rewritten("amara", hand_ins / "headless.ipynb", headed("## Forward", "## Backward", overwritten=True))
    rewritten("amara", hand_ins / "tagged.ipynb", tagged)
    rewritten("amara", hand_ins / "misleading.ipynb", misleading)
    rewritten("amara", hand_ins / "chapters.ipynb", headed("## 1. Imports and data", "## 2. Everything else"))
    rewritten("amara", hand_ins / "versions.ipynb", headed("## Part 2", "## Part 1"))
    rewritten("farid", hand_ins / "wrong.ipynb", headed("## Exercise 1", "## Exercise 2"))
    rewritten("farid", hand_ins / "wrong-misled.ipynb", headed("## 2. Forward", "## Question 9"))
    source = (ROOT / "reference" / "assignment.py").read_text(encoding="utf-8")
    source = source.replace("points=20,\n", 'points=20,\n    headings="Lab 3, part {letter}",\n', 1)
    source = source.replace('mlp.task("Task 1", ', 'mlp.task("Task 1", headings=["Warm-up"], ', 1)
    reference = write_assignment(folder / "reference", source)
    process = grader("grade", hand_ins, "--reference", reference, "--out", folder / "results")
    assert process.returncode == 0, process.stderr
    return results(folder / "results")


@pytest.mark.parametrize("name", [*HEADINGS, "tagged", "chapters", "versions"])
def test_a_right_hand_in_has_full_marks_under_headings_of_any_form(
    graded: Mapping[str, dict[str, Any]], name: str
) -> None:
    assert graded[name]["points"] == 20


def test_it_is_the_headings_that_save_what_is_overwritten_later(graded: Mapping[str, dict[str, Any]]) -> None:
    assert graded["headless"]["points"] < 20


def test_a_misleading_number_in_a_task_costs_nothing(graded: Mapping[str, dict[str, Any]]) -> None:
    assert graded["misleading"]["points"] == 20


@pytest.mark.parametrize("name", ["wrong", "wrong-misled"])
def test_a_wrong_hand_in_gains_nothing(graded: Mapping[str, dict[str, Any]], name: str) -> None:
    assert graded[name]["points"] == 18


def test_outline_says_where_each_task_is_and_by_what(tmp_path: Path) -> None:
    rewritten("amara", tmp_path / "ada.ipynb", headed("## Aufgabe 1", "## Aufgabe 2"))
    process = grader("outline", tmp_path / "ada.ipynb")
    assert process.returncode == 0, process.stderr
    assert "Task 2, by another word with its number, “aufgabe 2”" in " ".join(process.stdout.split())
    assert "Task 1  cells 2–6" in process.stdout


def test_outline_says_why_a_task_was_not_found(tmp_path: Path) -> None:
    rewritten("amara", tmp_path / "ada.ipynb", headed("## Task 1", "## Question 2"))
    said = " ".join(grader("outline", tmp_path / "ada.ipynb", "--reference", "reference").stdout.split())
    assert "Task 2 has no heading here, so the whole notebook counts" in said
    assert "Question 2 Task 2? There are surer headings in this notebook." in said


def test_outline_without_an_assignment_shows_all_that_looks_like_a_heading(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "ada.ipynb")
    process = grader("outline", path, cwd=tmp_path, timeout=60)
    assert process.returncode == 0, process.stderr
    assert "No assignment is here" in process.stdout
    assert "task 2" in process.stdout


def test_outline_as_json_and_of_what_is_no_notebook(tmp_path: Path) -> None:
    write_notebook(tmp_path / "ada.ipynb")
    (tmp_path / "bad.ipynb").write_text("{", encoding="utf-8")
    process = grader("outline", tmp_path, "--reference", write_assignment(tmp_path / "reference"), "--json")
    assert process.returncode == 0, process.stderr
    ada, bad = json.loads(process.stdout)["notebooks"]
    assert [(task["id"], task["found"], task["cells"]) for task in ada["tasks"]] == [
        ("task-1", "heading", [0, 1]),
        ("task-2", "heading", [2, 3]),
    ]
    assert [heading["taken"] for heading in ada["headings"]] == [True, True]
    assert bad["rejected"]
    assert bad["tasks"] == []


def test_outline_lets_no_heading_steer_the_terminal(tmp_path: Path) -> None:
    rewritten("amara", tmp_path / "ada.ipynb", headed("## Task 1 \x1b]0;owned\x07 [bold]x[/]", "## [red]Notes\x1b[2J"))
    process = grader("outline", tmp_path / "ada.ipynb", "--reference", "reference")
    assert process.returncode == 0, process.stderr
    assert "\x1b" not in process.stdout
    assert "[bold]x[/]" in process.stdout
    assert "[red]Notes" in process.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["missing.ipynb"], "doesn't exist"), (["."], "There is no notebook"), (["ada.ipynb", "-r", "none"], "none")],
)
def test_outline_says_what_is_wrong_in_one_line(tmp_path: Path, arguments: list[str], says: str) -> None:
    if "ada.ipynb" in arguments:
        write_notebook(tmp_path / "ada.ipynb")
    process = grader("outline", *arguments, cwd=tmp_path)
    assert process.returncode == 2
    assert says in process.stderr
    assert "Traceback" not in process.stderr
