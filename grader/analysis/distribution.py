"""How points are spread over a class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from statistics import mean, median

BINS = 10
"""Parts of the distribution, each a tenth of what could be had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """The shares, from 0 to 1, of the points that were marked for each submission.

    `mean` and `median` are None where there are none. `bins` has how many lie in each tenth, the last one with its
    upper end.
    """

    mean: Fraction | None
    median: Fraction | None
    bins: tuple[int, ...]


def distribution(shares: Iterable[Fraction]) -> Distribution:
    """The distribution of shares of what is marked."""
    each = tuple(shares)
    bins = Counter(max(0, min(BINS - 1, int(BINS * share))) for share in each)
    return Distribution(
        mean=mean(each) if each else None,
        median=median(each) if each else None,
        bins=tuple(bins[position] for position in range(BINS)),
    )
