"""What a reference says of an answer: what it expects, and how far a property holds. Nothing here needs PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from grader.records import Value
from grader.wire.arrays import AnyArray

Expected = AnyArray | Value
"""What a reference gives: numbers as a read-only array of float64, int64, bool or complex128, all else as a value."""


Values = Mapping[str, Expected]
"""What a reference gives, by given and quantity, where each quantity with a second right answer has one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a predicate said: how much of the property holds, 0 to 1, and a sentence for the student, perhaps none."""

    share: Fraction
    sentence: str = ""


class PropertyFault(Exception):
    """The author's predicate could not judge a value; the message says why."""
