"""What wrong values are known by: equal where values are, whatever they were kept in."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.marking.answers import Called, fault
from grader.marking.judge import absent
from grader.marking.trace import Trace
from grader.marking.wrong_values import known_by, wrong_value
from grader.records import (
    Array,
    CallResult,
    CallsMade,
    Found,
    Frame,
    Mapping,
    Scalar,
    Sequence,
    Unreadable,
    Value,
    WrongValue,
)
from tests.in_process import execute, notebook
from tests.unit.marking.test_mark import load_source


def array(values: object, dtype: str = "float64") -> Array:
    made = np.asarray(values, dtype=dtype)
    return Array(dtype=dtype, shape=made.shape, data=made.tobytes())


def listed(values: object) -> Value:
    return Sequence(items=tuple(map(listed, values))) if isinstance(values, list) else Scalar(value=values)  # type: ignore[arg-type]


def alike(one: Value, other: Value) -> bool:
    first, second = known_by(one), known_by(other)
    return (
        first.kind == second.kind
        and first.size == pytest.approx(second.size, rel=1e-5)
        and first.sums == pytest.approx(second.sums, abs=1e-5)
    )


numbers = st.floats(-1e6, 1e6).map(lambda number: number if abs(number) > 1e-6 else 0.0)
matrices = st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=2, max_size=4)


@given(matrices)
def test_a_value_is_known_in_any_dtype_and_container(rows: list[list[float]]) -> None:
    assert alike(array(rows), array(rows, "float32"))
    assert alike(array(rows), listed(rows))


@given(matrices, st.integers(0, 5), st.floats(1e-3, 1))
def test_another_value_is_another(rows: list[list[float]], place: int, share: float) -> None:
    changed = np.asarray(rows)
    changed.flat[place] += share * max(np.abs(changed).max(), 1)

    assert not alike(array(rows), array(changed))


@pytest.mark.parametrize("change", [np.transpose, np.flip, np.negative, lambda values: values[::-1]])
def test_the_same_numbers_in_other_places_are_another_value(change: Callable[[np.ndarray], np.ndarray]) -> None:
    square = np.arange(1.0, 10.0).reshape(3, 3)

    assert not alike(array(square), array(change(square)))


def test_one_element_is_a_scalar() -> None:
    assert alike(array([[2.5]]), Scalar(value=2.5))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1.0, np.nan], [np.nan, 1.0]),
        ([1.0, np.inf], [1.0, -np.inf]),
        ([1.0, np.nan], [1.0, 0.0]),
        ([1 + 2j], [2 + 1j]),
        ([[1.0, 2.0], [3.0, 4.0]], [1.0, 2.0, 3.0, 4.0]),
        ([], [0.0]),
    ],
)
def test_odd_values_are_told_apart(one: object, other: object) -> None:
    kind = "complex128" if np.iscomplexobj(one) else "float64"
    assert alike(array(one, kind), array(one, kind))
    assert not alike(array(one, kind), array(other, kind))


def test_long_arrays_are_known_by_all_their_elements() -> None:
    long = np.sin(np.arange(100_000.0))
    changed = long.copy()
    changed[77_777] += 1

    assert alike(array(long), array(long, "float32"))
    assert not alike(array(long), array(changed))


@pytest.mark.parametrize(
    "value",
    [
        Mapping(keys=("dW1", 2), values=(array([1.0]), Scalar(value="text"))),
        Sequence(items=(Scalar(value="a"), Scalar(value=None), array([1.0]))),
        Frame(columns=listed(["a"]), index=listed([0, 1]), data=(listed(["x", "y"]),)),
        Unreadable(type="module", reason="It is none."),
        Array(dtype="datetime64[ns]", shape=(1,), data=bytes(8)),
        Scalar(value=10**400),
        Scalar(value="\ud800" * 1_000),
        Sequence(items=()),
        array([1e308, -1e308, 5e-324]),
        array([5e-324]),
    ],
)
def test_whatever_is_handed_in_is_known_and_can_be_kept(value: Value) -> None:
    known = known_by(value)

    assert alike(value, value)
    assert len(known.shown) <= 90
    assert np.isfinite([known.size, *known.sums]).all()
    json.dumps([known.size, known.sums], allow_nan=False)


def test_what_has_very_many_parts_is_known_by_the_first_of_them_in_a_moment() -> None:
    parts = tuple(Scalar(value="a" if number % 2 else number) for number in range(200_000))
    started = time.process_time()

    assert alike(Sequence(items=parts), Sequence(items=(*parts[:-1], Scalar(value="b"))))
    assert not alike(Sequence(items=parts), Sequence(items=(Scalar(value="b"), *parts[1:])))
    assert not alike(Sequence(items=parts), Sequence(items=parts[1:]))
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (array([[0.5, 1 / 3], [2.0, 1e-9]]), "0.5, 0.33333, 2, 1e-09 (2×2)"),
        (array(range(8), "int64"), "0, 1, 2, 3, 4, 5, … (8)"),
        (Scalar(value=0.25), "0.25"),
        (Scalar(value="no"), "'no'"),
        (Sequence(items=(Scalar(value="a"), array([1.0]))), "list of 2; 'a'; 1 (1)"),
    ],
)
def test_its_beginning_is_shown(value: Value, shown: str) -> None:
    assert known_by(value).shown == shown


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (array(np.zeros((2, 4))), True),
        (array(np.full((2, 4), 0.5)), True),
        (array([]), True),
        (array([np.nan, np.nan]), True),
        (Scalar(value=None), True),
        (Scalar(value="TODO"), True),
        (Unreadable(type="ellipsis", reason=""), True),
        (Scalar(value=0), True),
        (Scalar(value=-1.0), True),
        (Scalar(value=0.5), False),
        (Scalar(value=12), False),
        (array([0.0, 1.0]), False),
        (array([[0.25]]), False),
    ],
)
def test_what_may_have_been_left_undone_is_plain(value: Value, plain: bool) -> None:
    assert known_by(value).plain is plain


FUNCTIONS = """
@one.function(points=1, cases=[1.0])
def helper(x):
    return x

@one.function(points=1, cases=[1.0])
def outer(x):
    return x

@one.function(points=1, cases=[1.0])
def alone(x):
    return x
"""


def test_a_function_is_known_by_what_it_gave_and_which_others_it_may_call(tmp_path: Path) -> None:
    spec = load_source(tmp_path, FUNCTIONS, points=3).spec
    source = "def helper(x): return 2 * x\ndef between(x): return helper(x)\ndef outer(x): return between(x)\n"
    handed_in = notebook(source + "def alone(x): return 3 * x")
    trace = Trace(spec=spec, notebook=handed_in, execution=execute(spec, handed_in))

    def known(name: str, *gave: Value) -> WrongValue:
        (check,) = [check for check in spec.checks if check.quantity == name]
        assert check.function is not None
        results = tuple(CallResult(status="returned", value=value) for value in gave)
        made = CallsMade(calls=check.function.calls, after_cell=0, found=name, results=results)
        given = Called(found=Found(kind="variable", name=name, cell=0), made=made)
        wrong = replace(absent(check, fault("")), verdict="incorrect")
        found = wrong_value(trace, given, wrong)
        assert found is not None
        assert wrong_value(trace, given, replace(wrong, verdict="correct")) is None
        return found

    assert [known(name, Scalar(value=2.0)).uses for name in ("helper", "outer", "alone")] == [(), ("helper",), ()]
    assert known("alone", Scalar(value=2.0)) == known("alone", array(2.0))
    assert known("alone", Scalar(value=2.0)).sums != known("alone", Scalar(value=2.0), Scalar(value=3.0)).sums
    assert known("alone", Scalar(value=2.0)).kind != known("alone", Scalar(value="2.0")).kind
