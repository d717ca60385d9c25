"""What counts as equal, held against PyTorch's own judgement."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.assignment.spec import Tolerance
from grader.marking.compare import compare
from grader.marking.numbers import NotNumeric, Numeric, as_numeric
from grader.records import Array, Scalar, Sequence

FLOATS = [torch.float16, torch.bfloat16, torch.float32, torch.float64]
DTYPES = [*FLOATS, torch.complex64, torch.complex128, torch.int16, torch.int64, torch.uint8, torch.bool]
OPEN = Tolerance(dtype="bfloat16")
"""Lets every dtype claim its own default, as assert_close does."""


def numeric(tensor: torch.Tensor) -> Numeric:
    dtype = str(tensor.dtype).removeprefix("torch.")
    values = tensor.to(torch.float32).numpy() if tensor.dtype == torch.bfloat16 else tensor.numpy()
    return Numeric(values=values, dtype=dtype)


def assert_close_says(actual: torch.Tensor, expected: torch.Tensor, *, equal_nan: bool) -> bool:
    try:
        torch.testing.assert_close(actual, expected, check_dtype=False, equal_nan=equal_nan)
    except AssertionError:
        return False
    return True


def random_pair(rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """An answer and a reference that are equal, nearly equal, or not at all, now and then of another shape."""
    shape = tuple(int(n) for n in rng.integers(0, 4, size=rng.integers(0, 4)))
    expected_dtype = torch.float64 if rng.random() < 0.7 else torch.int64
    dtype = DTYPES[rng.integers(len(DTYPES))]
    expected = torch.from_numpy(np.asarray(rng.normal(size=shape) * 10.0 ** rng.integers(-6, 5))).to(expected_dtype)
    step = 10.0 ** rng.uniform(-10, 1)
    noise = torch.from_numpy(np.asarray(rng.normal(size=shape)))
    actual = expected + noise * step * (rng.random() < 0.7)
    if actual.is_floating_point() and actual.numel() and rng.random() < 0.3:
        special = [float("nan"), float("inf"), float("-inf")][rng.integers(3)]
        place = int(rng.integers(actual.numel()))
        actual.reshape(-1)[place] = special
        if expected.is_floating_point() and rng.random() < 0.6:
            expected.reshape(-1)[place] = special
    actual = actual.real.to(dtype) if dtype in FLOATS or dtype.is_complex else actual.nan_to_num(0, 0, 0).to(dtype)
    if rng.random() < 0.15:
        actual = [actual.unsqueeze(0), actual.reshape(-1), actual[None, ..., None]][rng.integers(3)]
    return actual, expected


def test_agrees_with_assert_close_on_ten_thousand_random_pairs() -> None:
    rng = np.random.default_rng(20)
    agreed = {True: 0, False: 0}
    for number in range(10_000):
        actual, expected = random_pair(rng)
        equal_nan = bool(rng.integers(2))
        if expected.shape == () and actual.numel() == 1:
            actual = actual.reshape(())  # one element where a scalar is asked for: our one exception, tested below
        tolerance = Tolerance(dtype="bfloat16", nan="equal" if equal_nan else "unequal")
        ours = compare(numeric(actual), expected.numpy(), tolerance).holds
        theirs = assert_close_says(actual, expected, equal_nan=equal_nan)
        assert ours == theirs, f"pair {number}: {actual!r} against {expected!r}: {ours=}, {theirs=}"
        agreed[ours] += 1
    assert min(agreed.values()) > 2000, agreed


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_figures_are_those_that_assert_close_reports(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 6))
    numbers = st.floats(-1e3, 1e3, allow_subnormal=False)
    expected = np.array(data.draw(st.lists(numbers, min_size=size, max_size=size)))
    answer = np.array(data.draw(st.lists(numbers, min_size=size, max_size=size)))
    comparison = compare(Numeric(values=answer, dtype="float64"), expected, Tolerance()).comparison
    assert comparison is not None
    error = np.abs(answer - expected)
    assert comparison.max_abs_error == error.max()
    assert comparison.mismatched == int((error > 1e-7 + 1e-7 * np.abs(expected)).sum())
    assert comparison.worst_index is not None
    assert error[comparison.worst_index] == error.max()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [((2,), (2, 2)), ((2, 1), (2, 2)), ((1, 2), (2,)), ((), (2, 2)), ((1,), (3,)), ((2, 2, 1), (2, 2)), ((4,), (2, 2))],
)
def test_a_shape_that_only_broadcasting_would_hide_is_no_match(
    answer: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    outcome = compare(Numeric(values=np.ones(answer), dtype="float64"), np.ones(expected), Tolerance())
    assert outcome.reason == "other-shape"
    assert outcome.share == 0


@pytest.mark.parametrize("shape", [(1,), (1, 1)])
def test_one_element_counts_where_a_scalar_is_asked_for(shape: tuple[int, ...]) -> None:
    assert compare(Numeric(values=np.full(shape, 3.0), dtype="float64"), np.array(3.0), Tolerance()).holds
    assert not compare(Numeric(values=np.array(3.0), dtype="float64"), np.full(shape, 3.0), Tolerance()).holds


def test_squeeze_lets_axes_of_length_one_come_and_go_but_no_others() -> None:
    squeeze = Tolerance(shape="squeeze")
    assert compare(Numeric(values=np.ones((3, 1)), dtype="float64"), np.ones(3), squeeze).holds
    assert not compare(Numeric(values=np.ones((1, 1)), dtype="float64"), np.ones(3), squeeze).holds


def test_an_answers_dtype_loosens_no_further_than_float32_unless_the_assignment_says_so() -> None:
    half = Numeric(values=np.array([1.0005], dtype=np.float16), dtype="float16")
    assert not compare(half, np.array([1.0]), Tolerance()).holds
    assert compare(half, np.array([1.0]), Tolerance(dtype="float16")).holds


def test_a_tolerance_of_the_assignments_own_replaces_the_defaults() -> None:
    answer = Numeric(values=np.array([1.04]), dtype="float64")
    assert compare(answer, np.array([1.0]), Tolerance(rtol=0.05, atol=0.0)).holds
    assert not compare(answer, np.array([1.0]), Tolerance(rtol=0.0, atol=0.01)).holds


def test_the_share_of_right_elements_is_exact() -> None:
    outcome = compare(
        Numeric(values=np.array([1.0, 2.0, 9.0]), dtype="float64"), np.array([1.0, 2.0, 3.0]), Tolerance()
    )
    assert outcome.share == Fraction(2, 3)


def test_nan_passes_only_where_the_assignment_says_that_it_equals_itself() -> None:
    answer, expected = Numeric(values=np.array([np.nan]), dtype="float64"), np.array([np.nan])
    assert not compare(answer, expected, Tolerance()).holds
    assert compare(answer, expected, Tolerance(nan="equal")).holds
    assert compare(answer, np.array([1.0]), Tolerance(nan="equal")).reason == "not-finite"


def test_answers_that_are_equal_but_not_the_same_are_told_apart() -> None:
    alike = [np.array(0.0), np.array(-0.0), np.array(0), np.array([0.0]), np.array(0.0, np.float32), np.array(False)]
    outcomes = [compare(Numeric(values=a, dtype=a.dtype.name), np.array(0.0), Tolerance()) for a in (*alike, *alike)]
    told = [(o.comparison.dtype, o.comparison.shape, o.evidence.found) for o in outcomes if o.comparison and o.evidence]
    assert told[: len(alike)] == told[len(alike) :]
    assert len(set(told)) == len(alike)


def test_big_integers_are_compared_exactly() -> None:
    close = Numeric(values=np.array([2**62 + 1]), dtype="int64")
    assert not compare(close, np.array([2**62]), Tolerance()).holds


def test_printed_numbers_get_half_a_unit_of_their_last_digit_and_no_more() -> None:
    def printed(value: float, half: float) -> Numeric:
        return Numeric(values=np.array(value), dtype="float32", half_units=np.array(half))

    assert compare(printed(0.1324, 5e-5), np.array(0.13238887), Tolerance()).holds
    assert compare(printed(0.1325, 5e-5), np.array(0.13238887), Tolerance()).reason == "differs"
    assert compare(printed(0.13, 5e-3), np.array(0.13238887), Tolerance()).reason == "too-coarse"
    assert compare(printed(0.14, 5e-3), np.array(0.13238887), Tolerance()).reason == "differs"
    assert compare(printed(3.8, 0.05), np.array(3.8), Tolerance()).holds


def test_elided_elements_are_not_judged_and_nothing_is_claimed_of_them() -> None:
    expected = np.arange(1001.0)
    judged = np.ones(1001, dtype=bool)
    judged[3:-3] = False
    answer = Numeric(values=np.where(judged, expected, 0.0), dtype="float64", judged=judged)
    outcome = compare(answer, expected, Tolerance())
    assert outcome.holds
    assert outcome.comparison is not None
    assert outcome.comparison.elements == 6
    unseen = Numeric(values=np.zeros(2000), dtype="float64", judged=np.zeros(2000, dtype=bool))
    assert compare(unseen, np.zeros(2000), Tolerance()).reason == "elided"


def test_an_ellipsis_where_nothing_prints_one_leaves_the_answer_open() -> None:
    judged = np.array([True, False, True])
    answer = Numeric(values=np.array([1.0, 0.0, 3.0]), dtype="float64", judged=judged)
    outcome = compare(answer, np.array([1.0, 2.0, 3.0]), Tolerance())
    assert outcome.reason == "elided"
    assert not outcome.holds
    assert compare(answer, np.array([1.0, 2.0, 4.0]), Tolerance()).reason == "differs"


def test_plain_values_become_numbers() -> None:
    nested = Sequence(items=(Sequence(items=(Scalar(value=1), Scalar(value=2.5))),))
    numbers = as_numeric(nested)
    assert isinstance(numbers, Numeric)
    assert numbers.values.tolist() == [[1.0, 2.5]]
    assert numbers.dtype == "float32"
    ragged = Sequence(items=(Sequence(items=(Scalar(value=1),)), Sequence(items=())))
    assert isinstance(as_numeric(ragged), NotNumeric)
    assert isinstance(as_numeric(Scalar(value="0.5")), NotNumeric)
    bfloat16 = as_numeric(Array(dtype="bfloat16", shape=(2,), data=b"\x80\x3f\x00\xc0", container="tensor"))
    assert isinstance(bfloat16, Numeric)
    assert bfloat16.values.tolist() == [1.0, -2.0]
    huge = as_numeric(Scalar(value=10**400))
    assert isinstance(huge, Numeric)
    assert np.isinf(huge.values)
