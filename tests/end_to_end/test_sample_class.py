"""The sample class comes to the marks that `submissions/expected.toml` states, through the real command line."""

from __future__ import annotations

import json
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from grader.errors import ExitStatus

SUBMISSIONS = Path(__file__).parents[2] / "submissions"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((SUBMISSIONS / "expected.toml").read_text(encoding="utf-8"))
MAX_POINTS = 20
MAX_POINTS_A_CHECK = {
    f"{quantity}.{version}": points
    for quantity, points in {"z1": 1, "a1": 1, "z2": 1, "a2": 2, "loss": 2, "dw1": 3}.items()
    for version in ("torch", "numpy")
}

Graded = tuple[Path, subprocess.CompletedProcess[str]]
every_student = pytest.mark.parametrize("student", EXPECTED)


def result_of(student: str, sample_class: Graded) -> dict[str, Any]:
    out, process = sample_class
    path = out / "results" / student / "result.json"
    assert path.is_file(), f"no {path.relative_to(out)}; exit status {process.returncode}: {process.stderr[-2000:]}"
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def expected_checks(student: str) -> dict[str, tuple[str, float]]:
    """(verdict, points) by check id: full marks but for the checks that expected.toml names."""
    full = {check: ("correct", points) for check, points in MAX_POINTS_A_CHECK.items()}
    stated = EXPECTED[student].get("checks", {})
    return full | {check: (entry["verdict"], entry["points"]) for check, entry in stated.items()}


def test_every_sample_is_expected_and_every_expected_one_is_there() -> None:
    assert {path.stem for path in SUBMISSIONS.glob("*.ipynb")} == set(EXPECTED)


@every_student
def test_the_points_stated_are_the_sum_of_the_checks_stated(student: str) -> None:
    checks = expected_checks(student)
    assert set(checks) == set(MAX_POINTS_A_CHECK)
    assert sum(points for _, points in checks.values()) == EXPECTED[student]["points"]
    assert EXPECTED[student]["note"]


def test_the_whole_class_is_graded_and_nobody_else(sample_class: Graded) -> None:
    out, process = sample_class
    assert process.returncode == ExitStatus.OK, process.stderr[-2000:]
    assert {path.parent.name for path in out.glob("results/*/result.json")} == set(EXPECTED)


@every_student
def test_the_execution_ends_as_stated(student: str, sample_class: Graded) -> None:
    assert result_of(student, sample_class)["execution"]["status"] == EXPECTED[student]["status"]


@every_student
def test_the_points_are_those_stated(student: str, sample_class: Graded) -> None:
    result = result_of(student, sample_class)
    assert (result["points"], result["max_points"]) == (EXPECTED[student]["points"], MAX_POINTS)


@every_student
def test_every_check_has_the_verdict_and_the_points_stated(student: str, sample_class: Graded) -> None:
    checks = [check for task in result_of(student, sample_class)["tasks"] for check in task["checks"]]
    found = {check["id"]: (check["verdict"], check["points"]) for check in checks}
    assert len(found) == len(checks)
    assert found == expected_checks(student)


@every_student
def test_a_wrong_value_is_explained_by_what_was_done_wrong(student: str, sample_class: Graded) -> None:
    checks = [check for task in result_of(student, sample_class)["tasks"] for check in task["checks"]]
    found = {check["id"]: [each["code"] for each in check["diagnoses"]] for check in checks if check["diagnoses"]}
    stated = EXPECTED[student].get("checks", {})
    assert found == {check: [entry["cause"]] for check, entry in stated.items() if "cause" in entry}
