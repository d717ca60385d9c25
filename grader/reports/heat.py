"""Small arrays as pictures: a student's own, what is expected, and where they differ, each number on a ground.

What a picture may be scaled by is what its reader may see: below `reveal="values"`, colours come of the student's own
numbers alone, and all that is told of the reference is which places are wrong.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.records import Evidence, Message, Words, listed
from grader.reports.plain_text import shape_text, shortened

_WRAPPED = 10
"""A vector goes on in a new row after so many elements."""

_MOST_COLUMNS, _MOST_NUMBERED = 40, 12
"""More columns than the one have no picture, more than the other no numbers in it."""

_WIDE, _NARROW, _BARE = 68, 60, 16
_HEIGHT = 26
_HEAD = 16
_LEVELS = 4
_LONGEST = 7
_MOST_PLACES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """An array as a picture; `label` is said to those who can't see it.

    Heads are texts with their places, and so are the `numbers`. `grounds` are outlines of all squares that have one
    (`p0` to `p4`, `n1` to `n4`, or `odd` for what is no number); `frames` are those of what is wrong, and `crosses`
    what stands in them.
    """

    caption: Words
    label: Message
    width: int
    height: int
    columns: tuple[tuple[int, str], ...]
    rows: tuple[tuple[int, int, str], ...]
    numbers: tuple[tuple[int, int, str], ...]
    grounds: tuple[tuple[str, str], ...]
    frames: str
    crosses: str


def heat_of(caption: Words, evidence: Evidence, texts: Sequence[str], scale: float | None = None) -> Heat | None:
    """A picture of an array in the shape of the evidence; None where a picture would help nobody.

    `scale` is the number that has the strongest ground; the greatest of the array's own where it is None.
    """
    layout = _layout(evidence.shape, len(texts))
    if layout is None:
        return None
    side, tall, largest = layout.side, layout.tall, scale or greatest(texts)
    corners = [layout.corner(place) for place in range(len(texts))]
    wrong = [place for place, bad in enumerate(evidence.wrong) if bad]
    grounds: dict[str, str] = {}
    for (x, y), text in zip(corners, texts, strict=True):
        ground = _ground(_number(text), largest)
        grounds[ground] = grounds.get(ground, "") + f"M{x} {y}h{side}v{tall}h-{side}z"
    named = zip(corners, texts, strict=True) if layout.numbered else ()
    return Heat(
        caption=caption,
        label=_label(caption, evidence.shape, wrong),
        width=layout.left + layout.across * side + 2,
        height=_HEAD + layout.down * tall + 2,
        columns=tuple((layout.left + at * side + side // 2, name) for at, name in layout.columns()),
        rows=tuple(
            (layout.left - 6, _HEAD + at * tall + tall // 2 + 4, name) for at, name in enumerate(layout.heads) if name
        ),
        numbers=tuple((x + side // 2, y + tall // 2 + 4, _short(text)) for (x, y), text in named if text),
        grounds=tuple(grounds.items()),
        frames="".join(_frame(*corners[place], side, tall) for place in wrong),
        crosses="".join(f"M{corners[place][0] + side - 8} {corners[place][1] + 3}l4 4m0-4l-4 4" for place in wrong),
    )


def _frame(x: int, y: int, side: int, tall: int) -> str:
    return f"M{x + 1} {y + 1}h{side - 2}v{tall - 2}h-{side - 2}z"


def greatest(texts: Sequence[str]) -> float:
    """The greatest finite number among texts, without its sign; 0 where there is none."""
    return max((abs(number) for text in texts if (number := _number(text)) is not None), default=0.0)


def differences(evidence: Evidence) -> tuple[str, ...]:
    """What is wrong less what is expected, with its sign; "" where it is right, or where that is no number."""
    return tuple(map(_difference, evidence.found, evidence.expected, evidence.wrong))


def _difference(found: str, expected: str, wrong: bool) -> str:
    one, other = _number(found), _number(expected)
    return f"{one - other:+.3g}" if wrong and one is not None and other is not None else ""


def _number(text: str) -> float | None:
    """A finite real number; None of all else."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _short(text: str) -> str:
    """A number as it fits into a square."""
    number = _number(text)
    if len(text) <= _LONGEST or number is None:
        return shortened(text, _LONGEST)
    sign = "+" if text.startswith("+") else ""
    return next(
        (short for digits in (4, 3, 2) if len(short := f"{number:{sign}.{digits}g}") <= _LONGEST), f"{number:.0e}"
    )


def _ground(number: float | None, largest: float) -> str:
    if number is None:
        return "odd"
    level = min(_LEVELS, math.ceil(_LEVELS * (abs(number) / largest))) if largest else 0
    return f"{'n' if number < 0 and level else 'p'}{level}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """How many squares go across and down, of what size, and what heads the rows."""

    across: int
    down: int
    side: int
    tall: int
    left: int
    heads: tuple[str, ...]
    numbered: bool

    def corner(self, place: int) -> tuple[int, int]:
        """The upper left corner of the square in a place."""
        return self.left + place % self.across * self.side, _HEAD + place // self.across * self.tall

    def columns(self) -> Iterator[tuple[int, str]]:
        """The columns that have a head, with it: where they are narrow, every fifth."""
        for at in range(self.across):
            if self.numbered or at % 5 == 0:
                yield at, str(at)


def _layout(shape: tuple[int, ...], size: int) -> _Layout | None:
    if size < 2 or len(shape) == 0 or size != math.prod(shape):
        return None
    vector = len(shape) == 1 or max(shape) == size == shape[-1]
    across = min(_WRAPPED, size) if vector else shape[-1]
    if across > _MOST_COLUMNS:
        return None
    down = -(-size // across)
    heads = tuple(str(at * across) for at in range(down)) if vector else tuple(row_heads(shape[:-1]))
    numbered = across <= _MOST_NUMBERED
    side = _BARE if not numbered else _WIDE if across <= 4 else _NARROW
    return _Layout(
        across=across,
        down=down,
        side=side,
        tall=_HEIGHT if numbered else _BARE,
        left=10 + 7 * max(map(len, heads)),
        heads=heads if down > 1 or not vector else ("",),
        numbered=numbered,
    )


def row_heads(outer: tuple[int, ...]) -> Iterator[str]:
    """What heads the rows of an array, its other axes being these: `1`, or `0, 1` where there are two."""
    for row in range(math.prod(outer)):
        yield ", ".join(map(str, _index(row, outer)))


def _index(place: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    index: list[int] = []
    for length in reversed(shape):
        place, at = divmod(place, length)
        index.append(at)
    return tuple(reversed(index))


def _label(caption: Words, shape: tuple[int, ...], wrong: Sequence[int]) -> Message:
    facts = {"caption": caption, "shape": shape_text(shape)}
    if not wrong:
        return Message("{caption}, of the shape {shape}.", facts)
    shown: Words = listed(str(list(_index(place, shape))) for place in wrong[:_MOST_PLACES])
    if len(wrong) > _MOST_PLACES:
        shown = Message("{names} and {count} more", {"names": shown, "count": len(wrong) - _MOST_PLACES})
    return Message("{caption}, of the shape {shape}, wrong at {places}.", {**facts, "places": shown})
