"""Other numbers for the givens, with which hand-ins are run once more: what is right only by chance shows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from grader.assignment.outcomes import Expected, Values
from grader.assignment.tensors import from_author, size_of, to_array
from grader.errors import AssignmentError
from grader.records import OtherNumbers, Variation
from grader.wire.arrays import AnyArray

if TYPE_CHECKING:
    from grader.assignment.reference import Reference

MOST_VARIATIONS = 5
_TRIES = 24
"""So many draws are looked at; in the second half of them, numbers keep the signs that they have in the handout."""
_NUDGE = 1e-6
_STEADY = 1e-3
"""What moves further than this, relative to its size, when the givens are nudged, depends on rounding."""
_RANGE = 1e-3
"""The smallest of a quantity's numbers, beside its largest, unless the handout's are further apart: a probability that
is as good as one has a logarithm, and a formula right in itself divides by what is left of it."""


def variations(reference: Reference, count: int) -> tuple[Variation, ...]:
    """Draw other numbers for all givens that are floating numbers, `count` times or as often as the reference bears it.

    They have the handout's shapes and about its size, with signs mixed, two digits each, whole where the handout's are.
    Labels, shares that add up to one, and what students draw themselves stay. A draw counts only where the reference
    has finite values of the same shapes, all of them moved only a little by rounding. Always the same draws.
    """
    varied = {name: value for name, value in _floating(reference) if _may_vary(value)}
    if not varied:
        return ()
    kept: list[Variation] = []
    for seed in range(1, _TRIES + 1):
        if len(kept) == min(count, MOST_VARIATIONS):
            break
        after = {name: _drawn(name, value, seed) for name, value in varied.items()}
        if _is_sound(reference, after):
            kept.append(tuple(_other(name, varied[name], after[name]) for name in varied))
    return tuple(kept)


def _floating(reference: Reference) -> Iterator[tuple[str, NDArray[np.float64]]]:
    for name, given in reference.graph.givens.items():
        if given.names is None and given.value.is_floating_point():
            yield name, to_array(given.value).astype(np.float64)


def _may_vary(value: NDArray[np.float64]) -> bool:
    if not 0 < value.size <= 5_000 or not np.isfinite(value).all():
        return False
    shares = value.ndim > 0 and bool(np.allclose(value.sum(axis=-1), 1))
    return not shares and not bool(np.isin(value, (0.0, 1.0)).all())


def _drawn(name: str, value: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    generator = np.random.default_rng([seed, *map(ord, name)])
    size = size_of(value)
    whole = bool((value == np.round(value)).all())
    digits = 0 if whole else max(0, 1 - math.floor(math.log10(size)))
    step = 10.0**-digits
    # Zero everywhere, or the handout's own numbers, would show nothing.
    drawn = np.round(size * generator.uniform(0.3, 1.7, value.shape) * generator.choice([-1, 1], value.shape), digits)
    drawn = np.where(drawn == 0, step, drawn)
    drawn = np.where(drawn == value, drawn + step, drawn)
    if seed > _TRIES // 2:
        drawn = np.where(np.sign(value) == 0, 1.0, np.sign(value)) * np.abs(drawn)
    return np.round(drawn, digits).astype(np.float64)


def _other(name: str, before: NDArray[np.float64], after: NDArray[np.float64]) -> OtherNumbers:
    return OtherNumbers(
        given=name,
        shape=before.shape,
        before=tuple(before.ravel().tolist()),
        after=tuple(after.ravel().tolist()),
    )


def _is_sound(reference: Reference, givens: Mapping[str, NDArray[np.float64]]) -> bool:
    """Whether the reference has something to say for these givens, and nearly the same for their neighbours."""
    handout = reference.worlds()[0].values
    there = _evaluated(reference, givens)
    names = [name for name in reference.graph.quantities if isinstance(handout[name], np.ndarray)]
    if there is None or not all(_is_alike(there[name], handout[name]) for name in names):
        return False
    generator = np.random.default_rng(0)
    nudged = {name: value * (1 + _NUDGE * generator.uniform(-1, 1, value.shape)) for name, value in givens.items()}
    beside = _evaluated(reference, nudged)
    return beside is not None and all(_is_steady(there[name], beside[name]) for name in names)


def _evaluated(reference: Reference, givens: Mapping[str, AnyArray]) -> Values | None:
    try:
        return reference.evaluate({name: from_author(value) for name, value in givens.items()}).values
    except (AssignmentError, ArithmeticError, RuntimeError, ValueError, TypeError):
        return None


def _is_alike(value: Expected, handout: Expected) -> bool:
    """Whether a quantity has a value of the handout's shape, and numbers that are no further apart than there."""
    if not isinstance(value, np.ndarray) or not isinstance(handout, np.ndarray) or value.shape != handout.shape:
        return False
    if value.dtype.kind not in "fc":
        return True
    return bool(np.isfinite(value).all()) and _range(value) >= min(_RANGE, 0.1 * _range(handout))


def _range(value: AnyArray) -> float:
    """The smallest magnitude that isn't zero, beside the largest; 1 where all are zero."""
    sizes = np.abs(value[value != 0])
    return float(sizes.min() / sizes.max()) if sizes.size else 1.0


def _is_steady(one: Expected, other: Expected) -> bool:
    if not isinstance(one, np.ndarray) or not isinstance(other, np.ndarray) or one.shape != other.shape:
        return False
    if one.dtype.kind not in "fc":
        return bool((one == other).all())
    if not np.isfinite(other).all():
        return False
    moved = np.abs(np.subtract(one, other, dtype=np.complex128))
    return bool(moved.max(initial=0) <= _STEADY * np.abs(one).max(initial=0))
