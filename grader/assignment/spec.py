"""The spec: what is asked, as data. No callable, no tensor; what the reference computes is apart from it."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from grader.records import Calls, CheckKind, Variation

Reveal = Literal["values", "places", "marks"]
Container = Literal["tensor", "ndarray"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How close is close enough, and what else counts.

    `rtol` and `atol` are None for the defaults of `torch.testing.assert_close`, and set together or not at all.
    `shape`: `exact`, or `squeeze` (axes of length one may come and go). `nan`: whether NaN equals NaN. `dtype`: the
    coarsest dtype whose default tolerance a student's answer may claim. `credit`: whether a partly right answer gets
    the share of its elements that are right, or, where it is nested, the share of its leaves.

    What doesn't count, for arrays: `sign` of the whole, of each row or each column (eigenvectors); `scale`, a positive
    factor of the same (weights that need no normalising); `order` of the rows, or of all elements; which `labels` are
    used, as long as they part the elements in the same way (clusters). For text: upper and lower `case`, and white
    `space`. For tables: their `index`, and the order of their rows (`order="rows"`): a row stays whole, and is known by
    its index, or by all its columns where the index doesn't count or merely counts the rows from 0. Each array or table
    of a dict, list or tuple is compared by itself: `order="rows"` lets the rows of each come in an order of their own.
    So is a list of text, dates or things of several kinds, whose items are its rows.
    """

    rtol: float | None = None
    atol: float | None = None
    shape: Literal["exact", "squeeze"] = "exact"
    nan: Literal["unequal", "equal"] = "unequal"
    dtype: Literal["float64", "float32", "bfloat16", "float16"] = "float32"
    credit: Literal["all-or-nothing", "elements", "leaves"] = "all-or-nothing"
    sign: Literal["exact", "whole", "rows", "columns"] = "exact"
    scale: Literal["exact", "whole", "rows", "columns"] = "exact"
    order: Literal["exact", "rows", "elements"] = "exact"
    labels: Literal["exact", "any"] = "exact"
    case: Literal["exact", "any"] = "exact"
    space: Literal["exact", "any"] = "exact"
    index: Literal["exact", "any"] = "exact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What an answer must not, and must, be computed with: dotted names, as they are imported in full.

    A module stands for all that is below it.
    """

    forbid: tuple[str, ...] = ()
    require: tuple[str, ...] = ()

    def __add__(self, other: Rules) -> Rules:
        """Both; each name once."""
        return Rules(
            forbid=tuple(dict.fromkeys((*self.forbid, *other.forbid))),
            require=tuple(dict.fromkeys((*self.require, *other.require))),
        )

    def __bool__(self) -> bool:
        return bool(self.forbid or self.require)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """What an assignment does where there is a choice.

    `reveal`: what students are shown. `printed` and `other_names`: whether an answer found only as printed text, or
    under another name, is credited or counts as missing; either way it is said and flagged. `repeat`: whether an
    execution is repeated with another seed, to tell what is random from what is left over. `follow_through`: the share
    of its points that a check keeps where its answer follows correctly from an earlier mistake. `broken_rules`: whether
    an answer that was computed with what is forbidden, or without what is required, is flagged only, or loses its
    points. `vary`: how often a notebook is run once more with other numbers in its givens; `varied`: whether what is
    right with the handout's numbers alone is flagged, or loses its points (`require`).
    """

    reveal: Reveal = "places"
    printed: Literal["credit", "refuse"] = "credit"
    other_names: Literal["credit", "refuse"] = "credit"
    repeat: int = 1
    follow_through: Fraction = Fraction(1)
    broken_rules: Literal["flag", "lose"] = "flag"
    vary: int = 2
    varied: Literal["flag", "require"] = "flag"


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionSpec:
    """One of the ways in which a quantity is asked for. `template` makes names (`{}_t`); `container` is the kind of
    value that its answers are, where the version's name says so. `rules` hold for all of its answers."""

    id: str
    template: str
    container: Container | None = None
    rules: Rules = field(default_factory=Rules)


FunctionCredit = Literal["cases", "leaves", "all-or-nothing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandInSpec:
    """Further calls of a function, in which tables of what is right stand in for the student's own `helpers`, which are
    other checks."""

    helpers: tuple[str, ...]
    calls: Calls


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSpec:
    """How a function is asked for: the calls that are made of it, and what they are worth.

    `errors` holds, case by case, the name of the exception that must be raised, "" for none. `credit`: each case earns
    its share, each leaf of each case, or all must be right. `scalar_only`: whether a function that works for one
    number, and not for an array, counts as right where it gives the right numbers one by one. `stand_ins` are calls
    that tell what it would give with right helpers.
    """

    calls: Calls
    errors: tuple[str, ...]
    credit: FunctionCredit = "cases"
    scalar_only: Literal["accept", "refuse"] = "refuse"
    stand_ins: tuple[StandInSpec, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertySpec:
    """What a property is judged by: for its parameters, paths of variables (any of them), or calls with one case."""

    variables: Mapping[str, tuple[str, ...]]
    calls: Mapping[str, Calls]


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenSpec:
    """An input that students draw themselves: in each version, the paths at which theirs may stand, and its shape.

    `spread` bounds the standard deviation of its elements.
    """

    name: str
    names: Mapping[str, tuple[str, ...]]
    shape: tuple[int, ...]
    spread: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpec:
    """What earns points. `names` are the agreed paths of the variable or the function, the first one preferred.

    A check of a person's has a `rubric` and no names, a property no names; `function` and `property` say more of those.
    """

    id: str
    kind: CheckKind
    quantity: str
    version: str | None
    title: str
    points: Fraction
    names: tuple[str, ...] = ()
    tolerance: Tolerance = field(default_factory=Tolerance)
    rubric: str = ""
    function: FunctionSpec | None = None
    property: PropertySpec | None = None
    rules: Rules = field(default_factory=Rules)

    @builtins.property
    def calls(self) -> tuple[Calls, ...]:
        """All calls that are made for it."""
        if self.function is not None:
            return (self.function.calls,)
        return tuple(self.property.calls.values()) if self.property is not None else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpec:
    """A part of the assignment. `heading` is how its heading starts in the notebook (`Task 1`).

    `headings` are further ways in which it may start.
    """

    id: str
    heading: str
    title: str
    checks: tuple[CheckSpec, ...]
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantitySpec:
    """A node of the reference's graph, as data: what it depends on, directly, and its agreed name in each version.

    `names` is by version (the key is "" where there are no versions). Quantities stand in topological order.
    """

    name: str
    parents: tuple[str, ...]
    names: Mapping[str, tuple[str, ...]]


def ancestors_of(parents: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    """For each quantity, itself and all givens and quantities that it depends on.

    `parents` are those that each depends on directly; quantities stand in topological order.
    """
    found: dict[str, frozenset[str]] = {}
    for name, direct in parents.items():
        found[name] = frozenset((name,)).union(*(found.get(parent, (parent,)) for parent in direct))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """An assignment as data.

    `digest` covers the source of everything in the reference folder that decides marks. `inputs` are the arguments of
    all calls, as frames by their digests. `drawn` are the givens that students draw themselves.
    `replaced` holds, by name, the values (as Python writes them) that a graded run has in place of the notebook's.
    `prelude` is the code that runs before a notebook, and `prelude_names` what it defines. `python` is the interpreter
    of the class, from the reference folder; "" for the grader's own. `language` is that of feedback pages.
    `variations` are the other numbers with which hand-ins are run once more.
    """

    id: str
    title: str
    points: Fraction
    versions: tuple[VersionSpec, ...]
    givens: tuple[str, ...]
    quantities: tuple[QuantitySpec, ...]
    tasks: tuple[TaskSpec, ...]
    policies: Policies
    drawn: tuple[GivenSpec, ...] = ()
    replaced: Mapping[str, str] = field(default_factory=dict)
    prelude: str = ""
    prelude_names: tuple[str, ...] = ()
    inputs: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    digest: str = ""
    python: str = ""
    language: str = "en"
    variations: tuple[Variation, ...] = ()

    @property
    def checks(self) -> tuple[CheckSpec, ...]:
        """The checks of all tasks, in the order of the assignment."""
        return tuple(check for task in self.tasks for check in task.checks)

    @property
    def checks_by_dependence(self) -> tuple[CheckSpec, ...]:
        """The checks in the order of the graph: what a value follows from comes before it, wherever an assignment asks
        for it. Those of no quantity come last."""
        order = {quantity.name: place for place, quantity in enumerate(self.quantities)}
        return tuple(sorted(self.checks, key=lambda check: order.get(check.quantity, len(order))))
