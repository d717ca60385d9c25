"""How a quantity is asked for: the options that an author writes, read into a declaration."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypedDict, get_type_hints

from grader.assignment.declarations import Gradient, QuantityDeclaration
from grader.assignment.places import Place, suggestion
from grader.assignment.spec import Tolerance, VersionSpec
from grader.assignment.validation import (
    Points,
    by_version,
    read_alternatives,
    read_function,
    read_identifier,
    read_names,
    read_points,
    read_text,
    read_tolerance,
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
    """

    points: Points | Mapping[str, Points] | None
    versions: Sequence[str] | None
    names: Names | None
    also: Names | None
    tolerance: Tolerance | None
    title: str | None


class FunctionOptions(Options, total=False):
    """What a quantity with a function may be asked for with, besides.

    accept: functions of further right answers, whose parameters name givens and quantities too.
    name: the quantity's name, where the function's own won't do.
    """

    accept: Alternatives
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a quantity has from where it is declared: its task (None outside tasks), versions, and a tolerance."""

    task: str | None
    versions: tuple[VersionSpec, ...]
    tolerance: Tolerance


def declare_function(
    function: Callable[..., object], options: FunctionOptions, scope: Scope, place: Place
) -> QuantityDeclaration:
    """Declare the quantity that `function` computes; the options stand at `place`."""
    definition = read_function(function, place)
    name = _name(function, options, definition.place if options.get("name") is None else place)
    versions = _versions(options, scope, place)
    return QuantityDeclaration(
        name=name,
        title=_title(options, first_line(function) or name, place),
        task=scope.task,
        definition=definition,
        accept=read_alternatives(options.get("accept", ()), place),
        names=_names(name, options, versions, place),
        points=_points(options, versions, place),
        tolerance=_tolerance(options, scope, place),
        place=definition.place,
    )


def declare_gradient(
    name: str, gradient: Gradient, options: Options, scope: Scope, place: Place
) -> QuantityDeclaration:
    """Declare the quantity that is a derivative."""
    name = read_identifier(name, "The quantity's name", place)
    versions = _versions(options, scope, place)
    return QuantityDeclaration(
        name=name,
        title=_title(options, f"Gradient of {gradient.of} with respect to {gradient.by}", place),
        task=scope.task,
        definition=gradient,
        accept=(),
        names=_names(name, options, versions, place),
        points=_points(options, versions, place),
        tolerance=_tolerance(options, scope, place),
        place=place,
    )


def refuse_unknown_options(options: Mapping[str, object], kind: type[Options], place: Place) -> None:
    """Refuse a keyword that isn't among the options of `kind`."""
    known = get_type_hints(kind)
    for option in options:
        if option not in known:
            raise place.error(f"There is no option {option!r}.", remedy=suggestion(option, known))


def first_line(function: object) -> str:
    """Read the first line of a function's docstring, without its full stop; empty where there is none."""
    lines = (inspect.getdoc(function) or "").strip().splitlines() if inspect.isroutine(function) else []
    return lines[0].strip().removesuffix(".") if lines else ""


def _name(function: Callable[..., object], options: FunctionOptions, place: Place) -> str:
    chosen = options.get("name")
    return read_identifier(
        getattr(function, "__name__", "") if chosen is None else chosen, "The quantity's name", place
    )


def _title(options: Options, otherwise: str, place: Place) -> str:
    title = options.get("title")
    return otherwise if title is None else read_text(title, "title", place)


def _tolerance(options: Options, scope: Scope, place: Place) -> Tolerance:
    tolerance = options.get("tolerance")
    return scope.tolerance if tolerance is None else read_tolerance(tolerance, place, scope.tolerance)


def _versions(options: Options, scope: Scope, place: Place) -> tuple[VersionSpec, ...]:
    """Choose the versions in which it is asked for; without versions there is one, of no id and no affix."""
    chosen = options.get("versions")
    if chosen is None:
        return scope.versions or (VersionSpec(id="", template="{}"),)
    if isinstance(chosen, str) or not isinstance(chosen, Sequence) or not chosen:
        raise place.error(f"versions={chosen!r} is no list of versions.", remedy='Write versions=["numpy"].')
    refuse_unknown_versions(chosen, [version.id for version in scope.versions], "versions", place)
    return tuple(version for version in scope.versions if version.id in chosen)


def _names(name: str, options: Options, versions: tuple[VersionSpec, ...], place: Place) -> dict[str, tuple[str, ...]]:
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


def _points(options: Options, versions: tuple[VersionSpec, ...], place: Place) -> dict[str, Fraction]:
    points = options.get("points")
    if points is None:
        return {}
    spread = by_version(points, [version.id for version in versions], "points", place)
    return {version: read_points(value, place) for version, value in spread.items() if value is not None}
