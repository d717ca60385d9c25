"""The tasks of a solution: what its headings look like, and the titles behind them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.notebook import NumberedHeading, numbered_headings
from grader.records import Notebook

_ATX = re.compile(r"^ {0,3}(#{2,6})\s+(.+?)\s*#*$", re.MULTILINE)
_TITLE = re.compile(r"^ {0,3}#\s+(.+?)\s*#*$", re.MULTILINE)
_MARKS = re.compile(r"<[^<>]{0,300}>|[*`]|^[#\s_]+|[#\s_]+$")
_POINTS = re.compile(r"[(\[]\s*(\d+(?:\.\d+)?)\s*(?:points?|pts?|marks?)\.?\s*[)\]]", re.IGNORECASE)
_LONGEST_TITLE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftTask:
    """A task as a heading names it. `points` are those in its heading ("(10 points)"), "" where there are none."""

    heading: str
    title: str
    points: str = ""


def title_of(notebook: Notebook, tasks: Sequence[DraftTask]) -> str:
    """The solution's title: its first heading of level 1 that begins no task; "" where there is none."""
    names = tuple(task.heading.casefold() for task in tasks)
    for cell in notebook.cells:
        if cell.kind == "markdown" and (found := _TITLE.search(cell.source)):
            text = _plain(found[1])
            if not text.casefold().startswith(names):
                return text
    return ""


def find_tasks(notebook: Notebook) -> tuple[DraftTask, ...]:
    """The tasks in order: numbered headings of one word (`Task 1`), else headings of level 2 and below.

    Empty where a solution has neither.
    """
    numbered = numbered_headings(notebook)
    if not numbered:
        return tuple(DraftTask(heading=text, title="") for text in dict.fromkeys(_unnumbered(notebook)))
    word = _word_of_tasks(numbered)
    tasks: dict[tuple[int, int], DraftTask] = {}
    for heading in numbered:
        if heading.word == word:
            tasks.setdefault((heading.number, heading.part), _task(heading))
    return tuple(tasks.values())


def _word_of_tasks(numbered: Sequence[NumberedHeading]) -> str:
    """The commonest word; numbers alone only count off steps where a word has several numbers."""
    words = Counter(heading.word for heading in numbered)
    several = {word: count for word, count in words.items() if word and count > 1}
    counted = several or words
    return max(counted, key=lambda word: (counted[word], word != ""))


def _unnumbered(notebook: Notebook) -> Iterator[str]:
    for cell in notebook.cells:
        if cell.kind == "markdown":
            found = _ATX.findall(cell.source)
            top = min((len(marks) for marks, _ in found), default=0)
            yield from (_plain(text) for marks, text in found if len(marks) == top)


def _task(heading: NumberedHeading) -> DraftTask:
    points = _POINTS.search(heading.rest)
    title = _POINTS.sub("", heading.rest).strip(" \t:.-–—)(")
    return DraftTask(
        heading=heading.name, title=title or _first_words(heading.below), points=points[1] if points else ""
    )


def _first_words(text: str) -> str:
    """What the text below a heading begins with, up to a colon or a full stop, where that is as short as a title."""
    line = next((line for line in text.splitlines() if line.strip(" #")), "")
    found = re.match(r"([^`$:.]+)[:.]", line.strip())
    return found[1].strip() if found and len(found[1].split()) <= _LONGEST_TITLE else ""


def _plain(text: str) -> str:
    return " ".join(_MARKS.sub("", _MARKS.sub("", text)).split())
