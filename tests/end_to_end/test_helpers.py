"""A function that is right but for the student's own helper keeps its points: the helper has cost its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grader.assignment.loading import load
from grader.guest.objects import Objects
from grader.notebook import read
from grader.plan import make_plan
from tests.command_line import grader, results, write_assignment, write_notebook

SOURCE = """
import torch
from grader import Assignment, normal

a = Assignment("a", title="A", points=10)
first = a.task("Task 1")
second = a.task("Task 2")


@first.function(points=2, cases=[[-2.0, -0.5, 0.0, 0.5, 2.0]])
def d_relu(z):
    return (z > 0).double()


@first.function(points=2, cases=[[-2.0, 0.0, 2.0]])
def double(z):
    return 2 * z


@second.function(points=6, cases=[(normal(3, 4, n=2, seed=1), normal(4, 2, seed=2), normal(3, 2, seed=3))])
def backward(x, w, grad):
    z = double(x @ w)
    return {"dw": x.T @ (2 * grad * d_relu(z)), "z": z}
"""
RIGHT = (
    "import numpy as np\ndef d_relu(z):\n    return (z > 0).astype(float)\ndef double(z):\n    return z * 2",
    "def backward(x, w, grad):\n    z = double(x @ w)\n    return {'dw': x.T @ (2 * grad * d_relu(z)), 'z': z}",
)


def hand_in(*changes: tuple[str, str]) -> tuple[str, ...]:
    cells = list(RIGHT)
    for before, after in changes:
        assert sum(cell.count(before) for cell in cells) == 1, before
        cells = [cell.replace(before, after) for cell in cells]
    return tuple(cells)


MASK = ("(z > 0).astype(float)", "(z < 0).astype(float)")
TWICE = ("z * 2", "z * 3")
STUDENTS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "right": (RIGHT, {}),
    "mask": (hand_in(MASK), {"d_relu": "incorrect", "backward": "follow-through"}),
    "double": (hand_in(TWICE), {"double": "incorrect", "backward": "follow-through"}),
    "both": (hand_in(MASK, TWICE), {"d_relu": "incorrect", "double": "incorrect", "backward": "follow-through"}),
    "more": (hand_in(MASK, ("2 * grad", "grad")), {"d_relu": "incorrect", "backward": "incorrect"}),
    "other": (
        hand_in(MASK, ("grad * d_relu(z)", "grad * d_relu(z + 1)")),
        {"d_relu": "incorrect", "backward": "incorrect"},
    ),
    "hiding": (
        hand_in(
            MASK,
            ("def backward", "def safe(z):\n    try:\n        return d_relu(z + 1)\n    except BaseException:\n"
             "        return (z > 0).astype(float)\ndef backward"),
            ("grad * d_relu(z)", "grad * safe(z)"),
        ),
        {"d_relu": "incorrect", "backward": "incorrect"},
    ),
    "without": (hand_in(MASK, ("grad * d_relu(z)", "grad")), {"d_relu": "incorrect", "backward": "incorrect"}),
}  # fmt: skip


def outcome(result: dict[str, Any]) -> dict[str, str]:
    checks = [check for task in result["tasks"] for check in task["checks"]]
    return {check["id"]: check["verdict"] for check in checks if check["verdict"] != "correct"}


@pytest.mark.parametrize("engine", ["warm", pytest.param("kernel", marks=pytest.mark.soak)])
def test_what_follows_from_a_helper_keeps_its_points_and_says_so(tmp_path: Path, engine: str) -> None:
    write_assignment(tmp_path / "reference", SOURCE)
    for name, (cells, _) in STUDENTS.items():
        write_notebook(tmp_path / "submissions" / f"{name}.ipynb", cells)
    run = grader("grade", "submissions", "--engine", engine, "--out", "results", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    found = results(tmp_path / "results")
    assert {name: outcome(result) for name, result in found.items()} == {
        name: expected for name, (_, expected) in STUDENTS.items()
    }
    backward = found["both"]["tasks"][1]["checks"][0]
    assert backward["points"] == backward["max_points"] == 6
    assert sorted(backward["follows_from"]) == ["d_relu", "double"]
    assert found["mask"]["points"] == 8
    page = (tmp_path / "results" / "feedback" / "mask.html").read_text(encoding="utf-8")
    assert "d_relu" in page


def test_the_plan_asks_once_more_only_where_a_function_calls_a_helper_that_the_notebook_defines(tmp_path: Path) -> None:
    loaded = load(write_assignment(tmp_path / "reference", SOURCE))
    asked = {check.id: check.function for check in loaded.spec.checks}
    assert asked["d_relu"].stand_ins == asked["double"].stand_ins == ()
    assert [each.helpers for each in asked["backward"].stand_ins] == [("d_relu",), ("double",), ("d_relu", "double")]
    for cells, further in ((RIGHT, 3), (("def double(z):\n    return z", RIGHT[1]), 1), (("x = 1", RIGHT[1]), 0)):
        path = write_notebook(tmp_path / "one.ipynb", cells)
        plan = make_plan(loaded.spec, read(path.read_bytes(), path.name))
        calls = {calls for point in plan.main.captures for calls in point.calls}
        assert sum(bool(each.stand_ins) for each in calls) == further


def test_only_arguments_and_results_of_the_helper_go_into_the_sandbox(tmp_path: Path) -> None:
    spec = load(write_assignment(tmp_path / "reference", SOURCE)).spec
    function = next(check.function for check in spec.checks if check.id == "backward")
    assert function is not None
    objects = Objects(spec.inputs[function.stand_ins[0].calls.inputs])
    ((arguments, result),) = objects.make("0 d_relu")
    (z,) = arguments
    assert z.shape == result.shape == (3, 2)
    assert (result == (z > 0)).all()
    assert "0 double" not in objects
