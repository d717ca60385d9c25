"""A batch as instructors live through it: some hand-ins hang or kill their kernel, and Ctrl-C comes in the middle."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.command_line import ROOT, grader, results, write_assignment, write_notebook

HANGS = ("import numpy as np\nx = np.array([1.0, 2.0, 3.0])\ntotal = x.sum()", "while True:\n    pass")
DIES = ("import numpy as np, os\nx = np.array([1.0, 2.0, 3.0])\ntotal = x.sum()", "os._exit(1)\nsquares = x**2")


def write_class(folder: Path, size: int) -> None:
    for number in range(size - 2):
        write_notebook(folder / f"s{number:02}.ipynb")
    write_notebook(folder / "hangs.ipynb", HANGS)
    write_notebook(folder / "dies.ipynb", DIES)


def arguments(tmp_path: Path) -> list[str]:
    return ["grade", "class", "--reference", "reference", "--out", "out", "--unsafe", "--cell-seconds", "2", "--json"]


def assert_two_explained_and_the_others_unharmed(tmp_path: Path, size: int) -> None:
    graded = results(tmp_path / "out")
    assert len(graded) == size
    unharmed = [result for id, result in graded.items() if id.startswith("s")]
    assert all(result["points"] == 4 and result["execution"]["status"] == "completed" for result in unharmed)
    hangs, dies = graded["hangs"], graded["dies"]
    assert (hangs["execution"]["status"], hangs["points"]) == ("timeout", 1)
    assert (dies["execution"]["status"], dies["points"]) == ("died", 1)
    assert hangs["execution"]["reason"]
    assert dies["execution"]["reason"]
    assert "retried" in {flag["code"] for flag in dies["flags"]}
    squares = dies["tasks"][1]["checks"][0]
    assert squares["verdict"] == "not-run"


def interrupt_after(tmp_path: Path, done: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grader", *arguments(tmp_path)]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 200
        while len(results(tmp_path / "out")) < done and time.monotonic() < deadline:
            assert process.poll() is None, process.stderr
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)


def assert_interrupted_and_taken_up_again(tmp_path: Path, size: int, done: int) -> None:
    write_assignment(tmp_path / "reference")
    write_class(tmp_path / "class", size)
    interrupted = interrupt_after(tmp_path, done)
    assert interrupted.returncode == 130, interrupted.stderr
    assert "Traceback" not in interrupted.stderr
    report = json.loads(interrupted.stdout)
    assert report["interrupted"]
    before = results(tmp_path / "out")
    assert done <= len(before) < size
    assert len(report["submissions"]) == len(before)

    again = grader(*arguments(tmp_path), cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    counts = json.loads(again.stdout)["counts"]
    assert counts["marked"] == size
    assert counts["executed"] == size - len(before), "what was done is not executed again"
    assert_two_explained_and_the_others_unharmed(tmp_path, size)


def test_a_hang_and_a_dead_kernel_cost_nobody_else_and_ctrl_c_loses_nothing(tmp_path: Path) -> None:
    assert_interrupted_and_taken_up_again(tmp_path, size=8, done=3)


@pytest.mark.soak
def test_a_batch_of_fifty_with_one_hang_one_dead_kernel_and_ctrl_c_in_the_middle(tmp_path: Path) -> None:
    assert_interrupted_and_taken_up_again(tmp_path, size=50, done=20)


def test_grading_again_executes_only_what_is_new_or_changed_and_marks_all(tmp_path: Path) -> None:
    write_assignment(tmp_path / "reference")
    write_notebook(tmp_path / "class" / "amara.ipynb")
    write_notebook(tmp_path / "class" / "bo.ipynb")

    def grade() -> dict[str, int]:
        process = grader(*arguments(tmp_path), cwd=tmp_path)
        assert process.returncode == 0, process.stderr
        counts: dict[str, int] = json.loads(process.stdout)["counts"]
        return counts

    assert grade()["executed"] == 2
    assert grade()["executed"] == 0
    write_notebook(tmp_path / "class" / "bo.ipynb", ("import numpy as np\nx = np.ones(3)\ntotal = x.sum()", ""))
    assert grade()["executed"] == 1
    assert results(tmp_path / "out")["bo"]["points"] == 0

    source = (tmp_path / "reference" / "assignment.py").read_text()
    write_assignment(tmp_path / "reference", source.replace("return x.sum()", "return x.sum() * 0.5"))
    assert grade()["executed"] == 0, "another reference needs no new execution"
    graded = results(tmp_path / "out")
    assert graded["amara"]["points"] == 3
    assert graded["bo"]["points"] == 0


def test_the_roster_gives_names_and_rows_for_the_absent(tmp_path: Path) -> None:
    write_assignment(tmp_path / "reference")
    write_notebook(tmp_path / "class" / "1001_hw.ipynb")
    write_notebook(tmp_path / "class" / "larsen bo.ipynb")
    (tmp_path / "roster.csv").write_text("id,name\n1001,Amara Okafor\n1002,Bo Larsen\n1003,=HYPERLINK(1)\n")
    process = grader(*arguments(tmp_path), "--roster", "roster.csv", cwd=tmp_path)
    assert process.returncode == 0, process.stderr
    with (tmp_path / "out" / "grades.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert list(rows) == ["1001", "1002", "1003"]
    assert (rows["1001"]["name"], rows["1001"]["points"], rows["1001"]["status"]) == ("Amara Okafor", "4", "completed")
    assert (rows["1003"]["points"], rows["1003"]["status"]) == ("", "absent")
    assert not rows["1003"]["name"].startswith("="), "a name is no formula"


def test_without_a_sandbox_nothing_runs_unless_it_is_told_to(tmp_path: Path) -> None:
    write_assignment(tmp_path / "reference")
    write_notebook(tmp_path / "class" / "amara.ipynb")
    process = grader("grade", "class", "--reference", "reference", "--out", "out", cwd=tmp_path)
    assert process.returncode == 3
    assert len(process.stderr.strip().splitlines()) == 1
    assert "--unsafe" in process.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (["--reference", "nowhere"], "nowhere"),
        (["--roster", "nowhere.csv"], "nowhere.csv"),
        (["--reveal", "value"], "Did you mean values?"),
        (["--engine", "cold"], "kernel"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(tmp_path: Path, changes: list[str], message: str) -> None:
    write_assignment(tmp_path / "reference")
    write_notebook(tmp_path / "class" / "amara.ipynb")
    process = grader(*arguments(tmp_path), *changes, cwd=tmp_path)
    assert process.returncode == 2
    assert message in process.stderr
    assert "Traceback" not in process.stderr


def test_a_broken_assignment_is_one_line_with_its_place_and_status_2(tmp_path: Path) -> None:
    write_assignment(tmp_path / "reference", (ROOT / "tests/command_line.py").read_text().split("'''")[1] + "\n1 / 0\n")
    write_notebook(tmp_path / "class" / "amara.ipynb")
    process = grader(*arguments(tmp_path), cwd=tmp_path)
    assert process.returncode == 2
    assert "assignment.py:" in process.stderr
    assert "Traceback" not in process.stderr
    assert not (tmp_path / "out" / "results").exists()
