from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from grader.analysis import score
from grader.records import CheckGrade, Grade, TaskGrade
from grader.reports import task_text, total_text
from grader.reports.scores import check_text
from tests.unit.reports.sample_results import RESULT, UNAVAILABLE, check_grade


def person(**fields: Any) -> CheckGrade:
    return check_grade("plot", kind="person", points=None, verdict="unmarked", reason="person", names=(), **fields)


def value(points: int, max_points: int, **fields: Any) -> CheckGrade:
    return check_grade(points=Fraction(points), max_points=Fraction(max_points), **fields)


def task(*checks: CheckGrade) -> TaskGrade:
    return TaskGrade(id="task-1", title="Forward pass", checks=checks)


def test_a_perfect_hand_in_lost_nothing_while_a_person_has_yet_to_look() -> None:
    grade = Grade(tasks=(task(value(7, 7), person()), task(value(5, 5))))

    assert str(total_text(grade)) == "12 of 12 so far, 2 to be marked by hand"
    assert [str(task_text(each)) for each in grade.tasks] == ["7 of 7 so far", "5 of 5"]
    assert score(grade.checks).percent == 100


def test_totals_in_words() -> None:
    assert str(total_text(RESULT.grade)) == "2.5 of 11 so far, 2 to be marked by hand"
    assert str(total_text(Grade(tasks=RESULT.grade.tasks[:1]))) == "1 of 3"
    assert str(total_text(UNAVAILABLE.grade)) == "Not marked yet: 13 to be marked by hand"


def test_what_nobody_has_marked_yet_is_said_in_words() -> None:
    assert str(task_text(task(person(max_points=Fraction(1))))) == "not marked yet, 1 point"
    assert str(check_text(person())) == "not marked yet, 2 points"
    assert [str(check_text(value(1, 1))), str(check_text(value(1, 2)))] == ["1 of 1 point", "1 of 2 points"]


def test_in_a_rejected_hand_in_nothing_waits_for_a_person() -> None:
    rejected = value(0, 12, verdict="missing", reason="rejected")

    assert str(total_text(Grade(tasks=(task(rejected, person()),)))) == "0 of 14"


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans())))
def test_every_point_is_either_marked_or_waiting(each: list[tuple[int, bool]]) -> None:
    checks = [value(most, most) if marked else person(max_points=Fraction(most)) for most, marked in each]
    whole = score(checks)

    assert whole.marked + whole.waiting == sum(most for most, _ in each)
    assert whole.points == (whole.marked if any(marked for _, marked in each) else None)
    assert whole.percent in {0, 100}
