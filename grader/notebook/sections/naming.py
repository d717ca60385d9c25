"""Which task a sign names, and how: by a name that the assignment gives it, or by something that amounts to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from grader.notebook.sections.headings import Sign, normalised
from grader.notebook.sections.numbering import Numbered, read_name, read_numbered
from grader.notebook.sections.words import WORDS

Form = Literal["name", "spelling", "tag", "grade-id", "other-word", "number", "letter"]
"""How a sign names a task, the surest first.

name        it starts with a name that the assignment gives the task: `Task 2`
spelling    with the same word, and the number in another numeral or with a part: `Task II`, `Task 2a`
tag         a cell's tag does either: `task-2`
grade-id    the cell's name in nbgrader does: `task2`
other-word  another word, of whatever language, with the same number: `Aufgabe 2`, `Q2`; also in tags and grade ids
number      a number alone: `2.`
letter      a letter where the task has a number, or the other way round: `Part B`
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A task whose section is looked for: how its heading may start, the assignment's own way first.

    `variables` are, for each of its checks, the names under which a notebook may hold the answer: a heading that isn't
    certain is held against where they are assigned.
    """

    task: str
    names: tuple[str, ...]
    variables: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """That a sign names a task; `task` is "" where it is numbered, and no task has that number.

    `word` is what the number goes with, "" for none; `part` is 0 without one. `rest` is what comes after the name, and
    `called` the name itself where it is one that the assignment gives the task.
    """

    task: str
    form: Form
    word: str = ""
    number: int = 0
    part: int = 0
    rest: str = ""
    called: str = ""

    @property
    def name(self) -> str:
        """What it is named by: a name of the task's, or a word and a number."""
        return self.called or f"{self.word} {self.number or ''}".strip()


class Namer:
    """Knows the tasks of an assignment by their names. Make it with `namer_of`, which remembers it."""

    def __init__(self, sought: Sequence[Sought]) -> None:
        by_length = sorted(
            ((normalised(name), each.task, name) for each in sought for name in each.names),
            key=lambda entry: len(entry[0]),
            reverse=True,
        )
        self._patterns = [(_pattern(name), task, called) for name, task, called in by_length if name]
        self._labels = _labels(sought)
        self._words = _words_of(sought, self._labels)
        self._own_words = frozenset().union(*self._words.values()) - WORDS
        self._lettered = any(label.lettered for label in self._labels.values())
        self._by_number = _by_number(self._labels)
        self.largest = max((label.number for label in self._labels.values()), default=0)
        # A notebook's sections are looked for when it is planned, and again when it is marked.
        self.by_name = lru_cache(maxsize=1_024)(self._by_name)

    def _by_name(self, text: str) -> Naming | None:
        """The task that a text starts with the name of. Of several names that fit, the longest counts.

        Case, spaces, width and marks around a name don't count; `Task 1` is in neither `Task 10` nor `Task 1-2`.
        """
        line = normalised(text)
        for pattern, task, called in self._patterns:
            match = pattern.match(line)
            if match:
                return Naming(task=task, form="name", rest=line[match.end() :].strip(), called=called)
        return None

    def loosely(self, sign: Sign, number: int = 0) -> Naming | None:
        """What a sign names otherwise than by name; `number` is that of the heading before, which a part alone is of.

        A tag or a grade id names nothing in any surer way, even if by its task's name.
        """
        if not sign.is_text and (named := self.by_name(sign.text)):
            return replace(named, form=_beside(sign), number=self.number(named.task))
        read = read_numbered(normalised(sign.text)) or self._in_own_words(normalised(sign.text))
        if read is None or not (read.word or sign.is_text):
            return None
        if not read.number:
            # `(a)` is a part only where parts are tasks, beneath their number.
            task = self._by_number.get((number, read.part), "") if read.part else ""
            return Naming(task=task, form="spelling", number=number, part=read.part) if task else None
        task = self._task(read)
        form = self._form(read, task)
        form = _beside(sign) if form == "spelling" and not sign.is_text else form
        return Naming(task=task, form=form, word=read.word, number=read.number, part=read.part, rest=read.rest)

    def number(self, task: str) -> int:
        """The number of a task, 0 where its names have none."""
        return self._labels[task].number if task in self._labels else 0

    def _in_own_words(self, text: str) -> Numbered | None:
        """`Station II`, where a task of the assignment is called Station 2."""
        read = read_name(text) if self._own_words else None
        return read if read and read.word in self._own_words else None

    def _task(self, read: Numbered) -> str:
        exact = self._by_number.get((read.number, read.part))
        if exact is not None:
            return exact
        whole = self._by_number.get((read.number, 0), "")
        # A part belongs to its task where that is one, and not to another part.
        return whole if whole and not self._labels[whole].part else ""

    def _form(self, read: Numbered, task: str) -> Form:
        if read.lettered != (self._labels[task].lettered if task else self._lettered):
            return "letter"
        if not read.word:
            return "number"
        own = read.word in self._words.get(task, ()) and not read.around
        return "spelling" if own else "other-word"


def _beside(sign: Sign) -> Form:
    return "tag" if sign.kind == "tag" else "grade-id"


@lru_cache(maxsize=16)
def namer_of(sought: tuple[Sought, ...]) -> Namer:
    """The namer of these tasks."""
    return Namer(sought)


def _pattern(name: str) -> re.Pattern[str]:
    words = re.findall(r"\d+|[^\W\d_]+|[^\w\s]+", name)
    # What would continue a number: a digit, a decimal (1.5, 1-2), or a letter of a script that has cases (1a).
    end = r"(?![.,\-]?\d)(?![a-zà-ÿα-ωа-я_])" if words and words[-1].isdigit() else r"(?!\w)"
    return re.compile(r"[\s_\-#.]*".join(re.escape(word) for word in words) + end)


def _labels(sought: Sequence[Sought]) -> dict[str, Numbered]:
    """The number of each task, from the first of its names that has one."""
    read = {each.task: [read_name(normalised(name)) for name in each.names] for each in sought}
    return {task: found for task, labels in read.items() if (found := next(filter(None, labels), None)) is not None}


def _words_of(sought: Sequence[Sought], labels: Mapping[str, Numbered]) -> dict[str, frozenset[str]]:
    """The words that go with each task's number in its names, and with nothing around it."""
    return {each.task: frozenset(_own_words(each, labels[each.task])) for each in sought if each.task in labels}


def _own_words(each: Sought, label: Numbered) -> Iterator[str]:
    for name in each.names:
        read = read_name(normalised(name))
        if read and read.word and not read.around and (read.number, read.part) == (label.number, label.part):
            yield read.word


def _by_number(labels: Mapping[str, Numbered]) -> dict[tuple[int, int], str]:
    """Tasks by number and part; a number alone stands for the first of the parts that are tasks."""
    by_number: dict[tuple[int, int], str] = {}
    shared = set()
    for task, label in labels.items():
        key = (label.number, label.part)
        if key in by_number:
            shared.add(key)
        by_number[key] = task
    for key in shared:
        del by_number[key]
    for (number, _), task in list(by_number.items()):
        by_number.setdefault((number, 0), task)
    return by_number
