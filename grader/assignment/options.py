"""How a quantity is asked for: the options that an author may write, and how each is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, TypedDict, get_type_hints

from grader.assignment.cases import ArgumentKind
from grader.assignment.places import Place, suggestion
from grader.assignment.rules import RuleNames, rules_by_version
from grader.assignment.spec import FunctionCredit, Rules, Tolerance, VersionSpec
from grader.assignment.validation import (
    Points,
    by_version,
    read_identifier,
    read_names,
    read_points,
    read_text,
    read_tolerance,
    read_word,
    refuse_unknown_versions,
)

Names = str | Sequence[str] | Mapping[str, str | Sequence[str]]
"""Agreed variable names: one, several, or by version."""
Alternatives = Callable[..., object] | Sequence[Callable[..., object]]


class Options(TypedDict, total=False):
    """What any quantity may be asked for with.

    points: what it earns in each version, or by version; without, it stands in the graph and earns nothing.
    versions: in which it is asked for; all by default.
    names, also: agreed variable names instead of the template's, and besides them.
    tolerance: instead of the task's, but that its rtol and atol stay where none are set here.
    title: for people; a function's docstring otherwise.
    forbid, require: dotted names (`numpy.linalg.inv`, `torch`) that an answer must not, or must, be computed with; by
    version where they differ. They come on top of the task's and the version's own.
    """

    points: Points | Mapping[str, Points] | None
    versions: Sequence[str] | None
    names: Names | None
    also: Names | None
    tolerance: Tolerance | None
    title: str | None
    forbid: RuleNames | Mapping[str, RuleNames]
    require: RuleNames | Mapping[str, RuleNames]


class FunctionOptions(Options, total=False):
    """What a quantity with a function may be asked for with, besides.

    accept: functions of further right answers, whose parameters name givens and quantities too.
    name: the quantity's name, where the function's own won't do.
    """

    accept: Alternatives
    name: str | None
    varying_shape: bool


class CallableOptions(Options, total=False):
    """What a function, or a class, of students' may be asked for with, besides.

    cases: what it is called with: for one parameter its values, for several tuples; `normal`, `uniform` and `integers`
    draw arrays, `raises` makes a case that must raise.
    credit: "cases" (each earns its share), "leaves" (each part of each result does), or "all-or-nothing".
    arguments: what arrays arrive as, "ndarray", "tensor" or "list", where the version's name doesn't say so.
    dtype: the floating dtype of arrays; float64, and float32 for tensors.
    seconds: how long one call may take.
    scalar_only: "accept" gives marks to a function that works for one number and not for an array.
    construct: the arguments that an object of a class is made with; then `method` is called, or the object itself.
    load_state: whether a module gets the parameters of the reference's.
    name: the check's name, where the function's own won't do.
    varying_shape: whether the result's shape may depend on the numbers.
    """

    cases: object
    credit: FunctionCredit
    arguments: ArgumentKind
    dtype: str
    seconds: float
    scalar_only: Literal["accept", "refuse"]
    construct: Sequence[object] | None
    load_state: bool
    method: str
    name: str | None
    varying_shape: bool


class PropertyOptions(TypedDict, total=False):
    """What a property may be asked for with; every other keyword says where a parameter of that name comes from.

    points, versions, title: as for any quantity. arguments, dtype: as for functions, for what is called.
    """

    points: Points | Mapping[str, Points] | None
    versions: Sequence[str] | None
    title: str | None
    arguments: ArgumentKind
    dtype: str
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a quantity has from where it is declared: its task (None outside tasks), versions, a tolerance, and rules
    by version."""

    task: str | None
    versions: tuple[VersionSpec, ...]
    tolerance: Tolerance
    rules: Mapping[str, Rules] = field(default_factory=dict)


ASSIGNMENT_OPTIONS = frozenset(
    ("replaced", "reveal", "printed", "other_names", "repeat", "vary", "varied", "python", "versions", "broken_rules")
)
"""What is said of a whole assignment, and of nothing in it."""


def refuse_unknown_options(options: Mapping[str, object], kind: type, place: Place) -> None:
    """Refuse a keyword that isn't among the options of `kind`."""
    known = get_type_hints(kind)
    for option in options:
        if option not in known:
            elsewhere = f" {option}= belongs on Assignment(…)." if option in ASSIGNMENT_OPTIONS else ""
            raise place.error(f"There is no option {option!r}.", remedy=suggestion(option, known) + elsewhere)


def refuse_odd_words(options: CallableOptions | PropertyOptions, place: Place) -> None:
    """Refuse a word that its option doesn't know."""
    for option, words in (
        ("credit", FunctionCredit),
        ("arguments", ArgumentKind),
        ("scalar_only", Literal["accept", "refuse"]),
        ("dtype", Literal["float64", "float32", "float16"]),
    ):
        if option in options:
            read_word(options[option], words, option, place)  # type: ignore[literal-required]  # they are its keys


def read_seconds(options: CallableOptions, place: Place) -> float:
    """Read how long one call may take."""
    seconds = options.get("seconds", 2.0)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= 60:
        raise place.error(f"seconds={seconds!r} is no time for a call.", remedy="Write a number, at most 60.")
    return float(seconds)


def argument_kinds(
    options: CallableOptions | PropertyOptions, versions: tuple[VersionSpec, ...], *, usual: ArgumentKind | None = None
) -> dict[str, ArgumentKind]:
    """What arrays arrive as in each version: as it is asked for, as is `usual`, or as the version's variables are."""
    chosen = options.get("arguments", usual)
    return {version.id: chosen or version.container or "ndarray" for version in versions}


def read_name(function: Callable[..., object], options: Mapping[str, Any], place: Place) -> str:
    """Read the name of a check, which is its function's where no other is set."""
    chosen = options.get("name")
    return read_identifier(
        getattr(function, "__name__", "") if chosen is None else chosen, "The quantity's name", place
    )


def read_title(options: Mapping[str, Any], otherwise: str, place: Place) -> str:
    """Read the title, or take the one for where none is set."""
    title = options.get("title")
    return otherwise if title is None else read_text(title, "title", place)


def tolerance_of(options: Mapping[str, Any], scope: Scope, place: Place) -> Tolerance:
    """Read the tolerance over that of the scope, or take the scope's."""
    tolerance = options.get("tolerance")
    return scope.tolerance if tolerance is None else read_tolerance(tolerance, place, scope.tolerance)


def rules_of(
    options: Mapping[str, Any], scope: Scope, versions: tuple[VersionSpec, ...], place: Place
) -> dict[str, Rules]:
    """Read the rules that hold in each version: its own, those of the scope, and what is set here besides."""
    own = rules_by_version(options, [version.id for version in versions], place)
    return {version.id: version.rules + scope.rules.get(version.id, Rules()) + own[version.id] for version in versions}


def asked_versions(options: Mapping[str, Any], scope: Scope, place: Place) -> tuple[VersionSpec, ...]:
    """Choose the versions in which it is asked for; without versions there is one, of no id and no affix."""
    chosen = options.get("versions")
    if chosen is None:
        return scope.versions or (VersionSpec(id="", template="{}"),)
    if isinstance(chosen, str) or not isinstance(chosen, Sequence) or not chosen:
        raise place.error(f"versions={chosen!r} is no list of versions.", remedy='Write versions=["numpy"].')
    refuse_unknown_versions(chosen, [version.id for version in scope.versions], "versions", place)
    return tuple(version for version in scope.versions if version.id in chosen)


def agreed_names(
    name: str, options: Mapping[str, Any], versions: tuple[VersionSpec, ...], place: Place
) -> dict[str, tuple[str, ...]]:
    """Read the agreed names of each version: the template's or those set instead, then further ones; each once."""
    asked = [version.id for version in versions]
    made = {version.id: version.template.replace("{}", name) for version in versions}
    preferred = made if (instead := options.get("names")) is None else by_version(instead, asked, "names", place)
    further = by_version(options.get("also") or (), asked, "also", place)
    return {
        version: _unique(
            read_names(preferred.get(version, made[version]), "The agreed name", place)
            + read_names(further.get(version, ()), "The agreed name", place)
        )
        for version in asked
    }


def _unique(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def points_by_version(
    options: Mapping[str, Any], versions: tuple[VersionSpec, ...], place: Place
) -> dict[str, Fraction]:
    """Read what it earns in each version; a version without points isn't there."""
    points = options.get("points")
    if points is None:
        return {}
    spread = by_version(points, [version.id for version in versions], "points", place)
    return {version: read_points(value, place) for version, value in spread.items() if value is not None}
