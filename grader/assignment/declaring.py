"""A function, a class, a predicate, a gradient or a given, with its options, made into a declaration."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, get_type_hints

import torch

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
from grader.assignment.options import (
    CallableOptions,
    FunctionOptions,
    Names,
    Options,
    PropertyOptions,
    Scope,
    agreed_names,
    argument_kinds,
    asked_versions,
    points_by_version,
    read_name,
    read_seconds,
    read_title,
    refuse_odd_words,
    rules_of,
    tolerance_of,
)
from grader.assignment.places import Place, suggestion
from grader.assignment.validation import (
    read_alternatives,
    read_function,
    read_given,
    read_identifier,
    read_predicate,
    read_students_function,
    students_function,
)


def declare_function(
    function: Callable[..., object], options: FunctionOptions, scope: Scope, place: Place
) -> QuantityDeclaration:
    """Declare the quantity that `function` computes; the options stand at `place`."""
    definition = read_function(function, place)
    name = read_name(function, options, definition.place if options.get("name") is None else place)
    versions = asked_versions(options, scope, place)
    return QuantityDeclaration(
        name=name,
        title=read_title(options, first_line(function) or name, place),
        task=scope.task,
        definition=definition,
        accept=read_alternatives(options.get("accept", ()), place),
        names=agreed_names(name, options, versions, place),
        points=points_by_version(options, versions, place),
        tolerance=tolerance_of(options, scope, place),
        varying_shape=bool(options.get("varying_shape")),
        place=definition.place,
        rules=rules_of(options, scope, versions, place),
    )


def declare_callable(
    function: Callable[..., object], options: CallableOptions, scope: Scope, place: Place
) -> FunctionDeclaration:
    """Declare the function, or the class, that students write; `function` knows what it should give."""
    definition = _callable_definition(function, options, place)
    name = read_name(function, options, definition.place if options.get("name") is None else place)
    versions = asked_versions(options, scope, place)
    refuse_odd_words(options, place)
    assert scope.task is not None, "only tasks declare functions"
    return FunctionDeclaration(
        name=name,
        title=read_title(options, first_line(function) or name, place),
        task=scope.task,
        function=definition,
        cases=options.get("cases"),
        construct=_construct(options, place) if inspect.isclass(function) else None,
        load_state=bool(options.get("load_state")),
        method=options.get("method", ""),
        kinds=argument_kinds(options, versions, usual="tensor" if _is_module(function) else None),
        dtype=options.get("dtype", ""),
        seconds=read_seconds(options, place),
        credit=options.get("credit", "cases"),
        scalar_only=options.get("scalar_only", "refuse"),
        varying_shape=bool(options.get("varying_shape")),
        names=agreed_names(name, options, versions, place),
        points=points_by_version(options, versions, place),
        tolerance=tolerance_of(options, scope, place),
        place=definition.place,
        rules=rules_of(options, scope, versions, place),
    )


def declare_property(
    predicate: Callable[..., object], options: Mapping[str, Any], givens: Collection[str], scope: Scope, place: Place
) -> PropertyDeclaration:
    """Declare a predicate; what isn't an option of its own says where a parameter comes from."""
    known = get_type_hints(PropertyOptions)
    own = PropertyOptions(**{name: value for name, value in options.items() if name in known})  # type: ignore[typeddict-item]  # read one by one below
    sources = {name: value for name, value in options.items() if name not in known}
    definition, hidden = read_predicate(predicate, place)
    name = read_name(predicate, own, definition.place if own.get("name") is None else place)
    versions = asked_versions(own, scope, place)
    refuse_odd_words(own, place)
    for parameter in sources:
        if parameter not in definition.parameters:
            raise place.error(
                f"{parameter!r} is neither an option nor a parameter of {name!r}.",
                remedy=suggestion(parameter, [*definition.parameters, *known]),
            )
    calls = {parameter: source for parameter, source in sources.items() if isinstance(source, Call)}
    variables = {
        parameter: agreed_names(
            parameter, {"names": sources[parameter]} if parameter in sources else {}, versions, place
        )
        for parameter in definition.parameters
        if parameter not in calls and parameter not in hidden and (parameter in sources or parameter not in givens)
    }
    assert scope.task is not None, "only tasks declare properties"
    return PropertyDeclaration(
        name=name,
        title=read_title(own, first_line(predicate) or name, place),
        task=scope.task,
        predicate=definition,
        variables=variables,
        calls=calls,
        hidden=hidden,
        kinds=argument_kinds(own, versions),
        dtype=own.get("dtype", ""),
        points=points_by_version(own, versions, place),
        place=definition.place,
    )


def declare_drawn(
    name: object, shape: object, names: Names | None, spread: tuple[float, float], scope: Scope, place: Place
) -> Given:
    """Declare a given that students draw; a draw of ours stands for it while the reference is checked."""
    name = read_identifier(name, "The given's name", place)
    if not isinstance(shape, Sequence) or not all(isinstance(length, int) and length >= 0 for length in shape):
        raise place.error(f"shape={shape!r} is no shape.", remedy="Write shape=(3, 4).")
    if not (isinstance(spread, tuple) and len(spread) == 2 and 0 <= spread[0] <= spread[1]):
        raise place.error(f"spread={spread!r} is no range.", remedy="Write spread=(0.001, 1.0), standard deviations.")
    versions = asked_versions({}, scope, place)
    example = normal(*shape, seed=1, std=min(max(spread[0], 0.1), spread[1])).arrays()[0]
    return Given(
        name=name,
        value=read_given(name, example, place),
        place=place,
        names=agreed_names(name, {} if names is None else {"names": names}, versions, place),
        spread=spread,
    )


def declare_gradient(
    name: str, gradient: Gradient, options: Options, scope: Scope, place: Place
) -> QuantityDeclaration:
    """Declare the quantity that is a derivative."""
    name = read_identifier(name, "The quantity's name", place)
    versions = asked_versions(options, scope, place)
    return QuantityDeclaration(
        name=name,
        title=read_title(options, f"Gradient of {gradient.of} with respect to {gradient.by}", place),
        task=scope.task,
        definition=gradient,
        accept=(),
        names=agreed_names(name, options, versions, place),
        points=points_by_version(options, versions, place),
        tolerance=tolerance_of(options, scope, place),
        place=place,
        rules=rules_of(options, scope, versions, place),
    )


def first_line(function: object) -> str:
    """Read the first line of a docstring, without its full stop; empty where there is none."""
    lines = (getattr(function, "__doc__", None) or "").strip().splitlines()
    return lines[0].strip().removesuffix(".") if lines else ""


def _construct(options: CallableOptions, place: Place) -> tuple[object, ...]:
    made: object = options.get("construct", ())
    if not isinstance(made, tuple | list):
        raise place.error(f"construct={made!r} is no tuple.", remedy=f"Write construct=({made!r},).")
    return tuple(made)


def _is_module(function: object) -> bool:
    return inspect.isclass(function) and issubclass(function, torch.nn.Module)


def _callable_definition(function: Callable[..., object], options: CallableOptions, place: Place) -> Function:
    """A function by its signature; a class by that of what is called of its objects."""
    if not inspect.isclass(function):
        return read_students_function(function, place)
    try:
        parameters = method_parameters(function, options.get("method", ""))
    except ValueError as error:
        raise place.error(f"{function.__name__!r} can't be called: {error}.", remedy="Name its method.") from None
    return students_function(function, parameters, place)
