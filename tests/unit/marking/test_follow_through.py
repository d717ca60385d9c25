"""One slip costs once: what follows from it keeps its points, and the slip is named."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from grader.assignment.loading import Loaded, load
from grader.assignment.mutation import Change, Code
from grader.marking import mark_submission, mistakes
from grader.records import CheckGrade, Diagnosis, Grade
from grader.reports.wording import explain_diagnoses
from tests.command_line import ROOT
from tests.in_process import execute, notebook

RIGHT = """\
import numpy as np
x1 = [1.0, 2.0, 3.0]
x2 = [4.0, 5.0, 6.0]
w1 = np.array([[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8], [0.9, 1.0, 1.1, 1.2]])
w2 = np.array([[0.2, 0.3], [0.4, 0.5], [0.6, 0.7], [0.8, 0.9]])
y1, y2 = [0, 1], [1, 0]
x, y = np.array([x1, x2]), np.array([y1, y2])
z1_n = x @ w1
a1_n = np.maximum(z1_n, 0)
z2_n = a1_n @ w2
a2_n = np.exp(z2_n) / np.exp(z2_n).sum(axis=1, keepdims=True)
loss_n = -np.sum(y * np.log(a2_n))
dz2 = a2_n - y
dz1 = (dz2 @ w2.T) * (z1_n > 0)
dL_dw1_n = x.T @ dz1
"""


@cache
def sample() -> Loaded:
    return load(ROOT / "reference")


def marked(loaded: Loaded, source: str) -> Grade:
    handed_in = notebook(source)
    return mark_submission(loaded.spec, loaded.reference, handed_in, (execute(loaded.spec, handed_in),))


def outcome(grade: Grade) -> dict[str, str]:
    """The verdicts of the NumPy checks that aren't right, by quantity."""
    checks = [check for check in grade.checks if check.version in ("numpy", None)]
    return {check.quantity: check.verdict for check in checks if check.verdict != "correct"}


def changed(*replacements: tuple[str, str]) -> str:
    source = RIGHT
    for before, after in replacements:
        assert source.count(before) == 1, before
        source = source.replace(before, after)
    return source


def test_the_right_notebook_is_right() -> None:
    assert outcome(marked(sample(), RIGHT)) == {}


@pytest.mark.parametrize(
    ("slip", "wrong", "following", "code"),
    [
        (("z1_n = x @ w1", "z1_n = 2 * (x @ w1)"), "z1", {"a1", "z2", "a2", "loss"}, "scaled"),
        (("np.exp(z2_n).sum(axis=1", "np.exp(z2_n).sum(axis=0"), "a2", {"loss"}, "other-axis"),
        (("sum(axis=1, keepdims=True)", "sum()"), "a2", {"loss"}, "no-axis"),
        (("-np.sum(y", "np.sum(y"), "loss", set(), "sign"),
        (("-np.sum(y", "-np.mean(y"), "loss", set(), "mean-for-sum"),
        (("np.log(a2_n)", "np.log2(a2_n)"), "loss", set(), "other-function"),
        (("np.log(a2_n)", "a2_n"), "loss", set(), "call-left-out"),
        (("np.array([y1, y2])", "np.array([y2, y1])"), "loss", {"dw1"}, "exchanged"),
        (("y1, y2 = [0, 1], [1, 0]", "y1, y2 = [1, 0], [0, 1]"), "loss", {"dw1"}, "given-changed"),
        (("x.T @ dz1", "dz1.T @ x"), "dw1", set(), "transposed"),
        (("x.T @ dz1", "-x.T @ dz1"), "dw1", set(), "sign"),
        (("z2_n = a1_n @ w2", "z2_n = a1_n @ w2 + 1.5"), "z2", set(), "shifted"),
    ],
)  # fmt: skip
def test_one_slip_costs_its_own_check_and_is_named(
    slip: tuple[str, str], wrong: str, following: set[str], code: str
) -> None:
    grade = marked(sample(), changed(slip))
    found = outcome(grade)
    assert found[wrong] == "incorrect"
    assert {name for name, verdict in found.items() if verdict == "follow-through"} >= following
    (check,) = [check for check in grade.checks if check.id == f"{wrong}.numpy"]
    assert [diagnosis.code for diagnosis in check.diagnoses] == [code]
    assert check.points == 0
    for other in grade.checks:
        if other.verdict == "follow-through":
            assert (other.points, other.follows_from) == (other.max_points, (f"{wrong}.numpy",))


def test_a_slip_after_a_slip_costs_again_and_both_are_named() -> None:
    source = changed(("np.exp(z2_n).sum(axis=1", "np.exp(z2_n).sum(axis=0"), ("-np.sum(y", "np.sum(y"))
    grade = marked(sample(), source)
    verdicts = outcome(grade)
    assert verdicts["a2"] == verdicts["loss"] == "incorrect"
    said = {
        check.quantity: [each.code for each in check.diagnoses] for check in grade.checks if check.version == "numpy"
    }
    assert said["a2"] == ["other-axis"]
    assert said["loss"] == ["sign"]


@pytest.mark.parametrize(
    "degenerate",
    [
        "np.zeros((2, 2))",
        "np.full((2, 2), np.nan)",
        "np.array([[0.3, 0.7], [0.6, 0.4]])",
        "np.ones((1, 2)) / 2",
    ],
    ids=["constant", "not finite", "typed in", "another shape"],
)
def test_nothing_follows_from_what_is_no_work(degenerate: str) -> None:
    source = changed(("a2_n = np.exp(z2_n) / np.exp(z2_n).sum(axis=1, keepdims=True)", f"a2_n = {degenerate}"))
    verdicts = outcome(marked(sample(), source))
    assert verdicts["a2"] == "incorrect"
    assert "follow-through" not in verdicts.values()


def test_nothing_follows_from_what_is_missing() -> None:
    source = RIGHT.replace("a2_n", "probabilities").replace(
        "-np.sum(y * np.log(probabilities))", "-np.sum(y * np.log(0.5 * probabilities))"
    )
    verdicts = outcome(marked(sample(), source))
    assert "follow-through" not in verdicts.values()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x.T @ dz1", "np.array([[1.5, 2.0, 2.5, 3.0]] * 3)"),
        ("y1, y2 = [0, 1], [1, 0]", "y1, y2 = [0, 0], [0, 0]"),
        ("w2 = np.array([[0.2, 0.3], [0.4, 0.5], [0.6, 0.7], [0.8, 0.9]])", "w2 = np.zeros((4, 2))"),
    ],
    ids=["typed in", "labels of nothing", "weights of nothing"],
)
def test_what_is_no_work_follows_from_nothing(before: str, after: str) -> None:
    verdicts = outcome(marked(sample(), changed((before, after))))
    assert "incorrect" in verdicts.values()
    assert "follow-through" not in {verdicts.get("dw1"), verdicts.get("loss")}


def test_a_value_that_is_right_although_an_earlier_one_is_wrong_is_right() -> None:
    source = changed(
        ("a1_n = np.maximum(z1_n, 0)", "a1_n = np.maximum(z1_n, 0) * 2"), ("z2_n = a1_n @ w2", "z2_n = z1_n @ w2")
    )
    assert outcome(marked(sample(), source)) == {"a1": "incorrect"}


GRAPH = """
from grader import Assignment
a = Assignment("a", title="A", points=3{options})
a.given(x=[1.0, -2.0, 4.0])
t = a.task("Task 1")


@t.value(points=2)
def total(squares):
    return squares.sum()


@t.value(points=1)
def squares(x):
    return x**2
"""


@pytest.mark.parametrize(("options", "points"), [("", 2), (", follow_through=0.5", 1), (", follow_through=0", 0)])
def test_the_assignment_says_what_following_is_worth_in_whatever_order_it_asks(
    tmp_path: Path, options: str, points: int
) -> None:
    (tmp_path / "assignment.py").write_text(GRAPH.format(options=options), encoding="utf-8")
    source = "import numpy as np\nx = np.array([1.0, -2.0, 4.0])\nsquares = x**3\ntotal = squares.sum()"
    grade = marked(load(tmp_path), source)
    total, squares = grade.checks
    assert (total.id, total.points, squares.points) == ("total", Fraction(points), 0)
    assert total.verdict == ("follow-through" if points else "incorrect")


def test_every_mistake_has_a_sentence_that_students_may_read_whatever_is_revealed() -> None:
    codes = set(get_args(Code))
    assert set(mistakes._SENTENCES) == codes
    for code in codes:
        was, now = ("1", "0") if code.endswith("-axis") else ("y1", "y2")
        facts = {"call": "softmax", "was": was, "now": now, "operator": "@", "says": "Each row sums to one."}
        change = Change(code=code, line=1, facts=facts)
        told = Diagnosis(code="mistake", message=mistakes._plain(change))
        check = CheckGrade(
            id="a",
            kind="value",
            quantity="a",
            version=None,
            title="A",
            points=Fraction(0),
            max_points=Fraction(1),
            verdict="incorrect",
            reason="differs",
            diagnoses=(told,),
        )
        assert explain_diagnoses(check, "places") == (told.message,)
