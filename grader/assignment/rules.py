"""Rules as authors write them: names that answers must not, or must, be computed with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grader.assignment.places import Place
from grader.assignment.spec import Rules, VersionSpec
from grader.assignment.validation import by_version, read_version_specs

RuleNames = str | Sequence[str]
"""One dotted name, or several."""

_IN_FULL = {"np": "numpy", "pd": "pandas", "plt": "matplotlib.pyplot", "tf": "tensorflow", "F": "torch.nn.functional"}


@dataclass(frozen=True, slots=True)
class Version:
    """A version as its author writes it, where it has rules."""

    template: str
    forbid: RuleNames = ()
    require: RuleNames = ()


def version(template: str, *, forbid: RuleNames = (), require: RuleNames = ()) -> Version:
    """A version of an assignment, whose answers must not, or must, be computed with something.

    `template` makes its variables' names, with `{}` for the quantity's. Names are dotted, as they are imported in full
    (`numpy.linalg.inv`); a module (`torch`) stands for all that is below it.
    """
    return Version(template, forbid, require)


def read_versions(versions: Mapping[str, str | Version] | None, place: Place) -> tuple[VersionSpec, ...]:
    """Read an assignment's versions with their rules. Raises AssignmentError for what makes no names or rules."""
    if not isinstance(versions, Mapping):
        return read_version_specs(versions, place)
    ruled = {id: each for id, each in versions.items() if isinstance(each, Version)}
    templates = {id: each.template if isinstance(each, Version) else each for id, each in versions.items()}
    return tuple(
        replace(spec, rules=read_rules(ruled[spec.id].forbid, ruled[spec.id].require, place))
        if spec.id in ruled
        else spec
        for spec in read_version_specs(templates, place)
    )


def rules_by_version(options: Mapping[str, Any], versions: Sequence[str], place: Place) -> dict[str, Rules]:
    """Read `forbid=` and `require=`, written once or by version. Raises AssignmentError for what is no dotted name."""
    forbid = by_version(options.get("forbid") or (), versions, "forbid", place)
    require = by_version(options.get("require") or (), versions, "require", place)
    return {version: read_rules(forbid.get(version, ()), require.get(version, ()), place) for version in versions}


def read_rules(forbid: object, require: object, place: Place) -> Rules:
    """Read the names that are forbidden and required. Raises AssignmentError for what is no dotted name."""
    rules = Rules(forbid=_read_dotted(forbid, "forbid", place), require=_read_dotted(require, "require", place))
    for name in rules.require:
        if any(f"{name}.".startswith(f"{forbidden}.") for forbidden in rules.forbid):
            raise place.error(f"{name!r} is both required and forbidden.", remedy="Take it out of one of them.")
    return rules


def _read_dotted(value: object, option: str, place: Place) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else value
    if not isinstance(names, Sequence):
        raise place.error(f"{option}={value!r} is no list of names.", remedy=f'Write {option}=["numpy.linalg.inv"].')
    for name in names:
        if not isinstance(name, str) or not all(part.isidentifier() for part in name.split(".")):
            raise place.error(
                f"{option}= has {name!r}, which is no dotted name.",
                remedy=f'Write names as they are imported in full: {option}=["torch", "numpy.linalg.inv"].',
            )
        first, dot, rest = name.partition(".")
        if first in _IN_FULL:
            raise place.error(
                f"{option}= has {name!r}, an abbreviation, which hand-ins may or may not use.",
                remedy=f"Write {_IN_FULL[first] + dot + rest!r}, as it is imported in full.",
            )
    return tuple(dict.fromkeys(names))
