"""The reference graph: givens and quantities, in an order in which they can be computed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter

from grader.assignment.arguments import read_function
from grader.assignment.declarations import Function, Given, Gradient, QuantityDeclaration, depends_on
from grader.assignment.places import suggestion

MOST_WORLDS = 16
"""How many combinations of accepted answers an assignment may have."""


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
