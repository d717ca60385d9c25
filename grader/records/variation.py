"""Other numbers for an assignment's givens, with which a notebook is run once more."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherNumbers:
    """A given's numbers in the handout, and those in their place, both in C order; a single number has the shape ().

    Whole numbers stay whole.
    """

    given: str
    shape: tuple[int, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]


Variation = tuple[OtherNumbers, ...]
"""All givens that have other numbers at a time."""
