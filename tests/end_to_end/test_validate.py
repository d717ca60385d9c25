"""`grader validate` names the mistakes that no check would see, and numbers with which they would be."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from grader.errors import ExitStatus
from tests.command_line import ROOT, grader, write_assignment


def test_the_samples_hidden_weakness_is_named_first_and_the_numbers_that_are_proposed_mend_it(tmp_path: Path) -> None:
    found = grader("validate", ROOT / "reference")
    assert found.returncode == 1, found.stderr
    first = found.stdout.splitlines()[:8]
    assert "12 checks, whose points add up to 20" in first[0]
    assert any("`relu` is left out." in line and "assignment.py:36: a1" in line for line in first)
    assert any("The derivative of `relu` is missing from the chain rule." in line for line in first)
    proposed = re.search(r"^    (\w+)=\[.*\]$", found.stdout, re.MULTILINE)
    assert proposed
    shutil.copytree(ROOT / "reference", tmp_path / "reference")
    module = tmp_path / "reference" / "assignment.py"
    text = module.read_text(encoding="utf-8")
    given = re.compile(rf"^    {proposed[1]}=\[.*\]", re.MULTILINE)
    assert len(given.findall(text)) == 1
    module.write_text(given.sub(proposed[0], text), encoding="utf-8")
    mended = grader("validate", cwd=tmp_path)
    assert mended.returncode == ExitStatus.OK, mended.stdout
    assert re.search(r"All of \d+ small mistakes that were tried would be seen", mended.stdout)


def test_functions_are_examined_by_their_cases_and_programs_can_read_it(tmp_path: Path) -> None:
    source = """
from grader import Assignment
import torch
a = Assignment("a", title="A", points=1)
t = a.task("Task 1")


@t.function(points=1, cases=[[1.0, 2.0]])
def relu(x):
    return torch.relu(x)
"""
    write_assignment(tmp_path / "reference", source)
    found = grader("validate", "--json", cwd=tmp_path)
    assert found.returncode == ExitStatus.OK
    document = json.loads(found.stdout)
    assert document["schema"] == "grader.validate/1"
    assert {"quantity": "relu", "line": 10, "mistake": "`relu` is left out."} in document["unseen"]
    assert document["better"] == {}


def test_what_students_could_read_and_what_a_tolerance_gets_wrong_is_to_be_mended(tmp_path: Path) -> None:
    source = """
from grader import Assignment, Tolerance
a = Assignment("a", title="A", points=1)
a.given(x=[0.1, 0.2, 0.7])
t = a.task("Task 1")


@t.value(points=1, tolerance=Tolerance(rtol=1e-13, atol=0.0))
def q(x):
    return x.sum() / 3
"""
    write_assignment(tmp_path / "reference", source)
    sound = grader("validate", cwd=tmp_path)
    assert sound.returncode == ExitStatus.UNGRADED
    assert "points add up to 1" in sound.stdout
    assert "q: the right answer in float32 would be called wrong." in sound.stdout
    (tmp_path / "reference" / "provided").mkdir()
    shutil.copy(tmp_path / "reference" / "assignment.py", tmp_path / "reference" / "provided" / "notes.py")
    told = grader("validate", "--json", cwd=tmp_path)
    assert told.returncode == ExitStatus.UNGRADED
    document = json.loads(told.stdout)
    assert document["exposed"] == [{"file": "provided/notes.py", "tells": "a copy of assignment.py"}]
    (check,) = document["checks"]
    assert (check["check"], check["itself"], check["float32"], check["printed"]) == ("q", True, False, "right")


def test_a_broken_assignment_is_one_line(tmp_path: Path) -> None:
    write_assignment(tmp_path / "reference", "import nothing_of_the_kind\n")
    found = grader("validate", cwd=tmp_path)
    assert found.returncode == ExitStatus.USAGE
    assert found.stderr.count("\n") == 1
