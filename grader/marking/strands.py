"""Strands: what would explain all of a student's answers so far, as the reference's graph under hypotheses.

The first strand is the reference itself. An answer that a strand doesn't give puts itself in its quantity's place
there, and so does each mutant that gives it: what comes after is held against what would follow from either.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from grader.assignment.outcomes import Values
from grader.assignment.spec import CheckSpec
from grader.marking.answers import Answer
from grader.marking.leaves import holds
from grader.marking.numbers import Numeric, as_numeric
from grader.wire.arrays import AnyArray

if TYPE_CHECKING:
    from grader.assignment.hypotheses import Hypotheses, Supposed
    from grader.assignment.mutation import Mutant

MOST_WORLDS = 400
"""So many mutants are tried on what a student's own values make of the graph, for one version."""
MOST_STRANDS = 8
"""At most so many explanations are carried on; those that suppose least go first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand:
    """A world in which all answers so far hold, but for those that can't be carried on.

    `supposed` is what stands in quantities' places in it, and `paid` the check that lost points for each, "" where
    none did, as the value was right in itself.
    """

    world: Values
    chosen: Mapping[str, int]
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
    world: Values


def _holds(check: CheckSpec, answer: Answer, world: Values) -> bool:
    """Whether an answer is what a world has for its check."""
    # Where the reference failed for what the student drew, a quantity isn't there.
    return check.quantity in world and holds(answer.value, world[check.quantity], check.tolerance)


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
        self._strands = tuple(Strand(world=world, chosen=chosen) for world, chosen in right)
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
            if sources and _holds(_with_nan(check), answer, strand.world):
                return sources
        return ()

    def fitting(self, check: CheckSpec, answer: Answer, changed: Mapping[str, AnyArray]) -> tuple[Fitting, ...]:
        """What gives a wrong answer: givens that were changed; or else mutants of its own quantity, or of one before it
        that nobody answered for."""
        for strand in self._strands if changed else ():
            world = self._world(strand, changed)
            if world is not None and _holds(check, answer, world):
                return (Fitting(supposed=changed, strand=strand, world=world),)
        found: list[tuple[Mutant, Fitting]] = []
        for strand in self._strands:
            for mutant, world in self._candidates(check, strand):
                if _holds(check, answer, world) and not self._known(check, mutant, strand, found):
                    fitting = Fitting(supposed={mutant.quantity: mutant}, strand=strand, world=world)
                    found.append((mutant, fitting))
        return tuple(fitting for _, fitting in found)

    def _known(self, check: CheckSpec, mutant: Mutant, strand: Strand, found: Sequence[tuple[Mutant, Fitting]]) -> bool:
        """Whether one of those before it, which stand nearer to the answer, says the same."""
        return any(
            other.strand is strand and self._hypotheses.alike(mutant, before, check.quantity) for before, other in found
        )

    def _candidates(self, check: CheckSpec, strand: Strand) -> Iterator[tuple[Mutant, Values]]:
        own = check.quantity
        before = [name for name in self._ancestors if name in self._ancestors[own]]
        for quantity in (own, *(name for name in reversed(before) if name != own)):
            if quantity == own or quantity not in self._settled:
                yield from self._mutated(strand, quantity, derivatives=False)
            if quantity != own and self._hypotheses.differentiates(own):
                yield from self._mutated(strand, quantity, derivatives=True)

    def _mutated(self, strand: Strand, quantity: str, *, derivatives: bool) -> Iterator[tuple[Mutant, Values]]:
        if not strand.supposed and not self._drawn:
            yield from self._hypotheses.alone(quantity, derivatives=derivatives, chosen=strand.chosen)
            return
        if derivatives or quantity in strand.supposed:
            return
        for mutant in self._hypotheses.mutants(quantity):
            self._left -= 1
            if self._left < 0 or self._patience.is_over:
                return
            world = self._world(strand, {quantity: mutant})
            if world is not None:
                yield mutant, world

    def _world(self, strand: Strand, supposed: Mapping[str, Supposed]) -> Values | None:
        return self._hypotheses.world(
            {**strand.supposed, **supposed}, chosen=strand.chosen, drawn=self._drawn, patience=self._patience
        )

    def add(
        self, check: CheckSpec, answer: Answer, *, paid: bool, carried: bool, fitting: Sequence[Fitting] = ()
    ) -> None:
        """Go on with an answer. It is put in its quantity's place only where it may be `carried` on; `paid` says
        whether its check lost points."""
        if not carried:
            self._degenerate.add(check.quantity)
        by = check.id if paid else ""
        numeric = numbers_of(answer) if carried else None
        grown = [*self._by_mutants(check, fitting)]
        for strand in self._strands:
            if _holds(check, answer, strand.world):
                grown.append(strand)
            elif numeric and (world := self._with_own(strand, check.quantity, numeric.values)) is not None:
                grown.append(_supposing(strand, {check.quantity: numeric.values}, world, by))
            else:
                grown.append(strand)
        self._settled.add(check.quantity)
        self._strands = tuple(sorted(_distinct(grown), key=lambda strand: len(strand.supposed))[:MOST_STRANDS])

    def _with_own(self, strand: Strand, quantity: str, values: AnyArray) -> Values | None:
        """A strand's world with a student's numbers in a quantity's place; None for one that isn't numbers alone."""
        if not isinstance(strand.world.get(quantity), np.ndarray):
            return None
        return self._world(strand, {quantity: values})

    def _by_mutants(self, check: CheckSpec, fitting: Sequence[Fitting]) -> Iterator[Strand]:
        for each in fitting:
            yield _supposing(each.strand, each.supposed, each.world, check.id)


def _supposing(strand: Strand, supposed: Mapping[str, Supposed], world: Values, paid: str) -> Strand:
    return replace(
        strand,
        world=world,
        supposed={**strand.supposed, **supposed},
        paid={**strand.paid, **dict.fromkeys(supposed, paid)},
    )


def _distinct(strands: Sequence[Strand]) -> list[Strand]:
    """Of strands in which all is the same, the first."""
    kept: list[Strand] = []
    for strand in strands:
        if not any(_same(strand.world, other.world) for other in kept):
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
