import csv
import io
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.records import Student
from grader.reports import grades_csv
from grader.reports.grades_csv import plain_cell
from tests.unit.reports.sample_results import ABSENT, CLASS, RESULT, SPEC, light


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_one_row_a_submission_and_one_an_absentee() -> None:
    assert grades_csv(iter(CLASS), SPEC, ABSENT) == (
        "student,name,points,max_points,task-1,task-2,status,flags\n"
        "ada,Ada Lovelace,2.5,13,1,1.5,error,stale-output other-name unmarked similar\n"
        "bea,,0,13,0,0,rejected,\n"
        "cy,Cy,,13,,,unavailable,\n"
        "dan,Dan,,13,,,absent,\n"
    )


def test_a_submission_is_out_of_what_it_was_marked_by() -> None:
    spec = replace(SPEC, points=Fraction(99))

    assert [row[3] for row in rows(grades_csv([RESULT], spec, ABSENT))[1:]] == ["13", "99"]


def test_a_result_without_notebook_plan_and_outputs_is_enough() -> None:
    assert grades_csv(map(light, CLASS), SPEC, ABSENT) == grades_csv(CLASS, SPEC, ABSENT)


def test_attempts_are_rows_of_their_own() -> None:
    second = replace(RESULT, submission=replace(RESULT.submission, attempt=2, slug="ada-2"))

    assert [row[0] for row in rows(grades_csv([RESULT, second], SPEC))] == ["student", "ada", "ada"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", " =", "\n=", "\ufeff="])
def test_no_cell_can_start_a_formula(start: str) -> None:
    name = f'{start}cmd|" /C calc"!A0'
    hostile = replace(RESULT, submission=replace(RESULT.submission, student=Student(id="x", name=name)))

    assert rows(grades_csv([hostile], SPEC))[1][1].startswith("'")


@given(st.text(), st.text())
def test_every_row_has_every_column_whatever_students_are_called(id: str, name: str) -> None:
    hostile = replace(RESULT, submission=replace(RESULT.submission, student=Student(id=id, name=name)))
    text = grades_csv([hostile], SPEC, [Student(id=id, name=name)])

    assert [len(row) for row in rows(text)] == [8, 8, 8]
    assert rows(text)[1][0] == plain_cell(id)


def test_ordinary_names_stay_as_they_are() -> None:
    assert [plain_cell(name) for name in ("Zoë O'Brien-Ng", "李小龍", "שרה", "")] == [
        "Zoë O'Brien-Ng",
        "李小龍",
        "שרה",
        "",
    ]


def test_a_formula_behind_a_semicolon_is_none() -> None:
    assert plain_cell("x;=1+2;y") == "x;'=1+2;y"
    assert plain_cell("one; two") == "one; two"
