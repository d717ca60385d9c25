"""The smallest pieces of printed text: numbers, names, brackets; and what a number's digits say about it."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

# A sign, digits with or without a point, an exponent. Bounds keep any match short.
_REAL = r"(?:\d{1,400}(?:\.\d{0,400})?(?:[eE][+-]?\d{1,5})?|\.\d{1,400}(?:[eE][+-]?\d{1,5})?|nan|NaN|inf)"
# Not a part of a word, a version, a date, a fraction, a path, a string.
_BEFORE = r"(?<![\w.#@'\"/\\)\]^*×+-])(?<!\d:)"
_AFTER = r"(?![\w/\\'\"+^*×@]|-(?!-)|\.\w|:\d)"
_TOKEN = re.compile(
    rf"""
      (?P<ellipsis>\.\.\.|…)
    | (?P<number>{_BEFORE}(?:
            (?P<real>[+-]?{_REAL})\ {{0,30}}(?P<imaginary>[+-]{_REAL})j
          | (?P<purely>[+-]?{_REAL})j
          | (?P<plain>[+-]?{_REAL})
        ){_AFTER})
    | (?P<masked>--(?![\w-]))
    | (?P<name>[^\W\d]\w{{0,200}}(?:\.[^\W\d]\w{{0,200}}){{0,20}})
    | (?P<glued>[+-]?[\d.]*\d[^\s,;:=()\[\]{{}}|<>]*)
    | (?P<newline>\n)
    | (?P<space>[^\S\n]+)
    | (?P<mark>.)
    """,
    re.VERBOSE,
)
_PART = re.compile(r"([+-]?)(?:(\d*)(\.?)(\d*)(?:[eE]([+-]?\d+))?|(nan|NaN|inf))")

TokenKind = Literal["ellipsis", "number", "masked", "name", "mark"]

_KINDS: dict[str, TokenKind] = {"ellipsis": "ellipsis", "number": "number", "masked": "masked", "name": "name"}


class Token(NamedTuple):
    """A piece of text, of interest to a parser; `text` is as printed.

    There may be hundreds of thousands, and tuples are made several times faster than dataclasses.
    """

    kind: TokenKind
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Part:
    """A real number as printed: `decimals` after the point, `exponent` None where it is in fixed notation.

    `form`: `integer` has no point and no exponent, `special` is NaN or an infinity, `point` is any other.
    """

    value: int | float
    form: Literal["integer", "point", "special"]
    decimals: int = 0
    exponent: int | None = None


def tokens(text: str) -> Iterator[Token]:
    """Cut text into tokens, in order, in linear time; white space is left out, and what can be no value is a mark."""
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind not in ("space", "newline"):
            yield Token(_KINDS.get(kind or "", "mark"), match[0], *match.span())


def parts(number: str) -> tuple[Part, Part | None]:
    """The real and the imaginary part of a number token; the latter None where it is real."""
    if not number.endswith("j"):
        return _part(number), None
    match = _TOKEN.match(number)
    if match is not None and match.group("imaginary"):
        return _part(match.group("real")), _part(match.group("imaginary"))
    return Part(0, "integer"), _part(number[:-1])


def _part(text: str) -> Part:
    match = _PART.fullmatch(text)
    if match is None or match.group(6):
        return Part(float(text), "special")
    _, _, point, decimals, exponent, _ = match.groups()
    if not point and exponent is None:
        value = int(text)
        return Part(value if abs(value) < 2**63 else _huge(value), "integer")
    return Part(_finite(text), "point", len(decimals), None if exponent is None else int(exponent))


def _finite(text: str) -> float:
    """The float nearest to a number, rounded down where print had rounded it up beyond the largest float."""
    value = float(text)
    rounded_up = math.isinf(value) and text.lower().endswith("e+308")
    return math.copysign(sys.float_info.max, value) if rounded_up else value


def _huge(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
