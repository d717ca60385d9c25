"""The numbered headings of a notebook whose tasks nobody has named yet, with their names as they are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from grader.notebook.sections.headings import Sign, normalised
from grader.notebook.sections.marks import MOST_SIGNS, signs_in
from grader.notebook.sections.numbering import Numbered, read_numbered
from grader.records import Notebook

_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedHeading:
    """A heading by a word and a number, as `Task 2 (a): Softmax`. `word` is in normal form, `part` 0 for none.

    `name` is what it is called as it is written, `rest` what is behind that, and `below` the text of its cell after it.
    """

    word: str
    number: int
    part: int
    name: str
    rest: str
    below: str


def numbered_headings(notebook: Notebook) -> tuple[NumberedHeading, ...]:
    """Every numbered heading, in order; tags and grade ids where nothing that is written is numbered."""
    written, beside = [], []
    for count, (cell, sign) in enumerate(signs_in(notebook)):
        read = read_numbered(normalised(sign.text))
        if count >= MOST_SIGNS or read is None or not read.number or not sign.prominent:
            continue
        heading = _heading(notebook.cells[cell].source, sign, read)
        if heading is not None and sign.is_text:
            written.append(heading)
        elif heading is not None and read.word:
            beside.append(heading)
    return tuple(written or beside)


def _heading(source: str, sign: Sign, read: Numbered) -> NumberedHeading | None:
    text = " ".join(sign.text.split()).strip("#*_` ")[:_LONGEST]
    end = next(_ends(text, read), None)
    if end is None:
        return None
    if not read.word and text[end : end + 1] in (".", ")"):
        end += 1  # a number alone is hardly a name
    below = "\n".join(source.splitlines()[sign.line :]) if sign.kind == "heading" else ""
    name = text[:end].rstrip(" :-–—")
    return NumberedHeading(
        word=read.word, number=read.number, part=read.part, name=name, rest=text[end:].strip("*_` "), below=below
    )


def _ends(text: str, read: Numbered) -> Iterator[int]:
    """Where the name may end: what comes before reads as the same word, number and part, and a word isn't cut."""
    for end in range(1, len(text) + 1):
        found = read_numbered(normalised(text[:end]))
        cut = text[end - 1].isalnum() and text[end : end + 1].isalnum() and text[end - 1].isascii()
        if found is not None and not cut and _identity(found) == _identity(read):
            yield end


def _identity(read: Numbered) -> tuple[str, int, int, bool]:
    return read.word, read.number, read.part, read.around
