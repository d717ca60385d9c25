"""Functions and properties: what is told of very many cases, and of values that hold what can't be read."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from grader.assignment.spec import CheckSpec, FunctionSpec
from grader.marking.answers import Called
from grader.marking.judge import MOST_PARTS, judge_function
from grader.records import CallResult, Calls, CallsMade, Found, Scalar, Sequence, Unreadable, parts_of
from grader.reports.wording import explain


def judged(right: int, wrong: int) -> str:
    """What is said of a function that is right in so many cases, and then wrong in so many."""
    count = right + wrong
    calls = Calls(names=("f",), inputs="", count=count)
    function = FunctionSpec(calls=calls, errors=("",) * count, credit="cases", scalar_only="refuse")
    check = CheckSpec(
        id="f",
        kind="function",
        quantity="f",
        version=None,
        title="f",
        points=Fraction(1),
        names=("f",),
        function=function,
    )
    results = tuple(CallResult(status="returned", value=Scalar(value=float(case < right))) for case in range(count))
    made = CallsMade(calls=calls, after_cell=0, found="f", results=results)
    grade = judge_function(
        check, Called(found=Found(kind="variable", name="f", cell=0), made=made), [np.array(1.0)] * count
    )
    assert len(grade.parts) <= MOST_PARTS
    assert any(part.verdict == "incorrect" for part in grade.parts)
    return str(explain(grade, "places"))


def test_all_cases_are_counted_where_too_many_are_there_to_be_told_one_by_one() -> None:
    assert judged(101, 49) == "`f` is right in 101 of 150 cases."
    assert judged(2, 1) == "`f` is right in 2 of 3 cases."


def test_what_cannot_be_read_is_found_however_deep_it_is() -> None:
    value = Sequence(items=(Scalar(value=3.0), Sequence(items=(Unreadable(type="object", reason="no plain value"),))))
    assert [part.type for part in parts_of(value) if isinstance(part, Unreadable)] == ["object"]
