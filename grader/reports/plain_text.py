"""Text from students, made fit to be shown: nothing in it may hide, reorder or break what stands around it."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from markupsafe import Markup, escape

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters but tab and newline, overrides of the direction of writing, and halves of surrogate pairs."""

_CODE = re.compile(r"`([^`\n]+)`")

CELL = re.compile(r"\b[Cc]ell ([0-9]{1,6})\b")
"""How a cell is named in an English sentence."""


def visible(text: str) -> str:
    """Replace characters that act instead of being seen by a sign that is seen.

    ASCII controls become their pictures (`␀`), overrides of the direction become `[U+202E]`, and what no encoding can
    hold becomes `�`. The result can always be encoded as UTF-8.
    """
    # A pattern takes many times as long over a whole cell.
    if text.isascii() and (text.isprintable() or text.replace("\n", "").replace("\t", "").isprintable()):
        return text
    return _UNSEEN.sub(_sign, text.replace("\r\n", "\n"))


def _sign(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    return f"[U+{code:04X}]" if 0x2000 <= code < 0x2100 else "\ufffd"


def encodable(text: str) -> str:
    """The same text, with halves of surrogate pairs, which UTF-8 can't hold, replaced by `?`."""
    return text.encode("utf-8", "replace").decode("utf-8")


def shortened(text: str, length: int) -> str:
    """At most `length` characters, the last one `…` where something was left out."""
    return text if len(text) <= length else text[: length - 1] + "…"


def number(points: Fraction | None) -> int | float | None:
    """Points as a JSON number: an int where they are whole, None where nobody has marked."""
    if points is None:
        return None
    return points.numerator if points.denominator == 1 else float(points)


def points_text(points: Fraction | None) -> str:
    """Points for people, to two decimals, without trailing zeros; `–` where nobody has marked."""
    if points is None:
        return "–"
    if points.denominator == 1:
        return str(points.numerator)
    return f"{float(points):.2f}".rstrip("0").rstrip(".")


def counted(count: Fraction | int, noun: str) -> str:
    """So many of something that has a regular plural: `1 point`, `1.5 points`, `1,000 lines`."""
    many = f"{count:,}" if isinstance(count, int) else points_text(count)
    return f"{many} {noun}{'' if count == 1 else 's'}"


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape as Python writes it, `(2, 4)` or `(4,)`; `a single number` where it has no axes."""
    return str(shape) if shape else "a single number"


@lru_cache(maxsize=1_024)
def prose(text: str, cells: frozenset[int] = frozenset(), cell: re.Pattern[str] = CELL) -> Markup:
    """A sentence as HTML: `names` in backticks as code, and `cell 7` as a link where that cell is on the page.

    `cell` is how cells are named in the sentence's language, with the index as its first group.
    """
    parts = _CODE.split(str(escape(visible(text))))
    # What is code stands between the others; all of it is escaped already.
    pieces = (f"<code>{part}</code>" if place % 2 else _linked(part, cells, cell) for place, part in enumerate(parts))
    return Markup("".join(pieces))


def _linked(escaped: str, cells: frozenset[int], cell: re.Pattern[str]) -> str:
    def link(match: re.Match[str]) -> str:
        index = int(match[1])
        return f'<a href="#cell-{index}">{match[0]}</a>' if index in cells else match[0]

    return cell.sub(link, escaped)
