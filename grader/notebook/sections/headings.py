"""Headings as students write them: in Markdown, in bold, in HTML, in comments; and which task they name."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ATX = re.compile(r" {0,3}#{1,6}(.*)")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)\s*$")
_BOLD = re.compile(r"\s{0,3}(?:\*\*|__)(?=\S)(.*)")
# Any tags may come before the one that makes it a heading: <center><font color="red"><h2>Task 1</h2>…
_HTML_HEADING = re.compile(r"\s*(?:<[^<>]{0,300}>\s*)*<(?:h[1-6]|b|strong)\b[^<>]{0,300}>(.*)", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,300}>")
_LINK = re.compile(r"\[([^\[\]]{0,200})\]\([^()]{0,300}\)")
_COMMENT = re.compile(r"#(?!!)[#\s]*(?:%%|@title\b|@markdown\b)?(.*)")
_MAGIC = re.compile(r"[%!]")
_TRIPLE_QUOTES = re.compile(r'"""|\'\'\'')
# Comments and magics, then a string that is a whole statement. No possessive groups around named ones: Python up to
# 3.11.4 loses what those matched.
_STRING_AT_TOP = re.compile(
    r"""(?P<before>(?:[^\S\n]*(?:[#%!][^\n]*)?\n)*)[^\S\n]*[rRuU]?
        (?:(\"{3}|'{3})(?P<long>.*?)\2|"(?P<double>[^"\\\n]*)"|'(?P<single>[^'\\\n]*)')
        [^\S\n]*;?[^\S\n]*(?:\#[^\n]*)?(?:\n|\Z)""",
    re.VERBOSE | re.DOTALL,
)
_INVISIBLE = {"Cf", "Cc"}
_LINE_CHARACTERS = 1_000
_REMEMBERED_CELLS, _REMEMBERED_CHARACTERS = 512, 4_000

Named = Callable[[str], tuple[str, str] | None]
"""Gives the id of the task that a heading's text names, and what comes after the name; None where it names none."""


def task_namer(headings: Mapping[str, str]) -> Named:
    """A function from a heading's text to the id of the task that it starts with the name of, and the rest of it.

    `headings` maps ids to names (`{"task-1": "Task 1"}`). Case, spaces, width and marks around the name don't count;
    `Task 1` is in neither `Task 10`, `Task 1.5` nor `Task 1a`. Of several names that fit, the longest counts.
    """
    patterns = sorted(
        ((normalised(name), task) for task, name in headings.items()), key=lambda pair: len(pair[0]), reverse=True
    )
    compiled = [(_pattern(name), task) for name, task in patterns if name]

    def named(text: str) -> tuple[str, str] | None:
        line = normalised(text)
        for pattern, task in compiled:
            match = pattern.match(line)
            if match:
                return task, line[match.end() :].strip()
        return None

    return named


def _pattern(name: str) -> re.Pattern[str]:
    words = re.findall(r"\d+|[^\W\d_]+|[^\w\s]+", name)
    # What would continue a number: a digit, a decimal (1.5, 1-2), or a letter of a script that has cases (1a).
    end = r"(?![.,\-]?\d)(?![a-zà-ÿα-ωа-я_])" if words and words[-1].isdigit() else r"(?!\w)"
    return re.compile(r"[\s_\-#.]*".join(re.escape(word) for word in words) + end)


@lru_cache(maxsize=1_024)
def normalised(text: str) -> str:
    """Text in the one form in which headings are compared: no tags, links or marks before it, lower case, NFKC."""
    text = html.unescape(_LINK.sub(r"\1", _TAG.sub(" ", text[:_LINE_CHARACTERS])))
    text = unicodedata.normalize("NFKC", text).casefold()
    text = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in _INVISIBLE)
    text = " ".join(text.replace("*", "").replace("`", "").split())
    return re.sub(r"^[\W_]+", "", text)


def markdown_headings(source: str) -> Iterator[str]:
    """The text of each heading of a Markdown cell, in order; bold and HTML at the start of a line count too."""
    lines = [line[:_LINE_CHARACTERS] for line in _unfenced(source.splitlines())]
    for previous, line, following in zip(["", *lines], lines, [*lines[1:], ""], strict=False):
        for pattern in (_ATX, _HTML_HEADING, _BOLD):
            match = pattern.match(line)
            if match:
                # A heading's tag may stand on a line of its own.
                yield match.group(1) if match.group(1).strip() else following
                break
        else:
            # A paragraph of one line: `Task 1`, underlined or alone.
            if _UNDERLINE.match(following) or _stands_alone(previous, line, following):
                yield line


def _stands_alone(previous: str, line: str, following: str) -> bool:
    short = len(line.split()) <= 3 and not line.startswith(("    ", "\t"))
    return short and line[:1].isalpha() and not previous.strip() and not following.strip()


def _unfenced(lines: list[str]) -> Iterator[str]:
    fence = ""
    for line in lines:
        match = _FENCE.match(line)
        if fence:
            if match and match.group(1).startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
            yield ""
        elif match:
            fence = match.group(1)
            yield ""
        else:
            yield line


def comment_headings(source: str) -> tuple[tuple[str, bool], ...]:
    """The text of each comment in a code cell that may be a heading, and whether it is at the top, before any code.

    Comments below the top count where they stand alone on a line that isn't indented, outside of strings. A string
    alone at the top counts as a comment: its first line of words.
    """
    return _remembered(source) if len(source) <= _REMEMBERED_CHARACTERS else tuple(_comment_headings(source))


# A notebook's sections are looked for when it is planned, and again when it is marked.
@lru_cache(maxsize=_REMEMBERED_CELLS)
def _remembered(source: str) -> tuple[tuple[str, bool], ...]:
    return tuple(_comment_headings(source))


def _comment_headings(source: str) -> Iterator[tuple[str, bool]]:
    at_top = True
    quote = ""
    for line in _with_string_as_comment(source).splitlines():
        line = line[:_LINE_CHARACTERS]
        shown = line.strip() if at_top else line
        comment = None if quote else _COMMENT.match(shown)
        if comment:
            yield comment.group(1), at_top
            continue
        quote = _open_quote(line, quote)
        at_top = at_top and (not shown or _MAGIC.match(shown) is not None)


def _with_string_as_comment(source: str) -> str:
    match = _STRING_AT_TOP.match(source)
    if match is None:
        return source
    words = (match["long"] or match["double"] or match["single"] or "").strip().partition("\n")[0]
    return f"{match['before']}# {words}\n{source[match.end() :]}"


def _open_quote(line: str, quote: str) -> str:
    """The triple quote that is still open after a line, given the one that was open before it."""
    if '"""' not in line and "'''" not in line:
        return quote
    for found in _TRIPLE_QUOTES.findall(line):
        if not quote:
            quote = found
        elif quote == found:
            quote = ""
    return quote
