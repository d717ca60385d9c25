"""Loads an assignment from its reference folder: everything that could be wrong with it is found here.

Reads the folder, runs its module, makes the reference of what that declares, and the spec, which is checked as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import ModuleType

from grader.assignment.authoring import Assignment
from grader.assignment.declarations import (
    AssignmentDeclaration,
    FunctionDeclaration,
    Given,
    Item,
    PersonDeclaration,
    PropertyDeclaration,
    QuantityDeclaration,
    TaskDeclaration,
)
from grader.assignment.evaluation import Importable
from grader.assignment.expected_mistakes import mistakes_of, refuse_no_mistakes
from grader.assignment.folder import FolderModules
from grader.assignment.functions import FunctionReference, build_function
from grader.assignment.headings import headings_by_task
from grader.assignment.mutation import Mutant
from grader.assignment.prelude import Prelude, read_prelude
from grader.assignment.properties import PropertyReference, build_property
from grader.assignment.reference import Graph, Reference, build_graph
from grader.assignment.sources import read_sources
from grader.assignment.spec import (
    CheckSpec,
    FunctionSpec,
    GivenSpec,
    PropertySpec,
    QuantitySpec,
    Rules,
    Spec,
    StandInSpec,
    TaskSpec,
    Tolerance,
)
from grader.assignment.stand_ins import StandIn, stand_ins_for
from grader.errors import AssignmentError
from grader.records import CheckKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """An assignment, ready for marking.

    `spec` is what is asked, as data; `reference` computes the answers, and holds callables that can't be pickled (load
    the folder again in another process). `sources` are the texts of the folder by relative path, for the record.
    """

    spec: Spec
    reference: Reference
    sources: Mapping[str, str]


def load(folder: Path) -> Loaded:
    """Load the assignment in `folder`, and compute its reference once.

    Runs the author's code, in this process. Raises AssignmentError, with file, line and remedy, for every fault of an
    author's: nothing is left to be found when notebooks are marked.
    """
    sources = read_sources(folder)
    modules = FolderModules(folder)
    declared = _the_assignment(modules.run(sources.module)).declaration
    graph = build_graph(declared.givens, declared.quantities)
    mistakes = mistakes_of(declared, graph)
    functions = _functions(declared, folder, modules.importable, mistakes)
    properties = _properties(declared, folder, modules.importable)
    stand_ins = {id: stand_ins_for(id, functions, folder) for id in functions}
    prelude = read_prelude(folder, sources.texts)
    spec = _specify(declared, graph, sources.digest, prelude, functions, properties, stand_ins)
    reference = Reference(
        graph=graph, functions=functions, properties=properties, importable=modules.importable, mistakes=mistakes
    )
    reference.worlds()
    reference.refuse_varying_shapes()
    for function in functions.values():
        function.expected  # noqa: B018  # computes it, and refuses what is wrong with it
    refuse_no_mistakes(declared, reference)
    return Loaded(spec=spec, reference=reference, sources=sources.texts)


def _functions(
    declared: AssignmentDeclaration, folder: Path, importable: Importable, mistakes: Mapping[str, tuple[Mutant, ...]]
) -> dict[str, FunctionReference]:
    return {
        _check_id(item, version): build_function(item, version, folder, importable, mistakes.get(item.name, ()))
        for item in declared.functions
        for version in item.points
    }


def _properties(declared: AssignmentDeclaration, folder: Path, importable: Importable) -> dict[str, PropertyReference]:
    givens = {given.name: given for given in declared.givens}
    return {
        _check_id(item, version): build_property(item, version, givens, folder, importable)
        for item in declared.properties
        for version in item.points
    }


def _check_id(item: QuantityDeclaration | FunctionDeclaration | PropertyDeclaration, version: str) -> str:
    return f"{item.name}.{version}" if version else item.name


def _the_assignment(module: ModuleType) -> Assignment:
    """Give the one Assignment in a module that has run."""
    found = list({id(value): value for value in vars(module).values() if isinstance(value, Assignment)}.values())
    if not found:
        raise AssignmentError(
            "The module holds no Assignment.",
            remedy='Write name = Assignment("id", title="…", points=…).',
            file=module.__file__ or "",
        )
    if len(found) > 1:
        raise found[1].declaration.place.error(
            f"The module holds {len(found)} assignments; the first is on line {found[0].declaration.place.line}.",
            remedy="Keep one, and give the others folders of their own.",
        )
    return found[0]


def _specify(
    declared: AssignmentDeclaration,
    graph: Graph,
    digest: str,
    prelude: Prelude,
    functions: Mapping[str, FunctionReference],
    properties: Mapping[str, PropertyReference],
    stand_ins: Mapping[str, tuple[StandIn, ...]],
) -> Spec:
    """Make the spec, an assignment as data, of what its author declared.

    Raises AssignmentError where there are no tasks or a task has no checks, where one variable name belongs to two
    checks, and where the points don't add up.
    """
    _refuse_no_tasks(declared)
    headings = headings_by_task(declared)
    asked: Asked = {
        **{id: _asked_function(function, stand_ins[id]) for id, function in functions.items()},
        **{id: _asked_property(property, id) for id, property in properties.items()},
    }
    tasks = tuple(_task(task, declared, asked, headings[task.id]) for task in declared.tasks)
    _refuse_shared_names(declared)
    _refuse_wrong_sum(declared, tasks)
    return Spec(
        id=declared.id,
        title=declared.title,
        points=declared.points,
        versions=declared.versions,
        givens=tuple(given.name for given in declared.givens),
        quantities=tuple(
            QuantitySpec(name=quantity.name, parents=quantity.parents, names=quantity.names)
            for quantity in graph.quantities.values()
        ),
        tasks=tasks,
        policies=declared.policies,
        drawn=tuple(_drawn(given) for given in declared.givens if given.names is not None),
        replaced=declared.replaced,
        prelude=prelude.source,
        prelude_names=prelude.names,
        inputs=_inputs(functions, properties) | {e.calls.inputs: e.frame for each in stand_ins.values() for e in each},
        digest=digest,
        python=declared.python,
        language=declared.language,
    )


Asked = dict[str, FunctionSpec | PropertySpec]
"""What is asked for by calls, by check id."""


def _asked_function(function: FunctionReference, stand_ins: tuple[StandIn, ...]) -> FunctionSpec:
    return FunctionSpec(
        calls=function.calls,
        errors=tuple(case.error for case in function.cases),
        credit=function.declaration.credit,
        scalar_only=function.declaration.scalar_only,
        stand_ins=tuple(StandInSpec(helpers=each.helpers, calls=each.calls) for each in stand_ins),
    )


def _asked_property(property: PropertyReference, id: str) -> PropertySpec:
    version = id.removeprefix(property.declaration.name).removeprefix(".")
    variables = {parameter: names[version] for parameter, names in property.declaration.variables.items()}
    return PropertySpec(variables=variables, calls=property.calls)


def _drawn(given: Given) -> GivenSpec:
    assert given.names is not None
    return GivenSpec(name=given.name, names=given.names, shape=tuple(given.value.shape), spread=given.spread)


def _inputs(
    functions: Mapping[str, FunctionReference], properties: Mapping[str, PropertyReference]
) -> dict[str, bytes]:
    frames = {function.calls.inputs: function.frame for function in functions.values()}
    return frames | {digest: frame for property in properties.values() for digest, frame in property.frames.items()}


def _task(task: TaskDeclaration, declared: AssignmentDeclaration, asked: Asked, headings: tuple[str, ...]) -> TaskSpec:
    checks = tuple(check for item in declared.items if item.task == task.id for check in _checks(item, asked))
    if not checks:
        raise task.place.error(
            f"{task.heading!r} has no checks.", remedy="Give one of its quantities points, or take the task out."
        )
    return TaskSpec(id=task.id, heading=task.heading, title=task.title, checks=checks, headings=headings)


def _checks(item: Item, asked: Asked) -> Iterator[CheckSpec]:
    if isinstance(item, PersonDeclaration):
        yield _person_check(item)
        return
    for version, points in item.points.items():
        id = _check_id(item, version)
        special = asked.get(id)
        yield CheckSpec(
            id=id,
            kind=_kind(item),
            quantity=item.name,
            version=version or None,
            title=item.title,
            points=points,
            names=() if isinstance(item, PropertyDeclaration) else item.names[version],
            tolerance=Tolerance() if isinstance(item, PropertyDeclaration) else item.tolerance,
            function=special if isinstance(special, FunctionSpec) else None,
            property=special if isinstance(special, PropertySpec) else None,
            rules=Rules() if isinstance(item, PropertyDeclaration) else item.rules[version],
        )


def _kind(item: QuantityDeclaration | FunctionDeclaration | PropertyDeclaration) -> CheckKind:
    match item:
        case FunctionDeclaration():
            return "function"
        case PropertyDeclaration():
            return "property"
        case _:
            return "value"


def _person_check(item: PersonDeclaration) -> CheckSpec:
    return CheckSpec(
        id=item.name,
        kind="person",
        quantity=item.name,
        version=None,
        title=item.title,
        points=item.points,
        rubric=item.rubric,
    )


def _refuse_no_tasks(declared: AssignmentDeclaration) -> None:
    if not declared.tasks:
        raise declared.place.error("The assignment has no tasks.", remedy='Declare one: task("Task 1", title="…").')


def _refuse_shared_names(declared: AssignmentDeclaration) -> None:
    # Quantities that earn nothing count too: their variables are looked up when a later mistake is explained.
    owners: dict[str, str] = {}
    named: tuple[QuantityDeclaration | FunctionDeclaration, ...] = (*declared.quantities, *declared.functions)
    for item in named:
        for version, names in item.names.items():
            for name in names:
                _refuse_owned(name, owners, _check_id(item, version), item)


def _refuse_owned(
    name: str, owners: dict[str, str], check: str, quantity: QuantityDeclaration | FunctionDeclaration
) -> None:
    if name in owners:
        raise quantity.place.error(
            f"{check!r} and {owners[name]!r} agree on the same variable, {name!r}.",
            remedy="Give each a name of its own with names= or also=, or another template.",
        )
    owners[name] = check


def _refuse_wrong_sum(declared: AssignmentDeclaration, tasks: tuple[TaskSpec, ...]) -> None:
    sums = {task.heading: sum((check.points for check in task.checks), Fraction(0)) for task in tasks}
    total = sum(sums.values(), Fraction(0))
    if total != declared.points:
        by_task = ", ".join(f"{heading}: {points}" for heading, points in sums.items())
        raise declared.place.error(
            f"The points don't add up: {declared.points} declared, but {total} in the checks ({by_task}).",
            remedy=f"Write points={_literal(total)}, or change the checks' points. Each version counts.",
        )


def _literal(points: Fraction) -> str:
    return str(points) if points.denominator == 1 else f'"{points}"'
