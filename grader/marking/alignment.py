"""What an author says doesn't count: an answer's sign, scale, order or labels are made the reference's.

Each function gives the answer in the form that is nearest to the reference; whether that is near enough is for
`compare` to say. A form that is as wrong as the answer itself changes nothing about it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from grader.assignment.spec import Tolerance
from grader.marking.numbers import Numeric
from grader.marking.orders import reordered
from grader.marking.pieces import piecewise, products, turned, wide
from grader.wire.arrays import AnyArray


def aligned(answer: Numeric, expected: AnyArray, tolerance: Tolerance) -> Numeric:
    """The answer with what doesn't count made the reference's; the two have one shape."""
    values = answer.values
    if tolerance.labels == "any":
        values = _relabelled(values, expected)
    if tolerance.order != "exact" and values.size and values.ndim:
        forms = [
            _directed(form, expected, tolerance)
            for form in reordered(replace(answer, values=values), expected, tolerance)
        ]
        values = min(forms, key=lambda form: _distance(form, expected))
    else:
        values = _directed(values, expected, tolerance)
    if values is answer.values:
        return answer
    # Which printed digit belongs to which element isn't followed: the coarsest holds for all.
    coarsest = None if answer.half_units is None else np.full(values.shape, answer.half_units.max(initial=0.0))
    return Numeric(values=values, dtype=answer.dtype, half_units=coarsest, judged=answer.judged)


def _directed(values: AnyArray, expected: AnyArray, tolerance: Tolerance) -> AnyArray:
    """With the reference's sign and scale, where these don't count."""
    if tolerance.sign != "exact":
        # Of what differs by a factor, which of two signs is nearer says nothing; where it points to does.
        change = _resigned if tolerance.scale == "exact" else turned
        values = piecewise(values, expected, tolerance.sign, change)
    if tolerance.scale != "exact":
        values = piecewise(values, expected, tolerance.scale, _rescaled)
    return values


def _resigned(values: AnyArray, expected: AnyArray) -> AnyArray:
    if values.dtype.kind in "bu":
        return values
    with np.errstate(all="ignore"):
        negative: AnyArray = np.negative(values)
        nearer = _distance(negative, expected) < _distance(values, expected)
    return negative if nearer else values


def _rescaled(values: AnyArray, expected: AnyArray) -> AnyArray:
    """Multiply by the positive factor that brings it nearest, in the sense of least squares."""
    along, square = products(values, expected)
    with np.errstate(all="ignore"):
        factor = float(np.divide(along, square))
        return wide(values) * factor if np.isfinite(factor) and factor > 0 else values


def _relabelled(values: AnyArray, expected: AnyArray) -> AnyArray:
    """Give each label the reference's that it most often stands beside, each once; what is left over stands beside
    none."""
    labels, which = np.unique(values, return_inverse=True)
    wanted, where = np.unique(expected, return_inverse=True)
    if len(labels) > 1_000 or len(wanted) > 1_000 or expected.dtype.kind not in "iub":
        return values
    together = np.zeros((len(labels), len(wanted)), dtype=np.int64)
    np.add.at(together, (which.ravel(), where.ravel()), 1)
    unknown = int(wanted.min(initial=0)) - 1
    named = np.full(len(labels), unknown, dtype=np.int64)
    for _ in range(min(together.shape)):
        label, name = np.unravel_index(int(together.argmax()), together.shape)
        if together[label, name] <= 0:
            break
        named[label] = int(wanted[name])
        together[label, :] = together[:, name] = -1
    return named[which].reshape(values.shape)


def _distance(values: AnyArray, expected: AnyArray) -> float:
    return float(np.nansum(np.abs(np.subtract(wide(values), wide(expected)))))
