"""Versions that names show: `z1_t` beside `z1_n` are one quantity, asked for with PyTorch and with NumPy."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

_WORDS = {
    "torch": ("t", "torch", "pt", "th", "tensor"),
    "numpy": ("n", "np", "numpy"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """`templates` maps a version to how its names are made (`{}_t`); empty where there is one version."""

    templates: Mapping[str, str] = field(default_factory=dict)

    def read(self, name: str) -> tuple[str, str]:
        """A name's stem and version; the version is "" where the name shows none."""
        for version, template in self.templates.items():
            before, _, after = template.partition("{}")
            stem = name.removeprefix(before).removesuffix(after)
            if len(stem) == len(name) - len(before) - len(after) and stem.isidentifier():
                return stem, version
        return name, ""


def find_versions(names: Collection[str]) -> Versions:
    """The pair of templates by which most quantities have a name in both versions, where there is such a pair."""
    pairs = list(_pairs())
    shared = {pair: len(_stems(names, pair[0]) & _stems(names, pair[1])) for pair in pairs}
    best = max(pairs, key=lambda pair: shared[pair])
    return Versions(templates=dict(zip(_WORDS, best, strict=True)) if shared[best] else {})


def _pairs() -> Iterable[tuple[str, str]]:
    for torch in _WORDS["torch"]:
        for numpy in _WORDS["numpy"]:
            yield f"{{}}_{torch}", f"{{}}_{numpy}"
            if len(torch) > 1:
                yield f"{torch}_{{}}", f"{numpy}_{{}}"


def _stems(names: Collection[str], template: str) -> set[str]:
    versions = Versions(templates={"": template})
    return {versions.read(name)[0] for name in names if versions.read(name)[0] != name}
