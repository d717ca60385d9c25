"""A batch as instructors live through it: some hand-ins hang or kill their kernel, and Ctrl-C comes in the middle."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import ASSIGNMENT, RIGHT, ROOT, UNSEALABLE, grader, results, write_assignment, write_notebook

HANGS = ("import numpy as np\nx = np.array([1.0, 2.0, 3.0])\ntotal = x.sum()", "while True:\n    pass")
DIES = ("import numpy as np, os\nx = np.array([1.0, 2.0, 3.0])\ntotal = x.sum()", "os._exit(1)\nsquares = x**2")


def write_class(folder: Path, size: int) -> None:
    for number in range(size - 2):
        # No two are the same, or they would be executed once.
        takes_a_second = f"import time\ntime.sleep(1)  # {number}\n{RIGHT[0]}"
        write_notebook(folder / f"s{number:02}.ipynb", (takes_a_second, RIGHT[1]))
    write_notebook(folder / "hangs.ipynb", HANGS)
    write_notebook(folder / "dies.ipynb", DIES)


def arguments(tmp_path: Path) -> list[str]:
    return ["grade", "class", "--reference", "reference", "--out", "out", "--cell-seconds", "2", "--json"]


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
    # Where the tests run in a shell's background, the signal of Ctrl-C is ignored, and would be by what they start.
    command = ["env", "--default-signal=INT", sys.executable, "-m", "grader", *arguments(tmp_path)]
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
    write_notebook(tmp_path / "class" / "bo.ipynb", ("import numpy as np\nx = np.ones(3)\ntotal = x.sum()", ""))
    assert grade()["executed"] == 1
    assert results(tmp_path / "out")["bo"]["points"] == 0

    source = (tmp_path / "reference" / "assignment.py").read_text()
    write_assignment(tmp_path / "reference", source.replace("return x.sum()", "return x.sum() * 0.5"))
    assert grade()["executed"] == 0, "another reference needs no new execution"
    graded = results(tmp_path / "out")
    assert graded["amara"]["points"] == 3
    assert graded["bo"]["points"] == 1, "three is half of six"


def grade(tmp_path: Path, *more: object) -> dict[str, Any]:
    process = grader(*arguments(tmp_path), *more, cwd=tmp_path)
    assert process.returncode == 0, process.stderr
    document: dict[str, Any] = json.loads(process.stdout)
    return document


def points_by_student(document: dict[str, Any]) -> dict[tuple[str, int], tuple[float, float]]:
    rows = document["submissions"]
    return {(row["student"], row["attempt"]): (row["points"], row["max_points"]) for row in rows}


def test_one_late_hand_in_keeps_the_others_and_all_are_marked_by_one_rule(tmp_path: Path) -> None:
    write_assignment(tmp_path / "reference")
    write_notebook(tmp_path / "class" / "amara.ipynb")
    assert points_by_student(grade(tmp_path)) == {("amara", 1): (4, 4)}

    source = (tmp_path / "reference" / "assignment.py").read_text()
    write_assignment(tmp_path / "reference", source.replace("points=4", "points=6").replace("points=3", "points=5"))
    write_notebook(tmp_path / "late" / "bo.ipynb")
    write_notebook(tmp_path / "late" / "amara.ipynb", ("total = 6.0", "squares = 0"))
    late = ["grade", "late", *arguments(tmp_path)[2:]]
    process = grader(*late, cwd=tmp_path)
    assert process.returncode == 0, process.stderr
    document = json.loads(process.stdout)
    everyone = {("amara", 1): (6, 6), ("amara", 2): (1, 6), ("bo", 1): (6, 6)}
    assert points_by_student(document) == everyone
    assert document["counts"]["executed"] == 2, "amara's first attempt is marked again, and not run again"
    assert results(tmp_path / "out")["amara"]["points"] == 6, "her first attempt's files are her own"

    write_assignment(tmp_path / "reference", source.replace('Assignment("sums"', 'Assignment("other"'))
    process = grader(*late, cwd=tmp_path)
    assert process.returncode == 2, "another assignment is kept out of a folder that holds one"
    assert "'sums'" in process.stderr
    assert "--out" in process.stderr


def test_what_the_handout_provides_is_part_of_what_was_executed(tmp_path: Path) -> None:
    provided = write_assignment(tmp_path / "reference") / "provided"
    provided.mkdir()
    (provided / "helper.py").write_text("ONE = 1.0")
    head = "import numpy as np\nfrom helper import ONE\nx = ONE * np.array([1.0, 2.0, 3.0])\ntotal = x.sum()"
    write_notebook(tmp_path / "class" / "amara.ipynb", (head, "squares = x**2"))
    assert points_by_student(grade(tmp_path))["amara", 1] == (4, 4)
    (provided / "helper.py").write_text("ONE = 2.0")
    document = grade(tmp_path)
    assert document["counts"]["executed"] == 1
    assert points_by_student(document)["amara", 1] == (3, 4), "other numbers cost the first check that uses them"


def test_being_told_to_end_leaves_nothing_behind(tmp_path: Path) -> None:
    write_assignment(tmp_path / "reference")
    sleeper = f"import subprocess\nsubprocess.Popen(['sleep', '9876.{os.getpid()}'])\nwhile True: pass"
    write_notebook(tmp_path / "class" / "amara.ipynb", (sleeper, ""))
    command = [sys.executable, "-m", "grader", *arguments(tmp_path)[:-3], "--cell-seconds", "60"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        deadline = time.monotonic() + 60
        while not sleeping() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert sleeping()
        process.terminate()
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in stderr
    assert not sleeping()


def sleeping() -> bool:
    """Whether the student's background process of the test above runs."""
    processes = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return f"sleep 9876.{os.getpid()}" in processes


def test_a_roster_that_comes_later_renames_and_doubles_nobody(tmp_path: Path) -> None:
    write_assignment(tmp_path / "reference")
    write_notebook(tmp_path / "class" / "larsen bo.ipynb")
    assert list(points_by_student(grade(tmp_path))) == [("larsen bo", 1)]
    (tmp_path / "roster.csv").write_text("id,name\n1002,Bo Larsen\n")
    document = grade(tmp_path, "--roster", "roster.csv")
    assert points_by_student(document) == {("1002", 1): (4, 4)}
    assert document["counts"]["executed"] == 0


def test_the_class_list_is_held_against_what_came(tmp_path: Path) -> None:
    write_assignment(tmp_path / "reference")
    write_notebook(tmp_path / "class" / "amara" / "hw.ipynb")
    write_notebook(tmp_path / "class" / "boo" / "hw.ipynb")
    (tmp_path / "class" / "cy").mkdir()
    (tmp_path / "class" / "cy" / "answer.pdf").write_text("%PDF")
    (tmp_path / "roster.csv").write_text("id,name\namara,Amara Okafor\nbo,Bo Larsen\n")
    document = grade(tmp_path, "--roster", "roster.csv")
    assert document["absent"] == ["bo"]
    assert document["not_on_roster"] == ["boo"]
    text = grader(*arguments(tmp_path)[:-1], "--roster", "roster.csv", cwd=tmp_path).stdout
    assert "No notebook in 1 folder: cy (answer.pdf)" in text
    assert "Not on the roster: boo" in text


def test_the_end_names_what_an_instructor_has_to_decide(tmp_path: Path) -> None:
    write_assignment(tmp_path / "reference")
    write_notebook(tmp_path / "class" / "bo" / "final.ipynb")
    write_notebook(tmp_path / "class" / "bo" / "old.ipynb")
    write_notebook(tmp_path / "class" / "leaves" / "hw.ipynb")
    cut = (tmp_path / "class" / "bo" / "final.ipynb").read_text()[:200]
    (tmp_path / "class" / "cy").mkdir()
    (tmp_path / "class" / "cy" / "hw.ipynb").write_text(cut)
    text = grader(*arguments(tmp_path)[:-1], cwd=tmp_path).stdout
    assert "More than one attempt, each with a row of its own: bo." in text
    assert "Could not be read, and have 0 points: cy." in text
    assert "the notebook is cut off" in " ".join(text.split())
    assert "Kept from earlier" not in text
    (tmp_path / "class" / "leaves" / "hw.ipynb").unlink()
    text = grader(*arguments(tmp_path)[:-1], cwd=tmp_path).stdout
    assert "Kept from earlier gradings into this folder, though not among these files: leaves." in text


def test_the_roster_gives_names_and_rows_for_the_absent_whatever_a_reference_prints(tmp_path: Path) -> None:
    write_assignment(tmp_path / "reference", ASSIGNMENT.replace("return x.sum()", 'print("adding up"); return x.sum()'))
    write_notebook(tmp_path / "class" / "1001_hw.ipynb")
    write_notebook(tmp_path / "class" / "larsen bo.ipynb")
    (tmp_path / "roster.csv").write_text("id,name\n1001,Amara Okafor\n1002,Bo Larsen\n1003,=HYPERLINK(1)\n")
    process = grader(*arguments(tmp_path), "--roster", "roster.csv", cwd=tmp_path)
    assert process.returncode == 0, process.stderr
    assert json.loads(process.stdout)["schema"], "what a reference prints is no part of what programs read"
    assert "adding up" in process.stderr
    with (tmp_path / "out" / "grades.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert list(rows) == ["1001", "1002", "1003"]
    assert (rows["1001"]["name"], rows["1001"]["points"], rows["1001"]["status"]) == ("Amara Okafor", "4", "completed")
    assert (rows["1003"]["points"], rows["1003"]["status"]) == ("", "absent")
    assert not rows["1003"]["name"].startswith("="), "a name is no formula"


def test_without_a_sandbox_nothing_runs_unless_it_is_told_to(tmp_path: Path) -> None:
    write_assignment(tmp_path / "reference")
    write_notebook(tmp_path / "class" / "amara.ipynb")
    command = ("grade", "class", "--reference", "reference", "--out", "out")
    process = grader(*command, cwd=tmp_path, before=UNSEALABLE)
    assert process.returncode == 3
    assert len(process.stderr.strip().splitlines()) == 1
    assert "--unsafe" in process.stderr
    assert not (tmp_path / "out").exists()
    told_to = grader(*command, "--unsafe", cwd=tmp_path, before=UNSEALABLE)
    assert told_to.returncode == 0, told_to.stderr
    assert "1 of 1 submission marked" in told_to.stdout


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (["--reference", "nowhere"], "nowhere"),
        (["--roster", "nowhere.csv"], "nowhere.csv"),
        (["--reveal", "value"], "Did you mean values?"),
        (["--engine", "cold"], "kernel"),
        (["--python", "no/where"], "no/where can't be executed"),
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
