"""How precisely a number was printed: half a unit of its last digit, as a bound on what printing hid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from grader.notebook.printed.tokens import Part, parts

Number = bool | int | float | complex

_NUMPY_DIGITS = 8
"""NumPy prints at most so many decimals, and leaves out zeros at the end."""


def with_half_units(
    printed: Sequence[str], container: Literal["tensor", "ndarray", "list", "scalar"]
) -> tuple[tuple[Number, ...], tuple[float, ...]]:
    """The numbers of one printed value (tokens, in order), and half a unit in the last place of each.

    Zeros at the end are left out in print, so all numbers of a value share the precision of the one with the most
    digits. Integers, bools, NaN and infinities are exact; so is `1.` in a tensor where all are whole, and in an array
    of NumPy it is whole to 8 decimals.
    """
    split = [_split(text) for text in printed]
    reals = _half_units([real for real, _ in split], container)
    imaginaries = _half_units([imaginary or Part(0, "integer") for _, imaginary in split], container)
    numbers = tuple(_number(text, *pair) for text, pair in zip(printed, split, strict=True))
    return numbers, tuple(math.hypot(*pair) for pair in zip(reals, imaginaries, strict=True))


def _split(text: str) -> tuple[Part, Part | None]:
    if text in ("True", "False"):
        return Part(int(text == "True"), "integer"), None
    return (Part(math.nan, "special"), None) if text == "--" else parts(text)


def _number(text: str, real: Part, imaginary: Part | None) -> Number:
    if text in ("True", "False"):
        return text == "True"
    return real.value if imaginary is None else complex(real.value, imaginary.value)


def _half_units(printed: Sequence[Part], container: str) -> list[float]:
    fixed = max((part.decimals for part in printed if part.form == "point" and part.exponent is None), default=0)
    scientific = max((part.decimals for part in printed if part.exponent is not None), default=0)
    whole = container == "tensor" and fixed == 0
    if container == "ndarray":
        fixed, scientific = fixed or _NUMPY_DIGITS, scientific or _NUMPY_DIGITS
    units = [_half_unit(part, fixed, scientific, whole) for part in printed]
    if container != "list":
        return units
    # A list prints each number in full, as short as it goes: what one of them shows, all of them have.
    least = min((unit for unit, part in zip(units, printed, strict=True) if part.form == "point"), default=0.0)
    return [least if part.form == "point" else 0.0 for part in printed]


def _half_unit(part: Part, fixed: int, scientific: int, whole: bool) -> float:
    if part.form != "point" or (whole and part.exponent is None):
        return 0.0
    place = -fixed if part.exponent is None else part.exponent - scientific
    return float(f"0.5e{place}")
