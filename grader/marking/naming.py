"""Which quantity and version a name or a label speaks of, by its words."""

from __future__ import annotations

import re

from grader.assignment.spec import CheckSpec, Spec

_VERSION_WORDS = {
    "torch": frozenset({"t", "torch", "pt", "pytorch", "tensor"}),
    "numpy": frozenset({"n", "np", "numpy", "nump"}),
}


def words(text: str) -> tuple[str, ...]:
    """The words of a name or a label, in lower case: `Z1_numpy` and `z1 (numpy):` both are `z1`, `numpy`."""
    return tuple(word for word in re.split(r"[\W_]+", text.lower()) if word)


def version_words(version: str) -> frozenset[str]:
    """The words that speak of a version; for the well-known ones, what students abbreviate them to."""
    return _VERSION_WORDS.get(version, frozenset({version.lower()}))


def speaks_of(text: str, check: CheckSpec, spec: Spec) -> bool:
    """Whether a text names a check's quantity, and neither another version nor another quantity.

    The quantity's own name must be a word of it, alone or run together with a word for the version (`a2np`).
    """
    spoken = set(words(text))
    other_versions = {
        word for version in spec.versions if version.id != check.version for word in version_words(version.id)
    }
    if spoken & other_versions or (spoken & {quantity.name.lower() for quantity in spec.quantities} - _forms(check)):
        return False
    return bool(spoken & _forms(check))


def _forms(check: CheckSpec) -> set[str]:
    name = check.quantity.lower()
    own = version_words(check.version) if check.version else frozenset()
    together = {name + word for word in own} | {word + name for word in own}
    return {name, "".join(words(name))} | together


def speaks_of_version(text: str, version: str) -> bool:
    """Whether a text has a word for a version."""
    return bool(set(words(text)) & version_words(version))
