"""`grader init` makes a folder that grades at once, and touches nothing that is there."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from grader.errors import ExitStatus
from tests.command_line import grader, results


def test_a_new_folder_grades_on_the_first_try_and_its_hand_in_gets_full_marks(tmp_path: Path) -> None:
    made = grader("init", "--json", cwd=tmp_path)
    assert made.returncode == ExitStatus.OK, made.stderr
    document = json.loads(made.stdout)
    assert all((tmp_path / file).is_file() for file in document["files"])
    command = shlex.split(document["next"][0]["command"])
    assert command[0] == "grader"
    graded = grader(*command[1:], cwd=tmp_path)
    assert graded.returncode == ExitStatus.OK, graded.stderr
    (result,) = results(tmp_path / "results").values()
    assert result["points"] == result["max_points"] == 6
    assert [check["kind"] for task in result["tasks"] for check in task["checks"]] == ["value", "function", "property"]


def test_it_says_what_to_do_next(tmp_path: Path) -> None:
    made = grader("init", "my course/week 1", cwd=tmp_path)
    assert made.returncode == ExitStatus.OK, made.stderr
    assert "grader grade 'my course/week 1/hand-ins' --reference 'my course/week 1'" in made.stdout


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "assignment.py").write_text("mine = 1\n", encoding="utf-8")
    made = grader("init", cwd=tmp_path)
    assert made.returncode == ExitStatus.USAGE
    assert made.stderr.count("\n") == 1
    assert "assignment.py is there already" in made.stderr
    assert (tmp_path / "reference" / "assignment.py").read_text(encoding="utf-8") == "mine = 1\n"
    assert [path.name for path in (tmp_path / "reference").iterdir()] == ["assignment.py"]
