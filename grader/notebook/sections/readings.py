"""Readings: several loose marks, taken together as the headings of tasks; and whether that would do harm.

A hand-in may number what it likes: steps, questions inside a task, chapters. A reading is believed only where nothing
in the notebook speaks against it; what isn't believed leaves every section as it would be without it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from grader.notebook.code import assigned_names
from grader.notebook.sections.naming import Namer, Sought
from grader.notebook.sections.stretches import Mark, place, sections_of
from grader.notebook.sections.words import WEAK, WHOLES
from grader.records import Notebook, Section

_MOST_WORDS = 12

Read = tuple[tuple[Mark, ...], Mapping[Mark, str]]
"""What is to be taken of some marks, and of others what speaks against them."""


@dataclass(frozen=True, kw_only=True)
class Judge:
    """Judges readings of one notebook."""

    notebook: Notebook
    sought: tuple[Sought, ...]
    namer: Namer

    @cached_property
    def tasks(self) -> tuple[str, ...]:
        """The tasks, in the order of the assignment."""
        return tuple(each.task for each in self.sought)

    def sections(self, marks: Sequence[Mark]) -> tuple[Section, ...]:
        """The sections that marks open."""
        return sections_of(self.notebook, self.tasks, marks)

    def against(self, reading: Sequence[Mark], taken: Sequence[Mark], *, last: bool = False) -> str:
        """What speaks against a reading beside the marks that are taken; "" where nothing does.

        Its tasks must come in the assignment's order, each with code, and no section may lose all cells that assign one
        of its task's variables; with `last`, not even the last of them.
        """
        order = [self.tasks.index(mark.task) for mark in reading]
        if order != sorted(order):
            return "they don't come in the order of the assignment's tasks"
        before, after = self.sections(taken), self.sections(sorted([*taken, *reading], key=place))
        for task in dict.fromkeys(mark.task for mark in reading):
            if self._code.isdisjoint(after[self.tasks.index(task)].cells):
                return f"there is no code for {task} below them"
        return next(self._lost(before, after, last=last), "")

    def _lost(self, before: Sequence[Section], after: Sequence[Section], *, last: bool) -> Iterator[str]:
        for each, old, new in zip(self.sought, before, after, strict=True):
            if old.cells == new.cells:
                continue
            for names in each.variables:
                made_in = [index for index in old.cells if not self._assigned.get(index, frozenset()).isdisjoint(names)]
                kept = set(made_in[-1:] if last else made_in).intersection(new.cells)
                if made_in and not kept:
                    yield f"{names[0]} of {each.task} is assigned elsewhere, in cell {made_in[-1]}"

    @cached_property
    def _code(self) -> frozenset[int]:
        return frozenset(cell.index for cell in self.notebook.code_cells)

    @cached_property
    def _assigned(self) -> Mapping[int, frozenset[str]]:
        return {cell.index: frozenset(assigned_names(cell.source)) for cell in self.notebook.code_cells}

    def by_words(self, marks: Sequence[Mark]) -> Read:
        """The best reading of numbers that go with words, or nothing and what speaks against each.

        The marks of one word are a reading, and all together are one. The one that finds the most tasks counts, of one
        word rather than of several; where two find as many in different places, neither does.
        """
        if len({_key(mark) for mark in marks}) > _MOST_WORDS:
            return (), dict.fromkeys(marks, "more words are numbered than a class has for its tasks")
        against = {reading: self._against_words(reading) for reading in _of_each_word(marks)}
        reasons = {mark: why for reading, why in reversed(against.items()) for mark in reading}
        fitting = [_known(reading) for reading, why in against.items() if not why]
        most = max(map(_tasks_found, fitting), default=0)
        best = [reading for reading in fitting if _tasks_found(reading) == most]
        of_one_word = [reading for reading in best if len(_words(reading)) == 1] or best
        if len({self.sections(reading) for reading in of_one_word}) > 1:
            return (), dict.fromkeys(marks, "different words number different cells")
        return (of_one_word[0] if of_one_word else ()), reasons

    def _against_words(self, reading: Sequence[Mark]) -> str:
        known = _known(reading)
        if not known:
            return "no task has these numbers"
        largest = max(mark.naming.number for mark in reading)
        # What comes after the tasks may be a discussion that nobody marks; or they aren't the tasks at all.
        if largest > self.namer.largest and not self._vouched_for(reading):
            return f"they go on to {largest}, and the tasks to {self.namer.largest}"
        if len(self.tasks) > 1 and _tasks_found(known) < 2 and _words(known) <= WEAK:
            return f"one heading with {known[0].naming.word!r} alone says too little"
        return self.against(known, ())

    def _vouched_for(self, reading: Sequence[Mark]) -> bool:
        """Whether each task is found, and a variable of its own is assigned before any other number comes."""
        for each, section in zip(self.sought, self.sections(reading), strict=True):
            names = frozenset(name for names in each.variables for name in names)
            made = any(not names.isdisjoint(self._assigned.get(index, ())) for index in section.cells)
            if section.found != "heading" or not made:
                return False
        return True

    def by_numbers(self, marks: Sequence[Mark]) -> Read:
        """Numbers or letters without a word of the tasks' own: every task once, in order, and nothing else."""
        why = self._against_numbers(marks)
        return ((), dict.fromkeys(marks, why)) if why else (tuple(marks), {})

    def _against_numbers(self, marks: Sequence[Mark]) -> str:
        if any(not mark.task for mark in marks) or {mark.task for mark in marks} != set(self.tasks):
            return "they don't number exactly the assignment's tasks"
        whole = [mark.task for mark in marks if not mark.naming.part]
        if len(whole) != len(set(whole)):
            return "a number comes twice"
        return self.against(marks, (), last=True)


def apart(marks: Sequence[Mark]) -> Iterator[Mark]:
    """The marks of cells that don't name several tasks at once: a list of what is to come is no heading."""
    numbers: dict[int, set[int]] = defaultdict(set)
    for mark in marks:
        numbers[mark.cell].add(mark.naming.number)
    return (mark for mark in marks if len(numbers[mark.cell]) == 1)


def _of_each_word(marks: Sequence[Mark]) -> Iterator[tuple[Mark, ...]]:
    for word in dict.fromkeys(map(_key, marks)):
        yield tuple(mark for mark in marks if _key(mark) == word)
    # A title, `Homework 1`, is no heading beside those of tasks.
    yield tuple(mark for mark in marks if mark.naming.word not in WHOLES)


def _key(mark: Mark) -> tuple[bool, str]:
    return mark.sign.is_text, mark.naming.word


def _words(reading: Iterable[Mark]) -> set[str]:
    return {mark.naming.word for mark in reading}


def _tasks_found(reading: Iterable[Mark]) -> int:
    return len({mark.task for mark in reading} - {""})


def _known(reading: Iterable[Mark]) -> tuple[Mark, ...]:
    return tuple(mark for mark in reading if mark.task)
