"""What an assignment wouldn't notice: mistakes that give the right values with the handout's numbers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from grader.assignment.outcomes import Expected, Values
from grader.assignment.spec import CheckSpec, Spec
from grader.marking.leaves import holds
from grader.marking.mistakes import sentence_of
from grader.marking.numbers import as_answer
from grader.marking.soundness import Soundness, soundness
from grader.wire.arrays import AnyArray

if TYPE_CHECKING:
    from grader.assignment.hypotheses import Hypotheses
    from grader.assignment.mutation import Mutant
    from grader.assignment.reference import Reference
    from grader.assignment.supposing import Supposed

_TRIES = 5
"""So many draws of other numbers are looked at for each given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weakness:
    """A mistake that no check would see: in which quantity or function, on which line of the reference, in words."""

    quantity: str
    line: int
    mistake: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """How many mistakes were tried, and those that no check sees.

    `better` are numbers for some givens, as Python writes them, with which `seen_then` of these would be seen. `checks`
    say whether tolerances tell right from nearly right.
    """

    tried: int
    unseen: tuple[Weakness, ...]
    better: Mapping[str, str] = field(default_factory=dict)
    seen_then: int = 0
    checks: tuple[Soundness, ...] = ()


def examine(spec: Spec, reference: Reference) -> Examined:
    """Try every small mistake in every quantity and function of an assignment."""
    checks = tuple(check for check in spec.checks if check.kind == "value")
    mutants = tuple(_mutants(spec, checks, reference.hypotheses))
    unseen = _unseen(checks, reference.hypotheses, mutants, {}, reference.worlds()[0].values)
    better, left = _better(checks, reference.hypotheses, mutants, unseen)
    return Examined(
        tried=len(mutants) + sum(len(function.changed.mutants) for function in reference.functions.values()),
        unseen=(*map(_weakness, unseen), *_of_functions(spec, reference)),
        better={name: repr(value.tolist()) for name, value in better.items()},
        seen_then=len(unseen) - left,
        checks=soundness(spec, reference),
    )


def _unseen(
    checks: Sequence[CheckSpec],
    hypotheses: Hypotheses,
    mutants: Sequence[Mutant],
    givens: Mapping[str, AnyArray],
    right: Values,
) -> tuple[Mutant, ...]:
    """The mutants that no check would see with these numbers in the givens, for which `right` is right."""
    worlds = ((mutant, _values(hypotheses, {**givens, mutant.quantity: mutant}, checks)) for mutant in mutants)
    return tuple(mutant for mutant, world in worlds if world is not None and not _sees(checks, world, right))


def _weakness(mutant: Mutant) -> Weakness:
    mistake = str(sentence_of(mutant, mutant.quantity))
    return Weakness(quantity=mutant.quantity, line=mutant.change.line, mistake=mistake)


def _mutants(spec: Spec, checks: Sequence[CheckSpec], hypotheses: Hypotheses) -> Iterator[Mutant]:
    differentiated = any(hypotheses.differentiates(check.quantity) for check in checks)
    for quantity in spec.quantities:
        yield from hypotheses.mutants(quantity.name)
        if differentiated and not hypotheses.differentiates(quantity.name):
            yield from hypotheses.derivatives(quantity.name)


def _values(hypotheses: Hypotheses, supposed: Mapping[str, Supposed], checks: Sequence[CheckSpec]) -> Values | None:
    """What there is under hypotheses; None where the reference fails for what is asked."""
    world = hypotheses.world(supposed, chosen={})
    return world.values if world is not None and all(check.quantity in world.values for check in checks) else None


def _sees(checks: Sequence[CheckSpec], world: Values, right: Values) -> bool:
    """Whether any check would call a world's value wrong."""
    return any(not _holds(check, world[check.quantity], right[check.quantity]) for check in checks)


def _holds(check: CheckSpec, value: Expected, right: Expected) -> bool:
    return holds(as_answer(value), right, check.tolerance)


def _better(
    checks: Sequence[CheckSpec], hypotheses: Hypotheses, mutants: Sequence[Mutant], unseen: Sequence[Mutant]
) -> tuple[dict[str, AnyArray], int]:
    """Other numbers, for as few givens as can be, with which the fewest mutants stay unseen, and how many these are."""
    best: tuple[dict[str, AnyArray], int] = ({}, len(unseen))
    choices = [(name,) for name in hypotheses.floating] + [hypotheses.floating]
    for names, seed in itertools.product(choices if unseen else (), range(1, _TRIES + 1)):
        givens = hypotheses.other_numbers(names, seed)
        right = _values(hypotheses, givens, checks)
        if right is None or not all(_is_sound(right[check.quantity]) for check in checks):
            continue
        # Most numbers are no better, and only those that are have to show all the other mistakes, too.
        if len(_unseen(checks, hypotheses, unseen, givens, right)) < best[1]:
            left = len(_unseen(checks, hypotheses, mutants, givens, right))
            best = min(best, (givens, left), key=lambda choice: choice[1])
        if not best[1]:
            break
    return best


def _is_sound(value: Expected) -> bool:
    return not isinstance(value, np.ndarray) or bool(np.isfinite(value).all())


def _of_functions(spec: Spec, reference: Reference) -> Iterator[Weakness]:
    """The mistakes in functions that none of their cases sees."""
    for check in spec.checks:
        if check.id not in reference.functions:
            continue
        function = reference.functions[check.id]
        # Where an exception is the right answer, there is no value to compare.
        asked = [number for number, case in enumerate(function.cases) if not case.error]
        for mutant in function.changed.mutants:
            answers = [(function.changed.answer(mutant, number), function.expected[number]) for number in asked]
            if all(one is not None and right is not None and _holds(check, one, right) for one, right in answers):
                yield _weakness(mutant)
