"""The outline of a notebook, for people: what was found where, and what looks like a heading but doesn't count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.notebook.sections.finding import Finding, find
from grader.notebook.sections.headings import Sign, SignKind
from grader.notebook.sections.marks import signs_in
from grader.notebook.sections.naming import Form, Namer, Naming, Sought, namer_of
from grader.notebook.sections.stretches import Mark
from grader.records import Notebook, Section

_SHOWN_CHARACTERS = 200
_MARKS = " #*_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What looks like a heading. `line` counts from 1 in its cell, and is 0 for a tag or a grade id.

    `task` is what it names, "" for none, `form` how, and `name` by what: a name of the task's, or a word and a number.
    `why` says why it doesn't count, "" where it does, and where no tasks are known.
    """

    cell: int
    line: int
    kind: SignKind
    text: str
    task: str
    form: Form | None
    name: str
    taken: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The sections that marking goes by, and all that looks like a heading, in order."""

    sections: tuple[Section, ...]
    headings: tuple[Heading, ...]


def outline(notebook: Notebook, sought: Sequence[Sought]) -> Outline:
    """The outline of a notebook by the tasks that are looked for; without any, all that looks like a heading."""
    finding = find(notebook, sought)
    return Outline(
        sections=finding.sections, headings=tuple(_headings(notebook, finding, namer_of(tuple(sought)), bool(sought)))
    )


def _headings(notebook: Notebook, finding: Finding, namer: Namer, tasks_known: bool) -> Iterator[Heading]:
    taken = {(mark.cell, mark.sign): mark for mark in finding.taken}
    refused = {(mark.cell, mark.sign): (mark, why) for mark, why in finding.refused}
    for cell, sign in signs_in(notebook):
        if mark := taken.get((cell, sign)):
            yield _heading(cell, sign, mark.naming, "", taken=True)
            continue
        naming, why = _passed_over(cell, sign, refused, namer)
        # A code cell has many comments, and other tags than ours say other things.
        if naming or sign.kind == "heading":
            yield _heading(cell, sign, naming, why if tasks_known else "", taken=False)


def _passed_over(
    cell: int, sign: Sign, refused: Mapping[tuple[int, Sign], tuple[Mark, str]], namer: Namer
) -> tuple[Naming | None, str]:
    """What a sign that doesn't count names, and why it doesn't."""
    if (cell, sign) in refused:
        mark, why = refused[cell, sign]
        return mark.naming, why
    if sign.is_text and (naming := namer.by_name(sign.text)):
        comment = sign.kind == "comment"
        return naming, "it is a remark on a task that is open" if comment else "it is one of a list of tasks"
    naming = namer.loosely(sign)
    if naming is None:
        return None, "it names no task"
    return naming, "every task has a heading of its own" if naming.task else f"no task has the number {naming.number}"


def _heading(cell: int, sign: Sign, naming: Naming | None, why: str, *, taken: bool) -> Heading:
    return Heading(
        cell=cell,
        line=sign.line,
        kind=sign.kind,
        text=" ".join(sign.text[: 2 * _SHOWN_CHARACTERS].split()).strip(_MARKS)[:_SHOWN_CHARACTERS],
        task=naming.task if naming else "",
        form=naming.form if naming else None,
        name=naming.name if naming else "",
        taken=taken,
        why=why,
    )
