"""What an author has declared, as read: immutable, each with its place, checked one by one but not yet together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

from torch import Tensor

from grader.assignment.cases import ArgumentKind
from grader.assignment.inputs import Call, Hidden
from grader.assignment.places import Place
from grader.assignment.spec import FunctionCredit, Policies, Rules, Tolerance, VersionSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An input that the handout defines; `value` is float64, int64, bool or complex128, without gradient.

    Where students draw it themselves, `names` are the paths at which theirs may stand in each version, `spread` bounds
    the standard deviation of its elements, and `value` is a draw of ours, for an example.
    """

    name: str
    value: Tensor
    place: Place
    names: Mapping[str, tuple[str, ...]] | None = None
    spread: tuple[float, float] = (0.0, 1e12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function of the author's; `parameters` name the givens and quantities that it is called with.

    The last `optional` ones have defaults, which only functions that students write may have.
    """

    call: Callable[..., object]
    parameters: tuple[str, ...]
    place: Place
    optional: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gradient:
    """The derivative of the scalar `of` by each element of `by`; both are names."""

    of: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityDeclaration:
    """A node of the reference's graph.

    `names` are the agreed variable names in each version in which it is asked for (the key is "" where the assignment
    has no versions), `points` what it earns in those that have a check, `rules` what holds in each. `task` is None
    outside tasks. `accept` holds further right answers beside `definition`. With `varying_shape`, the shape may depend
    on the numbers.
    """

    name: str
    title: str
    task: str | None
    definition: Function | Gradient
    accept: tuple[Function, ...]
    names: Mapping[str, tuple[str, ...]]
    points: Mapping[str, Fraction]
    tolerance: Tolerance
    place: Place
    varying_shape: bool = False
    rules: Mapping[str, Rules] = field(default_factory=dict)

    @property
    def definitions(self) -> tuple[Function | Gradient, ...]:
        """All that define it: the base first, then what is accepted besides."""
        return (self.definition, *self.accept)

    @property
    def parents(self) -> tuple[str, ...]:
        """What it depends on directly, under any of its definitions, each once."""
        return tuple(dict.fromkeys(name for definition in self.definitions for name in depends_on(definition)))


def depends_on(definition: Function | Gradient) -> tuple[str, ...]:
    """Name what a definition depends on directly."""
    return definition.parameters if isinstance(definition, Function) else (definition.of, definition.by)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDeclaration:
    """A check that waits for a person."""

    name: str
    title: str
    task: str
    points: Fraction
    rubric: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionDeclaration:
    """A function, or a class, that students write, and the cases that theirs is called with.

    `cases` are as the author wrote them. `construct` holds the arguments that an object is made with, None for a plain
    function; then `method` is what is called ("" for the object itself), and `load_state` says whether it gets the
    parameters of the reference's object. `kinds` say, for each version, what arrays arrive as, `dtype` of which
    floating dtype, "" for what is usual.
    """

    name: str
    title: str
    task: str
    function: Function
    cases: object
    construct: tuple[object, ...] | None
    load_state: bool
    method: str
    kinds: Mapping[str, ArgumentKind]
    dtype: str
    seconds: float
    credit: FunctionCredit
    scalar_only: Literal["accept", "refuse"]
    varying_shape: bool
    names: Mapping[str, tuple[str, ...]]
    points: Mapping[str, Fraction]
    tolerance: Tolerance
    place: Place
    rules: Mapping[str, Rules] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyDeclaration:
    """A predicate over what a student's notebook left behind, and where each of its parameters comes from.

    `variables` are agreed paths by parameter and version; `calls` what is called, `hidden` data that stays outside.
    All other parameters are givens.
    """

    name: str
    title: str
    task: str
    predicate: Function
    variables: Mapping[str, Mapping[str, tuple[str, ...]]]
    calls: Mapping[str, Call]
    hidden: Mapping[str, Hidden]
    kinds: Mapping[str, ArgumentKind]
    dtype: str
    points: Mapping[str, Fraction]
    place: Place


Item = QuantityDeclaration | FunctionDeclaration | PropertyDeclaration | PersonDeclaration


@dataclass(frozen=True, slots=True, kw_only=True)
class MistakeDeclaration:
    """A mistake that an author expects in a quantity or a function: what it then computes, and what to say of it."""

    of: str
    says: str
    function: Function
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDeclaration:
    """A part of the assignment; its items name it by `id`."""

    id: str
    heading: str
    title: str
    place: Place
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentDeclaration:
    """All that one assignment declares, in the order in which it was written."""

    id: str
    title: str
    points: Fraction
    versions: tuple[VersionSpec, ...]
    tolerance: Tolerance
    policies: Policies
    replaced: Mapping[str, str]
    python: str
    language: str
    place: Place
    headings: tuple[str, ...] = ()
    givens: tuple[Given, ...] = ()
    tasks: tuple[TaskDeclaration, ...] = ()
    items: tuple[Item, ...] = ()
    mistakes: tuple[MistakeDeclaration, ...] = ()

    @property
    def quantities(self) -> tuple[QuantityDeclaration, ...]:
        """The items that are nodes of the reference's graph."""
        return tuple(item for item in self.items if isinstance(item, QuantityDeclaration))

    @property
    def functions(self) -> tuple[FunctionDeclaration, ...]:
        """The items that are functions of students'."""
        return tuple(item for item in self.items if isinstance(item, FunctionDeclaration))

    @property
    def properties(self) -> tuple[PropertyDeclaration, ...]:
        """The items that are properties."""
        return tuple(item for item in self.items if isinstance(item, PropertyDeclaration))

    def with_given(self, given: Given) -> AssignmentDeclaration:
        """Add a given; an AssignmentError if its name is taken."""
        self._refuse_taken(given)
        return replace(self, givens=(*self.givens, given))

    def with_item(self, item: Item) -> AssignmentDeclaration:
        """Add a quantity or a person's check; an AssignmentError if its name is taken."""
        self._refuse_taken(item)
        return replace(self, items=(*self.items, item))

    def with_mistake(self, mistake: MistakeDeclaration) -> AssignmentDeclaration:
        """Add a mistake that is expected."""
        return replace(self, mistakes=(*self.mistakes, mistake))

    def with_task(self, task: TaskDeclaration) -> AssignmentDeclaration:
        """Add a task; an AssignmentError if another has its id."""
        for other in self.tasks:
            if other.id == task.id:
                raise task.place.error(
                    f"Two tasks are called {task.heading!r}; the other one is on line {other.place.line}.",
                    remedy="Give each task a heading of its own.",
                )
        return replace(self, tasks=(*self.tasks, task))

    def _refuse_taken(self, new: Given | Item) -> None:
        for other in (*self.givens, *self.items):
            if other.name == new.name:
                raise new.place.error(
                    f"{new.name!r} is declared twice; the other one is on line {other.place.line}.",
                    remedy="Rename one of them: givens, quantities and checks share their names.",
                )
