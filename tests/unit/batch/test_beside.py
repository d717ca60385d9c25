"""What lies beside a student's notebook when it runs."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from grader.batch import Beside, Roster, collect, find_beside, identify
from grader.batch.beside import ALONE, FILES, provided_names, staged, within
from grader.batch.hand_in import HandIn, Home, Place
from grader.records import Limits

LIMITS = Limits()


def home(tmp_path: Path, files: dict[str, str], *, sure: bool = True) -> HandIn:
    root = tmp_path / "bo"
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    notebook = next(root / name for name in files if name.endswith("hw.ipynb"))
    return HandIn(
        path=notebook,
        owner="bo",
        folder="bo",
        home=Home(owner="bo", place=Place(real=root, shown=root), sure=sure),
    )


def names(hand_in: HandIn, provided: tuple[str, ...] = (), limits: Limits = LIMITS) -> list[str]:
    return list(find_beside(hand_in, provided, limits).names)


def test_all_files_of_a_students_own_folder_lie_beside_the_notebook(tmp_path: Path) -> None:
    files = {"hw.ipynb": "", "helper.py": "", "data/x.csv": "", ".env": "", "__pycache__/helper.pyc": "", "hw.py": ""}
    assert names(home(tmp_path, files)) == ["data/x.csv", "helper.py"]


def test_a_file_named_by_itself_comes_alone(tmp_path: Path) -> None:
    assert find_beside(replace(home(tmp_path, {"hw.ipynb": "", "x.csv": ""}), home=None), (), LIMITS) == ALONE


def test_names_are_from_the_notebooks_folder_and_for_others_from_the_top(tmp_path: Path) -> None:
    files = {"work/hw.ipynb": "", "work/x.csv": "a", "data/y.csv": "b", "x.csv": "c"}
    found = find_beside(home(tmp_path, files), (), LIMITS)
    assert found.names == ("data/y.csv", "x.csv")
    with staged(None, found) as folder:
        assert folder is not None
        assert (folder / "x.csv").read_text() == "a", "what lies beside the notebook goes first"


def test_another_notebook_lies_there_only_if_it_is_named(tmp_path: Path) -> None:
    files = {"hw.ipynb": "%run functions.ipynb", "functions.ipynb": "", "draft.ipynb": ""}
    assert names(home(tmp_path, files)) == ["functions.ipynb"]


def test_only_what_is_named_comes_from_a_folder_that_may_not_be_the_students(tmp_path: Path) -> None:
    files = {"hw.ipynb": "import helper\nopen('x.csv')", "helper.py": "", "x.csv": "", "roster.csv": "", "other.py": ""}
    assert names(home(tmp_path, files, sure=False)) == ["helper.py", "x.csv"]


def test_links_and_pipes_never_lie_there(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    hand_in = home(tmp_path, {"hw.ipynb": "", "x.csv": "1"})
    (tmp_path / "bo" / "link.txt").symlink_to(secret)
    (tmp_path / "bo" / "folder").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "bo" / "pipe.txt")
    found = find_beside(hand_in, (), LIMITS)
    assert found.names == ("x.csv",)
    (tmp_path / "bo" / "x.csv").unlink()
    (tmp_path / "bo" / "x.csv").symlink_to(secret)
    with pytest.raises(OSError, match="symbolic"), staged(None, found):
        pass


def test_what_is_provided_goes_first_and_that_is_said(tmp_path: Path) -> None:
    provided = tmp_path / "provided"
    (provided / "data").mkdir(parents=True)
    (provided / "helper.py").write_text("ours")
    (provided / "data" / "x.csv").write_text("ours")
    (provided / "file").write_text("ours")
    files = {"hw.ipynb": "", "helper.py": "theirs", "data/x.csv": "theirs", "data/y.csv": "theirs", "file/z": "theirs"}
    found = find_beside(home(tmp_path, files), provided_names(provided), LIMITS)
    assert found.names == ("data/y.csv",)
    assert "used instead: data/x.csv, file/z, helper.py." in found.notes[0]
    with staged(provided, found) as folder:
        assert folder is not None
        texts = {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}
    assert texts == {"helper.py": "ours", "data/x.csv": "ours", "file": "ours", "data/y.csv": "theirs"}
    assert not folder.exists()


def test_a_folder_where_a_file_is_provided_and_the_other_way_round(tmp_path: Path) -> None:
    assert names(home(tmp_path, {"hw.ipynb": "", "data": ""}), ("data/x.csv",)) == []


def test_too_many_files_or_bytes_are_left_out_and_said(tmp_path: Path) -> None:
    many = home(tmp_path, {"hw.ipynb": "", **{f"{number:04}.txt": "" for number in range(FILES + 2)}})
    found = find_beside(many, (), LIMITS)
    assert len(found.files) == FILES
    assert "1000.txt, 1001.txt" in found.notes[0]
    few = home(tmp_path / "few", {"hw.ipynb": "", "a.bin": "x" * 600, "b.bin": "x" * 600, "c.bin": "x" * 100})
    found = find_beside(few, (), replace(LIMITS, disk_bytes=2_000))
    assert found.names == ("a.bin", "c.bin")
    assert "b.bin" in found.notes[0]


def test_they_count_within_the_limit_of_disk(tmp_path: Path) -> None:
    found = find_beside(home(tmp_path, {"hw.ipynb": "", "x.csv": "12345"}), (), LIMITS)
    assert within(LIMITS, found).disk_bytes == LIMITS.disk_bytes - 5
    assert within(LIMITS, ALONE) is LIMITS


def test_without_any_nothing_is_made_and_the_digest_is_the_files(tmp_path: Path) -> None:
    with staged(tmp_path, Beside()) as folder:
        assert folder == tmp_path
    (bo,) = identify([home(tmp_path, {"hw.ipynb": "x"})], Roster()).values()
    import hashlib

    assert bo.sha256 == hashlib.sha256(b"x").hexdigest()


def test_another_helper_makes_another_hand_in_of_the_same_attempt(tmp_path: Path) -> None:
    for who in ("ann", "bo"):
        (tmp_path / who).mkdir()
        (tmp_path / who / "hw.ipynb").write_text("x")
    (tmp_path / "bo" / "helper.py").write_text("1")

    def submissions() -> list[tuple[str, int, str]]:
        hand_ins = collect([tmp_path]).hand_ins
        beside = {each.path: find_beside(each, (), LIMITS) for each in hand_ins}
        found = identify(hand_ins, Roster(), known, beside)
        known[:] = found.values()
        return [(each.student.id, each.attempt, each.sha256) for each in found.values()]

    known: list[object] = []  # type: ignore[assignment]  # filled with what is found
    first = submissions()
    (tmp_path / "bo" / "helper.py").write_text("2")
    second = submissions()
    assert first[0] == second[0]
    assert first[1][:2] == second[1][:2] == ("bo", 1)
    assert len({first[0][2], first[1][2], second[1][2]}) == 3
