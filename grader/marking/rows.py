"""Pairing rows of numbers: which of the found rows stands for which of the wanted ones, where their order is free."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from grader.marking.tolerances import Allowance
from grader.wire.arrays import AnyArray

Rows = NDArray[np.float64]
Order = NDArray[np.intp]

_NONE = -1
_DISTANCES = 50_000_000
"""At most so many elements of rows are held against others; beyond that, only rows that stand near in one direction."""
_NEIGHBOURS = 256
_REACHES = (1, 100)
"""Units within which neighbours are paired: what is right to fewer digits is judged so, and has to be paired too."""
_EXACT = 1e-12


def paired(found: Rows, wanted: Rows, unit: Rows, *, either_sign: bool = False) -> Order:
    """The place of the found row for each wanted one, each at most once; -1 where none is left.

    Rows are near where no element is further off than its `unit`, which has the shape of `wanted`. Near ones are
    paired first, what is left by nearness. With `either_sign`, a row is as near as its negative.
    """
    if not len(found) or not len(wanted):
        return np.full(len(wanted), _NONE, dtype=np.intp)
    with np.errstate(all="ignore"):
        return _paired(_Pairing(found, wanted, unit, either_sign))


def _paired(pairing: _Pairing) -> Order:
    if pairing.is_even:
        for guess in (pairing.as_they_stand(), pairing.side_by_side()):
            if pairing.near(guess).all():
                return guess
        if pairing.cost() > _DISTANCES:
            pairing.keep_near(guess)
    if pairing.cost() <= _DISTANCES:
        pairing.pair_all(1)
    else:
        for within in _REACHES:
            pairing.pair_neighbours(within)
    if pairing.cost() <= _DISTANCES:
        pairing.pair_all(np.inf)
    else:
        pairing.pair_rest()
    return pairing.order


def as_rows(values: AnyArray, length: int) -> Rows:
    """Numbers as so many rows of real ones."""
    flat = values.reshape(length, values.size // max(length, 1))
    if flat.dtype.kind == "c":
        return np.concatenate([flat.real, flat.imag], axis=1).astype(np.float64)
    return flat.astype(np.float64, copy=False)


def unit_of(rows: Rows, allowed: Allowance) -> Rows:
    """How far off each element may be; a little where nothing is allowed, so that all can be measured by it."""
    magnitude = np.where(np.isfinite(rows), np.abs(rows), 0.0)
    return np.maximum(allowed.atol + allowed.rtol * magnitude, _EXACT * np.maximum(magnitude, 1.0))


def comparable(found: Rows, wanted: Rows) -> tuple[Rows, Rows]:
    """Both with numbers apart from all others for NaN and the infinities, so that these are near themselves."""
    both = np.abs(np.concatenate([found.ravel(), wanted.ravel()]))
    largest = min(float(both.max(initial=1.0, where=np.isfinite(both))), 1e150)
    infinite, nothing = 2 * largest, 3 * largest
    return tuple(  # type: ignore[return-value]  # of two, as it was given
        np.nan_to_num(np.clip(rows, -infinite, infinite), nan=nothing) for rows in (found, wanted)
    )


class _Pairing:
    """The pairs made so far. All of it is thrown away once they are all made."""

    def __init__(self, found: Rows, wanted: Rows, unit: Rows, either_sign: bool) -> None:
        self._found, self._wanted = comparable(found, wanted)
        self._unit = unit
        self._either_sign = either_sign
        self._free = np.ones(len(found), dtype=bool)
        self.order: Order = np.full(len(wanted), _NONE, dtype=np.intp)
        # In a direction that nobody has chosen, rows that differ hardly ever fall together.
        scale = unit.mean(axis=0)
        direction = np.random.default_rng(0).standard_normal(found.shape[1]) / scale
        self._found_at, self._wanted_at = self._found @ direction, self._wanted @ direction
        if either_sign:
            self._found_at, self._wanted_at = np.abs(self._found_at), np.abs(self._wanted_at)
        self._reach = unit @ np.abs(direction)

    @property
    def is_even(self) -> bool:
        """Whether there are as many rows on both sides."""
        return len(self._found) == len(self._wanted)

    def as_they_stand(self) -> Order:
        """Each row paired with the one in its own place."""
        return np.arange(len(self._wanted), dtype=np.intp)

    def side_by_side(self) -> Order:
        """Both sorted in one direction, and paired as they then stand."""
        guess = np.empty(len(self._wanted), dtype=np.intp)
        guess[np.argsort(self._wanted_at, kind="stable")] = np.argsort(self._found_at, kind="stable")
        return guess

    def near(self, guess: Order) -> NDArray[np.bool_]:
        """Which of these pairs are near."""
        return self._apart(self._found[guess], self._wanted, self._unit) <= 1

    def keep_near(self, guess: Order) -> None:
        """Make those of these pairs that are near."""
        near = self.near(guess)
        self.order[near] = guess[near]
        self._free[guess[near]] = False

    def cost(self) -> int:
        """How many elements are compared where each row that is left is held against each."""
        free, left = np.count_nonzero(self._free), np.count_nonzero(self.order == _NONE)
        return int(free) * int(left) * int(self._found.shape[1])

    def pair_all(self, within: float) -> None:
        """Pair each wanted row that is left with the nearest of the found ones, `within` so many units."""
        for place in np.flatnonzero(self.order == _NONE):
            self._pair(int(place), np.flatnonzero(self._free), within)

    def pair_neighbours(self, within: float) -> None:
        """Pair each wanted row that is left with one of those that lie beside it in one direction, `within` so many
        units."""
        sorted_at = np.argsort(self._found_at, kind="stable")
        at = self._found_at[sorted_at]
        first = np.searchsorted(at, self._wanted_at - within * self._reach, side="left")
        last = np.searchsorted(at, self._wanted_at + within * self._reach, side="right")
        budget = _DISTANCES
        left = np.flatnonzero(self.order == _NONE)
        for place in left[np.argsort(self._wanted_at[left], kind="stable")]:
            beside = sorted_at[first[place] : last[place]]
            beside = beside[self._free[beside]][:_NEIGHBOURS]
            self._pair(int(place), beside, within)
            # What Python does for a row costs as much as some thousand elements.
            budget -= 1_000 + int(last[place] - first[place]) + beside.size * self._found.shape[1]
            if budget < 0:
                break

    def pair_rest(self) -> None:
        """Pair what is left as it stands, sorted in one direction."""
        left, free = np.flatnonzero(self.order == _NONE), np.flatnonzero(self._free)
        left, free = (
            some[np.argsort(at[some], kind="stable")] for some, at in ((left, self._wanted_at), (free, self._found_at))
        )
        many = min(len(left), len(free))
        self.order[left[:many]] = free[:many]
        self._free[free[:many]] = False

    def _pair(self, place: int, among: Order, within: float) -> None:
        if not among.size:
            return
        apart = self._apart(self._found[among], self._wanted[place], self._unit[place])
        nearest = int(apart.argmin())
        if not apart[nearest] > within:
            self.order[place] = among[nearest]
            self._free[among[nearest]] = False

    def _apart(self, found: Rows, wanted: Rows, unit: Rows) -> Rows:
        """How far rows are apart: the element that is furthest off, in its units."""
        apart: Rows = (np.abs(found - wanted) / unit).max(axis=1, initial=0.0)
        if self._either_sign:
            apart = np.minimum(apart, (np.abs(found + wanted) / unit).max(axis=1, initial=0.0))
        return apart
