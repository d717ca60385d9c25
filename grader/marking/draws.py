"""Givens that students draw themselves: each one's own, and whether it is what was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from grader.assignment.spec import GivenSpec
from grader.marking.numbers import Numeric, as_numeric
from grader.marking.trace import Trace
from grader.plan import cells_that_assign
from grader.records import Value
from grader.wire.arrays import AnyArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a student drew, in one version, by the given's name; and what is wrong with those that can't be taken."""

    values: Mapping[str, AnyArray] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


def drawn_by_student(trace: Trace, version: str) -> Drawn:
    """The givens that a student drew in a version, as they stood after the first cell that left what was asked for.

    Whoever makes room first (`w = np.zeros((2, 2))`) may draw in a later cell.
    """
    values: dict[str, AnyArray] = {}
    problems: dict[str, str] = {}
    for given in trace.spec.drawn:
        if version not in given.names:
            continue
        paths = given.names[version]
        read = [_read(value, given) for value in _values(trace, paths)]
        draw = next((each for each in read if not isinstance(each, str)), None)
        if draw is not None:
            values[given.name] = draw
        else:
            problem = next((each for each in read if isinstance(each, str)), "is not there")
            problems[given.name] = f"`{paths[0]}` {problem}"
    return Drawn(values=values, problems=problems)


def _values(trace: Trace, paths: tuple[str, ...]) -> Iterator[Value]:
    """What stood at paths after the cells that assign it, one after the other, and at the end of the notebook."""
    for path in paths:
        for cell in cells_that_assign(path, trace.assigned):
            yield from (c.value for c in trace.execution.captures if c.after_cell == cell and c.name == path)
        if path in trace.at_notebook_end:
            yield trace.at_notebook_end[path].value


def _read(value: Value, given: GivenSpec) -> AnyArray | str:
    """A draw as floating numbers, as the reference takes it; or what is wrong with it."""
    numeric = as_numeric(value)
    if not isinstance(numeric, Numeric) or numeric.values.dtype.kind not in "fiub":
        return "holds other things than real numbers"
    values = numeric.values.astype(np.float64)
    if values.shape != given.shape:
        return f"has the shape {values.shape}, where {given.shape} is asked for"
    if not np.isfinite(values).all():
        return "holds values that are not finite"
    low, high = given.spread
    with np.errstate(all="ignore"):  # the squares of huge numbers are beyond all bounds, and so is their spread
        spread = float(values.std()) if values.size > 1 else low
    if not low <= spread <= high:
        return f"has the standard deviation {spread:.3g}, not one from {low:g} to {high:g}"
    return values
