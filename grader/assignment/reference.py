"""The instructor's reference: what every quantity is, in each combination of right answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from torch import Tensor

from grader.assignment.declarations import Function, QuantityDeclaration
from grader.assignment.evaluation import evaluate
from grader.assignment.graph import Graph
from grader.assignment.places import Place
from grader.assignment.tensors import AnyArray, to_array

Substitution = Callable[..., object] | Tensor
"""What a hypothesis puts in a quantity's place: a value, or a function whose parameters name givens and quantities."""
_NOTHING: Mapping[str, Substitution] = {}
_BASE: Mapping[str, int] = {}
_SAME = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One combination of right answers.

    `values` holds every given and quantity, gradients included, as read-only arrays of float64, int64, bool or
    complex128. `chosen` tells which answer is in force for each quantity that accepts several; 0 is the base.
    """

    values: Mapping[str, AnyArray]
    chosen: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The functions behind the quantities. It computes; what that means for a student is marking's."""

    graph: Graph

    def worlds(self) -> tuple[World, ...]:
        """Give every combination of right answers, the base first; computed once.

        Raises AssignmentError where a function fails, gives NaN unasked, or accepts what is no other answer.
        """
        return self._worlds

    @cached_property
    def _worlds(self) -> tuple[World, ...]:
        worlds = tuple(self.evaluate(chosen=chosen) for chosen in self.graph.choices())
        for world in worlds:
            _refuse_nan(self.graph, world)
        _refuse_equal_answers(self.graph, worlds)
        return worlds

    def evaluate(
        self, substitutions: Mapping[str, Substitution] = _NOTHING, *, chosen: Mapping[str, int] = _BASE
    ) -> World:
        """Compute all quantities under substitutions, in the world that `chosen` names (the base by default).

        A tensor stands for the value of a given or a quantity, and what is computed from it follows; gradients flow
        through it to what the quantity was computed from. A function stands for a quantity's own, and is itself
        differentiated. Raises KeyError for a name that there isn't, AssignmentError where a function fails.
        """
        values = {name: put for name, put in substitutions.items() if isinstance(put, Tensor)}
        functions = {name: put for name, put in substitutions.items() if not isinstance(put, Tensor)}
        for name in values:
            if name not in self.graph.givens and name not in self.graph.quantities:
                raise KeyError(name)
        graph = self.graph.substituted(functions)
        in_force = {name: choice for name, choice in chosen.items() if name not in functions}
        tensors = evaluate(graph, chosen=in_force, values=values)
        return World(values={name: to_array(tensor) for name, tensor in tensors.items()}, chosen=dict(chosen))


def _refuse_nan(graph: Graph, world: World) -> None:
    for name, quantity in graph.quantities.items():
        if quantity.tolerance.nan == "unequal" and np.isnan(world.values[name]).any():
            raise _place_in_force(quantity, world).error(
                f"The reference of {name!r} gives NaN.",
                remedy='Mend it, or set tolerance=Tolerance(nan="equal") where NaN is the right answer.',
            )


def _place_in_force(quantity: QuantityDeclaration, world: World) -> Place:
    definition = quantity.definitions[world.chosen.get(quantity.name, 0)]
    return definition.place if isinstance(definition, Function) else quantity.place


def _refuse_equal_answers(graph: Graph, worlds: tuple[World, ...]) -> None:
    """Refuse an alternative that is, on the handout's data, no other answer than one before it."""
    for name, quantity in graph.quantities.items():
        alone = [world for world in worlds if all(world.chosen[other] == 0 for other in world.chosen if other != name)]
        answers = [world.values[name] for world in alone]
        for number, alternative in enumerate(quantity.accept, start=1):
            if any(_equal(answers[number], earlier) for earlier in answers[:number]):
                raise alternative.place.error(
                    f"accept= adds nothing to {name!r}: alternative {number} has the same value as another answer.",
                    remedy="Take it out, or mend it to give the other answer.",
                )


def _equal(one: AnyArray, other: AnyArray) -> bool:
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=_SAME, atol=0, equal_nan=True))
