"""How a quantity is asked for: the options that an author writes, read into a declaration."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, TypedDict, get_type_hints

from grader.assignment.cases import ArgumentKind
from grader.assignment.declarations import (
    Function,
    FunctionDeclaration,
    Given,
    Gradient,
    PropertyDeclaration,
    QuantityDeclaration,
)
from grader.assignment.functions import method_parameters
from grader.assignment.inputs import Call, normal
from grader.assignment.places import Place, suggestion
from grader.assignment.spec import FunctionCredit, Tolerance, VersionSpec
from grader.assignment.validation import (
    Points,
    by_version,
    read_alternatives,
    read_function,
    read_given,
    read_identifier,
    read_names,
    read_points,
    read_predicate,
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
        varying_shape=bool(options.get("varying_shape")),
        place=definition.place,
    )


def declare_callable(
    function: Callable[..., object], options: CallableOptions, scope: Scope, place: Place
) -> FunctionDeclaration:
    """Declare the function, or the class, that students write; `function` knows what it should give."""
    definition = _callable_definition(function, options, place)
    name = _name(function, options, definition.place if options.get("name") is None else place)
    versions = _versions(options, scope, place)
    _refuse_odd_words(options, place)
    made = options.get("construct")
    assert scope.task is not None, "only tasks declare functions"
    return FunctionDeclaration(
        name=name,
        title=_title(options, first_line(function) or name, place),
        task=scope.task,
        function=definition,
        cases=options.get("cases"),
        construct=(tuple(made) if made is not None else ()) if inspect.isclass(function) else None,
        load_state=bool(options.get("load_state")),
        method=options.get("method", ""),
        kinds=_kinds(options, versions),
        dtype=options.get("dtype", ""),
        seconds=float(options.get("seconds", 2.0)),
        credit=options.get("credit", "cases"),
        scalar_only=options.get("scalar_only", "refuse"),
        varying_shape=bool(options.get("varying_shape")),
        names=_names(name, options, versions, place),
        points=_points(options, versions, place),
        tolerance=_tolerance(options, scope, place),
        place=definition.place,
    )


def declare_property(
    predicate: Callable[..., object], options: Mapping[str, Any], givens: Collection[str], scope: Scope, place: Place
) -> PropertyDeclaration:
    """Declare a predicate; what isn't an option of its own says where a parameter comes from."""
    known = get_type_hints(PropertyOptions)
    own = PropertyOptions(**{name: value for name, value in options.items() if name in known})  # type: ignore[typeddict-item]  # read one by one below
    sources = {name: value for name, value in options.items() if name not in known}
    definition, hidden = read_predicate(predicate, place)
    name = _name(predicate, own, definition.place if own.get("name") is None else place)
    versions = _versions(own, scope, place)
    for parameter in sources:
        if parameter not in definition.parameters:
            raise place.error(
                f"{parameter!r} is neither an option nor a parameter of {name!r}.",
                remedy=suggestion(parameter, [*definition.parameters, *known]),
            )
    calls = {parameter: source for parameter, source in sources.items() if isinstance(source, Call)}
    variables = {
        parameter: _names(parameter, {"names": sources[parameter]} if parameter in sources else {}, versions, place)
        for parameter in definition.parameters
        if parameter not in calls and parameter not in hidden and (parameter in sources or parameter not in givens)
    }
    assert scope.task is not None, "only tasks declare properties"
    return PropertyDeclaration(
        name=name,
        title=_title(own, first_line(predicate) or name, place),
        task=scope.task,
        predicate=definition,
        variables=variables,
        calls=calls,
        hidden=hidden,
        kinds=_kinds(own, versions),
        dtype=own.get("dtype", ""),
        points=_points(own, versions, place),
        place=definition.place,
    )


def _callable_definition(function: Callable[..., object], options: CallableOptions, place: Place) -> Function:
    """A function by its signature; a class by that of what is called of its objects."""
    if not inspect.isclass(function):
        return read_function(function, place)
    try:
        parameters = method_parameters(function, options.get("method", ""))
    except ValueError as error:
        raise place.error(f"{function.__name__!r} can't be called: {error}.", remedy="Name its method.") from None
    return Function(call=function, parameters=parameters, place=place)


def _kinds(options: CallableOptions | PropertyOptions, versions: tuple[VersionSpec, ...]) -> dict[str, ArgumentKind]:
    chosen = options.get("arguments")
    return {version.id: chosen or version.container or "ndarray" for version in versions}


def _refuse_odd_words(options: CallableOptions, place: Place) -> None:
    for option, words in (
        ("credit", FunctionCredit),
        ("arguments", ArgumentKind),
        ("scalar_only", Literal["accept", "refuse"]),
        ("dtype", Literal["float64", "float32", "float16"]),
    ):
        if option in options:
            read_word(options[option], words, option, place)  # type: ignore[literal-required]  # they are its keys
    seconds = options.get("seconds", 2.0)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= 60:
        raise place.error(f"seconds={seconds!r} is no time for a call.", remedy="Write a number, at most 60.")


def declare_drawn(
    name: object, shape: object, names: Names | None, spread: tuple[float, float], scope: Scope, place: Place
) -> Given:
    """Declare a given that students draw; a draw of ours stands for it while the reference is checked."""
    name = read_identifier(name, "The given's name", place)
    if not isinstance(shape, Sequence) or not all(isinstance(length, int) and length >= 0 for length in shape):
        raise place.error(f"shape={shape!r} is no shape.", remedy="Write shape=(3, 4).")
    if not (isinstance(spread, tuple) and len(spread) == 2 and 0 <= spread[0] <= spread[1]):
        raise place.error(f"spread={spread!r} is no range.", remedy="Write spread=(0.001, 1.0), standard deviations.")
    versions = _versions({}, scope, place)
    example = normal(*shape, seed=1, std=min(max(spread[0], 0.1), spread[1])).arrays()[0]
    return Given(
        name=name,
        value=read_given(name, example, place),
        place=place,
        names=_names(name, {} if names is None else {"names": names}, versions, place),
        spread=spread,
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


def refuse_unknown_options(options: Mapping[str, object], kind: type, place: Place) -> None:
    """Refuse a keyword that isn't among the options of `kind`."""
    known = get_type_hints(kind)
    for option in options:
        if option not in known:
            raise place.error(f"There is no option {option!r}.", remedy=suggestion(option, known))


def first_line(function: object) -> str:
    """Read the first line of a docstring, without its full stop; empty where there is none."""
    lines = (getattr(function, "__doc__", None) or "").strip().splitlines()
    return lines[0].strip().removesuffix(".") if lines else ""


def _name(function: Callable[..., object], options: Mapping[str, Any], place: Place) -> str:
    chosen = options.get("name")
    return read_identifier(
        getattr(function, "__name__", "") if chosen is None else chosen, "The quantity's name", place
    )


def _title(options: Mapping[str, Any], otherwise: str, place: Place) -> str:
    title = options.get("title")
    return otherwise if title is None else read_text(title, "title", place)


def _tolerance(options: Mapping[str, Any], scope: Scope, place: Place) -> Tolerance:
    tolerance = options.get("tolerance")
    return scope.tolerance if tolerance is None else read_tolerance(tolerance, place, scope.tolerance)


def _versions(options: Mapping[str, Any], scope: Scope, place: Place) -> tuple[VersionSpec, ...]:
    """Choose the versions in which it is asked for; without versions there is one, of no id and no affix."""
    chosen = options.get("versions")
    if chosen is None:
        return scope.versions or (VersionSpec(id="", template="{}"),)
    if isinstance(chosen, str) or not isinstance(chosen, Sequence) or not chosen:
        raise place.error(f"versions={chosen!r} is no list of versions.", remedy='Write versions=["numpy"].')
    refuse_unknown_versions(chosen, [version.id for version in scope.versions], "versions", place)
    return tuple(version for version in scope.versions if version.id in chosen)


def _names(
    name: str, options: Mapping[str, Any], versions: tuple[VersionSpec, ...], place: Place
) -> dict[str, tuple[str, ...]]:
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


def _points(options: Mapping[str, Any], versions: tuple[VersionSpec, ...], place: Place) -> dict[str, Fraction]:
    points = options.get("points")
    if points is None:
        return {}
    spread = by_version(points, [version.id for version in versions], "points", place)
    return {version: read_points(value, place) for version, value in spread.items() if value is not None}
