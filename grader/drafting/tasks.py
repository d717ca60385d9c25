"""The tasks of a solution: what its headings look like, and the titles behind them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.drafting.markers import split_points
from grader.notebook import NumberedHeading, numbered_headings
from grader.records import Notebook

_ATX = re.compile(r"^ {0,3}(#{2,6})\s+(.+?)\s*#*$", re.MULTILINE)
_TITLE = re.compile(r"^ {0,3}#\s+(.+?)\s*#*$", re.MULTILINE)
_MARKS = re.compile(r"<[^<>]{0,300}>|[*`]|^[#\s_]+|[#\s_]+$")
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
            text = split_points(_plain(found[1]))[0]
            if not text.casefold().startswith(names):
                return text
    return ""


def find_tasks(notebook: Notebook) -> tuple[DraftTask, ...]:
    """The tasks in order: numbered headings of one word (`Task 1`), else headings of level 2 and below.

    Empty where a solution has neither.
    """
    numbered = numbered_headings(notebook)
    if not numbered:
        found = {name: points for name, points in map(split_points, _unnumbered(notebook)) if name}
        return tuple(DraftTask(heading=name, title="", points=points) for name, points in found.items())
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
    rest, points = split_points(heading.rest)
    line, below = split_points(_first_line(heading.below))
    title = rest.strip(" \t:.-–—)(") or _first_words(line)
    return DraftTask(heading=heading.name, title=title, points=points or below)


def _first_line(text: str) -> str:
    return next((line for line in text.splitlines() if line.strip(" #")), "").strip()


def _first_words(line: str) -> str:
    """What the line below a heading begins with, up to a colon or a full stop, where that is as short as a title."""
    found = re.match(r"([^`$:.]+)[:.]", line.strip("* "))
    return found[1].strip() if found and len(found[1].split()) <= _LONGEST_TITLE else ""


def _plain(text: str) -> str:
    return " ".join(_MARKS.sub("", _MARKS.sub("", text)).split())
