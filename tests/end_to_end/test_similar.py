"""Those who share rare wrong values are named to staff, and in nothing that students are given."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.command_line import grader, write_assignment, write_notebook

NAMES = ("total", "middle", "spread", "steep", "far", "near")

QUANTITY = """

@task.value(points=1)
def {name}(x):
    return x * {place} + x.sum()
"""

ASSIGNMENT = """
from grader import Assignment

one = Assignment("one", title="One", points=6)
one.given(x=[1.0, 2.0, 4.0])
task = one.task("Task 1", title="Figures")
""" + "".join(QUANTITY.format(name=name, place=place) for place, name in enumerate(NAMES))

COPIERS = ("iris", "noor")


def hand_in(wrong: dict[int, float]) -> str:
    lines = [f"{name} = x * {place} + x.sum()" for place, name in enumerate(NAMES)]
    for place, factor in wrong.items():
        lines[place] += f" + {factor} * np.sin(x)"
    return "\n".join(["import numpy as np", "x = np.array([1.0, 2.0, 4.0])", *lines])


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A class of 24 in which two share four wrong values; what it came to, in files and as JSON."""
    folder = tmp_path_factory.mktemp("similar")
    write_assignment(folder / "reference", ASSIGNMENT)
    random = np.random.default_rng(3)
    wrong = {
        f"s{number:02}": {place: round(random.uniform(1, 9), 3) for place in random.choice(6, 3, replace=False)}
        for number in range(22)
    }
    wrong |= {name: {0: 1.234, 1: 2.345, 3: 3.456, 4: 4.567, 5: 5.678 + place} for place, name in enumerate(COPIERS)}
    for name, places in wrong.items():
        write_notebook(folder / "class" / f"{name}.ipynb", [hand_in(places)])
    process = grader("grade", "class", "--reference", "reference", "--out", "out", "--json", cwd=folder)
    assert process.returncode == 0, process.stderr
    return folder / "out", json.loads(process.stdout)


def test_they_are_named_on_the_class_page_in_the_table_and_in_json(graded: tuple[Path, dict[str, Any]]) -> None:
    out, document = graded
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", (out / "index.html").read_text(encoding="utf-8")))
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        flags = {row["student"]: row["flags"] for row in csv.DictReader(file)}

    assert "iris and noor: 4 of the 5 values that both have wrong are the same, and nobody else has them." in page
    assert {student for student, said in flags.items() if "similar" in said} == {*COPIERS}
    assert {row["student"] for row in document["submissions"] if "similar" in row["flags"]} == {*COPIERS}
    (pair,) = document["similar"]
    assert (pair["students"], {*pair["shared"]}, pair["both_wrong"]) == (
        [*COPIERS],
        {"total", "middle", "steep", "far"},
        5,
    )
    assert 0 < pair["expected_by_chance"] < 0.002
    assert [check["id"] for check in document["checks"]] == [*NAMES]


def test_nothing_of_it_is_in_what_they_are_given(graded: tuple[Path, dict[str, Any]]) -> None:
    out, _ = graded

    for student, other in (COPIERS, COPIERS[::-1]):
        page = (out / "feedback" / f"{student}.html").read_text(encoding="utf-8")
        assert student in page
        assert other not in page
        assert "similar" not in page.lower()
