"""The instructor's reference: a graph of givens and quantities, and what each is.

Every combination of right answers is a world of its own.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

import numpy as np
import torch
from torch import Tensor

from grader.assignment.declarations import Function, Given, Gradient, QuantityDeclaration, depends_on
from grader.assignment.evaluation import Importable, evaluate
from grader.assignment.functions import FunctionReference
from grader.assignment.hypotheses import Hypotheses
from grader.assignment.mutation import Mutant
from grader.assignment.outcomes import Expected
from grader.assignment.places import Place, suggestion
from grader.assignment.plain import equal, expected_of, has_nan
from grader.assignment.properties import PropertyReference
from grader.assignment.tensors import from_author
from grader.assignment.validation import read_function
from grader.errors import AssignmentError
from grader.wire.arrays import AnyArray

MOST_WORLDS = 16
"""How many combinations of accepted answers an assignment may have."""
_WORLDS_KEPT = 16
Substitution = Callable[..., object] | Tensor
"""What a hypothesis puts in a quantity's place: a value, or a function whose parameters name givens and quantities."""
_NOTHING: Mapping[str, Substitution] = {}
_BASE: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """An acyclic graph: all that a quantity names exists, and `quantities` stand in topological order."""

    givens: Mapping[str, Given]
    quantities: Mapping[str, QuantityDeclaration]

    def substituted(self, functions: Mapping[str, Callable[..., object]]) -> Graph:
        """Put other functions in the place of quantities'; what those accept besides goes too.

        Raises KeyError for what is no quantity, AssignmentError for an unknown parameter or a circle.
        """
        if not functions:
            return self
        changed = {
            name: replace(old, definition=read_function(function, old.place), accept=())
            for name, function in functions.items()
            for old in [self.quantities[name]]
        }
        return build_graph(self.givens.values(), {**self.quantities, **changed}.values())

    def choices(self) -> tuple[dict[str, int], ...]:
        """List the combinations of accepted answers, the base first.

        Each maps the quantities that have alternatives to which one is in force: 0 is the base.
        """
        counts = {name: 1 + len(quantity.accept) for name, quantity in self.quantities.items() if quantity.accept}
        if math.prod(counts.values()) > MOST_WORLDS:
            raise self.quantities[list(counts)[-1]].place.error(
                f"accept= makes {math.prod(counts.values())} combinations of right answers; {MOST_WORLDS} is the most.",
                remedy="Accept fewer alternatives.",
            )
        return tuple(
            dict(zip(counts, combination, strict=True))
            for combination in itertools.product(*(range(count) for count in counts.values()))
        )


def build_graph(givens: Iterable[Given], quantities: Iterable[QuantityDeclaration]) -> Graph:
    """Put quantities in order. Raises AssignmentError for a name that nothing has, and for a circle."""
    inputs = {given.name: given for given in givens}
    nodes = {quantity.name: quantity for quantity in quantities}
    known = {*inputs, *nodes}
    for quantity in nodes.values():
        for definition in quantity.definitions:
            _refuse_unknown(definition, quantity, known)
    order = _order(nodes)
    return Graph(givens=inputs, quantities={name: nodes[name] for name in order})


def _refuse_unknown(definition: Function | Gradient, quantity: QuantityDeclaration, known: set[str]) -> None:
    for name in depends_on(definition):
        if name in known:
            continue
        what, place = (
            (f"The parameter {name!r}", definition.place)
            if isinstance(definition, Function)
            else (f"{name!r}, in the gradient,", quantity.place)
        )
        raise place.error(
            f"{what} of {quantity.name!r} is no given or quantity.", remedy=suggestion(name, known - {quantity.name})
        )


def _order(nodes: Mapping[str, QuantityDeclaration]) -> list[str]:
    needs = {name: [parent for parent in node.parents if parent in nodes] for name, node in nodes.items()}
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        raise _circle(error.args[1][:-1], nodes) from None


def _circle(names: list[str], nodes: Mapping[str, QuantityDeclaration]) -> Exception:
    # graphlib may begin anywhere in the circle; begin with what is declared first.
    start = names.index(next(name for name in nodes if name in names))
    circle = [*names[start:], *names[:start], names[start]]
    return nodes[circle[0]].place.error(
        f"The quantities go round in a circle: {' → '.join(circle)}, each needed by the next.",
        remedy="Take one of these out of the next one's parameters.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One combination of right answers.

    `values` holds every given and quantity, gradients included. `chosen` tells which answer is in force for each
    quantity that accepts several; 0 is the base. For givens that a student has drawn, some may have no value: `failed`
    says why.
    """

    values: Mapping[str, Expected]
    chosen: Mapping[str, int]
    failed: Mapping[str, AssignmentError] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The functions behind the quantities. It computes; what that means for a student is marking's."""

    graph: Graph
    functions: Mapping[str, FunctionReference] = field(default_factory=dict)
    """By check id, the functions that students write."""
    properties: Mapping[str, PropertyReference] = field(default_factory=dict)
    """By check id, the author's predicates."""
    importable: Importable = nullcontext
    mistakes: Mapping[str, tuple[Mutant, ...]] = field(default_factory=dict)
    """By quantity, the mistakes that the author expects."""

    @cached_property
    def hypotheses(self) -> Hypotheses:
        """What would be, if some quantities were something else."""
        return Hypotheses(self)

    def worlds(self) -> tuple[World, ...]:
        """Give every combination of right answers, the base first; computed once.

        Each is computed twice. Raises AssignmentError where a function fails, gives NaN unasked, isn't deterministic,
        or accepts what is no other answer.
        """
        return self._worlds

    @cached_property
    def _worlds(self) -> tuple[World, ...]:
        worlds = tuple(self.evaluate(chosen=chosen) for chosen in self.graph.choices())
        for world in worlds:
            _refuse_nan(self.graph, world)
            _refuse_other_values(self.graph, world, self.evaluate(chosen=world.chosen, seed=1))
        _refuse_equal_answers(self.graph, worlds)
        return worlds

    def worlds_with(self, drawn: Mapping[str, AnyArray]) -> tuple[World, ...]:
        """Give every combination of right answers for other numbers in givens: those that a student has drawn, say.

        What fails for them, or gives NaN unasked, has no value, nor has what depends on what failed.
        """
        if not drawn:
            return self.worlds()
        key = tuple((name, value.tobytes()) for name, value in sorted(drawn.items()))
        if key not in self._drawn_worlds:
            while len(self._drawn_worlds) >= _WORLDS_KEPT:
                del self._drawn_worlds[next(iter(self._drawn_worlds))]
            tensors = {name: from_author(value) for name, value in drawn.items()}
            worlds = (self._evaluate(self.graph, tensors, chosen, seed=0) for chosen in self.graph.choices())
            self._drawn_worlds[key] = tuple(_without_nan(self.graph, world) for world in worlds)
        return self._drawn_worlds[key]

    @cached_property
    def _drawn_worlds(self) -> dict[tuple[tuple[str, bytes], ...], tuple[World, ...]]:
        return {}

    def refuse_varying_shapes(self) -> None:
        """Raise AssignmentError where a quantity has another shape for other numbers in the givens, unless it may."""
        base = self.worlds()[0]
        floating = {name: given.value for name, given in self.graph.givens.items() if given.value.is_floating_point()}
        for moved in _OTHER_NUMBERS if floating else ():
            try:
                other = self.evaluate({name: moved(value) for name, value in floating.items()})
            except AssignmentError:  # it needn't bear numbers that are not the handout's
                return
            self._refuse_other_shapes(base, other)

    def _refuse_other_shapes(self, base: World, other: World) -> None:
        for name, quantity in self.graph.quantities.items():
            one, two = base.values[name], other.values[name]
            differs = isinstance(one, np.ndarray) and (not isinstance(two, np.ndarray) or one.shape != two.shape)
            if differs and not quantity.varying_shape:
                raise _place_in_force(quantity, base).error(
                    f"The reference of {name!r} has another shape for other numbers in the givens.",
                    remedy="Mend it, or say varying_shape=True where the shape depends on the numbers.",
                )

    def evaluate(
        self,
        substitutions: Mapping[str, Substitution] = _NOTHING,
        *,
        chosen: Mapping[str, int] = _BASE,
        seed: int = 0,
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
        world = self._evaluate(graph, values, in_force, seed)
        for error in world.failed.values():
            raise error
        return replace(world, chosen=dict(chosen))

    def _evaluate(self, graph: Graph, values: Mapping[str, Tensor], chosen: Mapping[str, int], seed: int) -> World:
        with self.importable():
            computed = evaluate(graph.givens, graph.quantities, chosen=chosen, values=values, seed=seed)
        expected = {name: expected_of(value) for name, value in computed.values.items()}
        return World(values=expected, chosen=chosen, failed=computed.failed)


def _with_other_signs(value: Tensor) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    return value * torch.randn(value.shape, generator=generator, dtype=value.dtype)


_OTHER_NUMBERS: tuple[Callable[[Tensor], Tensor], ...] = (torch.abs, lambda value: -value.abs(), _with_other_signs)
"""What is made of the givens' numbers, to see whether shapes depend on them."""


def _refuse_nan(graph: Graph, world: World) -> None:
    for error in _unasked_nan(graph, world).values():
        raise error


def _without_nan(graph: Graph, world: World) -> World:
    failed = {**_unasked_nan(graph, world), **world.failed}
    values = {name: value for name, value in world.values.items() if name not in failed}
    return replace(world, values=values, failed=failed)


def _unasked_nan(graph: Graph, world: World) -> dict[str, AssignmentError]:
    """The quantities that are NaN though it isn't said that they may be."""
    return {
        name: _place_in_force(quantity, world).error(
            f"The reference of {name!r} gives NaN.",
            remedy='Mend it, or set tolerance=Tolerance(nan="equal") where NaN is the right answer.',
        )
        for name, quantity in graph.quantities.items()
        if name in world.values and quantity.tolerance.nan == "unequal" and has_nan(world.values[name])
    }


def _refuse_other_values(graph: Graph, world: World, again: World) -> None:
    for name, quantity in graph.quantities.items():
        # In topological order, so that the first to differ does so by itself.
        if not equal(world.values[name], again.values[name]):
            raise _place_in_force(quantity, world).error(
                f"The reference of {name!r} isn't deterministic: it gives other values the second time.",
                remedy="Let it depend on its parameters alone, and seed generators of its own where it is called.",
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
            if any(equal(answers[number], earlier, atol=0) for earlier in answers[:number]):
                raise alternative.place.error(
                    f"accept= adds nothing to {name!r}: alternative {number} has the same value as another answer.",
                    remedy="Take it out, or mend it to give the other answer.",
                )
