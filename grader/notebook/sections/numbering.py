"""Numbered headings, `Task 2 (a)`, `Exercice II`, `2. feladat`, `問2`, `2.`, read as a word, a number and a part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from grader.notebook.sections.numerals import IDEOGRAPHS, RANKED, letter_of, number_of, part_of
from grader.notebook.sections.words import AROUND, PARTS, WORDS, folded

_READ_CHARACTERS = 200
_REMEMBERED_TEXTS = 2_048

# Letters, with the marks that are no letters of their own in Indian scripts and in Thai.
_TOKEN = re.compile(r"(?:[^\W\d_]|(?!\d)[\u0900-\u0dff\u0e00-\u0eff])+")
_BETWEEN = re.compile(r"[\s_\-#.:]*(?:(?:n[or]?|num|number|numero|nummer)?[.°]*[\s#]*(?=\d))?")
_OUTER_NUMBER = re.compile(r"[\s_\-#.:]*\d{1,3}(?!\d)[\s_\-#.:,;/|>()–—]*")
_DIGITS = re.compile(r"\d{1,3}(?!\d)")
_CASED = "a-zà-ÿα-ωа-я"
# What would continue a number: a digit, a decimal (1-2), or a letter of a script that has cases (1ab).
_NUMBER_ENDS = re.compile(rf"(?![.,\-]?\d)(?![{_CASED}_])")
_PART_WORD = "|".join(sorted(map(re.escape, PARTS), key=len, reverse=True))
_PART = re.compile(
    rf"""\s*\(\s*(?P<bracketed>[a-h]|[ivx]{{1,4}}|\d{{1,2}})\s*\)
    | \.(?P<decimal>\d{{1,2}})(?:\.\d{{1,2}})*(?!\d)
    | [.\-]?(?P<letter>[a-h])(?![^\W_])
    | -(?P<hyphened>\d{{1,2}})(?![.,\-]?\d)
    | \s+(?P<apart>[a-h])(?=\s*(?:[).:\-–—]|$))
    | [\s,:;\-–—./]*(?:{_PART_WORD})\s*(?P<worded>[a-h]|\d{{1,2}})(?!\w)""",
    re.VERBOSE,
)
_BARE = re.compile(
    r"""(?P<number>\d{1,2}|[ivx]{1,5}|[一二三四五六七八九十])
    (?:
    \.(?P<decimal>\d{1,2})(?:\.\d{1,2})*(?!\d)\.? | (?P<letter>[a-h])?\s*(?:[.):、]|번(?!\w)|\s[-–—]\s|$) )(?!\d)""",
    re.VERBOSE,
)
_ALONE = re.compile(r"\(?(?P<letter>[a-h]|[ivx]{1,4})\)")
_COUNTED_OFF = re.compile(r"\d{1,2}(?:\.\d{1,2})*[.):]?\s+")
_MARKED = re.compile(
    rf"(?:[第제]\s*(?P<eastern>\d{{1,3}}|[{''.join(sorted(IDEOGRAPHS))}])|(?P<digits>\d{{1,3}})\s*(?:번째?|st|nd|rd|th|er?|eme|o|a|°))\s*"
)
_DOTTED = re.compile(r"(?P<digits>\d{1,2}|[ivx]{1,5})(?:\s*[.)])?\s+")
_COMPUTED = re.compile(r"\s*[=+*<>@%^&]")


@dataclass(frozen=True, slots=True)
class Numbered:
    """A numbered heading. `word` is "" where there is none, `part` 0; `lettered` is whether the number is a letter.

    `around` is whether another heading's name or number comes before it. `rest` is what comes after it. `number` is 0
    where only a part is named, `(a)`.
    """

    word: str
    number: int
    lettered: bool = False
    part: int = 0
    around: bool = False
    rest: str = ""


def read_numbered(text: str) -> Numbered | None:
    """Read the heading that a text, in normal form, starts with; None where it starts with none."""
    return _remembered(text[:_READ_CHARACTERS])


@lru_cache(maxsize=_REMEMBERED_TEXTS)
def _remembered(text: str) -> Numbered | None:
    text = folded(text)
    for reading in _readings(text):
        if reading is not None:
            # `# q2 = …` is about a variable.
            return None if _COMPUTED.match(reading.rest) else reading
    return None


def _readings(text: str) -> Iterator[Numbered | None]:
    yield _within(text)
    yield _word_first(text)
    yield _number_first(text)
    yield _bare(text)
    match = _ALONE.match(text)
    yield Numbered("", 0, part=part_of(match["letter"]), rest=text[match.end() :]) if match else None


def read_name(name: str) -> Numbered | None:
    """Read a name that an assignment gives a task, in normal form; its word may be any, `Station 2`."""
    known = read_numbered(name)
    if known is not None and known.number:
        return known
    text = folded(name)
    match = _TOKEN.match(text)
    return _number_after(text, match.end(), match[0]) if match else None


def _within(text: str) -> Numbered | None:
    """`Lab 3, Task 2`, and `3. Task 2`: what comes after the other number."""
    start = 0
    if match := _COUNTED_OFF.match(text):
        start = match.end()
    for _, end in _words(text, start, AROUND):
        if match := _OUTER_NUMBER.match(text, end):
            start = match.end()
            break
    inner = _word_first(text[start:]) if start else None
    return replace(inner, around=True) if inner else None


def _word_first(text: str, words: frozenset[str] = WORDS) -> Numbered | None:
    for word, end in _words(text, 0, words):
        found = _number_after(text, end, word)
        if found:
            return found
    return None


def _words(text: str, start: int, words: frozenset[str]) -> Iterator[tuple[str, int]]:
    """The catalogue's words that a text goes on with, and where each ends."""
    match = _TOKEN.match(text, start)
    if match is None:
        return
    token = match[0]
    second = _TOKEN.match(text, match.end() + 1)
    if second and f"{token} {second[0]}" in words:
        yield f"{token} {second[0]}", second.end()
    if token in words:
        yield token, match.end()
    elif token[0] > "\u2e80":
        # Where words aren't spaced: 问题二, 第二题反向.
        yield from ((token[:n], start + n) for n in range(min(len(token) - 1, 6), 0, -1) if token[:n] in words)


def _number_after(text: str, end: int, word: str) -> Numbered | None:
    between = _BETWEEN.match(text, end)
    place = between.end() if between else end
    digits = _DIGITS.match(text, place)
    if digits:
        return _with_part(text, digits.end(), word, int(digits[0]))
    token = _TOKEN.match(text, place)
    spaced = place > end or word[0] > "\u2e80"
    if token is None or not spaced:
        return None
    return _named(token[0], text[token.end() :], word)


def _named(numeral: str, rest: str, word: str) -> Numbered | None:
    """`Task two`, `Task II`, `Task B`."""
    if rest[:1].isdigit() or rest[:1] == "_":
        return None
    # A letter may be a word of its own, as in `Task A is simple`.
    single = len(numeral) == 1 and numeral.isascii()
    if single and rest.lstrip()[:1].isalnum():
        return None
    number = number_of(numeral)
    if number:
        return _with_part(rest, 0, word, number)
    number = letter_of(numeral) if single and numeral <= "h" else 0
    return Numbered(word, number, lettered=True, rest=rest) if number else None


def _with_part(text: str, end: int, word: str, number: int) -> Numbered | None:
    if not number:
        return None
    match = _PART.match(text, end)
    if match and not (match["hyphened"] and not 0 < int(match["hyphened"]) <= number):
        name = next(name for name in match.groups() if name)
        return Numbered(word, number, part=part_of(name), rest=text[match.end() :])
    return Numbered(word, number, rest=text[end:]) if _NUMBER_ENDS.match(text, end) else None


def _number_first(text: str) -> Numbered | None:
    """`第2問`, `2번 문제`, `2nd task`, `Second task`, `2. feladat`."""
    marked = _MARKED.match(text)
    if marked:
        return _word_after(text, marked.end(), number_of(marked["eastern"] or marked["digits"]))
    ranked = _TOKEN.match(text)
    if ranked and ranked[0] in RANKED:
        return _word_after(text, ranked.end() + 1, RANKED[ranked[0]])
    dotted = _DOTTED.match(text)
    found = _word_after(text, dotted.end(), number_of(dotted["digits"])) if dotted else None
    # `1. Problem statement` has a number, and no word that goes with it.
    return None if found is None or found.rest.lstrip()[:1].isalnum() else found


def _word_after(text: str, start: int, number: int) -> Numbered | None:
    for word, end in _words(text, start, WORDS):
        if number and _number_after(text, end, word) is None:
            return Numbered(word, number, rest=text[end:])
    return None


def _bare(text: str) -> Numbered | None:
    match = _BARE.match(text)
    number = number_of(match["number"]) if match else 0
    if match is None or not number:
        return None
    part = part_of(match["decimal"] or match["letter"] or "")
    return Numbered("", number, part=part, rest=text[match.end() :])
