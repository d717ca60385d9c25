"""The further sample assignments come to the marks that their `expected.toml` states, through the real command line."""

from __future__ import annotations

import fcntl
import json
import os
import pickle
import shutil
import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from grader.errors import ExitStatus
from tests.command_line import grader, results
from tests.messages_read import distinct, messages
from tests.unit.reports.golden import golden

ASSIGNMENTS = Path(__file__).parents[1] / "assignments"
EXPECTED: dict[str, dict[str, dict[str, Any]]] = {
    path.parent.name: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted(ASSIGNMENTS.glob("*/expected.toml"))
}
LINES_ON_A_SCREEN = 62


class Classes:
    """Each assignment's class, graded once by each engine that is asked for, whichever worker does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.grade = cache(self._grade)

    def _grade(self, assignment: str, engine: str) -> tuple[Path, subprocess.CompletedProcess[str]]:
        out = self._folder / f"{assignment}-{engine}"
        graded = out.with_suffix(".pickle")
        with out.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not graded.exists():
                folder = ASSIGNMENTS / assignment
                command = ["grade", folder / "submissions", "--reference", folder / "reference", "--out", out, "--json"]
                graded.write_bytes(pickle.dumps(grader(*command, "--engine", engine, timeout=600)))
        process: subprocess.CompletedProcess[str] = pickle.loads(graded.read_bytes())
        return out, process


@pytest.fixture(scope="session")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Classes:
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "classes"
    folder.mkdir(exist_ok=True)
    return Classes(folder)


def _cases() -> list[Any]:
    return [
        pytest.param(
            assignment,
            engine,
            student,
            id=f"{engine}-{assignment}-{student}",
            marks=[
                pytest.mark.xdist_group(f"{assignment}-{engine}"),
                *([pytest.mark.soak] if engine == "kernel" else []),
            ],
        )
        for assignment, students in EXPECTED.items()
        for engine in ("warm", "kernel")
        for student in students
    ]


@pytest.mark.parametrize(("assignment", "engine", "student"), _cases())
def test_the_points_and_verdicts_are_those_stated(classes: Classes, assignment: str, engine: str, student: str) -> None:
    out, process = classes.grade(assignment, engine)
    assert process.returncode == ExitStatus.OK, process.stderr[-2000:]
    result = json.loads((out / "results" / student / "result.json").read_text(encoding="utf-8"))
    stated = EXPECTED[assignment][student]
    checks = [check for task in result["tasks"] for check in task["checks"]]
    lost = {c["id"]: {"verdict": c["verdict"], "points": c["points"]} for c in checks if c["points"] != c["max_points"]}
    assert lost == stated.get("checks", {}), [check["message"] for check in checks]
    assert (result["points"], result["execution"]["status"]) == (stated["points"], stated["status"])
    assert stated["note"]


def test_all_that_students_read_is_as_it_was_agreed(
    classes: Classes, sample_class: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    folders = [sample_class[0], *(classes.grade(assignment, "warm")[0] for assignment in EXPECTED)]
    told = list(messages(page for folder in folders for page in sorted(folder.glob("feedback/*.html"))))

    assert {kind for kind, _ in told} == {"verdict", "part", "diagnosis", "flag", "run"}
    golden("messages.txt", distinct(told))


@pytest.mark.parametrize("assignment", EXPECTED)
def test_every_hand_in_is_expected_and_every_expected_one_is_there(assignment: str) -> None:
    assert {path.stem for path in (ASSIGNMENTS / assignment / "submissions").iterdir()} == set(EXPECTED[assignment])
    assert len(EXPECTED[assignment]) >= 12


@pytest.mark.parametrize("assignment", EXPECTED)
def test_the_whole_module_fits_on_a_screen(assignment: str) -> None:
    source = (ASSIGNMENTS / assignment / "reference" / "assignment.py").read_text(encoding="utf-8")
    assert len(source.splitlines()) <= LINES_ON_A_SCREEN


@pytest.mark.soak
@pytest.mark.xdist_group("flowers-warm")
def test_grading_again_executes_nothing_and_comes_to_the_same_marks(classes: Classes, tmp_path: Path) -> None:
    folder = ASSIGNMENTS / "flowers"
    graded, first = classes.grade("flowers", "warm")
    out = shutil.copytree(graded, tmp_path / "out")
    again = grader("grade", folder / "submissions", "--reference", folder / "reference", "--out", out, timeout=600)
    assert first.returncode == again.returncode == ExitStatus.OK
    assert "0 of them executed now" in again.stdout
    marked = results(graded)
    for student, result in results(out).items():
        assert result["tasks"] == marked[student]["tasks"], student
        assert result["flags"] == marked[student]["flags"], student


@pytest.mark.xdist_group("flowers-warm")
def test_a_class_without_numbers_to_vary_hears_nothing_of_it(classes: Classes) -> None:
    out, _ = classes.grade("flowers", "warm")
    assert not [flag for each in results(out).values() for flag in each["flags"] if flag["code"] == "not-varied"]
