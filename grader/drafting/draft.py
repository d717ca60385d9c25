"""A draft of an assignment, made of an instructor's solution by reading it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.assignment.prelude import PRELUDE
from grader.drafting.asked import Asked, find_variables, pair_versions
from grader.drafting.cases import Seeds
from grader.drafting.chains import Graph
from grader.drafting.expressions import literal
from grader.drafting.functions import declare_callable
from grader.drafting.markers import read_cell_marks
from grader.drafting.module import Parts, write_module
from grader.drafting.notes import Note
from grader.drafting.persons import ByPerson, by_person, declare_persons, find_persons, unanswered
from grader.drafting.provided import Provided, find_provided
from grader.drafting.rewriting import file_argument
from grader.drafting.shapes import shape_of
from grader.drafting.solution import Solution
from grader.drafting.steps import Places, Step, read_steps, unread_cells
from grader.drafting.tasks import DraftTask, find_tasks, title_of
from grader.drafting.training import with_training
from grader.drafting.values import Made, declare_value
from grader.drafting.versions import find_versions
from grader.errors import UsageError
from grader.notebook import imported_modules, read
from grader.records import Notebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A module, what its author has to decide, and the files of the handout that the solution reads, by name."""

    module: str
    notes: tuple[Note, ...]
    files: tuple[str, ...]


def draft(data: bytes, name: str, provided: Mapping[str, str]) -> Draft:
    """Draft an assignment of a solution's bytes; `name` is its file's.

    `provided` holds the texts of what the handout provides, by their paths below `provided/`, and of modules that lie
    beside the solution. Raises NotebookRejected for what is no notebook, UsageError for one in which nothing is asked.
    """
    notebook = read(data, name)
    headed = find_tasks(notebook)
    tasks = headed or (DraftTask(heading="Task 1", title=""),)
    marks = read_cell_marks(data, notebook.cells)
    places = Places(notebook, [task.heading for task in tasks])
    solution = _solution(notebook, with_training(read_steps(notebook, places, marks.solutions)))
    found = find_variables(solution, notebook, marks, tasks, places)
    objects = [variable for variable in found.variables if solution.is_object(variable.name)]
    asked = pair_versions(solution, [variable for variable in found.variables if variable not in objects])
    persons = [
        *find_persons(solution, notebook, marks, places, found.rest),
        *(by_person(solution, variable) for variable in objects),
    ]
    persons += unanswered(tasks, {each.task for each in asked} | {each.task for each in persons})
    unread = [*unread_cells(notebook)]
    if not asked and not persons:
        raise _nothing_found(name, unread)
    drafting = _Drafting(solution, asked, find_provided(solution.steps, solution, provided))
    made = _in_order(drafting.made(), persons, solution)
    answered = {each.declared.task for each in made}
    notes = [] if headed else [_no_headings()]
    notes += [*found.notes, *(_unread(*each) for each in unread)]
    notes += [_nothing_asked(task.heading) for task in tasks if task.heading not in answered]
    notes += [note for each in made for note in each.notes] + list(drafting.notes(made))
    return write_draft(drafting.parts(name, title_of(notebook, tasks), tasks, made, notes))


def _in_order(computed: Sequence[Made], persons: Sequence[ByPerson], solution: Solution) -> tuple[Made, ...]:
    """All checks in the order of the solution, those of persons under names that nothing else has."""
    taken = {*solution.definers, *(each.declared.name for each in computed)} - {each.name for each in persons}
    return tuple(sorted((*computed, *declare_persons(persons, taken)), key=lambda each: each.at))


def write_draft(parts: Parts) -> Draft:
    """Write the module, and name the files that it reads."""
    files = {
        str(constant.value)
        for step in parts.solution.steps
        for node in ast.walk(step.node)
        if (constant := file_argument(node)) is not None
    }
    return Draft(module=write_module(parts), notes=parts.notes, files=tuple(sorted(files)))


def _place(note: Note) -> tuple[int, int, str]:
    return (-1 if note.cell is None else note.cell, note.line or 0, note.message)


def _solution(notebook: Notebook, steps: tuple[Step, ...]) -> Solution:
    modules = imported_modules(cell.source for cell in notebook.code_cells)
    plain = Solution(steps=steps, modules=modules)
    named = [name for name in plain.definers if not plain.is_import(name)]
    return Solution(steps=steps, modules=modules, versions=find_versions(named))


class _Drafting:
    """The declarations of a solution, and the givens that they need."""

    def __init__(self, solution: Solution, asked: list[Asked], provided: Provided) -> None:
        values = {
            variable.name
            for each in asked
            for variable in each.variables.values()
            if not solution.is_function(variable.name)
        }
        self.solution = Solution(
            steps=solution.steps, versions=solution.versions, modules=solution.modules, values=frozenset(values)
        )
        self.provided = provided
        self.function_names = {
            variable.name: each.name
            for each in asked
            for variable in each.variables.values()
            if solution.is_function(variable.name)
        }
        self._asked = [*asked]
        self._given_names = self._name_givens()
        self._graph = self._find_graph()
        self._arriving = self._find_arriving()

    def made(self) -> tuple[Made, ...]:
        """All declarations, in the order of the solution."""
        seeds = Seeds()
        return tuple(
            declare_callable(self.solution, each, self.function_names, seeds)
            if self.solution.is_function(next(iter(each.variables.values())).name)
            else declare_value(self.solution, self._graph, each, self._arriving)
            for each in sorted(self._asked, key=lambda each: each.at)
        )

    def parts(
        self, name: str, title: str, tasks: Sequence[DraftTask], made: tuple[Made, ...], notes: Sequence[Note]
    ) -> Parts:
        """All that the module is written of."""
        return Parts(
            name=name,
            title=title,
            tasks=tuple(tasks),
            solution=self.solution,
            givens=self.givens(made),
            drawn=self.drawn(made),
            made=made,
            function_names=self.function_names,
            provided=self.provided,
            notes=tuple(sorted(set(notes), key=_place)),
        )

    def _find_graph(self) -> Graph:
        """The graph without what is trained: what is computed of that is computed of the training itself."""
        quantities = [*self._asked]
        while True:
            graph = Graph(self.solution, quantities, self._given_names, self.function_names)
            trained = [each for each in quantities if graph.trains(each)]
            if not trained:
                return graph
            quantities = [each for each in quantities if each not in trained]

    def _find_arriving(self) -> dict[str, str]:
        """As what references get each given and quantity."""
        arriving = dict.fromkeys(self._given_names.values(), "tensor")
        for name, stem in self._given_names.items():
            value = self.solution.lookup(name)
            if value is not None and isinstance(literal(value), ast.Constant):
                arriving[stem] = "number"
        for each in self._asked:
            variable = each.preferred[1]
            arriving[each.name] = self.solution.kinds.arrives(variable.name, variable.at)
        return arriving

    def _name_givens(self) -> dict[str, str]:
        """The names of givens: without their version, where all versions hold the same numbers."""
        names = [
            name for name in self.solution.definers if self.solution.is_given(name) or self.solution.is_drawn(name)
        ]
        found = {name: name for name in names if self.solution.alias(name) is None}
        groups: dict[str, list[str]] = {}
        for name in found:
            stem, version = self.solution.versions.read(name)
            if version and stem not in found:
                groups.setdefault(stem, []).append(name)
        for stem, group in groups.items():
            written = {ast.unparse(self._value(name)) for name in group}
            if len(written) == 1 and not any(stem == asked.name for asked in self._asked):
                found |= dict.fromkeys(group, stem)
        return found

    def _value(self, name: str) -> ast.expr:
        value = self.solution.lookup(name)
        assert value is not None
        return literal(value) or value

    def givens(self, made: tuple[Made, ...]) -> dict[str, str]:
        """The givens that are needed, by name, each with the variable that holds it."""
        return {stem: name for stem, name in self._needed(made) if not self.solution.is_drawn(name)}

    def drawn(self, made: tuple[Made, ...]) -> dict[str, tuple[int, ...] | None]:
        """The givens that students draw, with their shapes, None for one that can't be told."""
        shapes: dict[str, tuple[int, ...] | None] = {}
        for stem, name in self._needed(made):
            value = self.solution.lookup(name)
            if self.solution.is_drawn(name) and value is not None:
                shapes[stem] = shape_of(value, self.solution.lookup)
        return shapes

    def _needed(self, made: tuple[Made, ...]) -> Iterator[tuple[str, str]]:
        wanted = {name for each in made for name in each.parameters}
        order = sorted(self._given_names, key=lambda name: self.solution.definers[name])
        known: set[str] = set()
        for name in order:
            stem = self._given_names[name]
            if stem in wanted and stem not in known:
                known.add(stem)
                yield stem, name

    def notes(self, made: tuple[Made, ...]) -> Iterator[Note]:
        """What has to be decided about what students draw, and about names that nothing defines."""
        for name, shape in self.drawn(made).items():
            places = next(self.solution.definers[each] for each, stem in self._given_names.items() if stem == name)
            step = self.solution.steps[places[0]]
            yield Note(
                cell=step.cell,
                line=step.line,
                message=f"`{name}` is drawn at random, so each student's own counts as given.",
                remedy="Where the handout sets the seed for everybody, write its numbers with given() instead.",
            )
            if shape is None:
                yield Note(
                    cell=step.cell,
                    line=step.line,
                    message=f"The shape of `{name}` can't be told.",
                    remedy="Write it into given_by_student().",
                )
        yield from self._missing(made)

    def _missing(self, made: tuple[Made, ...]) -> Iterator[Note]:
        for step in self.solution.steps:
            for name in sorted(step.reads):
                if self.solution.is_unknown(name) and not name.startswith("<") and name not in self.provided.names:
                    yield Note(
                        cell=step.cell,
                        line=step.line,
                        message=f"Nothing in the notebook defines `{name}`.",
                        remedy=f"If the handout provides it, write it into {PRELUDE}, and import it here.",
                    )


def _nothing_found(name: str, unread: Sequence[tuple[int, int, str]]) -> UsageError:
    message = f"{name}: nothing is found in it that students could be asked for."
    if unread:
        cells = "; ".join(f"cell {index}, line {line}: {reason}" for index, line, reason in unread)
        return UsageError(f"{message} Cells that are no Python were left out ({cells}).", remedy="Mend these.")
    return UsageError(
        message, remedy="Assign quantities under headings (`## Task 1`), or say `# points: 2` behind them."
    )


def _no_headings() -> Note:
    return Note(
        message="The notebook has no headings that name tasks, so that all of it is one.",
        remedy="Give it headings (`## Task 1`), and draft again into another folder, or declare further tasks.",
    )


def _nothing_asked(heading: str) -> Note:
    return Note(
        message=f"Nothing is found that {heading} asks for, so that it was left out.",
        remedy="Say `# points: 2` behind what it asks for, and draft again into another folder, or declare it.",
    )


def _unread(index: int, line: int, reason: str) -> Note:
    return Note(
        cell=index,
        line=line,
        message=f"The cell is no Python ({reason}), and was left out.",
        remedy="Mend it, and draft again into another folder.",
    )
