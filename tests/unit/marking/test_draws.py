"""What students draw themselves: which of their values is taken, and what they lose where none can be."""

from __future__ import annotations

import warnings
from fractions import Fraction
from pathlib import Path

import pytest

from grader.assignment.loading import Loaded, load
from grader.records import Grade
from tests.in_process import notebook
from tests.unit.marking.test_mark import mark, verdicts

PRODUCT = """
import torch
from grader import Assignment
a = Assignment("a", title="A", points={points})
a.given(X=[[1.0, 2.0], [3.0, 5.0]])
a.given_by_student("w", shape=(2, 2){options})
one = a.task("Task 1", title="One")


@one.value(points=1)
def z(X, w):
    'The product.'
    return X @ w
"""
INVERSE = """

@one.value(points=1)
def back(w):
    'The inverse.'
    return torch.linalg.inv(w)


@one.value(points=1)
def total(back):
    'Its sum.'
    return back.sum()
"""
START = "import numpy as np\nX = np.array([[1.0, 2.0], [3.0, 5.0]])\n"


def product(folder: Path, *, more: str = "", points: int = 1, options: str = "") -> Loaded:
    text = PRODUCT.format(points=points, options=options) + more
    (folder / "assignment.py").write_text(text, encoding="utf-8")
    return load(folder)


def handed_in(loaded: Loaded, *cells: str) -> Grade:
    return mark(loaded, notebook(START, *cells))


@pytest.mark.parametrize(
    "draw",
    [
        "w = np.random.normal(size=(2, 2))",
        "w = np.random.normal(size=(2, 2)).astype('float32')",
        "w = np.random.normal(size=(2, 2)).tolist()",
        "w = np.random.normal(size=(2, 2)) * 0.01",
        "w = np.array([[3, -1], [0, 2]])",
    ],
)
def test_each_students_own_draw_counts_as_the_given(tmp_path: Path, draw: str) -> None:
    grade = handed_in(product(tmp_path), draw, "z = X @ np.asarray(w)")
    assert verdicts(grade) == {"z": ("correct", 1)}


@pytest.mark.parametrize(
    ("draw", "problem"),
    [
        ("w = np.diag([1e-11, 0])", "`w` has the standard deviation 4.33e-12, not one from 1e-05 to 1000"),
        ("w = np.diag([1e11, 0])", "`w` has the standard deviation 4.33e+10, not one from 1e-05 to 1000"),
        ("w = np.diag([1e200, 0])", "`w` has the standard deviation inf, not one from 1e-05 to 1000"),
        ("w = np.zeros((2, 2))", "`w` has the standard deviation 0, not one from 1e-05 to 1000"),
        ("w = np.random.normal(size=(2, 2)) + 0j", "`w` holds other things than real numbers"),
        ("w = np.array([[1.0, 2.0], [3.0, complex(0, np.nan)]])", "`w` holds other things than real numbers"),
        ("w = 'drawn'", "`w` holds other things than real numbers"),
        ("w = np.array([[1.0, 2.0], [3.0, np.nan]])", "`w` holds values that are not finite"),
        ("w = np.ones((3, 2))", "`w` has the shape (3, 2), where (2, 2) is asked for"),
        ("v = 1", "`w` is not there"),
    ],
)
def test_what_is_no_draw_is_refused_with_the_reason(tmp_path: Path, draw: str, problem: str) -> None:
    loaded = product(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        grade = handed_in(loaded, draw, "z = X")
    (check,) = grade.checks
    assert (check.verdict, check.reason, str(check.detail)) == ("incorrect", "bad-given", problem)
    assert [str(flag.message) for flag in grade.flags if flag.code == "given-changed"] == [f"{problem}."]


def test_an_author_says_how_small_draws_may_be(tmp_path: Path) -> None:
    loaded = product(tmp_path, options=", spread=(1e-6, 1.0)")
    grade = handed_in(loaded, "w = np.random.normal(size=(2, 2)) * 1e-4", "z = X @ w")
    assert verdicts(grade) == {"z": ("correct", 1)}


@pytest.mark.parametrize(
    "cells",
    [
        ("w = np.zeros((2, 2))", "w = np.random.normal(size=(2, 2))\nz = X @ w"),
        ("w = None", "w = np.zeros((2, 2))", "w = np.random.normal(size=(2, 2))", "z = X @ w"),
        ("w = np.zeros((2, 2))", "w[:] = np.random.normal(size=(2, 2))", "z = X @ w"),
        ("w = np.zeros((2, 2))", "w = np.random.normal(size=(2, 2))", "z = X @ w", "w = w - 0.1"),
    ],
)
def test_a_later_assignment_counts_where_the_first_is_no_draw(tmp_path: Path, cells: tuple[str, ...]) -> None:
    grade = handed_in(product(tmp_path), *cells)
    assert verdicts(grade) == {"z": ("correct", 1)}
    assert not [flag for flag in grade.flags if flag.code == "given-changed"]


def test_the_first_draw_counts_where_it_is_one(tmp_path: Path) -> None:
    cells = ("w = np.random.normal(size=(2, 2))", "z = X @ w", "w = np.random.normal(size=(2, 2))")
    assert verdicts(handed_in(product(tmp_path), *cells)) == {"z": ("correct", 1)}


def test_a_draw_that_the_reference_fails_for_costs_only_what_depends_on_what_failed(tmp_path: Path) -> None:
    loaded = product(tmp_path, more=INVERSE, points=3)
    grade = handed_in(loaded, "w = np.array([[1.0, 2.0], [2.0, 4.0]])", "z = X @ w\nback, total = w, 1.0")
    assert verdicts(grade) == {"z": ("correct", 1), "back": ("unmarked", None), "total": ("unmarked", None)}
    assert "the reference failed for what the student drew" in grade.checks[1].detail
    wrong = handed_in(loaded, "w = np.array([[1.0, 2.0], [2.0, 4.0]])", "z = X\nback, total = w, 1.0")
    assert verdicts(wrong)["z"] == ("incorrect", Fraction(0))


def test_a_draw_for_which_the_reference_gives_nan_is_nobodys_zero(tmp_path: Path) -> None:
    more = "\n@one.value(points=1)\ndef logs(w):\n    'Logarithms.'\n    return torch.log(w + 5)\n"
    loaded = product(tmp_path, more=more, points=2)
    grade = handed_in(loaded, "w = np.array([[1.0, 2.0], [2.0, -6.0]])", "z = X @ w\nlogs = w")
    assert verdicts(grade) == {"z": ("correct", 1), "logs": ("unmarked", None)}


ACCEPTS = """

def inverse(w):
    return torch.linalg.inv(w)


@one.value(points=1, accept=inverse)
def back(w):
    'Twice it.'
    return w * 2


@one.value(points=1)
def total(back):
    'Its sum.'
    return back.sum()
"""


def test_where_one_of_two_right_answers_fails_the_other_still_counts(tmp_path: Path) -> None:
    loaded = product(tmp_path, more=ACCEPTS, points=3)
    draw = "w = np.array([[1.0, 2.0], [2.0, 4.0]])"
    right = handed_in(loaded, draw, "z = X @ w\nback = w * 2\ntotal = back.sum()")
    assert verdicts(right) == {"z": ("correct", 1), "back": ("correct", 1), "total": ("correct", 1)}
    other = handed_in(loaded, draw, "z = X @ w\nback = np.linalg.pinv(w)\ntotal = 3.0")
    assert verdicts(other) == {"z": ("correct", 1), "back": ("unmarked", None), "total": ("unmarked", None)}
