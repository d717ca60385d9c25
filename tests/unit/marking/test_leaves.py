"""What counts as equal: values leaf by leaf, and what an author says doesn't count."""

from __future__ import annotations

import datetime
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.assignment.plain import expected_of, plain_value
from grader.assignment.spec import Tolerance
from grader.marking.cases import JudgedCase
from grader.marking.leaves import Leaf, combined, compare_leaves
from grader.records import Array, Frame

ANY_ROWS = Tolerance(order="rows")


def leaves(found: object, expected: object, tolerance: Tolerance | None = None) -> tuple[Leaf, ...]:
    return compare_leaves(plain_value(found), expected_of(expected), tolerance or Tolerance())


def holds(found: object, expected: object, tolerance: Tolerance | None = None) -> bool:
    return combined(leaves(found, expected, tolerance)).holds


FRAME = pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]}, index=["i", "j"])
SERIES = pd.Series([1.0, 2.0], index=["i", "j"], name="a")
LABELLED = pd.DataFrame({"u": [1, 2, 3], "v": [30, 10, 20]}, index=list("abc"))
DATES = np.array(["2024-01-01", "2024-03-01"], dtype="datetime64[D]")
GAPS = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": ["x", None, 1.5]})
MASKED = np.ma.masked_array([1.0, 2.0, 3.0], mask=[0, 1, 0])


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([1.0, 2.0], (1.0, 2.0)),
        (np.array([1.0, 2.0]), (1.0, 2.0)),
        ((torch.ones(2), [3]), (np.ones(2), np.array([3]))),
        ({"a": 1, "b": [2.0], "more": None}, {"a": torch.tensor(1), "b": np.array([2.0])}),
        ({"x", "y"}, {"y", "x"}),
        ({1.0, 2.0000000001}, {1, 2}),
        (["y", "x"], {"x", "y"}),
        (3**50, 3**50),
        ("text", "text"),
        (True, True),
        (np.bool_(True), torch.tensor(True)),
        (1 + 2j, 1 + 2j),
        (torch.ones(2, dtype=torch.bfloat16), np.ones(2)),
        (DATES.astype("datetime64[s]"), DATES),
        ([datetime.date(2024, 1, 1), datetime.datetime(2024, 3, 1)], DATES),
        (np.ma.masked_array([1.0, -9.0, 3.0], mask=[0, 1, 0]), MASKED),
        ([1.0, float("nan"), 3.0], MASKED),
        (FRAME.copy(), FRAME),
        (FRAME[["b", "a"]].assign(more=1), FRAME),
        (SERIES.copy(), SERIES),
        ({"i": 1.0, "j": 2.0}, {"i": 1.0, "j": 2.0}),
        (SERIES, {"i": 1.0, "j": 2.0}),
        (SERIES.to_frame(), SERIES),
    ],
)
def test_these_are_equal(found: object, expected: object) -> None:
    assert holds(found, expected)


@pytest.mark.parametrize(
    ("found", "expected", "reason"),
    [
        ([1.0], (1.0, 2.0), "other-length"),
        ({"a": 1}, {"a": 1, "b": 2}, "no-entry"),
        ([1], {"a": 1}, "other-kind"),
        ({"x"}, {"x", "y"}, "differs"),
        ({"x", "y", "z"}, {"x", "y"}, "differs"),
        (float(3**50), 3**50, "other-kind"),
        (3**50 + 1, 3**50, "other-kind"),
        ("Text", "text", "differs"),
        (1.0, "text", "other-kind"),
        ("1.0", 1.0, "not-numeric"),
        (DATES.astype("int64"), DATES, "other-kind"),
        (DATES[::-1], DATES, "differs"),
        (np.array([1.0, 2.0, 3.0]), MASKED, "differs"),
        (FRAME.rename(columns={"a": "c"}), FRAME, "no-entry"),
        (FRAME.set_index("b"), FRAME, "differs"),
        (FRAME.iloc[::-1], FRAME, "differs"),
        (SERIES * 2, SERIES, "differs"),
        (FRAME.to_numpy(), FRAME, "no-entry"),
        (np.zeros(2, dtype=[("x", "f8")]), (1.0, 2.0), "other-kind"),
    ],
)
def test_these_are_not_and_say_why(found: Any, expected: object, reason: str) -> None:
    tree = compare_leaves(_claimed(found), expected_of(expected), Tolerance())
    outcome = combined(tree)
    assert not outcome.holds
    assert outcome.reason == reason


def _claimed(found: object) -> Any:
    try:
        return plain_value(found)
    except ValueError:
        from grader.records import Unreadable

        return Unreadable(type=type(found).__name__, reason="it is no plain value")


NOTHING = pd.DataFrame()


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({}, {}),
        ([], []),
        ((), []),
        ([], ()),
        (np.array([]), []),
        (pd.Series([], dtype=float), []),
        ({"a": []}, {"a": []}),
        (set(), set()),
        (NOTHING, NOTHING),
        (pd.DataFrame(index=["a"]), pd.DataFrame(index=["a"])),
    ],
)
def test_nothing_is_equal_to_nothing(found: object, expected: object) -> None:
    (leaf,) = leaves(found, expected)
    assert leaf.outcome.holds


@pytest.mark.parametrize("expected", [{}, [], (), set(), NOTHING, {"a": {}}, ({},)], ids=repr)
@pytest.mark.parametrize(
    "found",
    [{"a": 1}, [1], (1, 2), {1}, np.ones(3), LABELLED, SERIES, 1.0, "text", None, {"a": [1]}, ([1],)],
    ids=lambda found: type(found).__name__,
)
def test_something_is_never_equal_to_nothing(found: object, expected: object) -> None:
    told = leaves(found, expected)
    assert told
    assert combined(told).share == 0


def test_a_case_without_parts_earns_nothing() -> None:
    assert JudgedCase(parts=()).share == 0
    assert not JudgedCase(parts=()).holds


PAIRS = {(row, column + 0.5) for row in range(40) for column in range(40)}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (["x", "y"], {"x", "y"}),
        ({number * number for number in range(1000)}, {number * number for number in range(1000)}),
        (np.unique(np.arange(20_000)), set(range(20_000))),
        ([number + 1e-9 for number in range(3000)], {float(number) for number in range(3000)}),
        ({np.float32(number / 7) for number in range(600)}, {number / 7 for number in range(600)}),
        ({2**62, 2**62 + 1, 2**80}, {2**62 + 1, 2**62, 2**80}),
        ({"x", 1, None, 2.5}, {None, 2.5, 1.0, "x"}),
        ({float("inf"), 1.0}, {1, float("inf")}),
        ({1 + 1j, 2.0}, {2.0 + 0j, 1 + 1.0000000001j}),
        ([[row, column] for row, column in sorted(PAIRS)], PAIRS),
        ({(row, column * (1 + 1e-8)) for row, column in PAIRS}, PAIRS),
        ({("x", 1.0000000001), ("y", 1)}, {("y", 1), ("x", 1)}),
        ({frozenset({1, 2}), frozenset({"x"})}, {frozenset({"x"}), frozenset({2.0, 1.0})}),
        ([[1.0], 2.0], {1, 2}),
        (
            {datetime.date(2024, 1, 1), datetime.date(2024, 3, 1)},
            {datetime.date(2024, 3, 1), datetime.date(2024, 1, 1)},
        ),
    ],
)
def test_these_are_sets_of_the_same_members(found: object, expected: object) -> None:
    assert holds(found, expected)


@pytest.mark.parametrize(
    ("found", "expected", "share"),
    [
        (["x", "y", "x"], {"x", "y"}, 2 / 3),
        ([1, 2, 2], {1, 2}, 2 / 3),
        ({1, 2, 4}, {1, 2, 3}, 2 / 3),
        ({number + (number == 500) / 2 for number in range(1000)}, set(range(1000)), 0.999),
        (PAIRS - {(0, 0.5)} | {(0, 0.6)}, PAIRS, 1 - 1 / len(PAIRS)),
        ({2**62, 2**62 + 2}, {2**62 + 1, 2**62}, 1 / 2),
        ({("x", 2), ("y", 1)}, {("y", 2), ("x", 1)}, 0),
        ({frozenset({1, 2})}, {frozenset({1, 3})}, 0),
        ([[1, 2]], {frozenset({1, 2})}, 0),
        ({"1"}, {1}, 0),
        ([[1.0, 2.0]], {1, 2}, 0),
        ({float("nan")}, {1.0}, 0),
    ],
)
def test_these_are_sets_of_other_members(found: object, expected: object, share: float) -> None:
    outcome = combined(leaves(found, expected))
    assert not outcome.holds
    assert float(outcome.share) == pytest.approx(share)


def test_members_of_a_set_are_equal_as_its_author_says() -> None:
    assert holds({"X ", "y"}, {"x", "Y"}, Tolerance(case="any", space="any"))
    assert holds({float("nan"), 1.0}, {1.0, float("nan")}, Tolerance(nan="equal"))
    assert holds({-1.0, 2.0}, {1.0, 2.0}, Tolerance(sign="whole"))
    assert not holds({float("nan"), 1.0}, {1.0, float("nan")})


@pytest.mark.parametrize(
    "found",
    [
        [[0.25] * 198 for _ in range(498)],
        [0.25] * 99_000,
        [(number, 0.25) for number in range(30_000)],
        [("x", 0.25 * number) for number in range(30_000)],
    ],
    ids=["long", "many", "pairs", "text"],
)
@pytest.mark.parametrize(
    "expected",
    [{number + 0.5 for number in range(400)}, {("x", number + 0.5) for number in range(400)}, PAIRS],
    ids=["numbers", "text", "pairs"],
)
def test_what_is_made_to_be_slow_to_match_with_a_set_is_not(found: object, expected: object) -> None:
    value, wanted = plain_value(found), expected_of(expected)
    before = time.process_time()
    assert not combined(compare_leaves(value, wanted, Tolerance())).holds
    assert time.process_time() - before < 10


ANY_ELEMENTS = Tolerance(order="elements")
RECORDS = [("a", 1.5, True), ("b", 2.5, None), ("a", 3.5, False)]


@pytest.mark.parametrize(
    ("tolerance", "found", "expected"),
    [
        (ANY_ELEMENTS, ["y", "x", "x"], ["x", "y", "x"]),
        (ANY_ROWS, ["y", "x", "x"], ["x", "y", "x"]),
        (ANY_ELEMENTS, np.array(["y", "x"]), ["x", "y"]),
        (ANY_ELEMENTS, [["d", "c"], ["b", "a"]], [["a", "b"], ["c", "d"]]),
        (ANY_ROWS, [["c", "d"], ["a", "b"]], [["a", "b"], ["c", "d"]]),
        (ANY_ROWS, RECORDS[::-1], RECORDS),
        (ANY_ELEMENTS, {"names": [2.0, "x"]}, {"names": ["x", 2]}),
        (Tolerance(order="elements", case="any"), ["Y", "x"], ["X", "y"]),
        (ANY_ROWS, DATES[::-1], DATES),
        (ANY_ELEMENTS, list(DATES[::-1]), DATES),
    ],
)
def test_text_and_dates_may_come_in_any_order(tolerance: Tolerance, found: object, expected: object) -> None:
    assert holds(found, expected, tolerance)
    assert not holds(found, expected, replace(tolerance, order="exact"))


@pytest.mark.parametrize(
    ("tolerance", "found", "expected", "share"),
    [
        (ANY_ELEMENTS, ["y", "x", "y"], ["x", "y", "x"], 2 / 3),
        (ANY_ROWS, [["d", "c"], ["b", "a"]], [["a", "b"], ["c", "d"]], 0),
        (ANY_ELEMENTS, ["x"], ["x", "y"], 0),
        (ANY_ROWS, [RECORDS[0], RECORDS[2], ("b", 1.5, None)], RECORDS, 2 / 3),
        (ANY_ELEMENTS, ("y", "x"), ("x", "y"), 0),
        (ANY_ROWS, [np.ones(2), np.zeros(3)], (np.zeros(3), np.ones(2)), 0),
        (ANY_ROWS, DATES[[0, 0]], DATES, 1 / 2),
    ],
)
def test_other_text_and_dates_are_wrong_in_any_order(
    tolerance: Tolerance, found: object, expected: object, share: float
) -> None:
    outcome = combined(leaves(found, expected, tolerance))
    assert not outcome.holds
    assert float(outcome.share) == pytest.approx(share)


SQUARE = Array(dtype="float64", shape=(2, 1), data=bytes(16))
PLAIN_LABELS = plain_value(["a", "b"])
COLUMN = plain_value([1.0, 3.0])


@pytest.mark.parametrize(
    "found",
    [
        Frame(columns=SQUARE, index=PLAIN_LABELS, data=(COLUMN, COLUMN)),
        Frame(columns=PLAIN_LABELS, index=SQUARE, data=(COLUMN, COLUMN)),
        Frame(columns=PLAIN_LABELS, index=PLAIN_LABELS, data=(COLUMN,)),
        Frame(columns=PLAIN_LABELS, index=plain_value(["i", "j"]), data=(SQUARE, plain_value(1))),
        Frame(container="series", columns=PLAIN_LABELS, index=SQUARE, data=(COLUMN,)),
        Frame(container="series", columns=PLAIN_LABELS, index=PLAIN_LABELS, data=()),
    ],
)
@pytest.mark.parametrize("expected", [FRAME, SERIES, {"i": 1.0, "j": 2.0}, {}, (), [], {1.0}, np.ones(3), "text"])
@pytest.mark.parametrize("tolerance", [Tolerance(), ANY_ROWS, Tolerance(order="rows", index="any")])
def test_a_forged_table_is_an_ordinary_wrong_answer(found: Frame, expected: object, tolerance: Tolerance) -> None:
    assert not combined(compare_leaves(found, expected_of(expected), tolerance)).holds


def test_only_the_leaf_that_is_wrong_is_lost() -> None:
    found = leaves({"dW": np.ones(3), "db": (1.0, "x")}, {"dW": np.ones(3), "db": (2.0, "x")})
    assert [(leaf.place, leaf.outcome.holds) for leaf in found] == [
        ("['dW']", True),
        ("['db'][0]", False),
        ("['db'][1]", True),
    ]
    assert combined(found).share == 2 / 3 or float(combined(found).share) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("tolerance", "found", "expected"),
    [
        (Tolerance(case="any", space="any"), " Gradient\n DESCENT", "gradient descent"),
        (ANY_ROWS, FRAME.iloc[::-1], FRAME),
        (Tolerance(index="any"), FRAME.reset_index(drop=True), FRAME),
        (Tolerance(sign="whole"), [-1.0, -2.0], np.array([1.0, 2.0])),
        (Tolerance(scale="rows"), [[1.0, 3.0], [2.0, 2.0]], np.array([[0.25, 0.75], [0.5, 0.5]])),
        (Tolerance(order="elements"), [[4, 3], [2, 1]], np.array([[1, 2], [3, 4]])),
        (Tolerance(labels="any"), [5, 5, 2], np.array([0, 0, 1])),
    ],
)
def test_what_an_author_says_does_not_count(tolerance: Tolerance, found: object, expected: object) -> None:
    assert holds(found, expected, tolerance)
    assert not holds(found, expected)


COUNTED = pd.DataFrame({"u": [1.5, 2.5, 2.5], "word": ["x", "y", "z"], "v": [30, 10, 20]})
ANY_INDEX = Tolerance(order="rows", index="any")


@pytest.mark.parametrize(
    ("tolerance", "found", "expected"),
    [
        (ANY_ROWS, LABELLED.iloc[[2, 0, 1]], LABELLED),
        (ANY_ROWS, LABELLED["v"].iloc[[2, 0, 1]], LABELLED["v"]),
        (ANY_ROWS, COUNTED.sort_values("v"), COUNTED),
        (ANY_ROWS, COUNTED.sort_values("v").reset_index(drop=True), COUNTED),
        (ANY_ROWS, COUNTED.sort_values("v").to_dict("list"), COUNTED),
        (ANY_ROWS, COUNTED["v"].to_list()[::-1], COUNTED["v"]),
        (ANY_INDEX, COUNTED.sort_values("v").set_index("u", drop=False), COUNTED),
        (ANY_INDEX, LABELLED.iloc[::-1].reset_index(drop=True), LABELLED),
        (ANY_ROWS, LABELLED.set_axis(list("aab")).iloc[[1, 2, 0]], LABELLED.set_axis(list("aab"))),
        (ANY_ROWS, GAPS.iloc[::-1], GAPS),
        (
            Tolerance(order="rows", index="any", case="any"),
            COUNTED.iloc[::-1].assign(word=["Z", "Y", "X"]),
            COUNTED,
        ),
    ],
)
def test_rows_of_a_table_may_come_in_any_order(tolerance: Tolerance, found: object, expected: object) -> None:
    assert holds(found, expected, tolerance)


@pytest.mark.parametrize(
    ("tolerance", "found", "expected"),
    [
        (ANY_ROWS, pd.DataFrame({"u": [3, 1, 2], "v": [10, 20, 30]}, index=list("abc")), LABELLED),
        (ANY_ROWS, pd.Series([1, 2, 3], index=list("abc")), pd.Series([3, 1, 2], index=list("abc"))),
        (ANY_ROWS, LABELLED.assign(v=[10, 20, 30]), LABELLED),
        (ANY_INDEX, LABELLED.assign(v=[10, 20, 30]), LABELLED),
        (ANY_ROWS, COUNTED.assign(word=["y", "x", "z"]), COUNTED),
        (ANY_INDEX, COUNTED.assign(word=["y", "x", "z"]), COUNTED),
        (ANY_INDEX, COUNTED.assign(v=[30, 20, 20]), COUNTED),
        (ANY_INDEX, COUNTED.iloc[:2], COUNTED),
        (ANY_ROWS, LABELLED.set_axis(list("aab")).iloc[[1, 2, 0]], LABELLED.set_axis(list("abb"))),
        (ANY_ROWS, LABELLED.set_axis(list("aab")).assign(v=[20, 10, 30]), LABELLED.set_axis(list("aab"))),
    ],
)
def test_the_columns_of_a_table_keep_their_rows_together(tolerance: Tolerance, found: object, expected: object) -> None:
    assert not holds(found, expected, tolerance)


matrices = st.integers(2, 5).flatmap(
    lambda rows: st.lists(st.lists(st.integers(-50, 50), min_size=3, max_size=3), min_size=rows, max_size=rows)
)


@given(matrices, st.randoms(use_true_random=False))
def test_rows_in_any_order_are_the_same_and_another_row_is_not(rows: list[list[int]], random: Any) -> None:
    expected = np.array(rows, dtype=float)
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert holds(np.array(shuffled, dtype=float), expected, ANY_ROWS)
    wrong = np.array(shuffled, dtype=float)
    wrong[0, 0] += 1000
    assert not holds(wrong, expected, ANY_ROWS)


@given(matrices, st.lists(st.sampled_from([-1.0, 1.0]), min_size=3, max_size=3))
def test_columns_are_the_same_up_to_sign_and_not_up_to_more(rows: list[list[int]], signs: list[float]) -> None:
    expected = np.array(rows, dtype=float)
    tolerance = Tolerance(sign="columns")
    assert holds(expected * signs, expected, tolerance)
    assert not holds(expected * signs + 1000, expected, tolerance)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=30), st.permutations(range(5)))
def test_labels_are_the_same_up_to_their_names(labels: list[int], names: list[int]) -> None:
    expected = np.array(labels)
    tolerance = Tolerance(labels="any")
    assert holds([names[label] for label in labels], expected, tolerance)
    if len(set(labels)) > 1:
        assert not holds([0] * len(labels), expected, tolerance)


@given(matrices, st.floats(0.01, 100))
def test_scale_is_positive_and_the_same_for_all_of_a_piece(rows: list[list[int]], factor: float) -> None:
    expected = np.abs(np.array(rows, dtype=float)) + 1
    tolerance = Tolerance(scale="whole")
    assert holds(expected * factor, expected, tolerance)
    assert not holds(-expected * factor, expected, tolerance)


@given(matrices, st.lists(st.floats(0.01, 100), min_size=3, max_size=3), st.integers(0, 7))
def test_columns_may_point_either_way_at_any_length(rows: list[list[int]], factors: list[float], turned: int) -> None:
    expected = np.abs(np.array(rows, dtype=float)) + 1
    factors = [-factor if turned >> place & 1 else factor for place, factor in enumerate(factors)]
    assert holds(expected * factors, expected, Tolerance(scale="columns", sign="columns"))
    assert holds(-expected * np.abs(factors), expected, Tolerance(scale="columns", sign="whole"))
    assert holds(expected * np.sign(factors) * 3, expected, Tolerance(scale="whole", sign="columns"))
    if turned:
        assert not holds(expected * factors, expected, Tolerance(scale="columns"))


def test_the_scale_is_told_by_what_is_finite() -> None:
    expected = np.array([1.0, np.nan, 2.0, np.inf])
    assert holds(expected * 3, expected, Tolerance(scale="whole", nan="equal"))
    assert holds(expected * -3, expected, Tolerance(scale="whole", sign="whole", nan="equal"))
    assert not holds(expected * [3, 3, 4, 3], expected, Tolerance(scale="whole", nan="equal"))
    assert not holds(expected * 3, expected, Tolerance(scale="whole"))


@given(matrices, st.randoms(use_true_random=False), st.sampled_from(["whole", "rows", "columns"]))
def test_rows_in_any_order_may_be_turned_and_stretched(rows: list[list[int]], random: Any, pieces: Any) -> None:
    expected = np.abs(np.array(rows, dtype=float)) + np.array([1, 2, 3])
    order = random.sample(range(len(rows)), len(rows))
    shape = {"whole": (1, 1), "rows": (len(rows), 1), "columns": (1, 3)}[pieces]
    turns = np.array([random.choice([-1, 1]) for _ in range(shape[0] * shape[1])]).reshape(shape)
    factors = turns * np.array([random.uniform(0.1, 9) for _ in range(shape[0] * shape[1])]).reshape(shape)
    assert holds((expected * turns)[order], expected, Tolerance(order="rows", sign=pieces))
    assert holds((expected * factors)[order], expected, Tolerance(order="rows", sign=pieces, scale=pieces))
    wrong = (expected * turns)[order] + np.eye(len(rows), 3) * 1000
    assert not holds(wrong, expected, Tolerance(order="rows", sign=pieces))


def test_rows_of_ones_and_zeros_may_be_turned() -> None:
    expected = np.array([[1.0, 0, 0], [0, 1, 0]])
    assert holds(-expected[::-1], expected, Tolerance(order="rows", sign="rows"))
    assert holds([-2, -1], np.array([1.0, 2.0]), Tolerance(order="elements", sign="whole"))


GRID = np.stack(np.meshgrid(np.linspace(0, 1, 80), np.linspace(0, 1, 80)), axis=-1).reshape(-1, 2)
EYES = np.repeat(np.eye(50), 100, axis=0)


@pytest.mark.parametrize("noise", [0, 1e-14, 1e-7])
@pytest.mark.parametrize(
    "expected",
    [
        GRID,
        GRID + 1j * GRID[::-1],
        EYES,
        np.concatenate([GRID, GRID, GRID * 1e9], axis=1),
        np.where(GRID == 0, np.nan, GRID),
        np.arange(20_000.0),
    ],
    ids=["grid", "complex", "eyes", "scales", "nan", "vector"],
)
def test_many_rows_may_come_in_any_order(expected: np.ndarray, noise: float) -> None:
    random = np.random.default_rng(1)
    found = random.permutation(expected) * (1 + noise * random.standard_normal(expected.shape))
    tolerance = Tolerance(order="rows", nan="equal")
    assert holds(found, expected, tolerance)
    found[7] += 0.5
    outcome = combined(leaves(found, expected, tolerance))
    assert not outcome.holds
    assert outcome.share > (0.5 if noise == 1e-7 else 0.99)  # only whole answers are taken for float32


def test_large_integers_in_any_order_are_the_same_to_the_last_digit() -> None:
    expected = np.arange(2**60, 2**60 + 50)
    assert holds(expected[::-1], expected, ANY_ROWS)
    assert holds(expected[::-1].reshape(5, 10)[::-1], expected.reshape(5, 10), Tolerance(order="elements"))
    assert not holds(expected[::-1] + 1, expected, ANY_ROWS)
