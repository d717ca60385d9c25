"""People's marks, as files have them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from grader.batch import PeoplesMarks, read_marks
from grader.errors import UsageError

KNOWN = ("a2.numpy", "task-1", "points")


def read(folder: Path, text: str) -> PeoplesMarks:
    path = folder / "marks.csv"
    path.write_text(text, encoding="utf-8")
    return read_marks(path, KNOWN)


def test_points_are_exact_and_what_wasnt_marked_is_not_zero(tmp_path: Path) -> None:
    found = read(tmp_path, "\ufeffstudent,name,a2.numpy,points,remark\nada,Ada,1.5,,fine\n\nbob,Bob,0,3,\n")
    assert found.by_student == {"ada": {"a2.numpy": Fraction(3, 2)}, "bob": {"a2.numpy": 0, "points": 3}}
    assert (found.columns, found.unknown) == (("a2.numpy", "points"), ("remark",))


def test_semicolons_and_decimal_commas_are_read(tmp_path: Path) -> None:
    assert read(tmp_path, "id;task-1\nada;2,5\n").by_student == {"ada": {"task-1": Fraction(5, 2)}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no column `student`"),
        ("name,points\na,1\n", "no column `student`"),
        ("student,grade\na,1\n", "no column is a check, a task or `points`"),
        ("student,points\na,many\n", "points is 'many', no number of points"),
        ("student,points\na,1e999999999\n", "no number of points"),
        ("student,points\na,1\na,2\n", ":3: the student 'a' stands twice"),
        ("student,points\n,1\n", ":2: this row has no student"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text)
    assert message in str(caught.value)
