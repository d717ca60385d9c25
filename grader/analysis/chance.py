"""How far chance explains that two students have the same wrong values.

What is asked of each check is how often two students who both got it wrong have a value in common that is as rare: a
share of all such pairs of the class. The more a class shares values of a check, the less it says that these two do.
Taken over several checks, the inverse of these shares is a test by betting (an e-value): if all worked by themselves,
its mean is at most 1, so that by Markov's inequality it reaches x in one of x pairs at most. See V. Vovk and R. Wang,
"E-values: Calibration, combination and applications", Annals of Statistics 49 (2021), 1736-1754.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from math import comb

BORROWED = 10
"""So many pairs' worth of what all checks came to is added to each one's own: the more, the more alike checks are taken
to be."""


@dataclass(frozen=True, slots=True)
class _Tail:
    """By the number of students that share a value: how many pairs share one that so many have, or fewer."""

    sizes: tuple[int, ...]
    sharing: tuple[int, ...]

    def up_to(self, size: int) -> int:
        place = bisect_right(self.sizes, size)
        return self.sharing[place - 1] if place else 0

    @property
    def stakes(self) -> float:
        """What may be won by chance: the mean of the inverse share, less that of pairs that share nothing."""
        before = (0, *self.sharing)
        return sum((now - past) / now for past, now in zip(before, self.sharing, strict=False))


def _tail(sizes: Iterable[int]) -> _Tail:
    pairs: Counter[int] = Counter()
    for size in sizes:
        if size > 1:
            pairs[size] += comb(size, 2)
    order = sorted(pairs)
    return _Tail(tuple(order), tuple(accumulate(pairs[size] for size in order)))


class Chance:
    """What is usual in a class, from the numbers of students behind each wrong value of each check."""

    def __init__(self, sizes: Mapping[str, Iterable[int]]) -> None:
        each = {check: tuple(counts) for check, counts in sizes.items()}
        self._tails = {check: _tail(counts) for check, counts in each.items()}
        self._pairs = {check: comb(sum(counts), 2) for check, counts in each.items()}
        self._all = _tail(size for counts in each.values() for size in counts)
        self._all_pairs = sum(self._pairs.values())

    def of_sharing(self, check: str, size: int, *, shared: int) -> float:
        """How likely two students who are both wrong are to share a value of a check that only `size` have, or fewer.

        They themselves are left out of what is counted; they share `shared` values in all.
        """
        usual = (max(self._all.up_to(size) - shared, 0) + 1) / (self._all_pairs + 1)
        own = max(self._tails[check].up_to(size) - 1, 0)
        return min(1.0, (own + BORROWED * usual) / (self._pairs[check] + BORROWED))

    def stakes(self, checks: Iterable[str]) -> float:
        """By how much the inverse of that is too high in the mean, for the best of these checks."""
        return 1.0 + sum(self._tails[check].stakes for check in checks)
