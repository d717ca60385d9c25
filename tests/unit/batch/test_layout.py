"""Whose files in folders and archives are, and which of them are hand-ins."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest

from grader.batch import Collected, Roster, Unpacker, collect, identify
from grader.batch.archives import unpack
from grader.batch.layout import are_parts
from grader.errors import ExecutionUnavailable
from tests import hostile_archives as hostile
from tests.hostile_archives import tarred, written, zipped

NOTEBOOK = json.dumps({"cells": [{"cell_type": "code", "source": "x = 1"}]}).encode()
MARKDOWN = b"# Task 1\n\n```python\nx = 1\n```\n"


def collected(tmp_path: Path, *names: str) -> Collected:
    paths = [tmp_path / name for name in names or (".",)]
    return collect(paths, Unpacker(unpack, tmp_path.parent / f"{tmp_path.name}-{secrets.token_hex(4)}"))


def whose(found: Collected) -> list[tuple[str, str]]:
    return [(hand_in.owner, hand_in.path.name) for hand_in in found.hand_ins]


def fill(root: Path, *names: str) -> None:
    for name in names:
        written(root / name, NOTEBOOK)


def test_a_mixed_folder_of_files_folders_and_archives(tmp_path: Path) -> None:
    fill(tmp_path, "amara.ipynb", "bo.py", "cy/hw.ipynb", "cy/helper.py", "cy/data.csv", "README.md", "report.pdf")
    written(tmp_path / "di.zip", zipped({"hw1/answer.ipynb": NOTEBOOK, "hw1/data.csv": b"1"}))
    written(tmp_path / "eve.tar.gz", tarred({"answer.ipynb": NOTEBOOK}))
    written(tmp_path / "fay.md", MARKDOWN)
    assert whose(collected(tmp_path)) == [
        ("amara", "amara.ipynb"),
        ("bo", "bo.py"),
        ("cy", "hw.ipynb"),
        ("di", "answer.ipynb"),
        ("eve", "answer.ipynb"),
        ("fay", "fay.md"),
    ]


@pytest.mark.parametrize("around", ["", "hw1/", "hw1/submissions/"])
def test_a_class_in_one_archive_has_a_folder_or_a_file_each(tmp_path: Path, around: str) -> None:
    folders = {
        f"{around}{who}_{number}_assignsubmission_file/hw.ipynb": NOTEBOOK for number, who in enumerate(("A B", "C D"))
    }
    files = {f"{around}doejane_1_2_hw.ipynb": NOTEBOOK, f"{around}doejohn_3_4_hw.ipynb": NOTEBOOK}
    packed = {f"{around}bo.zip": zipped({"hw.ipynb": NOTEBOOK}), f"{around}cy.tgz": tarred({"hw.ipynb": NOTEBOOK})}
    for number, (content, owners) in enumerate(
        (
            (folders, ["A B_0_assignsubmission_file", "C D_1_assignsubmission_file"]),
            (files, ["doejane_1_2_hw", "doejohn_3_4_hw"]),
            (packed, ["bo", "cy"]),
        )
    ):
        place = tmp_path / str(number)
        written(place / "class.zip", zipped(content))
        assert [owner for owner, _ in whose(collected(place, "class.zip"))] == owners


def test_an_archive_in_a_students_folder_of_a_class_is_opened(tmp_path: Path) -> None:
    inner = zipped({"hw.ipynb": NOTEBOOK})
    written(tmp_path / "class.zip", zipped({"ann/work.zip": inner, "bob/hw.ipynb": NOTEBOOK, "bob/data.zip": inner}))
    assert whose(collected(tmp_path, "class.zip")) == [("ann", "hw.ipynb"), ("bob", "hw.ipynb")]


def test_archives_are_opened_no_further_than_a_students(tmp_path: Path) -> None:
    deep = zipped({"deeper.zip": zipped({"hw.ipynb": NOTEBOOK})})
    written(tmp_path / "class.zip", zipped({"ann.zip": deep, "bob.zip": zipped({"hw.ipynb": NOTEBOOK})}))
    ann, bob = collected(tmp_path, "class.zip").hand_ins
    assert (ann.owner, bob.owner) == ("ann", "bob")
    assert "no notebook in the archive (deeper.zip)" in ann.rejected
    assert bob.rejected == ""


@pytest.mark.parametrize(
    "content",
    [
        {"hw.ipynb": NOTEBOOK, "helper.py": b"", "data.csv": b"1", "data.zip": zipped({"x.csv": b"1"})},
        {"bo/hw.ipynb": NOTEBOOK, "bo/helper.py": b""},
        {"hw/task1.ipynb": NOTEBOOK, "hw/task2.ipynb": NOTEBOOK, "hw/helper.py": b""},
        {"hw.qmd": MARKDOWN, "hw.py": b"x = 1"},
        {"main.py": b"import helper\n", "helper.py": b"y = 1"},
        {"hw.ipynb": NOTEBOOK, "data/inner.zip": zipped({"x.csv": b"1"})},
        {"work.zip": zipped({"hw.ipynb": NOTEBOOK})},
    ],
)
def test_an_archive_with_one_hand_in_is_its_students(tmp_path: Path, content: dict[str, bytes]) -> None:
    written(tmp_path / "bo.zip", zipped(content))
    found = whose(collected(tmp_path, "bo.zip"))
    assert {owner for owner, _ in found} == {"bo"}
    assert {name for _, name in found} <= {"hw.ipynb", "hw.qmd", "main.py", "task1.ipynb", "task2.ipynb"}


def test_an_archive_that_cannot_be_read_is_its_students_rejected_hand_in(tmp_path: Path) -> None:
    class_of = {
        "ann.zip": hostile.encrypted(),
        "bob.zip": b"PK\x03\x04damaged",
        "cy.ipynb": NOTEBOOK,
        "di.zip": zipped({"a.pdf": b"%PDF"}),
        "eve.zip": zipped({"hw.ipynb": NOTEBOOK}),
    }
    written(tmp_path / "class.zip", zipped(class_of))
    found = {hand_in.owner: hand_in.rejected for hand_in in collected(tmp_path, "class.zip").hand_ins}
    assert found.keys() == {"ann", "bob", "cy", "di", "eve"}
    assert "password" in found["ann"]
    assert "damaged" in found["bob"]
    assert found["cy"] == ""
    assert "no notebook in the archive (a.pdf)" in found["di"]


def test_a_damaged_file_of_a_class_is_its_students_rejected_hand_in(tmp_path: Path) -> None:
    written(tmp_path / "class.zip", hostile.damaged("ann.ipynb").replace(b"sound.txt", b"bob.ipynb"))
    found = {hand_in.owner: hand_in.rejected for hand_in in collected(tmp_path, "class.zip").hand_ins}
    assert "damaged in its archive" in found["ann"]
    assert found["bob"] == ""


def test_what_we_cannot_do_is_no_rejection(tmp_path: Path) -> None:
    def fail(*arguments: object) -> None:
        raise ExecutionUnavailable("There is no room.")

    written(tmp_path / "bo.zip", zipped({"hw.ipynb": NOTEBOOK}))
    (bo,) = collect([tmp_path / "bo.zip"], Unpacker(fail, tmp_path / "unpacked")).hand_ins  # type: ignore[arg-type]  # it only fails
    assert (bo.rejected, bo.fault) == ("", "There is no room.")


def test_paths_of_what_is_unpacked_are_those_in_the_archive_and_the_same_each_time(tmp_path: Path) -> None:
    written(tmp_path / "class.zip", zipped({"hw1/ann/hw.ipynb": NOTEBOOK, "hw1/bob/hw.ipynb": NOTEBOOK}))
    first = identify(collected(tmp_path, "class.zip").hand_ins, Roster())
    again = identify(collected(tmp_path, "class.zip").hand_ins, Roster(), first.values())
    assert [submission.path for submission in again.values()] == [
        str(tmp_path / "class.zip" / "hw1" / who / "hw.ipynb") for who in ("ann", "bob")
    ]
    assert {submission.attempt for submission in again.values()} == {1}


def test_the_reference_and_the_results_are_nobodys_hand_in(tmp_path: Path) -> None:
    fill(tmp_path, "work/bo.ipynb", "work/cy.ipynb", "reference/assignment.py", "results/results/bo/executed.ipynb")
    found = collect([tmp_path], apart=[tmp_path / "reference", tmp_path / "results"])
    assert {owner for owner, _ in whose(found)} == {"bo", "cy"}


def test_what_is_exported_beside_a_notebook_is_no_hand_in_of_its_own(tmp_path: Path) -> None:
    fill(tmp_path, "bo.ipynb", "bo.py", "cy.ipynb")
    found = collected(tmp_path)
    assert whose(found) == [("bo", "bo.ipynb"), ("cy", "cy.ipynb")]
    assert [path.name for path in found.skipped] == ["bo.py"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("task1", "task2"), True),
        (("hw3-a", "hw3-b"), True),
        (("Part I", "Part II"), True),
        (("hw1_part1_bo", "hw1_part2_bo"), True),
        (("amara", "bo"), False),
        (("hw", "hw-draft"), False),
        (("task1",), False),
        (("exercise 9", "exercise 10"), True),
        (("s20250001", "s20250002"), False),
    ],
)
def test_parts_are_known_by_their_names(tmp_path: Path, names: tuple[str, ...], expected: bool) -> None:
    assert are_parts([tmp_path / f"{name}.ipynb" for name in names]) is expected
