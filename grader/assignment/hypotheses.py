"""The reference's graph under hypotheses: a student's own value, or a mutant, in a quantity's place."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from grader.assignment.declarations import Gradient
from grader.assignment.mutation import Mutant, Patience, TooLong, mutants_of, of_derivative, pair_of
from grader.assignment.outcomes import Expected
from grader.assignment.pairs import MOST_PAIRS, pairs_of
from grader.assignment.plain import equal
from grader.assignment.supposing import Supposed, Supposing, World
from grader.assignment.tensors import arithmetic, others_like, size_of, to_array
from grader.errors import AssignmentError
from grader.wire.arrays import AnyArray

if TYPE_CHECKING:
    from grader.assignment.reference import Reference

SUBMISSION_SECONDS = 3.0
"""So long the hypotheses of one version of one submission may compute."""
_REMEMBERED_BYTES = 64 * 1024**2
"""Values under mutants take at most so much memory; those beyond are computed again when they are asked for."""
_FAULTS = (AssignmentError, TooLong, ValueError, RuntimeError, ArithmeticError, TypeError, LookupError)
"""What comes of functions that were changed, or get what no author thought of."""
Together = tuple[Mutant, ...]
"""Mutants, most often one; all are supposed at once where they are of different quantities."""
_Chosen = tuple[tuple[str, int], ...]


_DIGITS = 9


class Hypotheses:
    """What a reference's quantities would be, if some of them were something else.

    What single mutants make of the handout's givens is remembered.
    """

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._supposing = Supposing(reference)
        self._patience = Patience()
        self._derivatives: dict[str, tuple[Mutant, ...]] = {}
        self._alone: dict[tuple[Together, str, _Chosen], Expected | None] = {}
        self._elsewhere: dict[tuple[Together, str], tuple[Expected | None, ...]] = {}
        self._pairs: dict[tuple[str, Together, _Chosen], tuple[Together, ...]] = {}
        self._right: dict[_Chosen, World] = {}
        self._room = _REMEMBERED_BYTES

    def patience(self) -> Patience:
        """How long the hypotheses of one version of one submission may take."""
        return Patience(seconds=SUBMISSION_SECONDS)

    @contextmanager
    def computing(self) -> Iterator[None]:
        """Within it, many worlds are computed in less time."""
        with self._reference.importable(), arithmetic():
            yield

    def mutants(self, quantity: str) -> tuple[Mutant, ...]:
        """The mistakes in a quantity that the author expects, and every small change to its function."""
        return self._mutants[quantity]

    @cached_property
    def _mutants(self) -> Mapping[str, tuple[Mutant, ...]]:
        return {
            name: (
                *self._reference.mistakes.get(name, ()),
                *mutants_of(name, quantity.definition, sorted(self.ancestors(name) - {*quantity.parents, name})),
            )
            for name, quantity in self._reference.graph.quantities.items()
        }

    def ancestors(self, quantity: str) -> frozenset[str]:
        """A quantity, and all givens and quantities that it depends on."""
        return self._supposing.ancestors[quantity]

    def differentiates(self, quantity: str) -> bool:
        """Whether a quantity is a gradient, or is computed of one."""
        return quantity in self._differentiating

    @cached_property
    def _differentiating(self) -> frozenset[str]:
        graph = self._reference.graph
        gradients = {name for name, each in graph.quantities.items() if isinstance(each.definition, Gradient)}
        return frozenset(name for name, before in self._supposing.ancestors.items() if before & gradients)

    def derivatives(self, quantity: str) -> tuple[Mutant, ...]:
        """The same changes in the derivative of a quantity's function alone."""
        if quantity not in self._derivatives:
            definition = self._reference.graph.quantities[quantity].definition
            made = (of_derivative(mutant, definition) for mutant in self._mutants[quantity])
            self._derivatives[quantity] = tuple(mutant for mutant in made if mutant is not None)
        return self._derivatives[quantity]

    def right(self, chosen: Mapping[str, int]) -> World:
        """The world of the handout's givens in which nothing is supposed."""
        key = tuple(sorted(chosen.items()))
        if key not in self._right:
            self._right[key] = self._supposing.world({}, chosen=chosen)
        return self._right[key]

    def alone(self, mutants: Together, wanted: str, *, chosen: Mapping[str, int]) -> Expected | None:
        """What a quantity is where mutants are the only thing that is otherwise; None where the reference then fails,
        or all mutants have taken too long."""
        key = (mutants, wanted, tuple(sorted(chosen.items())))
        if key in self._alone or self._patience.is_over:
            return self._alone.get(key)
        value = self.value(supposing(mutants), wanted, on=self.right(chosen), patience=self._patience)
        size = value.nbytes if isinstance(value, np.ndarray) else 0
        if size <= self._room:
            self._room -= size
            self._alone[key] = value
        return value

    def pairs(self, wanted: str, of: Together, *, chosen: Mapping[str, int]) -> tuple[Together, ...]:
        """Pairs of these mutants at different places that a quantity may have come of, the most plausible first.

        Those which alone show nothing in it, or the same as others, take no part.
        """
        key = (wanted, of, tuple(sorted(chosen.items())))
        if key not in self._pairs:
            made = (self._together(*pair) for pair in pairs_of(tuple(self._telling(wanted, of, chosen))))
            self._pairs[key] = tuple(itertools.islice((pair for pair in made if pair), MOST_PAIRS))
        return self._pairs[key]

    def _telling(self, wanted: str, of: Together, chosen: Mapping[str, int]) -> Iterator[Mutant]:
        known = {_bits(self.right(chosen).values[wanted])}
        for mutant in of:
            value = self.alone((mutant,), wanted, chosen=chosen)
            if value is not None and (bits := _bits(value)) not in known:
                known.add(bits)
                yield mutant

    def _together(self, one: Mutant, other: Mutant) -> Together:
        if one.quantity != other.quantity:
            return (one, other)
        pair = pair_of(one, other, self._reference.graph.quantities[one.quantity].definition)
        return () if pair is None else (pair,)

    def alike(self, one: Together, other: Together, quantity: str) -> bool:
        """Whether mutants give a quantity the same as others on other numbers in the givens, too, so that they are one
        mistake in other words."""
        return all(
            mine is not None and theirs is not None and equal(mine, theirs)
            for mine, theirs in zip(self._varied(one, quantity), self._varied(other, quantity), strict=True)
        )

    def is_right_elsewhere(self, mutant: Mutant) -> bool:
        """Whether a mutant gives its quantity what is right on other numbers in the givens, too."""
        rights = [world.values.get(mutant.quantity) for world in self._other_worlds]
        pairs = zip(self._varied((mutant,), mutant.quantity), rights, strict=True)
        return all(value is not None and right is not None and equal(value, right) for value, right in pairs)

    def _varied(self, mutants: Together, quantity: str) -> tuple[Expected | None, ...]:
        key = (mutants, quantity)
        if key not in self._elsewhere:
            self._elsewhere[key] = tuple(
                self.value(supposing(mutants), quantity, on=world, patience=Patience()) for world in self._other_worlds
            )
        return self._elsewhere[key]

    @cached_property
    def _other_worlds(self) -> tuple[World, ...]:
        worlds = (self.world(self.other_numbers(self.floating, seed), chosen={}) for seed in (1, 2))
        return tuple(world for world in worlds if world is not None)

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
        patience: Patience | None = None,
    ) -> World | None:
        """A world under hypotheses, what a student has drawn among them; None where it takes too long.

        What the reference fails for isn't in it.
        """
        try:
            with self.computing(), (patience or Patience()).trying():
                return self._supposing.world(supposed, chosen=chosen)
        except _FAULTS:
            return None

    def further(self, supposed: Mapping[str, Supposed], on: World, *, patience: Patience) -> World | None:
        """What becomes of a world when more is supposed in it."""
        try:
            # Whatever is interrupted, settings are put back outside of it.
            with self.computing(), patience.trying():
                return self._supposing.further(supposed, on)
        except _FAULTS:
            return None

    def value(self, supposed: Mapping[str, Supposed], wanted: str, *, on: World, patience: Patience) -> Expected | None:
        """What one quantity becomes when more is supposed in a world; None where the reference fails for it."""
        try:
            with self.computing(), patience.trying():
                return self._supposing.value(supposed, wanted, on)
        except _FAULTS:
            return None


def supposing(mutants: Together) -> Mapping[str, Mutant]:
    """Mutants by the quantities in whose places they stand."""
    return {mutant.quantity: mutant for mutant in mutants}


def _bits(value: Expected) -> object:
    """What values are told apart by, but for rounding."""
    if not isinstance(value, np.ndarray):
        return id(value)
    with np.errstate(all="ignore"):
        rounded = np.round(value.astype(np.complex128), _DIGITS) + 0
    return value.shape, rounded.tobytes()
