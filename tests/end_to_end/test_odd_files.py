"""A folder of broken and odd files: a row each, no traceback, and whatever can be read is read."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.command_line import grader, results, write_assignment
from tests.odd_files import READABLE, odd_files


def test_every_odd_file_ends_in_a_row_with_a_reason(tmp_path: Path) -> None:
    files = odd_files()
    assert len(files) >= 40
    folder = tmp_path / "class"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    write_assignment(tmp_path / "reference")
    process = grader(
        *("grade", "class", "--reference", "reference", "--out", "out", "--cell-seconds", "5"), cwd=tmp_path
    )
    assert process.returncode == 0, process.stderr
    assert "Traceback" not in process.stdout + process.stderr
    with (tmp_path / "out" / "grades.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    shadows = [name for name in files if name.startswith("._") and name[2:] in files]
    assert len(rows) == len(files) - len(shadows) >= 40
    rejected = [result for result in results(tmp_path / "out").values() if result["execution"]["status"] == "rejected"]
    assert len(rejected) == len(files) - len(shadows) - len(READABLE)
    assert all(result["execution"]["reason"] for result in rejected)
    assert all(result["points"] == 0 for result in rejected)
