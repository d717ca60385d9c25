"""Pairs of small changes at two places, the most plausible first."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from grader.assignment.mutation import Code, Mutant

MOST_SINGLES = 60
"""Of so many changes, pairs are made."""
MOST_PAIRS = 300
"""At most so many pairs are tried for one quantity or function."""
_COMMONEST: tuple[Code, ...] = (
    "authors",
    "sign",
    "call-left-out",
    "mean-for-sum",
    "sum-for-mean",
    "other-axis",
    "not-transposed",
    "no-axis",
    "factor-left-out",
    "term-left-out",
    "transposed",
    "other-function",
    "operands-swapped",
    "elementwise-product",
    "other-operator",
    "other-correction",
    "exchanged",
    "called-twice",
    "other-comparison",
    "kept-axis",
    "other-quantity",
    "other-constant",
    "off-by-one",
    "added-up",
)
"""Mistakes as often as they are made."""


def pairs_of(mutants: Sequence[Mutant]) -> Iterator[tuple[Mutant, Mutant]]:
    """All pairs of these, those of common mistakes first."""
    ranked = sorted(((_COMMONEST.index(mutant.change.code), mutant) for mutant in mutants), key=lambda each: each[0])
    pairs = itertools.combinations(ranked[:MOST_SINGLES], 2)
    return ((one, other) for (_, one), (_, other) in sorted(pairs, key=lambda pair: pair[0][0] + pair[1][0]))
