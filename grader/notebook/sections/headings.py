"""Headings as students write them: in Markdown, in bold, in HTML, in comments; and their text in normal form."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from grader.notebook.syntax import open_quote

SignKind = Literal["heading", "comment", "tag", "grade-id"]

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ATX = re.compile(r" {0,3}#{1,6}(.*)")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)\s*$")
_LISTED = re.compile(r" {0,3}\d{1,9}[.)](?:\s|$)")
_BOLD = re.compile(r"\s{0,3}(?:\*\*|__)(?=\S)(.*)")
# Any tags may come before the one that makes it a heading: <center><font color="red"><h2>Task 1</h2>…
_HTML_HEADING = re.compile(r"\s*(?:<[^<>]{0,300}>\s*)*<(?:h[1-6]|b|strong)\b[^<>]{0,300}>(.*)", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,300}>")
_LINK = re.compile(r"\[([^\[\]]{0,200})\]\([^()]{0,300}\)")
_COMMENT = re.compile(r"#(?!!)[#\s]*(?:%%|@title\b|@markdown\b)?(.*)")
_MAGIC = re.compile(r"[%!]")
# Comments and magics, then a string that is a whole statement. No possessive groups around named ones: Python up to
# 3.11.4 loses what those matched.
_STRING_AT_TOP = re.compile(
    r"""(?P<before>(?:[^\S\n]*(?:[#%!][^\n]*)?\n)*)[^\S\n]*[rRuU]?
        (?:(\"{3}|'{3})(?P<long>.*?)\2|"(?P<double>[^"\\\n]*)"|'(?P<single>[^'\\\n]*)')
        [^\S\n]*;?[^\S\n]*(?:\#[^\n]*)?(?:\n|\Z)""",
    re.VERBOSE | re.DOTALL,
)
_INVISIBLE = {"Cf", "Cc"}
_CONTROLS = {code: None for code in (*range(32), 127) if not chr(code).isspace()}
_LINE_CHARACTERS = 1_000
_REMEMBERED_CELLS, _REMEMBERED_CHARACTERS = 512, 4_000


@dataclass(frozen=True, slots=True)
class Sign:
    """What may be a heading. `line` counts from 1 in its cell, and is 0 for a tag or a grade id, beside the source.

    `prominent` is False for what only a task's own name makes a heading: a comment below code, an item of a list.
    """

    kind: SignKind
    line: int
    text: str
    prominent: bool = True

    @property
    def is_text(self) -> bool:
        """Whether it is written in the cell, and not kept beside its source."""
        return self.line > 0


@lru_cache(maxsize=1_024)
def normalised(text: str) -> str:
    """Text in the one form in which headings are compared: no tags, links or marks before it, lower case, NFKC."""
    text = html.unescape(_LINK.sub(r"\1", _TAG.sub(" ", text[:_LINE_CHARACTERS])))
    if text.isascii():
        text = text.lower().translate(_CONTROLS)
    else:
        text = unicodedata.normalize("NFKC", text).casefold()
        text = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in _INVISIBLE)
    text = " ".join(text.replace("*", "").replace("`", "").split())
    return re.sub(r"^[\W_]+", "", text)


def markdown_headings(source: str) -> tuple[Sign, ...]:
    """Each heading of a Markdown cell, in order; bold and HTML at the start of a line count too."""
    remembered = len(source) <= _REMEMBERED_CHARACTERS
    return _remembered_markdown(source) if remembered else tuple(_markdown_headings(source))


# A notebook's sections are looked for when it is planned, and again when it is marked.
@lru_cache(maxsize=_REMEMBERED_CELLS)
def _remembered_markdown(source: str) -> tuple[Sign, ...]:
    return tuple(_markdown_headings(source))


def _markdown_headings(source: str) -> Iterator[Sign]:
    lines = [line[:_LINE_CHARACTERS] for line in _unfenced(source.splitlines())]
    neighbours = zip(["", *lines], lines, [*lines[1:], ""], strict=False)
    for number, (previous, line, following) in enumerate(neighbours, start=1):
        for pattern in (_ATX, _HTML_HEADING, _BOLD):
            match = pattern.match(line)
            if match:
                # A heading's tag may stand on a line of its own.
                yield Sign("heading", number, match.group(1) if match.group(1).strip() else following)
                break
        else:
            # A paragraph of one line: `Task 1`, underlined or alone.
            if _UNDERLINE.match(following) or _stands_alone(previous, line, following):
                yield Sign("heading", number, line, prominent=_LISTED.match(line) is None)


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


def comment_headings(source: str) -> tuple[Sign, ...]:
    """Each comment in a code cell that may be a heading.

    Comments below the top, which is before any code, count where they stand alone on a line that isn't indented,
    outside of strings. A string alone at the top counts as a comment: its first line of words.
    """
    remembered = len(source) <= _REMEMBERED_CHARACTERS
    return _remembered_comments(source) if remembered else tuple(_comment_headings(source))


@lru_cache(maxsize=_REMEMBERED_CELLS)
def _remembered_comments(source: str) -> tuple[Sign, ...]:
    return tuple(_comment_headings(source))


def _comment_headings(source: str) -> Iterator[Sign]:
    at_top = True
    quote = ""
    for number, line in enumerate(_with_string_as_comment(source).splitlines(), start=1):
        line = line[:_LINE_CHARACTERS]
        shown = line.strip() if at_top else line
        comment = None if quote else _COMMENT.match(shown)
        if comment:
            yield Sign("comment", number, comment.group(1), at_top)
            continue
        quote = open_quote(line, quote)
        at_top = at_top and (not shown or _MAGIC.match(shown) is not None)


def _with_string_as_comment(source: str) -> str:
    match = _STRING_AT_TOP.match(source)
    if match is None:
        return source
    words = (match["long"] or match["double"] or match["single"] or "").strip().partition("\n")[0]
    # The lines below keep their numbers.
    lines = "\n" * max(source.count("\n", match.end("before"), match.end()), 1)
    return f"{match['before']}# {words}{lines}{source[match.end() :]}"
