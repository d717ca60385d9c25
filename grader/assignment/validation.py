"""Reads what an author wrote as arguments into exact, checked values; each fault is an error at the author's line."""

from __future__ import annotations

import ast
import inspect
import keyword
import math
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath
from typing import TypeVar, get_args

from torch import Tensor

from grader.assignment.declarations import Function
from grader.assignment.inputs import Hidden
from grader.assignment.places import Place, definition_place, nearest, suggestion
from grader.assignment.spec import Container, Policies, Tolerance, VersionSpec
from grader.assignment.tensors import NotNumbers, from_author
from grader.records import NoPath
from grader.records import read_path as variable_path

Points = int | float | str | Fraction | Decimal
"""A number of points; read as it is written, so that 0.1 is a tenth."""
ByVersion = TypeVar("ByVersion")

_OPEN = Tolerance()
_CONTAINERS: dict[str, Container] = {"torch": "tensor", "numpy": "ndarray"}


def read_text(value: object, what: str, place: Place) -> str:
    """Read a text that people will see: one line, not empty."""
    if not isinstance(value, str) or not value.strip():
        raise place.error(f"{what} is {value!r}, not a text.", remedy="Write a short text in quotes.")
    return " ".join(value.split())


def read_path(value: object, option: str, place: Place) -> str:
    """Read a path, as it is written; "" where there is none."""
    path = str(value) if isinstance(value, PurePath) else value
    if path is None:
        return ""
    if not isinstance(path, str) or not path.strip() or "\0" in path:
        raise place.error(f"{option}={value!r} is no path.", remedy=f'Write {option}="../venv/bin/python".')
    return path


def read_identifier(value: object, what: str, place: Place) -> str:
    """Read a name that a Python variable may have, in the form in which Python keeps it (NFKC)."""
    name = unicodedata.normalize("NFKC", value) if isinstance(value, str) else ""
    if not name.isidentifier() or keyword.iskeyword(name):
        raise place.error(
            f"{what} {value!r} is no name that a Python variable can have.",
            remedy="Use letters, digits and underscores, beginning with a letter.",
        )
    return name


def read_replaced(values: object, place: Place) -> dict[str, str]:
    """Read what is replaced when a notebook is graded: names, and plain values as Python writes them."""
    if not isinstance(values, Mapping):
        raise place.error(f"replaced={values!r} has no names.", remedy='Write replaced={"EPOCHS": 2}.')
    return {
        read_identifier(name, "The name in replaced=", place): _literal(name, value, place)
        for name, value in values.items()
    }


def _literal(name: object, value: object, place: Place) -> str:
    try:
        if ast.literal_eval(repr(value)) == value:
            return repr(value)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        pass
    raise place.error(
        f"replaced= gives {name!r} a value that can't be written into a cell.",
        remedy="Use numbers, text, True, False, None, or lists, tuples and dicts of them.",
    )


def read_id(value: object, place: Place) -> str:
    """Read an assignment's id, which also stands in commands and file names."""
    if not isinstance(value, str) or not re.fullmatch(r"\w[\w.-]*", value):
        raise place.error(
            f"{value!r} can't be the assignment's id.",
            remedy='Use letters, digits, "-", "_" and ".", beginning with a letter or a digit.',
        )
    return value


def slug(heading: str) -> str:
    """Make a task's id of its heading: lower case, letters and digits of any script, hyphens between."""
    text = unicodedata.normalize("NFC", heading).lower()
    kept = "".join(letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in text)
    return "-".join(kept.split())


def read_points(value: object, place: Place) -> Fraction:
    """Read points exactly, as they are written: `Fraction("0.1")`, not the float nearest to it."""
    points = _exact(value)
    if points is None:
        raise place.error(f"points={value!r} is no number.", remedy='Write a number, such as 2, 0.5 or "1/3".')
    if points < 0:
        raise place.error(f"points={value!r} is negative.", remedy="Write what a right answer earns, 0 or more.")
    return points


def _exact(value: object) -> Fraction | None:
    if isinstance(value, bool) or not isinstance(value, Points):
        return None
    try:
        return Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        return None


def read_total(value: object, place: Place) -> Fraction:
    """Read an assignment's declared total, which is more than nothing."""
    total = read_points(value, place)
    if not total:
        raise place.error("The assignment has no points.", remedy="Declare the total that its checks add up to.")
    return total


def read_given(name: str, value: object, place: Place) -> Tensor:
    """Copy a given's numbers into a tensor of float64, int64, bool or complex128."""
    try:
        return from_author(value)
    except NotNumbers as error:
        raise place.error(
            f"The given {name!r} holds {error}.", remedy="Give a number, a rectangular list, an array or a tensor."
        ) from None


def read_word(value: object, words: object, option: str, place: Place) -> None:
    """Refuse what isn't one of the words of a `Literal` type."""
    known = get_args(words)
    if value not in known:
        raise place.error(
            f"{option}={value!r} is no choice that there is.",
            remedy=f"{nearest(str(value), known)} {option} is one of {', '.join(map(repr, known))}.".lstrip(),
        )


def read_share(value: object, option: str, place: Place) -> Fraction:
    """Read a share of points, 0 to 1, as exactly as it is written."""
    try:
        share = Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        share = Fraction(-1)
    if not 0 <= share <= 1:
        raise place.error(f"{option}={value!r} is no share.", remedy=f"Write {option}=1, 0, or a part such as 0.5.")
    return share


def read_policies(policies: Policies, place: Place) -> Policies:
    """Check an assignment's policies: every word known, `repeat` and `vary` numbers."""
    hints = inspect.get_annotations(Policies, eval_str=True)
    for option in ("reveal", "printed", "other_names", "broken_rules", "varied"):
        read_word(getattr(policies, option), hints[option], option, place)
    for option in ("repeat", "vary"):
        _refuse_bad_number(getattr(policies, option), option, place)
    return policies


def _refuse_bad_number(value: object, option: str, place: Place) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise place.error(f"{option}={value!r} is no number of runs.", remedy="Write a whole number, 0 or more.")


def read_tolerance(value: object, place: Place, inherited: Tolerance = _OPEN) -> Tolerance:
    """Check a tolerance: its numbers not negative and set together, its words known.

    The nearest one counts, but for rtol and atol: where it sets neither, those that it inherits stay.
    """
    if not isinstance(value, Tolerance):
        raise place.error(
            f"tolerance={value!r} is no Tolerance.", remedy="Write tolerance=Tolerance(rtol=1e-4, atol=1e-6)."
        )
    for option in ("rtol", "atol"):
        _refuse_bad_bound(getattr(value, option), option, place)
    if (value.rtol is None) != (value.atol is None):
        there, lacking = ("rtol", "atol") if value.atol is None else ("atol", "rtol")
        raise place.error(f"The tolerance sets {there} without {lacking}.", remedy=f"Set both, {lacking}=0 if need be.")
    hints = inspect.get_annotations(Tolerance, eval_str=True)
    for option in hints.keys() - {"rtol", "atol"}:
        read_word(getattr(value, option), hints[option], option, place)
    return replace(value, rtol=inherited.rtol, atol=inherited.atol) if value.rtol is None else value


def _refuse_bad_bound(value: object, option: str, place: Place) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise place.error(
            f"{option}={value!r} is no tolerance.", remedy=f"Write a finite number, 0 or more, such as {option}=1e-5."
        )


def read_version_specs(versions: Mapping[str, str] | None, place: Place) -> tuple[VersionSpec, ...]:
    """Read an assignment's versions: ids and name templates, each with `{}` once where the quantity's name goes."""
    if versions is None:
        return ()
    if not isinstance(versions, Mapping):
        raise place.error(f"versions={versions!r} has no templates.", remedy='Write versions={"numpy": "{}_n"}.')
    return tuple(_read_version(id, template, place) for id, template in versions.items())


def _read_version(id: str, template: object, place: Place) -> VersionSpec:
    read_identifier(id, "The version", place)
    if not isinstance(template, str) or template.count("{}") != 1 or not _makes_names(template):
        raise place.error(
            f"The template {template!r} of version {id!r} makes no variable names.",
            remedy='Write "{}" once, where the quantity\'s name goes, with letters, digits or underscores: "{}_n".',
        )
    return VersionSpec(id=id, template=template, container=_CONTAINERS.get(id))


def _makes_names(template: str) -> bool:
    try:
        variable_path(template.replace("{}", "a"))
    except NoPath:
        return False
    return True


def refuse_unknown_versions(ids: Collection[str], known: Collection[str], option: str, place: Place) -> None:
    """Refuse an id that isn't among the versions that an option may speak of."""
    for id in ids:
        if id not in known:
            raise place.error(
                f"{option}= speaks of a version {id!r}, in which this isn't asked for.",
                remedy=suggestion(str(id), [version for version in known if version]),
            )


def by_version(
    value: ByVersion | Mapping[str, ByVersion], asked: Sequence[str], option: str, place: Place
) -> dict[str, ByVersion]:
    """Spread what an author wrote once, or version by version, over the versions asked for."""
    if not isinstance(value, Mapping):
        return dict.fromkeys(asked, value)
    refuse_unknown_versions(value, asked, option, place)
    return {version: value[version] for version in asked if version in value}


def read_names(value: object, what: str, place: Place) -> tuple[str, ...]:
    """Read one agreed name or several: variables, or paths from one."""
    if isinstance(value, str):
        return (_read_variable_path(value, what, place),)
    if not isinstance(value, Sequence):
        raise place.error(f"{what} {value!r} is no name.", remedy="Write a name in quotes, or a list of names.")
    return tuple(_read_variable_path(name, what, place) for name in value)


def _read_variable_path(value: object, what: str, place: Place) -> str:
    if not isinstance(value, str) or not any(mark in value for mark in ".[("):
        return read_identifier(value, what, place)
    text = unicodedata.normalize("NFKC", value.strip())
    try:
        variable_path(text)
    except NoPath as problem:
        raise place.error(
            f"{what} {value!r} is no path: it {problem}.",
            remedy='Write a variable, attributes and keys, such as grads["dW1"] or model.fc1.weight; '
            "what has to be computed is a property's or a quantity's.",
        ) from None
    return text


def read_function(value: object, place: Place) -> Function:
    """Read a function by its signature; all its parameters are plain ones, without defaults.

    `place` is where it was handed over; its own `def` line is preferred for errors.
    """
    if not callable(value):
        raise place.error(f"{value!r} is no function.", remedy="Put the decorator above a def, or pass a function.")
    own = definition_place(value, place)
    parameters = _signature(value, own).parameters.values()
    for parameter in parameters:
        if parameter.kind is not parameter.POSITIONAL_OR_KEYWORD or parameter.default is not parameter.empty:
            raise own.error(
                f"The parameter {str(parameter)!r} names no given or quantity.",
                remedy="Use plain parameters: no *args, **kwargs, defaults, * or /; constants belong in the body.",
            )
    return Function(call=value, parameters=tuple(parameter.name for parameter in parameters), place=own)


def read_students_function(value: object, place: Place) -> Function:
    """Read a function that students write, by its signature: its last parameters may have defaults."""
    if not callable(value):
        raise place.error(f"{value!r} is no function.", remedy="Put the decorator above a def or a class.")
    own = definition_place(value, place)
    return students_function(value, tuple(_signature(value, own).parameters.values()), own)


def students_function(value: Callable[..., object], parameters: Sequence[inspect.Parameter], place: Place) -> Function:
    """A function that is called with cases, by these parameters."""
    for parameter in parameters:
        if parameter.kind is not parameter.POSITIONAL_OR_KEYWORD:
            raise place.error(
                f"The parameter {str(parameter)!r} can't be given by its position.",
                remedy="Use plain parameters, with defaults or without: no *args, **kwargs, * or /.",
            )
    return Function(
        call=value,
        parameters=tuple(parameter.name for parameter in parameters),
        place=place,
        optional=sum(parameter.default is not parameter.empty for parameter in parameters),
    )


def read_predicate(value: object, place: Place) -> tuple[Function, dict[str, Hidden]]:
    """Read a property's predicate by its signature; the defaults of its parameters, where there are any, are hidden
    data."""
    if not callable(value):
        raise place.error(f"{value!r} is no function.", remedy="Put the decorator above a def.")
    own = definition_place(value, place)
    parameters = _signature(value, own).parameters.values()
    for parameter in parameters:
        hidden = isinstance(parameter.default, Hidden)
        if parameter.kind is not parameter.POSITIONAL_OR_KEYWORD or not (
            hidden or parameter.default is parameter.empty
        ):
            raise own.error(
                f"The parameter {str(parameter)!r} names nothing that can be judged.",
                remedy='Use plain parameters; the only default is hidden("file").',
            )
    names = tuple(parameter.name for parameter in parameters)
    return Function(call=value, parameters=names, place=own), {
        parameter.name: parameter.default for parameter in parameters if isinstance(parameter.default, Hidden)
    }


def _signature(function: Callable[..., object], place: Place) -> inspect.Signature:
    try:
        return inspect.signature(function)
    except (ValueError, TypeError):
        raise place.error(
            f"{function!r} doesn't tell its parameters.",
            remedy="Write a def or a lambda whose parameters name givens and quantities.",
        ) from None


def read_alternatives(value: object, place: Place) -> tuple[Function, ...]:
    """Read what `accept=` holds: a function or several."""
    functions = value if isinstance(value, Sequence) else (value,)
    return tuple(read_function(function, place) for function in functions)
