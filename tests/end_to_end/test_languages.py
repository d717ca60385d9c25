"""An assignment that names a language speaks it to students, and English to staff, through the real command line."""

from __future__ import annotations

import json
from pathlib import Path

from grader.errors import ExitStatus
from tests.command_line import ASSIGNMENT, grader, write_assignment, write_notebook

WRONG = ("import numpy as np\nx = np.array([1.0, 2.0, 3.0])\ntotal = x.mean()", "squares = np.square(x.T) * 2")


def test_feedback_is_in_the_language_of_the_assignment_and_results_are_in_english(tmp_path: Path) -> None:
    write_assignment(tmp_path / "reference", ASSIGNMENT.replace("points=4)", 'points=4, language="ko")', 1))
    write_notebook(tmp_path / "class" / "amara.ipynb", WRONG)
    process = grader("grade", "class", "--reference", "reference", "--out", "out", cwd=tmp_path)
    assert process.returncode == ExitStatus.OK, process.stderr
    page = (tmp_path / "out" / "feedback" / "amara.html").read_text(encoding="utf-8")
    result = json.loads((tmp_path / "out" / "results" / "amara" / "result.json").read_text(encoding="utf-8"))

    assert '<html lang="ko">' in page
    assert "합을 구해야 하는데 평균을 구했습니다." in page
    total = result["tasks"][0]["checks"][0]
    assert [each["message"] for each in total["diagnoses"]] == ["It is a mean where a sum is asked for."]
    assert total["message"].startswith("`total` at the end of Task 1")


def test_a_language_that_is_none_is_refused_at_its_line(tmp_path: Path) -> None:
    write_assignment(tmp_path / "reference", ASSIGNMENT.replace("points=4)", 'points=4, language="kr")', 1))
    write_notebook(tmp_path / "class" / "amara.ipynb", WRONG)
    process = grader("grade", "class", "--reference", "reference", "--out", "out", cwd=tmp_path)

    assert process.returncode == ExitStatus.USAGE
    assert "assignment.py:4" in process.stderr
    assert "'en', 'ko'" in process.stderr
