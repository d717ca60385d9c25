"""The plan: which executions a submission needs, and what to capture in them.

Made from the assignment and the notebook alone, never from marks, so that the same hand-in is always executed alike.
"""

from __future__ import annotations

from collections.abc import Iterable

from grader.assignment.spec import Spec
from grader.notebook import Sought, assigned_names, find_sections
from grader.records import CapturePoint, Notebook, Plan, Run, Section, Source

NAMES_A_SECTION = 300
"""At most so many variables are read at the end of a section."""

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
                variables=tuple([check.names for check in task.checks if check.names]),
            )
            for task in spec.tasks
        ]
    )


def last_code_cell(section: Section, notebook: Notebook) -> int | None:
    """The index of the cell after which a section is over; None where it has no code."""
    code = {cell.index for cell in notebook.code_cells}
    return max((index for index in section.cells if index in code), default=None)


def agreed_names(spec: Spec) -> tuple[str, ...]:
    """Every variable name that the assignment agrees on, for whatever check, version or quantity."""
    names = (name for quantity in spec.quantities for by_version in quantity.names.values() for name in by_version)
    checks = (name for check in spec.checks for name in check.names)
    return tuple(dict.fromkeys([*names, *checks]))


def make_plan(spec: Spec, notebook: Notebook) -> Plan:
    """Plan one execution, and one more with another seed in case saved outputs differ from fresh ones.

    At the end of each task's section, the agreed names are captured and every variable that the section assigns, so
    that an answer under another name can be found; at the end of the notebook, the agreed names once more. The second
    execution is there for its outputs, and nothing is captured in it.
    """
    agreed = agreed_names(spec)
    points: dict[int, dict[str, None]] = {}
    assigned = {cell.index: assigned_names(cell.source) for cell in notebook.code_cells}
    for section in task_sections(spec, notebook).values():
        end = last_code_cell(section, notebook)
        if end is not None:
            local = (name for index in section.cells for name in assigned.get(index, ()))
            points.setdefault(end, {}).update(dict.fromkeys(_bounded(agreed, local)))
    points.setdefault(notebook.code_cells[-1].index, {}).update(dict.fromkeys(agreed))
    captures = tuple(CapturePoint(after_cell=cell, names=tuple(points[cell])) for cell in sorted(points))
    return Plan(
        cells=tuple(Source(index=cell.index, code=cell.source) for cell in notebook.code_cells),
        main=Run(purpose="main", seed=_FIRST_SEED, captures=captures),
        repeat=Run(purpose="repeat", seed=_OTHER_SEED) if spec.policies.repeat else None,
    )


def _bounded(agreed: Iterable[str], local: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*agreed, *local]))[:NAMES_A_SECTION]
