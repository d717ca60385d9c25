"""The reference's graph under hypotheses: a student's own value, or a mutant, in a quantity's place."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from grader.assignment.declarations import Gradient
from grader.assignment.mutation import Mutant, Patience, TooLong, mutants_of, of_derivative
from grader.assignment.outcomes import Values
from grader.assignment.plain import equal
from grader.assignment.spec import ancestors_of
from grader.assignment.tensors import from_author, others_like, size_of, to_array
from grader.errors import AssignmentError
from grader.wire.arrays import AnyArray

if TYPE_CHECKING:
    from grader.assignment.reference import Reference, Substitution

Supposed = AnyArray | Mutant
"""What a hypothesis puts in a quantity's place."""


class Hypotheses:
    """What a reference's quantities would be, if some of them were something else.

    Mutants alone, on the handout's givens, are computed once; all else is computed when it is asked for.
    """

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._patience = Patience()
        self._elsewhere: dict[Mutant, tuple[Values | None, ...]] = {}
        self._alone: dict[tuple[str, bool, tuple[tuple[str, int], ...]], tuple[tuple[Mutant, Values], ...]] = {}

    def patience(self) -> Patience:
        """How long one submission's hypotheses may take."""
        return Patience()

    def mutants(self, quantity: str) -> tuple[Mutant, ...]:
        """Every small change to a quantity's function."""
        return self._mutants[quantity]

    @cached_property
    def _mutants(self) -> Mapping[str, tuple[Mutant, ...]]:
        return {
            name: mutants_of(name, quantity.definition, sorted(self._ancestors[name] - {*quantity.parents, name}))
            for name, quantity in self._reference.graph.quantities.items()
        }

    def ancestors(self, quantity: str) -> frozenset[str]:
        """A quantity, and all givens and quantities that it depends on."""
        return self._ancestors[quantity]

    @cached_property
    def _ancestors(self) -> Mapping[str, frozenset[str]]:
        quantities = self._reference.graph.quantities
        return ancestors_of({name: quantity.parents for name, quantity in quantities.items()})

    def differentiates(self, quantity: str) -> bool:
        """Whether a quantity is a gradient, or is computed of one."""
        return quantity in self._differentiating

    @cached_property
    def _differentiating(self) -> frozenset[str]:
        graph = self._reference.graph
        gradients = {name for name, each in graph.quantities.items() if isinstance(each.definition, Gradient)}
        return frozenset(name for name, before in self._ancestors.items() if before & gradients)

    def derivatives(self, quantity: str) -> tuple[Mutant, ...]:
        """The same changes in the derivative of a quantity's function alone."""
        definition = self._reference.graph.quantities[quantity].definition
        made = (of_derivative(mutant, definition) for mutant in self._mutants[quantity])
        return tuple(mutant for mutant in made if mutant is not None)

    def alone(
        self, quantity: str, *, derivatives: bool, chosen: Mapping[str, int]
    ) -> tuple[tuple[Mutant, Values], ...]:
        """Each mutant of a quantity with the world in which it is the only thing that is otherwise."""
        key = (quantity, derivatives, tuple(sorted(chosen.items())))
        if key not in self._alone:
            mutants = self.derivatives(quantity) if derivatives else self.mutants(quantity)
            tried = itertools.takewhile(lambda _: not self._patience.is_over, mutants)
            found = (
                (mutant, self.world({quantity: mutant}, chosen=chosen, patience=self._patience)) for mutant in tried
            )
            self._alone[key] = tuple((mutant, world) for mutant, world in found if world is not None)
        return self._alone[key]

    def alike(self, one: Mutant, other: Mutant, quantity: str) -> bool:
        """Whether two mutants give a quantity the same on other numbers in the givens, too, so that they are one
        mistake in other words."""
        return all(
            mine is not None and theirs is not None and equal(mine[quantity], theirs[quantity])
            for mine, theirs in zip(self._varied(one), self._varied(other), strict=True)
        )

    def _varied(self, mutant: Mutant) -> tuple[Values | None, ...]:
        if mutant not in self._elsewhere:
            self._elsewhere[mutant] = tuple(
                self.world({mutant.quantity: mutant}, chosen={}, drawn=givens) for givens in self._other_givens
            )
        return self._elsewhere[mutant]

    @cached_property
    def _other_givens(self) -> tuple[Mapping[str, AnyArray], ...]:
        return tuple(self.other_numbers(self.floating, seed) for seed in (1, 2))

    @cached_property
    def floating(self) -> tuple[str, ...]:
        """The givens that are floating numbers."""
        givens = self._reference.graph.givens
        return tuple(name for name, given in givens.items() if given.value.is_floating_point())

    def other_numbers(self, names: Sequence[str], seed: int) -> dict[str, AnyArray]:
        """Other numbers for these givens, of mixed signs and about the size of the handout's, with two digits."""
        generator = np.random.default_rng(seed)
        others: dict[str, AnyArray] = {}
        for name in names:
            value = to_array(self._reference.graph.givens[name].value)
            digits = 1 - math.floor(math.log10(size_of(value)))
            others[name] = np.round(others_like(value, generator), max(0, digits))
        return others

    def world(
        self,
        supposed: Mapping[str, Supposed],
        *,
        chosen: Mapping[str, int],
        drawn: Mapping[str, AnyArray] | None = None,
        patience: Patience | None = None,
    ) -> Values | None:
        """The world under hypotheses, for givens that a student has drawn; None where the reference fails in it, or
        takes too long."""
        substitutions: dict[str, Substitution] = {
            name: put.function if isinstance(put, Mutant) else from_author(put)
            for name, put in {**(drawn or {}), **supposed}.items()
        }
        try:
            with (patience or Patience()).trying():
                return self._reference.evaluate(substitutions, chosen=chosen).values
        except (AssignmentError, TooLong, ValueError, RuntimeError, ArithmeticError, TypeError):
            return None
