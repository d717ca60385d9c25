"""Which files count as hand-ins, whose they are, and what their results are called."""

from __future__ import annotations

import os
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.batch import Roster, collect, identify
from grader.batch.identify import file_name
from grader.errors import UsageError
from grader.records import Student, Submission


def folder(root: Path, *files: str) -> Path:
    for name in files:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return root


def owners(root: Path) -> list[str]:
    return [hand_in.owner for hand_in in collect([root]).hand_ins]


def test_every_notebook_in_a_folder_belongs_to_its_stem(tmp_path: Path) -> None:
    assert owners(folder(tmp_path, "bo.ipynb", "amara.IPYNB", "notes.txt", "expected.toml")) == ["amara", "bo"]


def test_scripts_and_documents_with_python_count_as_notebooks_do(tmp_path: Path) -> None:
    folder(tmp_path, "bo.py", "cy.qmd", "di.Rmd", "notes.md", "README.md", "setup.py", "words.txt")
    (tmp_path / "amara.md").write_text("# Task 1\n\n```python\nx = 1\n```\n")
    (tmp_path / "eve.txt").write_text('{"cells": []}')
    assert owners(tmp_path) == ["amara", "bo", "cy", "di", "eve"]


def test_a_folder_a_student_gives_its_name(tmp_path: Path) -> None:
    assert owners(folder(tmp_path, "bo/hw1.ipynb", "amara/hw1.ipynb")) == ["amara", "bo"]


def test_folders_with_several_notebooks_of_the_same_names_are_a_students_each(tmp_path: Path) -> None:
    folder(tmp_path, "ann/hw.ipynb", "ann/draft.ipynb", "bob/hw.ipynb", "bob/draft.ipynb", "cy/hw.ipynb")
    assert owners(tmp_path) == ["ann", "ann", "bob", "bob", "cy"]


def test_a_folder_that_the_roster_knows_decides_whatever_the_file_is_called(tmp_path: Path) -> None:
    folder(tmp_path, "ann/bob.ipynb")
    roster = Roster(students=(Student(id="ann"), Student(id="bob")))
    (submission,) = identify(collect([tmp_path]).hand_ins, roster).values()
    assert submission.student.id == "ann"


def test_one_folder_around_all_of_them_gives_no_name(tmp_path: Path) -> None:
    assert owners(folder(tmp_path, "hw1/bo.ipynb", "hw1/amara.ipynb")) == ["amara", "bo"]


def test_copies_that_editors_and_systems_make_are_skipped_beside_their_notebook(tmp_path: Path) -> None:
    folder(tmp_path, "bo.ipynb", "._bo.ipynb", ".ipynb_checkpoints/bo-checkpoint.ipynb")
    collected = collect([tmp_path])
    assert [hand_in.owner for hand_in in collected.hand_ins] == ["bo"]
    assert len(collected.skipped) == 2


def test_a_copy_without_its_notebook_is_all_that_was_handed_in(tmp_path: Path) -> None:
    assert owners(folder(tmp_path, ".ipynb_checkpoints/bo-checkpoint.ipynb", "._amara.ipynb")) == ["amara", "bo"]


def test_a_file_named_outright_must_be_a_notebook_by_its_name(tmp_path: Path) -> None:
    folder(tmp_path, "bo.ipynb", "README.md", "report.pdf")
    assert [hand_in.owner for hand_in in collect([tmp_path / "bo.ipynb"]).hand_ins] == ["bo"]
    with pytest.raises(UsageError, match="is no notebook"):
        collect([tmp_path / "README.md"])
    with pytest.raises(UsageError, match="is no notebook"):
        collect([tmp_path / "report.pdf"])


def test_a_file_that_is_named_twice_is_one_hand_in(tmp_path: Path) -> None:
    folder(tmp_path, "a/bo.ipynb", "a/amara.ipynb")
    assert len(collect([tmp_path, tmp_path / "a" / "bo.ipynb", tmp_path / "a" / ".." / "a"]).hand_ins) == 2


def test_folders_without_a_notebook_are_named_with_what_they_hold(tmp_path: Path) -> None:
    folder(tmp_path, "bo/hw.ipynb", "amara/hw.ipynb", "cy/answer.pdf")
    assert {path.name: names for path, names in collect([tmp_path]).empty.items()} == {"cy": ("answer.pdf",)}


def test_nothing_to_grade_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no notebook"):
        collect([tmp_path])
    with pytest.raises(UsageError, match="doesn't exist"):
        collect([tmp_path / "nowhere"])
    (tmp_path / "circle.ipynb").symlink_to(tmp_path / "circle.ipynb")
    with pytest.raises(UsageError, match="doesn't exist"):
        collect([tmp_path / "circle.ipynb"])


def test_two_files_that_would_collide_are_attempts_and_never_overwrite_each_other(tmp_path: Path) -> None:
    folder(tmp_path, "a/bo.ipynb", "b/bo.ipynb", "c/bo.ipynb")
    found = list(identify(collect([tmp_path / name for name in "abc"]).hand_ins, Roster()).values())
    assert [(submission.student.id, submission.attempt) for submission in found] == [("bo", 1), ("bo", 2), ("bo", 3)]
    assert len({submission.slug for submission in found}) == 3


def test_one_name_in_two_unicode_forms_is_one_student(tmp_path: Path) -> None:
    for number, form in enumerate(("NFC", "NFD")):
        folder(tmp_path / str(number), unicodedata.normalize(form, "josé") + ".ipynb")
    hand_ins = [*collect([tmp_path / "0"]).hand_ins, *collect([tmp_path / "1"]).hand_ins]
    found = list(identify(hand_ins, Roster()).values())
    assert {submission.student.id for submission in found} == {"josé"}
    assert [submission.attempt for submission in found] == [1, 2]


def known(tmp_path: Path, *names: str) -> list[Submission]:
    return list(identify(collect([tmp_path / name for name in names]).hand_ins, Roster()).values())


def test_a_file_from_the_same_place_is_the_same_attempt_whatever_has_changed_in_it(tmp_path: Path) -> None:
    folder(tmp_path, "a/bo.ipynb")
    earlier = known(tmp_path, "a")
    (tmp_path / "a/bo.ipynb").write_text("changed")
    (again,) = identify(collect([tmp_path / "a"]).hand_ins, Roster(), earlier).values()
    assert (again.attempt, again.slug) == (1, earlier[0].slug)
    assert again.sha256 != earlier[0].sha256


def test_the_same_content_from_another_place_is_the_same_attempt(tmp_path: Path) -> None:
    folder(tmp_path, "a/bo.ipynb")
    earlier = known(tmp_path, "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "a/bo.ipynb").rename(tmp_path / "b/bo.ipynb")
    (again,) = identify(collect([tmp_path / "b"]).hand_ins, Roster(), earlier).values()
    assert again.attempt == 1


def test_another_file_of_the_same_student_is_the_next_attempt(tmp_path: Path) -> None:
    folder(tmp_path, "a/bo.ipynb", "late/bo.ipynb")
    (late,) = identify(collect([tmp_path / "late"]).hand_ins, Roster(), known(tmp_path, "a")).values()
    assert late.attempt == 2
    assert late.slug != "bo"


def test_a_name_from_an_earlier_roster_stays(tmp_path: Path) -> None:
    folder(tmp_path, "a/bo.ipynb")
    hand_ins = collect([tmp_path / "a"]).hand_ins
    earlier = identify(hand_ins, Roster(students=(Student(id="bo", name="Bo Larsen"),))).values()
    (again,) = identify(hand_ins, Roster(), list(earlier)).values()
    assert again.student.name == "Bo Larsen"


def test_ids_that_differ_only_in_signs_or_case_keep_files_of_their_own(tmp_path: Path) -> None:
    folder(tmp_path, "a b.ipynb", "a;b.ipynb", "A_B.ipynb")
    slugs = [submission.slug.casefold() for submission in identify(collect([tmp_path]).hand_ins, Roster()).values()]
    assert len(set(slugs)) == 3


def test_a_file_name_of_no_encoding_is_graded_and_printable(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/b\xff\x1b[31m.ipynb"
    with open(path, "w") as file:
        file.write("x")
    (submission,) = identify(collect([tmp_path]).hand_ins, Roster()).values()
    submission.student.id.encode()
    assert submission.student.id.isprintable()


def test_a_class_of_ten_thousand_is_told_apart_in_seconds() -> None:
    roster = Roster(students=tuple(Student(id=f"{n:06}", name=f"Given{n} Family{n}") for n in range(10_000)))
    begun = time.monotonic()
    for n in range(10_000):
        student = roster.find(f"family{n} given{n} hw1")
        assert student is not None
        assert student.id == f"{n:06}"
    assert time.monotonic() - begun < 30, "it takes a second where nothing else runs; quadratic would take many minutes"


def test_a_folder_that_all_lie_in_is_nobodys(tmp_path: Path) -> None:
    folder(tmp_path, "2026/bo.ipynb", "2026/amara.ipynb")
    roster = Roster(students=(Student(id="2026"), Student(id="bo"), Student(id="amara")))
    paths = [tmp_path / "2026"], [tmp_path / "2026/bo.ipynb", tmp_path / "2026/amara.ipynb"]
    for named in paths:
        found = identify(collect(named).hand_ins, roster).values()
        assert {submission.student.id for submission in found} == {"bo", "amara"}


def test_a_second_download_is_no_student_number() -> None:
    roster = Roster(students=(Student(id="1", name="Zed Zet"), Student(id="2", name="Bob Bobson")))
    assert roster.find("bob (1)") is None
    student = roster.find("Bob Bobson (1)")
    assert student is not None
    assert student.id == "2"


@given(st.lists(st.tuples(st.text(max_size=8), st.integers(1, 3)), max_size=8, unique=True))
def test_different_students_and_attempts_have_different_files_over_all_batches(who: list[tuple[str, int]]) -> None:
    pairs = {(unicodedata.normalize("NFC", id.encode("utf-8", "replace").decode()), attempt) for id, attempt in who}
    assert len({file_name(*pair) for pair in pairs}) == len(pairs)
    assert file_name("anna lee", 1) != file_name("anna_lee", 1)
    assert file_name("anna", 2) != file_name("anna~2", 1)


@given(st.text(max_size=300), st.integers(1, 3))
def test_file_names_are_safe_in_any_file_system_shell_and_url(student: str, attempt: int) -> None:
    name = file_name(student.encode("utf-8", "replace").decode(), attempt)
    assert 0 < len(name.encode()) <= 150
    assert not name.startswith((".", "-"))
    assert all(char.isalnum() or unicodedata.category(char)[0] in "LMN" or char in "_.-~" for char in name)


def test_a_roster_tells_whose_a_file_is(tmp_path: Path) -> None:
    roster = Roster(
        students=(
            Student(id="1001", name="Bo Larsen", email="bo@uni.example"),
            Student(id="1002", name="Amara Okafor", email="amara.o@uni.example"),
        )
    )
    for owner, id in {
        "1001": "1001",
        "bo@uni.example": "1001",
        "amara.o": "1002",
        "Larsen_Bo": "1001",
        "hw1-1002-final": "1002",
        "okafor amara hw1 (2)": "1002",
    }.items():
        student = roster.find(owner)
        assert student is not None, owner
        assert student.id == id
    assert roster.find("somebody") is None
    assert roster.find("1001-1002") is None, "two ids in one name mean nobody"
    assert roster.find("1001 amara okafor") is None, "an id and a name that contradict each other mean nobody"
    assert [student.id for student in roster.absent(["1001"])] == ["1002"]
