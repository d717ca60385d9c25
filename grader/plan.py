"""The plan: which executions a submission needs, and what to capture in them.

Made from the assignment and the notebook alone, never from marks, so that the same hand-in is always executed alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from grader.assignment.spec import CheckSpec, Spec
from grader.notebook import Sought, assigned_names, find_data, find_sections, replace_assigned
from grader.records import (
    Calls,
    CapturePoint,
    Notebook,
    Plan,
    Replacement,
    Run,
    Section,
    Source,
    root_of,
)

NAMES_A_SECTION = 300
"""At most so many variables are read at the end of a section."""
ASSIGNMENTS_A_DRAW = 10
"""What a student draws is looked for after at most so many cells that assign it."""

_FIRST_SEED, _OTHER_SEED = 20_240_229, 7


def task_sections(spec: Spec, notebook: Notebook) -> dict[str, Section]:
    """Each task's section, by the task's id."""
    return {section.task: section for section in find_sections(notebook, sought(spec))}


def sought(spec: Spec) -> tuple[Sought, ...]:
    """What is looked for: each task by the names of its heading, and what its checks ask for."""
    return tuple(
        [
            Sought(
                task=task.id,
                names=(task.heading, *task.headings),
                variables=tuple([_roots(check.names) for check in task.checks if check.kind == "value"]),
            )
            for task in spec.tasks
        ]
    )


def _roots(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([root_of(path) for path in paths]))


def last_code_cell(section: Section, notebook: Notebook) -> int | None:
    """The index of the cell after which a section is over; None where it has no code."""
    code = {cell.index for cell in notebook.code_cells}
    return max((index for index in section.cells if index in code), default=None)


def agreed_names(spec: Spec) -> tuple[str, ...]:
    """Every path at which the assignment agrees on a value, for whatever check, version or quantity."""
    names = (name for quantity in spec.quantities for by_version in quantity.names.values() for name in by_version)
    checks = (name for check in spec.checks if check.kind == "value" for name in check.names)
    judged = (
        name
        for check in spec.checks
        if check.property is not None
        for paths in check.property.variables.values()
        for name in paths
    )
    return tuple(dict.fromkeys([*names, *checks, *judged]))


def make_plan(spec: Spec, notebook: Notebook) -> Plan:
    """Plan one execution, and one more with another seed in case saved outputs differ from fresh ones.

    At the end of each task's section, the agreed names are captured and every variable that the section assigns, so
    that an answer under another name can be found, and the task's functions are called; at the end of the notebook, the
    agreed names once more, and functions that weren't there before. Functions that others of the assignment call are
    called once more, in which tables stand in for those. What students draw as givens is captured after each
    of the first cells that assign it, and at the end of the notebook. What is replaced when graded is put into the
    cells. The second execution is there for its outputs, and nothing is captured in it.

    After the first one, in its process, the notebook runs again: with another seed, and with other numbers in the
    givens wherever it writes them down. There, the agreed names of values are captured, and nothing else.
    """
    agreed = agreed_names(spec)
    names: dict[int, dict[str, None]] = {}
    calls: dict[int, dict[Calls, None]] = {}
    assigned = {cell.index: assigned_names(cell.source) for cell in notebook.code_cells}
    asked = {
        task.id: [calls for check in task.checks for calls in _calls(spec, check, notebook)] for task in spec.tasks
    }
    for task, section in task_sections(spec, notebook).items():
        end = last_code_cell(section, notebook)
        if end is not None:
            local = (name for index in section.cells for name in assigned.get(index, ()))
            names.setdefault(end, {}).update(dict.fromkeys(_bounded(agreed, local)))
            calls.setdefault(end, {}).update(dict.fromkeys(asked[task]))
    last = notebook.code_cells[-1].index
    names.setdefault(last, {}).update(dict.fromkeys(agreed))
    calls.setdefault(last, {}).update(dict.fromkeys(each for task in asked.values() for each in task))
    for cell, path in _draws(spec, assigned, last):
        names.setdefault(cell, {})[path] = None
    captures = tuple(
        CapturePoint(after_cell=cell, names=tuple(names[cell]), calls=tuple(calls.get(cell, ())))
        for cell in sorted(names)
    )
    rewritten = [(cell.index, *replace_assigned(cell.source, spec.replaced)) for cell in notebook.code_cells]
    cells = tuple(Source(index=index, code=code) for index, code, _ in rewritten)
    return Plan(
        cells=cells,
        main=Run(purpose="main", seed=_FIRST_SEED, captures=captures),
        again=tuple(_again(spec, cells, captures)),
        repeat=Run(purpose="repeat", seed=_OTHER_SEED) if spec.policies.repeat else None,
        prelude=spec.prelude,
        replaced=tuple(
            Replacement(cell=index, name=each.name, before=each.before, after=each.after)
            for index, _, replaced in rewritten
            for each in replaced
        ),
    )


def _again(spec: Spec, cells: Sequence[Source], captures: Iterable[CapturePoint]) -> Iterator[Run]:
    """The runs after the main one, in its process; of varied ones, those that would have other numbers anywhere."""
    agreed = dict.fromkeys(name for check in spec.checks if check.kind == "value" for name in check.names)
    drawn = dict.fromkeys(path for given in spec.drawn for paths in given.names.values() for path in paths)
    names = {**agreed, **drawn}
    points = tuple(
        CapturePoint(after_cell=point.after_cell, names=tuple(name for name in point.names if name in names))
        for point in captures
    )
    # Whether other numbers say anything is told by running it once more with its own.
    if agreed and (spec.policies.repeat or spec.variations):
        yield Run(purpose="again", seed=_OTHER_SEED, captures=points)
    if agreed and spec.variations:
        yield from (replace(run, captures=points) for run in varied_runs(spec, cells))


def given_variables(spec: Spec) -> dict[str, str]:
    """Names of variables that hold givens, each with its given: the given's own, and those that versions make of it."""
    templates = ["{}", *(version.template for version in spec.versions)]
    return {template.replace("{}", given): given for given in spec.givens for template in templates}


def varied_runs(spec: Spec, cells: Iterable[Source]) -> Iterator[Run]:
    """For each variation a run with other numbers in the givens, wherever cells or the prelude write them down; none
    where they don't. Nothing is captured in them."""
    variables = given_variables(spec)
    data = [(source.index, find_data(source.code, spec.variations[0], variables)) for source in cells]
    before = find_data(spec.prelude, spec.variations[0], variables)
    written = [(index, found) for index, found in data if found.givens]
    for variation in spec.variations if written or before.givens else ():
        yield Run(
            purpose="varied",
            seed=_FIRST_SEED,
            cells=tuple(Source(index=index, code=found.with_numbers(variation)) for index, found in written),
            prelude=before.with_numbers(variation) if before.givens else None,
        )


def _calls(spec: Spec, check: CheckSpec, notebook: Notebook) -> Iterator[Calls]:
    """The calls of a check; those with stand-ins for helpers only where the notebook seems to make all of these."""
    yield from check.calls
    names = {other.id: other.names for other in spec.checks}
    for stand_in in check.function.stand_ins if check.function is not None else ():
        if all(any(_makes(notebook, name) for name in names[helper]) for helper in stand_in.helpers):
            yield stand_in.calls


def _makes(notebook: Notebook, name: str) -> bool:
    made = re.compile(rf"\bdef\s+{re.escape(name)}\b|\b{re.escape(name)}\s*=[^=]")
    return any(made.search(cell.source) for cell in notebook.code_cells)


def _draws(spec: Spec, assigned: Mapping[int, tuple[str, ...]], last: int) -> Iterator[tuple[int, str]]:
    """The cells after which each given that a student draws may be taken, and its path."""
    for given in spec.drawn:
        for paths in given.names.values():
            for path in paths:
                yield from ((cell, path) for cell in (*cells_that_assign(path, assigned), last))


def cells_that_assign(path: str, assigned: Mapping[int, tuple[str, ...]]) -> tuple[int, ...]:
    """The first cells that assign the variable that a path begins with, in order."""
    root = root_of(path)
    return tuple(sorted(cell for cell, names in assigned.items() if root in names))[:ASSIGNMENTS_A_DRAW]


def _bounded(agreed: Iterable[str], local: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*agreed, *local]))[:NAMES_A_SECTION]
