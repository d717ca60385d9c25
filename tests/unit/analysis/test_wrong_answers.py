from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.analysis import WrongAnswer, graded, mistakes, wrong_answers
from grader.records import Result, WrongValue
from tests.unit.analysis.classes import RIGHT, check, class_of, result

values = st.lists(st.sampled_from([RIGHT, 0, 1, 2, 3]), max_size=12)


def described(answers: tuple[WrongAnswer, ...]) -> list[tuple[str, tuple[str, ...]]]:
    return [(answer.shown, answer.students) for answer in answers]


@given(values)
def test_every_wrong_value_is_in_one_group_with_its_equals(each: list[int]) -> None:
    hand_ins = class_of({f"s{number}": [value] for number, value in enumerate(each)}, "x")
    found = wrong_answers(hand_ins)

    assert sorted(place for answer in found for place in answer.places) == [
        place for place, value in enumerate(each) if value != RIGHT
    ]
    assert all(len({each[place] for place in answer.places}) == 1 for answer in found)
    assert len(found) == len(set(each) - {RIGHT})
    assert all(answer.wrong == sum(value != RIGHT for value in each) for answer in found)
    assert [len(answer.students) for answer in found] == sorted((len(a.students) for a in found), reverse=True)


@given(values, st.randoms())
def test_the_order_of_the_class_does_not_count(each: list[int], random: np.random.Generator) -> None:
    rows = [(f"s{number}", [value]) for number, value in enumerate(each)]
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[arg-type]

    def groups(in_order: list[tuple[str, list[int]]]) -> set[frozenset[str]]:
        return {frozenset(answer.students) for answer in wrong_answers(class_of(dict(in_order), "x"))}

    assert groups(rows) == groups(mixed)


def valued(student: str, size: float, *sums: float, kind: str = "k") -> Result:
    known = WrongValue(kind=kind, size=size, sums=sums, shown=str(size), settled=True)
    return result(student, [replace(check("x", 1), wrong_value=known)])


@given(st.floats(1e-300, 1e300), st.floats(-1, 1), st.floats(-4e-6, 4e-6), st.floats(-4e-6, 4e-6))
def test_what_differs_by_rounding_is_equal(size: float, sum: float, off: float, beside: float) -> None:
    hand_ins = graded([valued("a", size, sum), valued("b", size * (1 + off), sum + beside)])

    assert len(wrong_answers(hand_ins)) == 1


@pytest.mark.parametrize("other", [valued("b", 1.0001, 0.5), valued("b", 1, 0.5001), valued("b", 1, 0.5, kind="l")])
def test_what_differs_by_more_is_not(other: Result) -> None:
    assert len(wrong_answers(graded([valued("a", 1, 0.5), other]))) == 2


def test_a_dense_row_of_values_is_not_one() -> None:
    hand_ins = graded(valued(f"s{number}", 1 + 4e-6 * number, 0.5) for number in range(100))

    assert max(len(answer.students) for answer in wrong_answers(hand_ins)) <= 3


def test_a_student_counts_once_whatever_the_number_of_attempts() -> None:
    hand_ins = graded([result("a", [check("x", 1)], attempt=attempt) for attempt in (1, 2)])
    (answer,) = wrong_answers(hand_ins)

    assert (answer.places, answer.students, answer.wrong) == ((0, 1), ("a",), 1)


def test_a_group_says_what_explains_it() -> None:
    hand_ins = graded(result(student, [check("x", 1, explained="It has the opposite sign.")]) for student in "abc")
    (answer,) = wrong_answers(hand_ins)
    (mistake,) = mistakes(hand_ins)

    assert answer.message == mistake.message == "It has the opposite sign."
    assert (mistake.students, mistake.checks) == (3, ("x",))


def test_a_mistake_is_counted_by_student_in_all_versions_of_a_quantity() -> None:
    said = "A call is left out."
    both = [check("x.numpy", 1, explained=said), check("x.torch", 2, explained=said), check("y", 3, explained=said)]
    hand_ins = graded([result("a", both), result("b", both[:1]), result("c", [check("x.numpy"), check("y")])])

    assert [(mistake.students, mistake.checks) for mistake in mistakes(hand_ins)] == [
        (2, ("x.numpy", "x.torch")),
        (1, ("y",)),
    ]


def test_what_may_be_one_of_several_mistakes_is_counted_as_none() -> None:
    checks = [check("x", 1, explained="A call is left out.")]
    several = replace(checks[0], diagnoses=(replace(checks[0].diagnoses[0], code="possible-sign"),) * 2)

    assert mistakes(graded([result("a", [several])])) == ()


def test_ten_thousand_different_values_are_grouped_in_a_moment() -> None:
    hand_ins = graded(valued(f"s{number}", 1 + number, 0.5) for number in range(10_000))

    assert len(wrong_answers(hand_ins)) == 10_000
