"""Copies are found, and those who work by themselves are left alone."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.analysis import Graded, Similar, flagged, graded, similar, wrong_answers
from grader.assignment.spec import Spec
from tests.unit.analysis.classes import RIGHT, check, class_of, drawn, result, spec_of

IDS = tuple("abcdefghijkl")

TAILS = [
    {"kinds": 20, "steep": 0.0, "alone": 0.0},  # all mistakes alike
    {"kinds": 20, "steep": 1.0, "alone": 0.3},
    {"kinds": 200, "steep": 1.5, "alone": 0.0},
    {"kinds": 1_000, "steep": 2.0, "alone": 0.3},  # a few that all make, and a long tail
]
"""How often the mistakes of a check are made, from plain to hard."""


def found(rows: dict[str, list[int]], ids: tuple[str, ...] = IDS, spec: Spec | None = None) -> tuple[Similar, ...]:
    hand_ins = class_of(rows, ids)
    return similar(hand_ins, wrong_answers(hand_ins), spec or spec_of(ids))


def alone(seed: int, students: int, checks: int, tail: dict[str, float], weak: float = 0.3) -> dict[str, list[int]]:
    return drawn(np.random.default_rng(seed), students, checks, weak=weak, **tail)  # type: ignore[arg-type]


@pytest.mark.parametrize("students", [20, 120])
def test_hardly_anybody_is_named_in_classes_in_which_all_work_by_themselves(students: int) -> None:
    named = [
        (tail, seed)
        for tail in TAILS
        for seed in range(25)
        if found(alone(100 + seed, students, 12, tail, weak=(0.15, 0.3, 0.5)[seed % 3]))
    ]
    assert len(named) <= 1


@pytest.mark.soak
@pytest.mark.parametrize("students", [20, 60, 120, 400])
@pytest.mark.parametrize("checks", [6, 12])
def test_at_most_one_class_in_a_hundred_names_anybody(students: int, checks: int) -> None:
    classes = [(tail, weak, seed) for tail in TAILS for weak in (0.15, 0.3, 0.5) for seed in range(100)]
    named = sum(bool(found(alone(seed, students, checks, tail, weak), IDS[:checks])) for tail, weak, seed in classes)
    assert named <= len(classes) / 100


def planted(rows: dict[str, list[int]], copiers: tuple[str, ...], same: int) -> dict[str, list[int]]:
    """The class with copies in it: so many values that nobody else has, and one of each one's own."""
    copied = [10_000 + place if place < same else RIGHT for place in range(len(IDS))]
    mixed = {student: [*copied] for student in copiers}
    for number, student in enumerate(copiers):
        mixed[student][same] = 20_000 + number
    return rows | mixed


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("students", [30, 120])
def test_those_who_share_five_values_that_nobody_else_has_are_found(students: int, tail: dict[str, float]) -> None:
    for seed in range(10):
        pairs = found(planted(alone(seed, students, 12, tail), ("s3", "s8"), same=5))
        assert [pair.places for pair in pairs] == [(3, 8)]
        assert pairs[0].sentence == "5 of the 6 values that both have wrong are the same, and nobody else has them."
        assert pairs[0].expected < 0.002


@pytest.mark.parametrize("students", [60, 120, 400])
def test_three_values_are_enough_where_wrong_ones_are_seldom_shared(students: int) -> None:
    seldom = {"kinds": 3, "steep": 0.0, "alone": 0.9}
    pairs = found(planted(alone(1, students, 12, seldom), ("s3", "s8"), same=3))

    assert [pair.sentence for pair in pairs] == [
        "3 of the 4 values that both have wrong are the same, and nobody else has them."
    ]


def test_a_ring_is_found_pair_by_pair() -> None:
    pairs = found(planted(alone(1, 120, 12, TAILS[1]), ("s3", "s8", "s9"), same=5))

    assert {pair.places for pair in pairs} == {(3, 8), (3, 9), (8, 9)}
    assert pairs[0].sentence == "5 of the 6 values that both have wrong are the same; the most common one 1 other has."


def test_values_that_many_have_say_nothing() -> None:
    rows = alone(1, 120, 12, TAILS[1])
    common = {f"s{number}": [10_000 + place for place in range(12)] for number in range(40)}

    assert found(rows | common) == ()


def test_common_values_beside_rare_ones_are_told_but_make_nobody_similar() -> None:
    rows = alone(1, 120, 12, TAILS[1])
    rows = {student: [7, 7, 7, *row[3:]] for student, row in rows.items()}
    rows |= {student: [7, 7, 7, 10_000, 10_001, *[RIGHT] * 7] for student in ("s3", "s8")}

    assert found(rows) == ()


def row(**values: int) -> list[int]:
    return [values.get(id, RIGHT) for id in IDS]


def with_pair(ids: tuple[str, ...], values: list[int]) -> dict[str, list[int]]:
    rows = alone(1, 120, len(ids), TAILS[1])
    return rows | {"s3": values, "s8": values}


def test_versions_of_a_quantity_count_once() -> None:
    ids = ("a.torch", "a.numpy", "b.torch", "b.numpy", "c", "d", "e")
    rare = [10_000, 10_001, 10_002, 10_003]

    assert found(with_pair(ids, [*rare, *[RIGHT] * 3]), ids) == ()
    assert len(found(with_pair(ids, [*rare, 10_004, 10_005, RIGHT]), ids)) == 1


def test_a_gradient_after_a_shared_mistake_says_little() -> None:
    ids = tuple("abcdefg")
    parents = {"b": ("a",), "c": ("a", "b"), "d": ("a", "b"), "e": ("a", "b"), "f": ("b",), "g": ("b", "f")}
    values = [10_000, RIGHT, 10_002, 10_003, 10_004, RIGHT, RIGHT]

    assert len(found(with_pair(ids, values), ids)) == 1
    assert found(with_pair(ids, values), ids, spec_of(ids, parents)) == ()


def test_what_may_follow_from_a_shared_value_does_not_count() -> None:
    ids = tuple("abcdef")
    spec = spec_of(ids, dict.fromkeys(ids[1:], ("a",)))

    def pairs(*, settled: bool) -> tuple[Similar, ...]:
        rows = alone(1, 120, 6, TAILS[1]) | {
            student: [10_000 + place for place in range(6)] for student in ("s3", "s8")
        }
        hand_ins = graded(
            result(student, [check(id, value, settled=settled) for id, value in zip(ids, row, strict=True)])
            for student, row in rows.items()
        )
        return similar(hand_ins, wrong_answers(hand_ins), spec)

    assert len(pairs(settled=True)) == 1
    assert pairs(settled=False) == ()


def test_functions_that_call_each_other_say_little_together() -> None:
    def pairs(uses: tuple[str, ...]) -> tuple[Similar, ...]:
        rows = planted(alone(1, 120, 12, TAILS[1]), ("s3", "s8"), same=4)
        hand_ins = graded(
            result(student, [check(id, value, uses=uses) for id, value in zip(IDS, row, strict=True)])
            for student, row in rows.items()
        )
        return similar(hand_ins, wrong_answers(hand_ins), spec_of(IDS))

    assert len(pairs(("l",))) == 1  # nothing that they share
    assert pairs(("a",)) == ()


def test_what_two_left_undone_does_not_count() -> None:
    def pairs(*, plain: bool) -> tuple[Similar, ...]:
        rows = planted(alone(1, 120, 12, TAILS[1]), ("s3", "s8"), same=5)
        hand_ins = graded(
            result(student, [check(id, value, plain=plain) for id, value in zip(IDS, row, strict=True)])
            for student, row in rows.items()
        )
        return similar(hand_ins, wrong_answers(hand_ins), spec_of(IDS))

    assert len(pairs(plain=False)) == 1
    assert pairs(plain=True) == ()


def test_what_a_known_mistake_explains_says_little() -> None:
    def pairs(explained: str) -> tuple[Similar, ...]:
        rows = planted(alone(1, 120, 12, TAILS[1]), ("s3", "s8"), same=4)
        hand_ins = graded(
            result(
                student,
                [
                    check(id, value, explained=explained if value != RIGHT else "")
                    for id, value in zip(IDS, row, strict=True)
                ],
            )
            for student, row in rows.items()
        )
        return similar(hand_ins, wrong_answers(hand_ins), spec_of(IDS))

    assert len(pairs("")) == 1
    assert pairs("It has the opposite sign.") == ()


def test_attempts_of_one_student_are_no_pair() -> None:
    rows = planted(alone(1, 120, 12, TAILS[1]), ("s3",), same=5)
    again = [result("s3", [check(id, value) for id, value in zip(IDS, rows["s3"], strict=True)], attempt=2)]
    hand_ins = Graded((*class_of(rows, IDS).results, *again))

    assert similar(hand_ins, wrong_answers(hand_ins), spec_of(IDS)) == ()


def test_a_small_class_has_no_similarity() -> None:
    assert found({student: [10_000 + place for place in range(12)] for student in ("s1", "s2")}) == ()


classes = st.integers(0, 10_000).flatmap(
    lambda seed: st.tuples(
        st.sampled_from(TAILS).map(lambda tail: planted(alone(seed, 40, 12, tail), ("s3", "s8"), same=4 + seed % 3)),
        st.randoms(use_true_random=False),
    )
)


@settings(max_examples=40, deadline=None)
@given(classes)
def test_the_order_of_the_class_changes_nothing(drawn: tuple[dict[str, list[int]], Random]) -> None:
    rows, random = drawn
    mixed = list(rows.items())
    random.shuffle(mixed)

    def told(rows: dict[str, list[int]]) -> dict[frozenset[str], tuple[str, float]]:
        students = [*rows]
        return {
            frozenset(students[place] for place in pair.places): (pair.sentence, pytest.approx(pair.expected))
            for pair in found(rows)
        }

    assert told(rows) == told(dict(mixed))


def test_both_are_flagged_and_nobody_else() -> None:
    hand_ins = class_of(planted(alone(1, 120, 12, TAILS[1]), ("s3", "s8"), same=4), IDS)
    results = flagged(hand_ins.results, hand_ins, similar(hand_ins, wrong_answers(hand_ins), spec_of(IDS)))
    flags = {each.submission.student.id: each.grade.flags for each in results if each.grade.flags}

    assert flags.keys() == {"s3", "s8"}
    assert [flag.code for flag in flags["s3"]] == ["similar"]
    assert flags["s3"][0].message == (
        "Wrong values as in the hand-in of s8: 4 of the 5 values that both have wrong are the same, and nobody else "
        "has them."
    )


def test_ten_thousand_hand_ins_take_seconds() -> None:
    rows = planted(alone(1, 10_000, 12, TAILS[2]), ("s3", "s8"), same=4)

    assert [pair.places for pair in found(rows)] == [(3, 8)]
