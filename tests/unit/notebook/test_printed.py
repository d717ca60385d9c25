import math
import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.notebook import Printed, parse_printed
from grader.notebook.printed import NUMBERS, VALUES


def one(text: str) -> Printed:
    (printed,) = parse_printed(text)
    return printed


def values(text: str) -> list[object]:
    return [p.numbers[0] if p.shape == () else list(p.numbers) for p in parse_printed(text)]


def labels(text: str) -> list[str]:
    return [printed.label for printed in parse_printed(text)]


def holds(printed: Printed, array: np.ndarray, ulp: float) -> None:
    """Each number lies within its half unit, and one unit of the dtype's own, of the array's."""
    assert printed.fits(array.shape)
    assert printed.shape in (None, array.shape)
    # Below the normal numbers, a dtype's own unit no longer shrinks with the number.
    subnormal = float(np.finfo(array.dtype).smallest_subnormal) if array.dtype.kind in "fc" else 0.0
    whole = array[np.ix_(*printed.axes)] if array.size else array
    for number, half_unit, original in zip(
        printed.numbers, printed.half_units, whole.reshape(-1).tolist(), strict=True
    ):
        for shown, true in ((number.real, original.real), (number.imag, original.imag)):
            if math.isnan(true) or math.isinf(true):
                assert shown == true or (math.isnan(shown) and math.isnan(true))
            else:
                assert abs(shown - true) <= half_unit * (1 + 1e-9) + 2 * ulp * abs(true) + subnormal


FLOATS = {"float16": 2.0**-10, "float32": 2.0**-23, "float64": 2.0**-52}
DTYPES = st.sampled_from([*FLOATS, "int8", "int32", "int64", "uint64", "bool", "complex64", "complex128"])


@st.composite
def arrays(draw: st.DrawFn) -> np.ndarray:
    dtype = np.dtype(draw(DTYPES))
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=4, max_side=5))
    return draw(hnp.arrays(dtype, shape))


def ulp_of(dtype: np.dtype) -> float:
    return FLOATS.get(dtype.name, 2.0**-23 if dtype.name == "complex64" else 2.0**-52)


@settings(deadline=None)
@given(arrays())
def test_arrays_of_numpy_are_read_back_from_str(array):
    printed = one(str(array))
    assert printed.container in ("ndarray", "list")
    holds(printed, array, ulp_of(array.dtype))


@settings(deadline=None)
@given(arrays())
def test_arrays_of_numpy_are_read_back_from_repr(array):
    printed = one(repr(array))
    assert printed.container == "ndarray"
    assert printed.dtype in ("", array.dtype.name)
    holds(printed, array, ulp_of(array.dtype))


@settings(deadline=None)
@given(arrays().filter(lambda array: array.dtype != np.uint64))
def test_tensors_are_read_back(array):
    tensor = torch.from_numpy(array)
    printed = one(str(tensor))
    assert printed.container == "tensor"
    holds(printed, array, ulp_of(array.dtype))


@settings(deadline=None)
@given(arrays())
def test_nested_lists_are_read_back(array):
    printed = one(str(array.tolist()))
    assert printed.shape == array.shape
    assert printed.container in ("list", "ndarray")
    holds(printed, array, 0.0)


@given(
    st.sampled_from([(1001,), (2, 600), (600, 2), (40, 40), (3, 20, 30), (20, 3, 30), (7, 7, 7, 7), (1, 1, 1001)]),
    st.sampled_from([*FLOATS, "int64", "complex128"]),
    st.integers(0, 2**32 - 1),
    st.sampled_from([1.0, 1e-6, 1e6]),
)
@settings(max_examples=40, deadline=None)
def test_summarised_arrays_align_with_the_whole(shape, dtype, seed, scale):
    noise = np.random.default_rng(seed).normal(size=shape) * (scale if dtype != "float16" else 1.0)
    array = (noise * 1000 if dtype == "int64" else noise).astype(dtype)
    for text in (str(array), repr(array), str(torch.from_numpy(array))):
        printed = one(text)
        assert any(printed.elided)
        holds(printed, array, ulp_of(array.dtype))
        assert not printed.fits(shape[:-1])
        assert not printed.fits((*shape[:-1], 1))


@pytest.mark.parametrize("array", [np.array(1.5), np.array(True), np.array(7), np.array(1 + 2j), np.array(np.nan)])
def test_arrays_without_dimensions_are_scalars(array):
    for text in (str(array), repr(array), repr(array[()]), str(torch.from_numpy(array))):
        printed = one(text)
        assert (printed.shape, printed.axes) == ((), ())
        np.testing.assert_allclose(np.array(printed.numbers[0]), array, equal_nan=True)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (2000, 0), (0, 2, 3)])
def test_empty_arrays_have_the_shape_that_is_printed_with_them(shape):
    assert one(repr(np.zeros(shape))).shape == shape
    assert one(str(torch.zeros(shape))).shape == shape


SAMPLE = """tensor([[ 3.8000,  4.4000,  5.0000,  5.6000],
        [ 8.3000,  9.8000, 11.3000, 12.8000]], grad_fn=<MmBackward0>)

final output of torch version:
tensor([[0.1324, 0.8676],
        [0.0145, 0.9855]], grad_fn=<SoftmaxBackward0>)
"""


def test_the_prints_of_a_cell_are_told_apart_with_their_labels():
    z1, a2 = parse_printed(SAMPLE)
    assert (z1.shape, z1.label, z1.container) == ((2, 4), "", "tensor")
    assert (a2.shape, a2.label) == ((2, 2), "final output of torch version")
    assert a2.numbers == (0.1324, 0.8676, 0.0145, 0.9855)
    assert a2.half_units == pytest.approx((5e-5,) * 4)


@pytest.mark.parametrize(
    ("text", "half_units"),
    [
        ("4.378", [5e-4]),
        ("4.", [0.5]),
        ("4", [0.0]),
        ("1.5e-7", [5e-9]),
        ("True", [0.0]),
        ("nan", [0.0]),
        ("[ 3.8   4.25  5.  ]", [5e-3] * 3),
        ("[1. 2.]", [5e-9] * 2),
        ("[1.00e-20 3.25e+20]", [5e-23, 5e17]),
        ("tensor([1., 2.])", [0.0] * 2),
        ("tensor([1.0000e-09, 1.0000e+00])", [5e-14, 5e-5]),
        ("[0.5, 0.1234]", [5e-5] * 2),
        ("[1, 2.5]", [0.0, 0.05]),
        ("np.float64(0.5)", [0.0]),
        ("[np.float64(0.5), np.float64(0.25)]", [0.0] * 2),
        ("tensor([1.+2.0000j, 0.+3.5000j])", [5e-5] * 2),
    ],
)
def test_half_units_tell_what_printing_may_have_hidden(text, half_units):
    assert list(one(text).half_units) == pytest.approx(half_units, rel=1e-9)


@pytest.mark.parametrize(
    ("text", "container"),
    [
        ("tensor([1.])", "tensor"),
        ("tensor(1.)", "tensor"),
        ("Parameter containing:\ntensor([0.5], requires_grad=True)", "tensor"),
        ("[tensor(1.), tensor(2.)]", "tensor"),
        ("array([1., 2.])", "ndarray"),
        ("matrix([[1., 2.]])", "ndarray"),
        ("[1. 2.]", "ndarray"),
        ("[4.378]", "ndarray"),
        ("[4.0]", "list"),
        ("[1.0, 2.0]", "list"),
        ("(1.0, 2.0)", "list"),
        ("4.378", "scalar"),
        ("np.float32(4.378)", "scalar"),
    ],
)
def test_the_container_is_guessed_from_the_form(text, container):
    assert one(text).container == container


@pytest.mark.parametrize(
    ("text", "dtype"),
    [
        ("array([1., 2.], dtype=float32)", "float32"),
        ("tensor([1, 2], dtype=torch.int32)", "int32"),
        ("tensor([1.], device='cuda:0', dtype=torch.float64, grad_fn=<MulBackward0>)", "float64"),
        ("np.float32(0.1)", "float32"),
        ("array([1., 2.])", ""),
    ],
)
def test_the_dtype_is_read_where_it_is_printed(text, dtype):
    assert one(text).dtype == dtype


@pytest.mark.parametrize(
    "text",
    [
        *("x1", "v2.0-beta", "2024-01-05", "12:30:45", "1.13.1+cu116", "1/10", "3.5ms", "4x3", "#5", "'0.5'", "1e5x"),
        *("torch.Size([2, 4])", "w[0]", "range(3)", "<object at 0x7f3a>", "a-1", "10^3", "Epoch 1:", "./data/1.csv"),
        *("['a', 'b']", "[", "]", "(((", "tensor(", "...", "", "--", "True story", "info", "nano"),
    ],
)
def test_what_is_glued_to_words_is_no_value(text):
    assert parse_printed(text) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("loss: 4.378", [4.378]),
        ("loss = 4.378.", [4.378]),
        ("loss=4.378,acc=97.5%", [4.378, 97.5]),
        ("loss is -4.378!", [-4.378]),
        ("the loss (4.378) is", [4.378]),
        ("loss: tensor(4.3780, grad_fn=<NegBackward0>)", [4.378]),
        ("{'loss': 4.378, 'w': array([1, 2])}", [4.378, [1, 2]]),
        ("Epoch 1: 0.5\nEpoch 2: 0.25", [0.5, 0.25]),
        ("1 2 3", [1, 2, 3]),
        ("w[0] = 0.5", [0.5]),
        ("\x1b[31mloss\x1b[0m: \x1b[1m4\x1b[0m", [4]),
        ("(tensor([1., 2.]), tensor([3., 4.]))", [[1, 2], [3, 4]]),
        ("[[1, 2], [3]]", [[1, 2], [3]]),
        ("[array([1, 2]), array([3, 4])]", [[1, 2, 3, 4]]),
        ("[(1+2j), 2j]", [[1 + 2j, 2j]]),
        ("[ 1.  +2.j   3.25-4.5j]", [[1 + 2j, 3.25 - 4.5j]]),
        ("done: True", [True]),
        ("9" * 30, [float("9" * 30)]),
        ("1e999", [math.inf]),
    ],
)
def test_values_are_found_in_free_text(text, found):
    assert values(text) == found


def test_masked_elements_are_nan():
    first, second, third = one(str(np.ma.array([1, 2, 3], mask=[0, 1, 0]))).numbers
    assert (first, math.isnan(second), third) == (1, True, 3)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("loss: 4", ["loss"]),
        ("'loss' = 4", ["loss"]),
        ("a: 1 b: 2", ["a", "b"]),
        ("z1\n\n[[1 2]]", ["z1"]),
        ("forward\n[1 2]\n[3 4]", ["forward", "forward"]),
        ("Task 1:\n[1 2]\nTask 2:\n[3 4]", ["Task 1", "Task 2"]),
        ("Layer 1\n[1 2]", ["Layer", "Layer 1"]),
        ("z1 = [[1 2]\n      [3 4]]\n[5 6]", ["z1", ""]),
        ("w: Parameter containing:\ntensor([1.])", ["w"]),
        ("x" * 500 + " 4", ["x" * 80]),
    ],
)
def test_labels_are_the_words_before_a_value(text, found):
    assert labels(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("True", [True]),
        ("  True\n", [True]),
        ("equal: True\nallclose = False", [True, False]),
        ("a\nTrue\n" + " " * 50 + "False", [True, False]),
        ("True or False", []),
        ("it is True\n", []),
        (" " * 1000 + "True", []),
        ("x" * 1000 + ": True", [True]),
    ],
)
def test_a_bool_is_a_value_where_it_stands_alone(text, found):
    assert values(text) == found


def test_at_most_two_hundred_values_are_given_the_first_and_the_last():
    found = parse_printed("\n".join(map(str, range(1000))))
    assert [p.numbers[0] for p in found] == [*range(VALUES // 2), *range(1000 - VALUES // 2, 1000)]


@pytest.mark.parametrize(
    "piece",
    [
        *("[", "[1 ", "(", "tensor(", "1 ", "1,", "...", ". ", "1.", "-", "\x1b[", "a 1\n", " ", "[1, 2, x] ", "\n"),
        *(
            "True ",
            "True\n",
            "x=1 ",
            "e1",
            "1e400 ",
            "[[1],",
            "tensor(1,",
            "tensor([1], size=(",
            "w[ 1",
            "[" * 16 + "1",
        ),
    ],
)
def test_long_hostile_text_takes_linear_time(piece):
    started = time.process_time()
    found = parse_printed(piece * (100_000 // len(piece)))
    assert time.process_time() - started < 2.5
    assert sum(len(p.numbers) for p in found) <= NUMBERS


@given(st.text(alphabet="[]()0123456789.,-+ejx=:' \n…tensorarayTrue") | st.text())
@settings(max_examples=500, deadline=None)
def test_no_text_raises(text):
    for printed in parse_printed(text):
        assert len(printed.numbers) == len(printed.half_units)
        assert len(printed.label) <= 80
