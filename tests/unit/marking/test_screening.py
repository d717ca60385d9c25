"""What is told in passing of a wrong value is never otherwise than what a comparison says."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from grader.assignment.spec import Tolerance
from grader.marking.leaves import holds
from grader.marking.screening import is_given, might_hold
from grader.records import Array, Mapping

_NUMBERS = st.sampled_from([0.0, -0.0, 1.0, 1.0 + 1e-6, 1.0 + 1e-9, -1.0, 1e30, np.inf, -np.inf, np.nan, 2.0, 1e-6])
_TOLERANCES = st.builds(
    Tolerance,
    shape=st.sampled_from(["exact", "squeeze"]),
    nan=st.sampled_from(["unequal", "equal"]),
    dtype=st.sampled_from(["float64", "float32", "float16"]),
    sign=st.sampled_from(["exact", "whole"]),
    order=st.sampled_from(["exact", "elements"]),
)


def value(array: np.ndarray) -> Array:
    return Array(dtype=array.dtype.name, shape=array.shape, data=array.tobytes())


@given(st.data(), _TOLERANCES, st.sampled_from(["float64", "float32", "int64", "bool", "uint8", "complex128"]))
def test_nothing_that_holds_is_screened_out(data: st.DataObject, tolerance: Tolerance, dtype: str) -> None:
    shape = data.draw(array_shapes(min_dims=0, max_dims=2, max_side=3))
    expected = data.draw(arrays(np.float64, shape, elements=_NUMBERS))
    with np.errstate(all="ignore"):
        close = expected + data.draw(st.sampled_from([0.0, 1e-9, 1e-6, 1e-4]))
        found = value(data.draw(st.sampled_from([close, close[None], close.T, expected * 2])).astype(dtype))
    right = holds(found, expected, tolerance)
    assert is_given(found, expected, tolerance) == right
    assert might_hold(found, expected, tolerance) or not right
    nested = Mapping(keys=("a", "b"), values=(value(np.ones(2)), value(expected)))
    answer = Mapping(keys=("b", "c", "a"), values=(found, found, value(np.ones(2))))
    assert is_given(answer, nested, tolerance) == holds(answer, nested, tolerance)


def test_other_numbers_are_screened_out() -> None:
    assert not might_hold(value(np.array([1.0, 2.0])), np.array([1.0, 2.1]), Tolerance())
    assert not might_hold(value(np.array([1.0, 2.0, 3.0])), np.array([1.0, 2.0]), Tolerance())
