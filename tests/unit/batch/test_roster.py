"""Reading a class list as instructors have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.batch import read_roster
from grader.errors import UsageError


def roster(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "class.csv"
    path.write_text(text, encoding=encoding)
    return path


@pytest.mark.parametrize(
    "text", ["id,name,email\nbo,Bo L,b@x\n", "ID;Name;Email\r\nbo;Bo L;b@x\r\n", "id\tname\temail\nbo\tBo L\tb@x"]
)
def test_commas_semicolons_and_tabs_are_read(tmp_path: Path, text: str) -> None:
    (student,) = read_roster(roster(tmp_path, text)).students
    assert (student.id, student.name, student.email) == ("bo", "Bo L", "b@x")


def test_other_columns_are_kept_and_a_byte_order_mark_is_not(tmp_path: Path) -> None:
    (student,) = read_roster(roster(tmp_path, "id,group\nbo,G1\n\n", encoding="utf-8-sig")).students
    assert student.id == "bo"
    assert student.extra == {"group": "G1"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("name,email\nBo,b@x\n", ":1: the roster has no column `id`"),
        ("id,name\nbo,Bo\nbo,Bo\n", ":3: the id 'bo' stands twice"),
        ("id,name\n,Bo\n", ":2: this row has no id"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_roster(roster(tmp_path, text))


def test_another_encoding_and_a_missing_file_are_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="UTF-8"):
        read_roster(roster(tmp_path, "id,name\n1,José\n", encoding="latin-1"))
    with pytest.raises(UsageError, match="No such file"):
        read_roster(tmp_path / "none.csv")
