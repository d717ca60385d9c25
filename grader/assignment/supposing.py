"""Worlds of a reference's graph in which something is supposed to be otherwise, one laid on another.

What doesn't depend on what is otherwise is taken over from the world below, tensors with their gradients.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor

from grader.assignment.declarations import Function, QuantityDeclaration
from grader.assignment.evaluation import evaluate, state_of
from grader.assignment.mutation import Mutant
from grader.assignment.outcomes import Expected, Values
from grader.assignment.plain import equal, expected_of
from grader.assignment.spec import ancestors_of
from grader.assignment.tensors import NotNumbers, from_author
from grader.assignment.validation import read_function
from grader.wire.arrays import AnyArray

if TYPE_CHECKING:
    from grader.assignment.reference import Reference

Supposed = AnyArray | Mutant
"""What a hypothesis puts in a given's or a quantity's place."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class World:
    """What givens and quantities are under hypotheses; what fails under them isn't there.

    `supposed` is all that is otherwise, what a student has drawn included. `known` are the values as the reference
    computes with them.
    """

    values: Values
    chosen: Mapping[str, int]
    supposed: Mapping[str, Supposed]
    known: Mapping[str, object]


class Supposing:
    """Computes worlds of one reference. Whatever a mutant raises is raised."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._spoiled = False
        self._definitions: dict[Mutant, Function] = {}

    @cached_property
    def ancestors(self) -> Mapping[str, frozenset[str]]:
        """For each quantity, itself and all givens and quantities that it depends on."""
        quantities = self._reference.graph.quantities
        return ancestors_of({name: quantity.parents for name, quantity in quantities.items()})

    def world(self, supposed: Mapping[str, Supposed], *, chosen: Mapping[str, int]) -> World:
        """A world by itself."""
        known = self._computed(supposed, chosen, known={}, only=None)
        return World(values=_values(known, known), chosen=chosen, supposed=supposed, known=known)

    def further(self, supposed: Mapping[str, Supposed], on: World) -> World:
        """What becomes of a world when more is supposed in it."""
        if self._spoiled or not self._is_steady:
            return self.world({**on.supposed, **supposed}, chosen=on.chosen)
        changed = self._changed_by(supposed)
        kept = {name: value for name, value in on.known.items() if name not in changed}
        together = {**on.supposed, **supposed}
        known = self._computed(together, on.chosen, known=kept, only=None)
        values = {name: value for name, value in on.values.items() if name in kept}
        values |= _values(known, known.keys() - values.keys())
        return World(values=values, chosen=on.chosen, supposed=together, known=known)

    def value(self, supposed: Mapping[str, Supposed], wanted: str, on: World) -> Expected | None:
        """What one quantity becomes when more is supposed in a world; None where it fails. All that it doesn't need is
        left out."""
        if self._spoiled or not self._is_steady:
            return self.further(supposed, on).values.get(wanted)
        changed = self._changed_by(supposed)
        if wanted not in changed:
            return on.values.get(wanted)
        kept = {name: value for name, value in on.known.items() if name not in changed}
        needed = self.ancestors[wanted]
        known = self._computed({**on.supposed, **supposed}, on.chosen, known=kept, only=needed)
        return _values(known, (wanted,)).get(wanted)

    def _changed_by(self, supposed: Collection[str]) -> set[str]:
        names = {*supposed}
        return names | {name for name, before in self.ancestors.items() if before & names}

    def _computed(
        self,
        supposed: Mapping[str, Supposed],
        chosen: Mapping[str, int],
        *,
        known: Mapping[str, object],
        only: Collection[str] | None,
    ) -> Mapping[str, object]:
        graph = self._reference.graph
        mutants = {name: self._definition(put) for name, put in supposed.items() if isinstance(put, Mutant)}
        with self._reference.importable():
            return evaluate(
                graph.givens,
                {name: _under(quantity, mutants) for name, quantity in graph.quantities.items()},
                chosen={name: choice for name, choice in chosen.items() if name not in mutants},
                values={name: from_author(put) for name, put in supposed.items() if isinstance(put, np.ndarray)},
                known=known,
                only=only,
                unwatched=mutants,
            ).values

    def _definition(self, mutant: Mutant) -> Function:
        """A mutant as a quantity's definition. One that changes its arguments spoils those tensors for others."""
        if mutant not in self._definitions:
            self._definitions[mutant] = self._watched(mutant)
        return self._definitions[mutant]

    def _watched(self, mutant: Mutant) -> Function:
        declared = self._reference.graph.quantities[mutant.quantity]

        def call(**inputs: object) -> object:
            before = {name: state_of(value) for name, value in inputs.items()}
            try:
                result = mutant.function(**inputs)
            finally:
                changes = any(state_of(value) != before[name] for name, value in inputs.items())
                self._spoiled = self._spoiled or changes
            if changes:
                raise ValueError("it changes its arguments")
            return result

        return replace(read_function(mutant.function, declared.place), call=call)

    @cached_property
    def _is_steady(self) -> bool:
        """Whether quantities can be computed again and again from the same tensors: none frees the graph of those
        before it, or leaves gradients in them."""
        world = self.world({}, chosen={})
        for name in (*self._reference.graph.quantities,) * 2:
            kept = {each: value for each, value in world.known.items() if each != name}
            again = self._computed({}, {}, known=kept, only=(name,))
            found = _values(again, (name,)).get(name)
            if found is None or not equal(found, world.values[name]):
                return False
        leaves = (value for value in world.known.values() if isinstance(value, Tensor) and value.is_leaf)
        return all(leaf.grad is None for leaf in leaves)


def _under(quantity: QuantityDeclaration, mutants: Mapping[str, Function]) -> QuantityDeclaration:
    mutant = mutants.get(quantity.name)
    return quantity if mutant is None else replace(quantity, definition=mutant, accept=())


def _values(known: Mapping[str, object], names: Collection[str]) -> dict[str, Expected]:
    """What these are in plain values, as far as they are."""
    found: dict[str, Expected] = {}
    for name in names:
        if name in known:
            try:
                found[name] = expected_of(known[name])
            except NotNumbers:
                continue
    return found
