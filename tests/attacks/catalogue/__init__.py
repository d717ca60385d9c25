"""All attacks, a module for each family."""

from __future__ import annotations

from types import ModuleType

from tests.attacks.attack import Attack
from tests.attacks.catalogue import (
    bombs,
    daemons,
    descriptors,
    disk,
    environment,
    files,
    hooks,
    kernel_files,
    leftovers,
    liars,
    memory,
    network,
    output,
    parents,
    patches,
    processes,
    scratch_folder,
    stubborn,
    system_calls,
)

FAMILIES: tuple[ModuleType, ...] = (
    files,
    memory,
    environment,
    network,
    processes,
    descriptors,
    bombs,
    disk,
    output,
    daemons,
    hooks,
    patches,
    liars,
    kernel_files,
    scratch_folder,
    leftovers,
    parents,
    system_calls,
    stubborn,
)


def _all() -> tuple[Attack, ...]:
    attacks: list[Attack] = []
    for family in FAMILIES:
        name = family.__name__.rpartition(".")[2]
        attacks += [attack.of(name) for attack in family.ATTACKS]
    return tuple(attacks)


ATTACKS = _all()
