"""What no program can judge, though it has points: texts, plots, objects. A person does."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from grader.drafting.asked import Variable, points_text
from grader.drafting.declarations import Declared
from grader.drafting.markers import CellMarks
from grader.drafting.notes import Note
from grader.drafting.solution import Solution
from grader.drafting.steps import Places
from grader.drafting.tasks import DraftTask
from grader.drafting.values import Made, points_argument, quoted
from grader.records import Notebook

_LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class ByPerson:
    """Something that has points, and that a person judges: what and where it is, and why it is none of a program's."""

    name: str
    what: str
    title: str
    task: str
    points: str
    cell: int | None
    line: int | None
    at: int
    why: str


def find_persons(
    solution: Solution, notebook: Notebook, marks: CellMarks, places: Places, rest: Mapping[int, Fraction]
) -> Iterator[ByPerson]:
    """What a person judges, in order; `rest` are the cells whose points nothing that they compute has."""
    for index, points in sorted(rest.items()):
        cell = notebook.cells[index]
        task = places.end(cell)
        if task:
            yield ByPerson(
                name=_identifier(marks.ids.get(index, ""), f"answer_{index}"),
                what="The cell",
                title=_question(notebook, index) or marks.ids.get(index, ""),
                task=task,
                points=points_text(points),
                cell=index,
                line=1,
                at=next((at for at, step in enumerate(solution.steps) if step.cell > index), len(solution.steps)),
                why="is a text" if cell.kind == "markdown" else "has points, and computes nothing that is known",
            )
    for at, step in enumerate(solution.steps):
        if step.points and step.task and not step.written - step.passing:
            yield ByPerson(
                name=f"shown_{step.cell}_{step.line}",
                what="The statement",
                title=step.comment,
                task=step.task,
                points=step.points,
                cell=step.cell,
                line=step.line,
                at=at,
                why="defines nothing that could be compared",
            )


def unanswered(tasks: Iterable[DraftTask], answered: Collection[str]) -> Iterator[ByPerson]:
    """The tasks whose headings say points, and in which nothing is found that is asked for."""
    for number, task in enumerate(tasks, start=1):
        if task.points and task.heading not in answered:
            yield ByPerson(
                name=f"answer_to_{number}",
                what=task.heading,
                title=task.title,
                task=task.heading,
                points=task.points,
                cell=None,
                line=None,
                at=0,
                why="has points, and nothing is found that it asks for",
            )


def by_person(solution: Solution, variable: Variable) -> ByPerson:
    """An object, such as a model, as what a person judges."""
    step = solution.steps[variable.at]
    return ByPerson(
        name=variable.name,
        what=f"`{variable.name}`",
        title=step.comment,
        task=variable.task,
        points=variable.points or "1",
        cell=step.cell,
        line=step.line,
        at=variable.at,
        why="is an object, and no value that could be compared",
    )


def declare_persons(found: Iterable[ByPerson], taken: Collection[str]) -> Iterator[Made]:
    """The checks that a person judges, by names that nothing else has."""
    used = set(taken)
    for each in found:
        name = each.name
        while name in used:
            name += "_text"
        used.add(name)
        title = {"title": quoted(" ".join(each.title.split()))} if each.title else {}
        declared = Declared(
            task=each.task, method="person", name=name, options=title | {"points": points_argument(each.points)}
        )
        note = Note(
            cell=each.cell,
            line=each.line,
            message=f"{each.what} {each.why}, so that a person judges it.",
            remedy="Say how in rubric=, or ask for something that is computed.",
        )
        yield Made(declared=declared, at=each.at, notes=(note,))


def _identifier(text: str, otherwise: str) -> str:
    name = re.sub(r"\W+", "_", text).strip("_")
    return name if name.isidentifier() else otherwise


def _question(notebook: Notebook, index: int) -> str:
    """The last line of the text before a cell, where that is short enough for a title."""
    before = [cell for cell in notebook.cells[:index] if cell.kind == "markdown"]
    lines = [line.strip(" *_") for line in before[-1].source.splitlines()] if before else []
    said = [line for line in lines if line and not line.startswith("#")]
    return said[-1] if said and len(said[-1]) <= _LONGEST_TITLE else ""
