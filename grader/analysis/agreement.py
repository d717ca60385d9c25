"""How well two ways of marking agree: the grader's and people's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What one hand-in got on a check, a task or in all: `ours` by the grader, `theirs` by a person."""

    student: str
    ours: Fraction
    theirs: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How many of the `compared` marks are the `same`, and how many lie `within_one` point of each other.

    `difference` is the mean of ours less theirs. `kappa` is as `weighted_kappa` says. Both are None where there is
    nothing that they could be made of.
    """

    column: str
    compared: int
    same: int
    within_one: int
    difference: Fraction | None
    kappa: float | None


def agreement(column: str, pairs: Sequence[Pair]) -> Agreement:
    """The figures of one column of marks."""
    apart = [abs(pair.ours - pair.theirs) for pair in pairs]
    total = sum((pair.ours - pair.theirs for pair in pairs), Fraction(0))
    return Agreement(
        column=column,
        compared=len(pairs),
        same=sum(not each for each in apart),
        within_one=sum(each <= 1 for each in apart),
        difference=total / len(pairs) if pairs else None,
        kappa=weighted_kappa(pairs),
    )


def weighted_kappa(pairs: Sequence[Pair]) -> float | None:
    """Agreement beyond chance, each disagreement weighted by the square of its size; 1 is perfect, 0 is chance.

    J. Cohen: Weighted kappa: nominal scale agreement with provision for scaled disagreement or partial credit.
    Psychological Bulletin 70 (1968), 213–220. With squares for weights it needs no categories: it is one less the mean
    squared difference of the pairs, divided by that of all ways to pair one's marks with the other's. None where
    all marks are the same, since chance would agree as well.
    """
    count = len(pairs)
    if not count:
        return None
    ours = sum((pair.ours for pair in pairs), Fraction(0))
    theirs = sum((pair.theirs for pair in pairs), Fraction(0))
    squares = sum((pair.ours**2 + pair.theirs**2 for pair in pairs), Fraction(0))
    by_chance = squares / count - 2 * ours * theirs / count**2
    observed = sum(((pair.ours - pair.theirs) ** 2 for pair in pairs), Fraction(0)) / count
    return float(1 - observed / by_chance) if by_chance else None
