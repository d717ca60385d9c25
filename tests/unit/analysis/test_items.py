from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.analysis import BINS, Item, discrimination, distribution, graded, items
from grader.records import Result
from tests.unit.analysis.classes import RIGHT, check, class_of, result, spec_of

shares = st.fractions(0, 1, max_denominator=20)
pairs = st.lists(st.tuples(shares.map(float), shares.map(float)))


@given(st.lists(shares))
def test_everybody_is_in_one_part_of_the_distribution(each: list[Fraction]) -> None:
    found = distribution(each)

    assert sum(found.bins) == len(each)
    assert len(found.bins) == BINS
    assert (found.mean is None) == (found.median is None) == (not each)
    assert found.mean is None or min(each) <= found.mean <= max(each)


def test_full_marks_are_in_the_last_part() -> None:
    assert distribution([Fraction(0), Fraction(1, 10), Fraction(9, 10), Fraction(1)]).bins == (1, 1, *[0] * 7, 2)


@given(pairs)
def test_discrimination_is_a_correlation_or_none(each: list[tuple[float, float]]) -> None:
    found = discrimination(each)
    varies = len(each) > 1 and all(len(set(side)) > 1 for side in zip(*each, strict=True))

    assert (found is not None) == varies
    if found is not None:
        assert -1 <= found <= 1
        assert found == pytest.approx(np.corrcoef(np.array(each).T)[0, 1], abs=1e-9)


@given(pairs)
def test_discrimination_turns_with_the_check(each: list[tuple[float, float]]) -> None:
    found, turned = discrimination(each), discrimination([(1 - own, rest) for own, rest in each])

    assert found is turned is None or found == pytest.approx(-turned, abs=1e-9)  # type: ignore[operator]


def of_bits(rows: list[tuple[int, ...]]) -> tuple[Item, ...]:
    values = {f"s{number}": [0 if wrong else RIGHT for wrong in row] for number, row in enumerate(rows)}
    return items(class_of(values, "abc"), spec_of("abc"))


def test_the_check_itself_is_left_out_of_the_total() -> None:
    # Nothing in common with the others; with itself, it has.
    rows = [(1, 1, 1), (1, 0, 0), (0, 1, 1), (0, 0, 0)] * 2
    found = items(
        class_of({f"s{n}": [0 if bit else RIGHT for bit in row] for n, row in enumerate(rows)}, "abc"), spec_of("abc")
    )

    assert [item.discrimination for item in found] == pytest.approx([0.0, 0.7071, 0.7071], abs=1e-4)


def test_a_check_that_tells_the_weak_from_the_strong_the_wrong_way_is_negative() -> None:
    rows = [(1, 0, 0), (1, 0, 0), (0, 1, 1), (0, 1, 1), (1, 0, 1)]
    first, *_ = items(
        class_of({f"s{n}": [0 if bit else RIGHT for bit in row] for n, row in enumerate(rows)}, "abc"), spec_of("abc")
    )

    assert first.discrimination is not None
    assert first.discrimination < -0.5


def test_a_small_class_discriminates_nothing() -> None:
    rows = {"a": [RIGHT, RIGHT], "b": [1, 1], "c": [RIGHT, RIGHT], "d": [1, 1]}

    assert all(item.discrimination is None for item in items(class_of(rows, "xy"), spec_of("xy")))
    assert all(item.discrimination == 1 for item in items(class_of({**rows, "e": [1, 1]}, "xy"), spec_of("xy")))


def waiting(student: str, *, points: int) -> Result:
    return result(student, [check("x", 1, points=points, worth=4)])


def test_the_mean_is_of_the_share_that_each_has() -> None:
    (item,) = items(graded([waiting("a", points=4), waiting("b", points=1)]), spec_of("x"))

    assert (item.mean, item.passed, item.marked, item.percent) == (0.625, 0, 2, 0)
    assert item.verdicts == {"incorrect": 2}
