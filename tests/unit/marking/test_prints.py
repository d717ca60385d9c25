"""A right answer that was only printed passes, at the precision at which it was printed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader.assignment.spec import Tolerance
from grader.marking.compare import COARSEST_PRINT, Outcome, compare
from grader.marking.prints import as_printed
from grader.notebook import parse_printed

SHAPES = arrays.array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=6)
MANY = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def expected_arrays(draw: st.DrawFn) -> np.ndarray:
    """Arrays as a reference gives them, over twelve orders of magnitude."""
    scale = 10.0 ** draw(st.integers(-6, 6))
    return np.asarray(
        scale * draw(arrays.arrays(np.float64, draw(SHAPES), elements=st.floats(-1, 1, allow_subnormal=False)))
    )


def judged(text: str, expected: np.ndarray) -> Outcome:
    (printed,) = parse_printed(text)
    assert printed.fits(expected.shape), (text, printed)
    return compare(as_printed(printed, expected.shape), expected, Tolerance())


@given(expected_arrays(), st.sampled_from([str, repr]))
@MANY
def test_printed_by_numpy_in_double_precision(expected: np.ndarray, shown: object) -> None:
    assert callable(shown)
    assert judged(shown(expected), expected).holds


@given(expected_arrays())
@MANY
def test_printed_by_numpy_in_single_precision(expected: np.ndarray) -> None:
    assert judged(str(expected.astype(np.float32)), expected).holds


@given(expected_arrays(), st.sampled_from([torch.float32, torch.float64]))
@MANY
def test_printed_by_pytorch(expected: np.ndarray, dtype: torch.dtype) -> None:
    outcome = judged(str(torch.from_numpy(expected).to(dtype)), expected)
    if outcome.holds:
        return
    # Four decimals hide too much of small numbers to tell right from nearly right. They are never called wrong.
    assert outcome.reason == "too-coarse"
    assert COARSEST_PRINT * np.abs(expected).max() < 5e-5


@given(expected_arrays())
@MANY
def test_printed_as_nested_lists(expected: np.ndarray) -> None:
    assert judged(str(expected.tolist()), expected).holds


@given(st.integers(1001, 3000), st.booleans())
@settings(max_examples=20, deadline=None)
def test_what_is_elided_is_not_judged_and_the_rest_is(size: int, tensor: bool) -> None:
    expected = np.linspace(0, 1, size)
    text = str(torch.from_numpy(expected)) if tensor else str(expected)
    assert judged(text, expected).holds
    wrong = expected.copy()
    wrong[-1] = 5.0
    assert judged(text, wrong).reason == "differs"


@pytest.mark.parametrize("dtype", [np.int64, np.bool_])
def test_printed_integers_and_bools_are_exact(dtype: type) -> None:
    expected = np.array([[0, 1], [1, 1]]).astype(dtype)
    assert judged(str(expected), expected).holds
    assert not judged(str(~expected), expected).holds


@given(expected_arrays())
@MANY
def test_a_wrong_answer_so_printed_never_passes(expected: np.ndarray) -> None:
    wrong = expected + np.maximum(np.abs(expected), 1.0) * 0.01
    assert not judged(str(wrong), expected).holds
