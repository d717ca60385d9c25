"""Givens that students draw themselves: each one's own, and whether it is what was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from grader.assignment.spec import GivenSpec, Spec
from grader.marking.numbers import Numeric, as_numeric
from grader.marking.trace import Trace
from grader.plan import first_assigned
from grader.wire.arrays import AnyArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a student drew, in one version, by the given's name; and what is wrong with those that can't be taken."""

    values: Mapping[str, AnyArray] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


def drawn_by_student(trace: Trace, version: str) -> Drawn:
    """The givens that a student drew in a version, as they stood after the cell that first assigned them."""
    values: dict[str, AnyArray] = {}
    problems: dict[str, str] = {}
    for given in trace.spec.drawn:
        if version not in given.names:
            continue
        value = _value(trace, given.names[version])
        problem = "is not there" if value is None else _problem(value, given)
        if value is None or problem:
            problems[given.name] = f"`{given.names[version][0]}` {problem}"
        else:
            values[given.name] = value
    return Drawn(values=values, problems=problems)


def _value(trace: Trace, paths: tuple[str, ...]) -> AnyArray | None:
    for path in paths:
        cell = first_assigned(path, trace.assigned)
        captures = {c.name: c for c in trace.execution.captures if c.after_cell == cell}
        captured = captures.get(path) or trace.at_notebook_end.get(path)
        numeric = as_numeric(captured.value) if captured is not None else None
        if isinstance(numeric, Numeric):
            return numeric.values
    return None


def _problem(value: AnyArray, given: GivenSpec) -> str:
    if value.shape != given.shape:
        return f"has the shape {value.shape}, where {given.shape} is asked for"
    if not np.isfinite(value.astype(np.float64)).all():
        return "holds values that are not finite"
    low, high = given.spread
    spread = float(value.astype(np.float64).std())
    return "" if low <= spread <= high or value.size < 2 else "is not spread as random numbers should be"


def ancestors(spec: Spec, quantity: str) -> frozenset[str]:
    """All givens and quantities that a quantity depends on."""
    parents = {each.name: each.parents for each in spec.quantities}
    reached: set[str] = set()
    waiting = {quantity}
    while waiting:
        reached |= waiting
        waiting = {parent for name in waiting for parent in parents.get(name, ())} - reached
    return frozenset(reached)
