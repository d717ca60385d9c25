"""`grader show` and `grader --version`."""

from __future__ import annotations

import json
from pathlib import Path
from subprocess import CompletedProcess

from tests.command_line import grader

SampleClass = tuple[Path, CompletedProcess[str]]


def test_show_tells_one_submissions_marks(sample_class: SampleClass) -> None:
    out, _ = sample_class
    process = grader("show", "first", "--out", out)
    assert process.returncode == 0, process.stderr
    assert "20 of 20" in process.stdout
    assert "dw1.numpy" in process.stdout
    assert "stale-output" in process.stdout


def test_show_finds_a_student_by_name_in_any_case_and_lists_the_class_without_one(sample_class: SampleClass) -> None:
    out, _ = sample_class
    assert "20 of 20" in grader("show", "FIRST", "--out", out).stdout
    everybody = grader("show", "--out", out).stdout
    assert "amara" in everybody
    assert "wei" in everybody


def test_show_json_is_the_result_file(sample_class: SampleClass) -> None:
    out, _ = sample_class
    process = grader("show", "first", "--out", out, "--json")
    assert json.loads(process.stdout)["schema"] == "grader.result/1"


def test_a_mistyped_student_is_answered_with_the_nearest(sample_class: SampleClass) -> None:
    out, _ = sample_class
    process = grader("show", "frist", "--out", out)
    assert process.returncode == 2
    assert "first" in process.stderr
    assert "Traceback" not in process.stderr


def test_show_without_a_gradebook_says_what_to_do(tmp_path: Path) -> None:
    process = grader("show", "amara", "--out", tmp_path)
    assert process.returncode == 2
    assert "Grade first" in process.stderr


def test_version_names_what_a_mark_depends_on() -> None:
    process = grader("--version")
    assert process.returncode == 0
    assert process.stdout.startswith("grader ")
    assert "torch" in process.stdout
