"""`grader init` makes a folder that grades at once, and touches nothing that is there."""

from __future__ import annotations

import difflib
import json
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.errors import ExitStatus
from tests.command_line import ROOT, grader, results

ASSIGNMENTS = ROOT / "tests" / "assignments"


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


@dataclass(frozen=True, kw_only=True)
class Turned:
    """An instructor's solution, and the lines that have to be edited in what is drafted of it: what is there, and what
    has to be there instead."""

    solution: Path
    reference: Path
    submissions: Path
    edits: Mapping[str, str]

    def edited(self, module: str) -> str:
        for before, after in self.edits.items():
            assert module.count(before) == 1, (before, module)
            module = module.replace(before, after)
        return module


SAMPLES = {
    "mlp": Turned(
        solution=ROOT / "submissions" / "first.ipynb",
        reference=ROOT / "reference",
        submissions=ROOT / "submissions",
        edits={
            "points=12": "points=20",
            "@task_1.value(points=1)\ndef a2": "@task_1.value(points=2)\ndef a2",
            "@task_2.value(points=1)\ndef loss": "@task_2.value(points=2)\ndef loss",
            'by="w1", points=1': 'by="w1", points=3',
        },
    ),
    "activations": Turned(
        solution=ASSIGNMENTS / "activations" / "submissions" / "anna.py",
        reference=ASSIGNMENTS / "activations" / "reference",
        submissions=ASSIGNMENTS / "activations" / "submissions",
        edits={
            "import Assignment, normal": "import Assignment, Tolerance, normal",
            "    points=8,": '    points=8,\n    credit="leaves",\n    tolerance=Tolerance(rtol=1e-6, atol=1e-9),',
        },
    ),
    "flowers": Turned(
        solution=ASSIGNMENTS / "flowers" / "submissions" / "ada.py",
        reference=ASSIGNMENTS / "flowers" / "reference",
        submissions=ASSIGNMENTS / "flowers" / "submissions",
        edits={
            "import Assignment, call\n": "import Assignment, Tolerance, call, hidden\n",
            "points=16)": 'points=16, replaced={"EPOCHS": 2})',
            "value(points=1)": 'value(points=1, tolerance=Tolerance(case="any", space="any"))',
            "value(points=3)": 'value(points=3, tolerance=Tolerance(order="rows", rtol=1e-6, atol=1e-6))',
            'call("predict", M)': 'call("predict", hidden("x_test.npy"))',
            "(given: Tensor)": '(given: Tensor, y_test: Tensor = hidden("y_test.npy"))',
            '    return bool(torch.isfinite(given.double()).all()), "`predict` has to give finite numbers."': (
                "    share = ((given.flatten() == y_test).double().mean() - 1 / 3) / (0.8 - 1 / 3)\n"
                '    return share.clamp(0, 1), "Your `predict` is tried on other flowers."'
            ),
        },
    ),
}
MOST_EDITED_LINES = 10


def _drafted(name: str, folder: Path) -> Path:
    """Draft a sample's reference with the handout's files beside its solution, and edit it."""
    sample = SAMPLES[name]
    desk, reference = folder / "desk", folder / "reference"
    desk.mkdir()
    shutil.copy(sample.solution, desk)
    if (sample.reference / "provided").is_dir():
        shutil.copytree(sample.reference / "provided", desk / "provided")
    made = grader("init", "--from", desk / sample.solution.name, reference)
    assert made.returncode == ExitStatus.OK, made.stderr
    for data in sample.reference.glob("*.npy"):
        shutil.copy(data, reference)
    module = reference / "assignment.py"
    drafted = module.read_text(encoding="utf-8")
    module.write_text(sample.edited(drafted), encoding="utf-8")
    return reference


def _marks(out: Path) -> dict[str, list[tuple[str, list[tuple[str, float, float]]]]]:
    """Each student's verdicts and points, check by check, as they are in each task."""
    return {
        student: [
            (task["id"], sorted((check["verdict"], check["points"], check["max_points"]) for check in task["checks"]))
            for task in result["tasks"]
        ]
        for student, result in results(out).items()
    }


@pytest.mark.parametrize("name", SAMPLES)
def test_no_more_than_ten_lines_of_a_sample_draft_are_edited(name: str, tmp_path: Path) -> None:
    sample = SAMPLES[name]
    made = grader("init", "--from", sample.solution, tmp_path / "reference")
    assert made.returncode == ExitStatus.OK, made.stderr
    drafted = (tmp_path / "reference" / "assignment.py").read_text(encoding="utf-8")
    changes = difflib.ndiff(drafted.splitlines(), sample.edited(drafted).splitlines())
    assert sum(line.startswith("+ ") for line in changes) <= MOST_EDITED_LINES


@pytest.mark.soak
@pytest.mark.parametrize("name", SAMPLES)
def test_an_edited_draft_grades_a_class_as_the_module_written_by_hand(name: str, tmp_path: Path) -> None:
    sample = SAMPLES[name]
    folders = {"hand": sample.reference, "draft": _drafted(name, tmp_path)}
    for out, reference in folders.items():
        options = ["--reference", reference, "--out", tmp_path / out, "--cell-seconds", "10", "--json"]
        graded = grader("grade", sample.submissions, *options)
        assert graded.returncode == ExitStatus.OK, graded.stderr[-2000:]
    by_hand = _marks(tmp_path / "hand")
    assert len(by_hand) >= 12
    assert _marks(tmp_path / "draft") == by_hand
