"""Numbers printed back into values: NumPy, PyTorch, lists and plain numbers, found in free text."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from grader.notebook.labels import label_of
from grader.notebook.printed.arrangement import Arranged, Container, Reader, could_be
from grader.notebook.printed.digits import Number, with_half_units
from grader.notebook.printed.tokens import Token, tokens

TEXT_CHARACTERS = 400_000
"""Of longer text, only so much is looked at: half from its beginning, half from its end."""
VALUES = 200
"""At most so many values are given: of more, the first and the last hundred."""
NUMBERS = 100_000
"""At most so many numbers are read."""

_REMEMBERED_TEXTS, _REMEMBERED_CHARACTERS = 256, 2_000

_GLANCE = 100
_ANSI = re.compile(r"\x1b(?:\[[0-?]{0,50}[ -/]{0,10}[@-~]|[@-Z\\-_])")
_LETTER = re.compile(r"[^\W\d_]")
_PARAMETER = "Parameter containing:"
# What comes right after a word and holds integers alone: `w[0]`, `range(3)`, `torch.Size([2, 4])`.
_INDEX = re.compile(r"(?<=\w)[(\[]{1,2}[-\d,:\s]{0,60}[)\]]{1,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A value as printed.

    `numbers` are in C order, with as many `half_units`: what printing may have hidden of each. `axes` gives, for each
    axis, the indices that were printed; where elements were elided (`...`), `elided` is true for the axis, and those
    after the gap count from the end: `0 1 2 ... 8 9` has (0, 1, 2, -2, -1). So `whole[numpy.ix_(*axes)]` is what was
    printed of an array `whole`, if it `fits`.

    `shape` is the whole value's, None where elements were elided and it wasn't printed. `container` is a guess from how
    it looks; `dtype` is as printed, without `torch.`. `label` is the text before it on its line, else the nearest line
    of words above.
    """

    numbers: tuple[Number, ...]
    half_units: tuple[float, ...]
    axes: tuple[tuple[int, ...], ...]
    elided: tuple[bool, ...]
    shape: tuple[int, ...] | None
    container: Container
    dtype: str = ""
    label: str = ""

    def fits(self, shape: tuple[int, ...]) -> bool:
        """Whether an array of this shape could have been printed so."""
        if self.shape is not None:
            return self.shape == shape
        return could_be(shape, self.axes, self.elided)


def parse_printed(text: str) -> tuple[Printed, ...]:
    """Find all values that were printed in a text, in order.

    Numbers that are glued to letters or to one another (`x1`, `3.5ms`, `2024-01-05`, `1.13.1`) are none, and neither is
    a counter (`Epoch 1:`). Nested brackets of unequal lengths, and tuples of arrays, give each of their parts. Takes
    time linear in the text, which is bounded, and never raises.
    """
    return _remembered(text) if len(text) <= _REMEMBERED_CHARACTERS else _parse(text)


def _parse(text: str) -> tuple[Printed, ...]:
    text = _ANSI.sub("", _bounded(text)).replace("\r\n", "\n")
    first: list[tuple[Arranged, str]] = []
    last: deque[tuple[Arranged, str]] = deque(maxlen=VALUES - VALUES // 2)
    for found in _values(text):
        if len(first) < VALUES // 2:
            first.append(found)
        else:
            last.append(found)
    return tuple(_printed(arranged, label) for arranged, label in (*first, *last))


# What a hand-in shows is looked at several times, and a class prints the same right answers.
_remembered = lru_cache(maxsize=_REMEMBERED_TEXTS)(_parse)


def _bounded(text: str) -> str:
    if len(text) <= TEXT_CHARACTERS:
        return text
    # Whole lines, so that no number is cut in two.
    beginning = text[: TEXT_CHARACTERS // 2].rpartition("\n")[0]
    end = text[-TEXT_CHARACTERS // 2 :].partition("\n")[2]
    return f"{beginning}\n\n{end}"


def _values(text: str) -> Iterator[tuple[Arranged, str]]:
    reader = Reader(tuple(tokens(text)), numbers=NUMBERS)
    labels = _Labels(text)
    position = 0
    while position < len(reader.tokens) and reader.numbers_left > 0:
        token = reader.tokens[position]
        index = _INDEX.match(text, token.start) if token.text in ("[", "(") else None
        if index is not None:
            position = _after(reader, position, index.end())
            continue
        left = reader.numbers_left
        found = reader.read(position) if _may_start(token, text) else None
        if found is None:
            reader.numbers_left = left
            position += 1
            continue
        arranged, position = found
        label = labels.before(token.start, reader.tokens[position - 1].end)
        for part in arranged:
            yield part, label


def _after(reader: Reader, position: int, end: int) -> int:
    """The position of the first token that starts at `end` or later."""
    while position < len(reader.tokens) and reader.tokens[position].start < end:
        position += 1
    return position


def _may_start(token: Token, text: str) -> bool:
    following = text[token.end : token.end + 1]
    if token.kind == "number":
        # `Epoch 1: …` and `0: 0.13` count or name something.
        return following != ":" or not token.text.isdigit()
    if token.text in ("True", "False"):
        return following in ("", "\n") and _stands_alone(token.start, text)
    return token.kind == "name" or token.text in ("[", "(")


def _stands_alone(start: int, text: str) -> bool:
    """Whether only white space, a colon or an equals sign comes before a place on its line, as far as a glance goes."""
    before = text[max(start - _GLANCE, 0) : start].rpartition("\n")
    words = before[2].rstrip()
    at_line_start = bool(before[1]) or start <= _GLANCE
    return words[-1] in ":=" if words else at_line_start


def _printed(part: Arranged, label: str) -> Printed:
    numbers, half_units = with_half_units(part.numbers, part.container)
    if part.exact:
        half_units = (0.0,) * len(numbers)
    known = part.shape if part.shape is not None else None if any(part.elided) else tuple(map(len, part.axes))
    return Printed(
        numbers=numbers,
        half_units=half_units,
        axes=part.axes,
        elided=part.elided,
        shape=known,
        container=part.container,
        dtype=part.dtype,
        label=label,
    )


class _Labels:
    """Finds the label of one value after the other."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._end = 0
        self._heading = ""

    def before(self, start: int, end: int) -> str:
        """The label of the value that stands from `start` to `end`; values come in order."""
        gap = self._text[self._end : start]
        if gap.rstrip().endswith(_PARAMETER):
            gap = gap.rstrip().removesuffix(_PARAMETER)
        lines = gap.split("\n")
        same_line = lines.pop()
        # The rest of the line of the value before belongs to that value.
        words = next((line for line in reversed(lines[bool(self._end) :]) if _LETTER.search(line)), "")
        self._heading = label_of(words) or self._heading
        label = label_of(same_line) if _LETTER.search(same_line) else self._heading
        if same_line.strip() and self._text[start:end].isdigit():
            # `Layer 1` on a line is a heading for what comes below.
            self._heading = label_of(f"{same_line} {self._text[start:end]}")
        self._end = end
        return label
