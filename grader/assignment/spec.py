"""The spec: what is asked, as data. No callable, no tensor; what the reference computes is apart from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from grader.records import CheckKind

Reveal = Literal["values", "places", "marks"]
Container = Literal["tensor", "ndarray"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How close is close enough, and what else counts.

    `rtol` and `atol` are None for the defaults of `torch.testing.assert_close`, and set together or not at all.
    `shape`: `exact`, or `squeeze` (axes of length one may come and go). `nan`: whether NaN equals NaN. `dtype`: the
    coarsest dtype whose default tolerance a student's answer may claim. `credit`: whether a partly right array gets
    the share of its elements that are right.
    """

    rtol: float | None = None
    atol: float | None = None
    shape: Literal["exact", "squeeze"] = "exact"
    nan: Literal["unequal", "equal"] = "unequal"
    dtype: Literal["float64", "float32", "bfloat16", "float16"] = "float32"
    credit: Literal["all-or-nothing", "elements"] = "all-or-nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """What an assignment does where there is a choice.

    `reveal`: what students are shown. `printed` and `other_names`: whether an answer found only as printed text, or
    under another name, is credited or counts as missing; either way it is said and flagged. `repeat`: whether an
    execution is repeated with another seed where saved outputs differ from fresh ones.
    """

    reveal: Reveal = "places"
    printed: Literal["credit", "refuse"] = "credit"
    other_names: Literal["credit", "refuse"] = "credit"
    repeat: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionSpec:
    """One of the ways in which a quantity is asked for. `template` makes names (`{}_t`); `container` is the kind of
    value that its answers are, where the version's name says so."""

    id: str
    template: str
    container: Container | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSpec:
    """What earns points. `names` are the agreed names of the variable, the first one preferred.

    A check of a person's has a `rubric` and no names.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """An assignment as data.

    `digest` covers the source of everything in the reference folder that decides marks. `python` is the interpreter of
    the class, from the reference folder; "" for the grader's own.
    """

    id: str
    title: str
    points: Fraction
    versions: tuple[VersionSpec, ...]
    givens: tuple[str, ...]
    quantities: tuple[QuantitySpec, ...]
    tasks: tuple[TaskSpec, ...]
    policies: Policies
    digest: str = ""
    python: str = ""

    @property
    def checks(self) -> tuple[CheckSpec, ...]:
        """The checks of all tasks, in the order of the assignment."""
        return tuple(check for task in self.tasks for check in task.checks)
