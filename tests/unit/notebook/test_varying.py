"""Other numbers stand wherever a notebook writes the givens down, and nowhere else."""

from __future__ import annotations

import ast
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.notebook import OTHER, find_data, written_down
from grader.records import OtherNumbers, Variation

X1 = OtherNumbers(given="x1", shape=(3,), before=(1.0, 2.0, 3.0), after=(-2.0, 4.0, 1.0))
X2 = OtherNumbers(given="x2", shape=(3,), before=(4.0, 5.0, 6.0), after=(3.0, -1.0, 7.0))
W = OtherNumbers(
    given="w", shape=(2, 3), before=(0.1, 0.2, 0.3, 0.4, 0.5, 0.6), after=(0.7, -0.2, 0.15, 0.9, 0.4, -0.8)
)
RATE = OtherNumbers(given="rate", shape=(), before=(0.1,), after=(0.23,))
VARIATION: Variation = (X1, X2, W, RATE)
VARIABLES = {f"{name}{ending}": name for name in ("x1", "x2", "w", "rate") for ending in ("", "_t", "_n")}


def varied(source: str, variation: Variation = VARIATION, variables: Mapping[str, str] = VARIABLES) -> str:
    return find_data(source, variation, variables).with_numbers(variation)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x1 = [1.0, 2.0, 3.0]", "x1 = [-2.0, 4.0, 1.0]"),
        ("x1 = [1, 2, 3]  # data", "x1 = [-2, 4, 1]  # data"),
        ("x1, x2 = [1, 2, 3], [4, 5, 6]", "x1, x2 = [-2, 4, 1], [3, -1, 7]"),
        ("x1_t = torch.tensor((1., 2., 3.))", "x1_t = torch.tensor((-2.0, 4.0, 1.0))"),
        (
            "X = np.array([[1, 2, 3],\n              [4, 5, 6]])",
            "X = np.array([[-2, 4, 1],\n              [3, -1, 7]])",
        ),
        ("XT = np.array([[1, 4], [2, 5], [3, 6]])", "XT = np.array([[-2, 3], [4, -1], [1, 7]])"),
        ("x = np.array([[1.], [2.], [3.]])", "x = np.array([[-2.0], [4.0], [1.0]])"),
        ("a = [.1, .2, .3, .4, .5, .6]", "a = [0.7, -0.2, 0.15, 0.9, 0.4, -0.8]"),
        ("a = [[.1, .4], [.2, .5], [.3, .6]]", "a = [[0.7, 0.9], [-0.2, 0.4], [0.15, -0.8]]"),
        ("def f():\n    return np.array([4., 5., 6.])", "def f():\n    return np.array([3.0, -1.0, 7.0])"),
        ("rate = 0.1; other = 0.1", "rate = 0.23; other = 0.1"),
        ("%time x1 = [1., 2., 3.]", "%time x1 = [-2.0, 4.0, 1.0]"),
    ],
)
def test_data_has_other_numbers_however_it_is_written(source: str, expected: str) -> None:
    assert varied(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "y = [1, 2]",
        "z = np.zeros((2, 3))",
        "b = a.transpose((1, 2, 3))",
        "c = [1.0, 2.0, 4.0]",
        "d = '[1, 2, 3]'",
        "print(1, 2, 3)",
        "not Python at all [1, 2, 3",
        "for k in [1, 2, 3]: print(k)",
        "a = [k for k in [1, 2, 3]]",
        "b = a[[1, 2, 3]]",
        "e = [1, 2, [3]]",
        "f = [1, 2, 'three']",
        "",
    ],
)
def test_all_else_stays_as_it_is(source: str) -> None:
    assert varied(source) == source


def test_what_a_givens_variable_gets_from_an_expression_is_exchanged_when_it_runs() -> None:
    source = "w = np.arange(1, 7).reshape(2, 3) / 10"
    assert varied(source).startswith(f"w = {OTHER}(np.arange(1, 7).reshape(2, 3) / 10, (2, 3), (0.1, 0.2,")
    assert find_data(source, VARIATION, VARIABLES).givens == {"w"}
    assert varied("v = np.arange(1, 7).reshape(2, 3) / 10") == "v = np.arange(1, 7).reshape(2, 3) / 10"


def test_numbers_of_two_givens_are_taken_by_the_name_of_the_variable_alone() -> None:
    twin = OtherNumbers(given="b", shape=(3,), before=X1.before, after=(9.0, 8.0, 7.0))
    names = {"x1": "x1", "b": "b"}
    assert varied("x1 = [1, 2, 3]\nb = [1, 2, 3]\nc = [1, 2, 3]", (X1, twin), names) == (
        "x1 = [-2, 4, 1]\nb = [9, 8, 7]\nc = [1, 2, 3]"
    )


@given(st.text(max_size=60), st.lists(st.sampled_from(["x1 = [1, 2, 3]", "y = x1 * 2", "# é", "w = f(3)"]), max_size=4))
def test_any_cell_stays_python_and_differs_in_its_numbers_alone(text: str, lines: list[str]) -> None:
    source = "\n".join([*lines, f"s = {text!r}"])
    before, after = ast.parse(source), ast.parse(varied(source))
    assert len(before.body) == len(after.body)
    assert varied(varied(source), ()) == varied(source)
    there = {each for node in ast.walk(before) if isinstance(node, ast.Name) for each in [node.id]}
    assert {node.id for node in ast.walk(after) if isinstance(node, ast.Name)} <= there | {OTHER}


def test_what_a_variable_is_made_of_says_which_data_and_numbers_are_written_down() -> None:
    source = "a = np.array([1.5, 2.25])\nx1 = [1, 2, 3]\nb = f(x1) + a\nb[0] = 7.125\ndef f(v):\n    return v * 0.5"
    found = written_down(source, VARIATION, VARIABLES, {"b", "x1", "f"})
    assert found.givens == {"x1"}
    assert {0.5, 7.125} <= found.numbers
    assert not found.others
    assert written_down(source, VARIATION, VARIABLES, {"a", "b"}).others
