"""Strands: what would explain all of a student's answers so far, as the reference's graph under hypotheses.

The first strand is the reference itself. An answer that a strand doesn't give puts itself in its quantity's place
there, and so does each mutant that gives it: what comes after is held against what would follow from either.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from grader.assignment.outcomes import Expected, Values
from grader.assignment.spec import CheckSpec
from grader.marking.answers import Answer
from grader.marking.numbers import Numeric, as_numeric
from grader.marking.screening import is_given
from grader.wire.arrays import AnyArray

if TYPE_CHECKING:
    from grader.assignment.hypotheses import Hypotheses
    from grader.assignment.mutation import Mutant
    from grader.assignment.supposing import Supposed, World

MOST_WORLDS = 400
"""So many mutants are tried on what a student's own values make of the graph, for one version."""
MOST_STRANDS = 8
"""At most so many explanations are carried on; those that suppose least go first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand:
    """A world in which all answers so far hold, but for those that can't be carried on.

    `supposed` is what stands in quantities' places in it, and `paid` the check that lost points for each, "" where
    none did, as the value was right in itself. `world` is None for the reference itself.
    """

    values: Values
    chosen: Mapping[str, int]
    world: World | None = None
    supposed: Mapping[str, Supposed] = field(default_factory=dict)
    paid: Mapping[str, str] = field(default_factory=dict)

    def sources(self, before: Collection[str]) -> tuple[str, ...]:
        """The checks that lost points for one of these quantities here, in order."""
        return tuple(dict.fromkeys(paid for name, paid in self.paid.items() if paid and name in before))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """What gives a wrong answer when it is supposed besides a strand, and the world in which it does."""

    supposed: Mapping[str, Supposed]
    strand: Strand
    world: World


def _holds(check: CheckSpec, answer: Answer, values: Values) -> bool:
    """Whether an answer is what a world has for its check."""
    # Where the reference failed for what the student drew, or is supposed, a quantity isn't there.
    return check.quantity in values and is_given(answer.value, values[check.quantity], check.tolerance)


def _with_nan(check: CheckSpec) -> CheckSpec:
    """A check for which NaN is right where it comes of what was wrong before: the logarithm of a wrong sign, say."""
    return replace(check, tolerance=replace(check.tolerance, nan="equal"))


class Strands:
    """The strands of one version, which grow by one answer after the other, in the order of the graph.

    Nothing is computed for a version in which all is right.
    """

    def __init__(
        self,
        ancestors: Mapping[str, frozenset[str]],
        hypotheses: Hypotheses,
        right: Sequence[tuple[Values, Mapping[str, int]]],
        drawn: Mapping[str, AnyArray],
    ) -> None:
        self._ancestors = ancestors
        self._hypotheses = hypotheses
        self._drawn = drawn
        self._strands = tuple(Strand(values=values, chosen=chosen) for values, chosen in right)
        self._undisturbed: dict[tuple[tuple[str, int], ...], World | None] = {}
        self._settled: set[str] = set()
        self._right: list[tuple[CheckSpec, Answer]] = []
        self._degenerate: set[str] = set()
        self._left = MOST_WORLDS
        self._patience = hypotheses.patience()

    def add_right(self, check: CheckSpec, answer: Answer) -> None:
        """Go on with an answer that is right in itself."""
        self._settled.add(check.quantity)
        self._right.append((check, answer))

    def _catch_up(self) -> None:
        """Take in the right answers that came since the last wrong one."""
        waiting, self._right = self._right, []
        for check, answer in waiting:
            self.add(check, answer, paid=False, carried=True)

    def following(self, check: CheckSpec, answer: Answer) -> tuple[str, ...]:
        """The checks from whose mistakes an answer follows; () where it follows from none."""
        self._catch_up()
        before = self._ancestors[check.quantity]
        if self._degenerate & (before - {check.quantity}):
            return ()
        for strand in self._strands:
            sources = strand.sources(before)
            if sources and _holds(_with_nan(check), answer, strand.values):
                return sources
        return ()

    def fitting(self, check: CheckSpec, answer: Answer, changed: Mapping[str, AnyArray]) -> tuple[Fitting, ...]:
        """What gives a wrong answer: givens that were changed; or else mutants of its own quantity, or of one before it
        that nobody answered for."""
        with self._hypotheses.computing():
            for strand in self._strands if changed else ():
                world = self._further(strand, changed)
                if world is not None and _holds(check, answer, world.values):
                    return (Fitting(supposed=changed, strand=strand, world=world),)
            return tuple(self._by_mutants(check, answer))

    def together(self, check: CheckSpec, answer: Answer) -> tuple[Fitting, ...]:
        """Two mutants, at different places, that give a wrong answer together; () where none or several pairs do.

        They are tried on the reference alone: of what a student's own values make of it, pairs would be too many.
        """
        strand = next((each for each in self._strands if not each.supposed and not self._drawn), None)
        if strand is None:
            return ()
        with self._hypotheses.computing():
            own, chosen = check.quantity, strand.chosen
            singles = tuple(self._mutants(check, strand))
            fitting = [
                pair
                for pair in self._hypotheses.pairs(own, singles, chosen=chosen)
                if (value := self._hypotheses.alone(pair, own, chosen=chosen)) is not None
                and is_given(answer.value, value, check.tolerance)
            ]
            if not fitting or not all(self._hypotheses.alike(fitting[0], other, own) for other in fitting[1:]):
                return ()
            supposed = {mutant.quantity: mutant for mutant in fitting[0]}
            world = self._further(strand, supposed)
        return () if world is None else (Fitting(supposed=supposed, strand=strand, world=world),)

    def _by_mutants(self, check: CheckSpec, answer: Answer) -> Iterator[Fitting]:
        for strand in self._strands:
            found: list[Mutant] = []
            for mutant in self._mutants(check, strand):
                value = self._value(strand, mutant, check.quantity)
                if value is None or not is_given(answer.value, value, check.tolerance):
                    continue
                world = None if self._known(check, mutant, found) else self._further(strand, {mutant.quantity: mutant})
                if world is not None:
                    found.append(mutant)
                    yield Fitting(supposed={mutant.quantity: mutant}, strand=strand, world=world)

    def _known(self, check: CheckSpec, mutant: Mutant, found: Sequence[Mutant]) -> bool:
        """Whether one of those before it, which stand nearer to the answer, says the same."""
        return any(self._hypotheses.alike((mutant,), (before,), check.quantity) for before in found)

    def _mutants(self, check: CheckSpec, strand: Strand) -> Iterator[Mutant]:
        """The mutants of a check's quantity, and of those before it that nobody answered for, the nearest first."""
        own = check.quantity
        before = [name for name in self._ancestors if name in self._ancestors[own]]
        for quantity in (own, *(name for name in reversed(before) if name != own)):
            if quantity == own or quantity not in self._settled:
                yield from self._hypotheses.mutants(quantity)
            if quantity != own and self._hypotheses.differentiates(own) and not strand.supposed:
                yield from self._hypotheses.derivatives(quantity)

    def _value(self, strand: Strand, mutant: Mutant, own: str) -> Expected | None:
        """What a quantity is under a mutant besides a strand; None where there is no telling."""
        if not strand.supposed and not self._drawn:
            return self._hypotheses.alone((mutant,), own, chosen=strand.chosen)
        world = self._world_of(strand)
        if world is None or mutant.quantity in strand.supposed or not self._left or self._patience.is_over:
            return None
        self._left -= 1
        return self._hypotheses.value({mutant.quantity: mutant}, own, on=world, patience=self._patience)

    def _further(self, strand: Strand, supposed: Mapping[str, Supposed]) -> World | None:
        world = self._world_of(strand)
        return world and self._hypotheses.further(supposed, world, patience=self._patience)

    def _world_of(self, strand: Strand) -> World | None:
        if strand.world is not None:
            return strand.world
        if not self._drawn:
            return self._hypotheses.right(strand.chosen)
        key = tuple(sorted(strand.chosen.items()))
        if key not in self._undisturbed:
            self._undisturbed[key] = self._hypotheses.world(self._drawn, chosen=strand.chosen)
        return self._undisturbed[key]

    def add(
        self, check: CheckSpec, answer: Answer, *, paid: bool, carried: bool, fitting: Sequence[Fitting] = ()
    ) -> None:
        """Go on with an answer. It is put in its quantity's place only where it may be `carried` on; `paid` says
        whether its check lost points."""
        if not carried:
            self._degenerate.add(check.quantity)
        by = check.id if paid else ""
        numeric = numbers_of(answer) if carried else None
        grown = [_supposing(each.strand, each.supposed, each.world, by) for each in fitting]
        for strand in self._strands:
            if _holds(check, answer, strand.values):
                grown.append(strand)
            elif numeric and (world := self._with_own(strand, check.quantity, numeric.values)) is not None:
                grown.append(_supposing(strand, {check.quantity: numeric.values}, world, by))
            else:
                grown.append(strand)
        self._settled.add(check.quantity)
        self._strands = tuple(sorted(_distinct(grown), key=lambda strand: len(strand.supposed))[:MOST_STRANDS])

    def _with_own(self, strand: Strand, quantity: str, values: AnyArray) -> World | None:
        """A strand's world with a student's numbers in a quantity's place; None for one that isn't numbers alone."""
        if not isinstance(strand.values.get(quantity), np.ndarray):
            return None
        with self._hypotheses.computing():
            return self._further(strand, {quantity: values})


def _supposing(strand: Strand, supposed: Mapping[str, Supposed], world: World, paid: str) -> Strand:
    return replace(
        strand,
        values=world.values,
        world=world,
        supposed={**strand.supposed, **supposed},
        paid={**strand.paid, **dict.fromkeys(supposed, paid)},
    )


def _distinct(strands: Sequence[Strand]) -> list[Strand]:
    """Of strands in which all is the same, the first."""
    kept: list[Strand] = []
    for strand in strands:
        if not any(_same(strand.values, other.values) for other in kept):
            kept.append(strand)
    return kept


def _same(one: Values, other: Values) -> bool:
    for name, value in one.items():
        against = other.get(name)
        if isinstance(value, np.ndarray) or isinstance(against, np.ndarray):
            if not (isinstance(value, np.ndarray) and isinstance(against, np.ndarray)):
                return False
            if value.shape != against.shape or not np.array_equal(value, against, equal_nan=value.dtype.kind in "fc"):
                return False
        elif value is not against and value != against:
            return False
    return True


def numbers_of(answer: Answer) -> Numeric | None:
    """An answer as numbers; None for one that is none."""
    numeric = as_numeric(answer.value)
    return numeric if isinstance(numeric, Numeric) else None
