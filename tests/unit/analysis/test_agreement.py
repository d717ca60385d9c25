"""How well two ways of marking agree, in figures."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.analysis import Pair, agreement, weighted_kappa

POINTS = st.fractions(min_value=0, max_value=20, max_denominator=4)
PAIRS = st.lists(st.builds(Pair, student=st.just("a"), ours=POINTS, theirs=POINTS), max_size=30)


def pairs(*marks: tuple[int, int]) -> list[Pair]:
    return [Pair(student=str(n), ours=Fraction(a), theirs=Fraction(b)) for n, (a, b) in enumerate(marks)]


def by_categories(marks: list[Pair]) -> float | None:
    """Cohen's formula over a table of categories, observed and expected."""
    values = sorted({mark for pair in marks for mark in (pair.ours, pair.theirs)})
    count = Fraction(len(marks))
    observed = expected = Fraction(0)
    for one in values:
        for other in values:
            weight = (one - other) ** 2
            observed += weight * sum(pair.ours == one and pair.theirs == other for pair in marks) / count
            rows = sum(pair.ours == one for pair in marks) / count
            expected += weight * rows * sum(pair.theirs == other for pair in marks) / count
    return float(1 - observed / expected) if expected else None


@given(PAIRS)
def test_kappa_is_cohens_over_categories(marks: list[Pair]) -> None:
    expected = by_categories(marks) if marks else None
    assert weighted_kappa(marks) == (expected if expected is None else pytest.approx(expected))


@given(PAIRS)
def test_kappa_is_the_same_either_way_and_at_most_one(marks: list[Pair]) -> None:
    kappa = weighted_kappa(marks)
    assert kappa == weighted_kappa([Pair(student="a", ours=each.theirs, theirs=each.ours) for each in marks])
    assert kappa is None or -1 <= kappa <= 1


def test_perfect_agreement_is_one_and_that_by_chance_none() -> None:
    assert weighted_kappa(pairs((0, 0), (2, 2), (1, 1))) == 1
    assert weighted_kappa(pairs((0, 0), (0, 2), (2, 0), (2, 2))) == 0
    assert weighted_kappa(pairs((2, 2), (2, 2))) is None
    assert weighted_kappa([]) is None


def test_the_figures_of_a_column() -> None:
    found = agreement("a2", pairs((2, 2), (0, 2), (1, 2), (2, 1)))
    assert (found.compared, found.same, found.within_one) == (4, 1, 3)
    assert found.difference == Fraction(-1, 2)
    assert agreement("a2", []).difference is None
