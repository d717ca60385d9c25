"""Which marks of a notebook count as headings: sure ones first, looser ones only where there are none of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from grader.notebook.sections.marks import loose_marks, named_marks
from grader.notebook.sections.naming import Form, Sought, namer_of
from grader.notebook.sections.readings import Judge, Read, apart
from grader.notebook.sections.stretches import Mark, place
from grader.records import Notebook, Section

_SURE: tuple[Form, ...] = ("spelling", "tag", "grade-id")


@dataclass(slots=True, kw_only=True)
class Finding:
    """What was found: the marks that count, those that don't, with the reason, and the sections that come of it."""

    taken: list[Mark] = field(default_factory=list)
    refused: list[tuple[Mark, str]] = field(default_factory=list)
    sections: tuple[Section, ...] = ()

    def take(self, marks: Sequence[Mark]) -> None:
        """Let marks count."""
        self.taken = sorted([*self.taken, *marks], key=place)

    def refuse(self, marks: Sequence[Mark], why: str) -> None:
        """Leave marks out."""
        self.refused.extend((mark, why) for mark in marks)


def find(notebook: Notebook, sought: Sequence[Sought]) -> Finding:
    """Find the headings of every task, and so its section.

    A task's own name always counts. What is spelt otherwise, and tags, count for tasks that have no such heading; other
    words, mere numbers and letters only where nothing surer is in the whole notebook; and none of them against what
    the notebook says itself (`readings`).
    """
    namer = namer_of(tuple(sought))
    finding = Finding(taken=list(named_marks(notebook, namer)))
    judge = Judge(notebook=notebook, sought=tuple(sought), namer=namer)
    if {mark.task for mark in finding.taken} != set(judge.tasks):
        loose = list(loose_marks(notebook, namer))
        _take_sure(finding, loose, judge)
        _take_loose(finding, [mark for mark in loose if mark.naming.form not in _SURE], judge)
    finding.sections = judge.sections(finding.taken)
    return finding


def _take_sure(finding: Finding, loose: Sequence[Mark], judge: Judge) -> None:
    for form in _SURE:
        headed = {mark.task for mark in finding.taken}
        marks = [mark for mark in loose if mark.naming.form == form]
        spare = [mark for mark in marks if mark.task in headed]
        finding.refuse(spare, "its task has a surer heading")
        reading = _eligible(finding, [mark for mark in marks if mark.task and mark.task not in headed])
        why = judge.against(reading, finding.taken) if reading else ""
        if why:
            finding.refuse(reading, why)
        else:
            finding.take(reading)


def _take_loose(finding: Finding, loose: Sequence[Mark], judge: Judge) -> None:
    steps: tuple[tuple[Form, Callable[[Sequence[Mark]], Read]], ...] = (
        ("other-word", judge.by_words),
        ("number", judge.by_numbers),
        ("letter", judge.by_numbers),
    )
    for form, read in steps:
        marks = [mark for mark in loose if mark.naming.form == form]
        if finding.taken:
            finding.refuse(marks, "there are surer headings in this notebook")
            continue
        marks = _eligible(finding, marks)
        if marks:
            reading, reasons = read(marks)
            for mark in _without(marks, reading):
                finding.refuse([mark], reasons.get(mark) or _default(mark))
            finding.take(reading)


def _default(mark: Mark) -> str:
    return "other headings fit better" if mark.task else f"no task has the number {mark.naming.number}"


def _eligible(finding: Finding, marks: Sequence[Mark]) -> list[Mark]:
    """The marks that may be headings by where they stand."""
    prominent = [mark for mark in marks if mark.sign.prominent]
    finding.refuse([mark for mark in marks if not mark.sign.prominent], "it stands below other code, or in a list")
    eligible = list(apart(prominent))
    finding.refuse(_without(prominent, eligible), "its cell names several tasks at once")
    return eligible


def _without(marks: Sequence[Mark], others: Sequence[Mark]) -> list[Mark]:
    left_out = frozenset(others)
    return [mark for mark in marks if mark not in left_out]
