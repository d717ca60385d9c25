"""What is said to people: an English sentence with gaps, and the facts that fill them.

The template, as it stands in our source, is at once the English text and the name under which catalogues know its
translations. Facts may hold anything that a student wrote: they are put in once, and never read as a template.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

_GAP = re.compile(r"\{([a-z_0-9]+)\}")
_FIGURE = re.compile(r"\d|\b(?:twice|double|doubled|half|halved|thrice|triple|tenfold)\b", re.IGNORECASE)
_QUOTED = re.compile(r"`[^`]*`")


@dataclass(frozen=True, slots=True)
class Message:
    """A template in English, with `{gaps}`, and what stands in them: text, counts, or messages of their own.

    `str()` is the message in English.
    """

    template: str
    facts: Mapping[str, str | int | Message] = field(default_factory=dict)

    def __str__(self) -> str:
        return in_words(self, _as_it_is)

    def __hash__(self) -> int:
        return hash((self.template, frozenset(self.facts.items())))


Words = str | Message
"""What is said: a message of ours, or the own words of an author or a student, which nobody translates."""


def in_words(words: Words | int, translate: Callable[[str], str]) -> str:
    """Words as text, their templates and those within them put through `translate`."""
    if not isinstance(words, Message):
        return words if isinstance(words, str) else str(words)
    template = translate(words.template)
    if not words.facts:
        return template
    pieces = list(_pieces(template))
    for place in range(1, len(pieces), 2):
        fact = words.facts.get(pieces[place])
        pieces[place] = f"{{{pieces[place]}}}" if fact is None else in_words(fact, translate)
    return "".join(pieces)


@lru_cache(maxsize=1_024)
def _pieces(template: str) -> tuple[str, ...]:
    """What stands between the gaps of a template, and their names in turn."""
    return tuple(_GAP.split(template))


def has_figure(words: Words) -> bool:
    """Whether a figure is in what is said, in digits or as a word. Names of functions and variables may have digits
    (`log10`, `y1`), which tell nothing."""
    return _FIGURE.search(_QUOTED.sub("", str(words))) is not None


def gaps(template: str) -> frozenset[str]:
    """The names of a template's gaps."""
    return frozenset(_GAP.findall(template))


def translatable(template: str) -> str:
    """The same template: so marked, those that stand in tables are found for the catalogues."""
    return template


def either(names: Sequence[str]) -> Words:
    """Names in backticks, any of which will do; "" where there are none."""
    quoted = [f"`{name}`" for name in names]
    told: Words = quoted[-1] if quoted else ""
    for name in reversed(quoted[:-1]):
        told = Message("{name} or {other}", {"name": name, "other": told})
    return told


def listed(words: Iterable[Words], between: str = ", ") -> Words:
    """Words one after the other; "" where there are none."""
    each = tuple(words)
    if len(each) == 1:
        return each[0]
    if not any(isinstance(one, Message) for one in each):
        return between.join(map(str, each))
    facts = {f"part_{number}": one for number, one in enumerate(each)}
    return Message(between.join(f"{{{name}}}" for name in facts), facts)


def _as_it_is(template: str) -> str:
    return template
