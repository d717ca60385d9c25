"""Givens that students draw themselves: each one's own, and whether it is what was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from grader.assignment.spec import GivenSpec
from grader.marking.numbers import Numeric, as_numeric
from grader.marking.trace import Trace
from grader.plan import cells_that_assign
from grader.records import Message, Value, Words
from grader.wire.arrays import AnyArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a student drew, in one version, by the given's name; and what is wrong with those that can't be taken."""

    values: Mapping[str, AnyArray] = field(default_factory=dict)
    problems: Mapping[str, Words] = field(default_factory=dict)


def drawn_by_student(trace: Trace, version: str) -> Drawn:
    """The givens that a student drew in a version, as they stood after the first cell that left what was asked for.

    Whoever makes room first (`w = np.zeros((2, 2))`) may draw in a later cell.
    """
    values: dict[str, AnyArray] = {}
    problems: dict[str, Words] = {}
    for given in trace.spec.drawn:
        if version not in given.names:
            continue
        paths = given.names[version]
        read = [_read(value, given, paths[0]) for value in _values(trace, paths)]
        draw = next((each for each in read if not isinstance(each, Message)), None)
        if draw is not None:
            values[given.name] = draw
        else:
            missing = Message("`{name}` is not there", {"name": paths[0]})
            problems[given.name] = next((each for each in read if isinstance(each, Message)), missing)
    return Drawn(values=values, problems=problems)


def _values(trace: Trace, paths: tuple[str, ...]) -> Iterator[Value]:
    """What stood at paths after the cells that assign it, one after the other, and at the end of the notebook."""
    for path in paths:
        for cell in cells_that_assign(path, trace.assigned):
            yield from (c.value for c in trace.execution.captures if c.after_cell == cell and c.name == path)
        if path in trace.at_notebook_end:
            yield trace.at_notebook_end[path].value


def _read(value: Value, given: GivenSpec, name: str) -> AnyArray | Message:
    """A draw as floating numbers, as the reference takes it; or what is wrong with it."""
    numeric = as_numeric(value)
    if not isinstance(numeric, Numeric) or numeric.values.dtype.kind not in "fiub":
        return Message("`{name}` holds other things than real numbers", {"name": name})
    values = numeric.values.astype(np.float64)
    if values.shape != given.shape:
        facts = {"name": name, "shape": str(values.shape), "asked": str(given.shape)}
        return Message("`{name}` has the shape {shape}, where {asked} is asked for", facts)
    if not np.isfinite(values).all():
        return Message("`{name}` holds values that are not finite", {"name": name})
    low, high = given.spread
    with np.errstate(all="ignore"):  # the squares of huge numbers are beyond all bounds, and so is their spread
        spread = float(values.std()) if values.size > 1 else low
    if not low <= spread <= high:
        facts = {"name": name, "spread": f"{spread:.3g}", "low": f"{low:g}", "high": f"{high:g}"}
        return Message("`{name}` has the standard deviation {spread}, not one from {low} to {high}", facts)
    return values
