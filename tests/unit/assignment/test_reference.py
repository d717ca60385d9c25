"""The reference computes what the author wrote, in float64, in every combination of right answers."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader import Assignment
from grader.assignment.reference import Reference, build_graph
from grader.errors import AssignmentError


def reference_of(assignment: Assignment) -> Reference:
    return Reference(graph=build_graph(assignment.declaration.givens, assignment.declaration.quantities))


@pytest.fixture
def chain() -> Reference:
    """`x → square → loss → dx`, where the loss may be a sum or a mean, and the square may be halved."""
    assignment = Assignment("chain", title="Chain", points=1)
    assignment.given(x=[1.0, 2.0, 3.0])
    task = assignment.task("Task 1")

    @task.value(accept=lambda x: x**2 / 2)
    def square(x):
        return x**2

    @task.value(accept=[lambda square: square.mean(), lambda square, x: square.sum() + x[0]])
    def loss(square):
        return square.sum()

    task.gradient("dx", of=loss, by="x")
    task.gradient("ds", of="loss", by=square)
    return reference_of(assignment)


def test_without_alternatives_there_is_one_world() -> None:
    assignment = Assignment("a", title="A", points=1)
    assignment.given(x=2.0)
    assignment.quantity(name="y")(lambda x: 3 * x)
    (world,) = reference_of(assignment).worlds()
    assert world.chosen == {}
    assert world.values["y"] == 6.0


def test_each_combination_of_alternatives_is_a_world_and_the_base_comes_first(chain: Reference) -> None:
    worlds = chain.worlds()
    assert [tuple(world.chosen.values()) for world in worlds] == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    assert list(worlds[0].chosen) == ["square", "loss"]


def test_what_comes_after_an_alternative_is_computed_from_it_gradients_too(chain: Reference) -> None:
    values = {tuple(world.chosen.values()): world.values for world in chain.worlds()}
    assert values[0, 0]["loss"] == 14
    assert values[0, 0]["dx"].tolist() == [2, 4, 6]
    assert values[0, 1]["dx"] == pytest.approx(np.array([2, 4, 6]) / 3)
    assert values[0, 2]["dx"].tolist() == [3, 4, 6]
    assert values[1, 0]["dx"].tolist() == [1, 2, 3]
    assert values[1, 0]["ds"].tolist() == [1, 1, 1]


def test_worlds_are_computed_once_and_cannot_be_written_to(chain: Reference) -> None:
    assert chain.worlds() is chain.worlds()
    with pytest.raises(ValueError, match="read-only"):
        chain.worlds()[0].values["x"][0] = 5


def test_a_value_in_a_quantitys_place_is_followed_and_differentiated_through(chain: Reference) -> None:
    values = chain.evaluate({"square": torch.tensor([1.0, 1.0, 4.0])}).values
    assert values["square"].tolist() == [1, 1, 4]
    assert values["loss"] == 6
    assert values["dx"].tolist() == [2, 4, 6]


def test_a_value_in_a_givens_place_is_followed(chain: Reference) -> None:
    values = chain.evaluate({"x": torch.tensor([1.0, -1.0])}).values
    assert values["loss"] == 2
    assert values["dx"].tolist() == [2, -2]


def test_a_value_of_another_shape_stands_for_itself_and_cuts_gradients_off(chain: Reference) -> None:
    with pytest.raises(AssignmentError, match="'loss' isn't computed from 'x'"):
        chain.evaluate({"square": torch.tensor([[5.0]])})


def test_a_function_in_a_quantitys_place_is_differentiated_itself(chain: Reference) -> None:
    values = chain.evaluate({"square": lambda x: x**3}).values
    assert values["loss"] == 36
    assert values["dx"].tolist() == [3, 12, 27]


def test_a_function_may_use_other_quantities_than_the_references_does(chain: Reference) -> None:
    assert chain.evaluate({"loss": lambda x, square: (x * square).sum()}).values["loss"] == 36
    with pytest.raises(AssignmentError, match="circle"):
        chain.evaluate({"square": lambda loss: loss})


def test_a_function_may_stand_for_a_gradient(chain: Reference) -> None:
    assert chain.evaluate({"dx": lambda x: x}).values["dx"].tolist() == [1, 2, 3]


def test_substitutions_hold_in_any_world_and_leave_the_reference_as_it_was(chain: Reference) -> None:
    before = chain.worlds()[0].values["dx"].copy()
    world = chain.evaluate({"square": lambda x: x**3}, chosen={"square": 1, "loss": 2})
    assert world.values["loss"] == 37
    assert chain.evaluate().values["dx"].tolist() == before.tolist() == [2, 4, 6]


@pytest.mark.parametrize("put", [torch.tensor(1.0), lambda x: x])
def test_a_substitution_for_nothing_is_refused(chain: Reference, put: object) -> None:
    with pytest.raises(KeyError, match="nothing"):
        chain.evaluate({"nothing": put})


def test_gradients_of_gradients_and_of_what_returns_its_argument_are_right() -> None:
    assignment = Assignment("a", title="A", points=1)
    assignment.given(x=3.0)
    task = assignment.task("T")
    task.value(name="same")(lambda x: x)
    task.value(name="y")(lambda same, x: same**3 + x)
    task.gradient("by_same", of="y", by="same")
    task.gradient("by_x", of="y", by="x")
    task.gradient("twice", of="by_x", by="x")
    values = reference_of(assignment).worlds()[0].values
    assert {name: float(values[name]) for name in ("by_same", "by_x", "twice")} == {
        "by_same": 27,
        "by_x": 28,
        "twice": 18,
    }


def test_a_reference_may_call_autograd_itself() -> None:
    assignment = Assignment("a", title="A", points=1)
    assignment.given(w=[1.0, 2.0])
    assignment.quantity(name="loss")(lambda w: (w**2).sum())
    assignment.quantity(name="dw")(lambda loss, w: torch.autograd.grad(loss, w)[0])
    with torch.no_grad():
        assert reference_of(assignment).worlds()[0].values["dw"].tolist() == [2, 4]


def test_everything_is_computed_in_the_widest_type_of_its_kind() -> None:
    assignment = Assignment("a", title="A", points=1)
    assignment.given(
        floats=np.array([0.5], dtype=np.float32),
        integers=torch.tensor([1], dtype=torch.int8),
        truth=[True, False],
        complexes=1j,
        big_endian=np.array([1, 2], dtype=">i4"),
    )
    assignment.quantity(name="constant")(lambda: torch.tensor(0.1))
    assignment.quantity(name="number")(lambda: 2)
    assignment.quantity(name="array")(lambda: np.arange(3, dtype=np.uint8))
    assignment.quantity(name="single")(lambda floats: floats.float())
    values = reference_of(assignment).worlds()[0].values
    assert {name: value.dtype.name for name, value in values.items()} == {
        "floats": "float64",
        "integers": "int64",
        "truth": "bool",
        "complexes": "complex128",
        "big_endian": "int64",
        "constant": "float64",
        "number": "int64",
        "array": "int64",
        "single": "float64",
    }
    assert values["constant"] == 0.1
    assert torch.get_default_dtype() is torch.float32


def test_random_draws_are_refused_but_repeatable_and_the_callers_are_left_alone() -> None:
    assignment = Assignment("a", title="A", points=1)
    assignment.quantity(name="of_torch")(lambda: torch.randn(4))
    assignment.quantity(name="of_numpy")(lambda: np.random.randn(3))
    assignment.quantity(name="of_python")(lambda: random.random())
    reference = reference_of(assignment)
    for caller in (torch.manual_seed, np.random.seed, random.seed):
        caller(7)
    expected = _draws()
    for caller in (torch.manual_seed, np.random.seed, random.seed):
        caller(7)
    first, second = reference.evaluate().values, reference.evaluate().values
    assert _draws() == expected
    for name in first:
        assert first[name].tolist() == second[name].tolist()
    with pytest.raises(AssignmentError, match="isn't deterministic"):
        reference.worlds()


def _draws() -> tuple[float, float, float]:
    return float(torch.rand(())), float(np.random.rand()), random.random()


CALLS = itertools.count()
GENERATOR = torch.Generator()


@pytest.mark.parametrize(
    "unsteady",
    [
        lambda x: x + np.random.default_rng().normal(),
        lambda x: x + next(CALLS),
        lambda x: x * torch.rand((), generator=GENERATOR),
    ],
    ids=["unseeded", "counter", "generator-of-its-own"],
)
@pytest.mark.parametrize("accepted", [False, True])
def test_a_function_that_gives_other_values_the_second_time_is_refused_by_name(unsteady, accepted: bool) -> None:
    assignment = Assignment("a", title="A", points=1)
    assignment.given(x=[1.0, 2.0])
    assignment.quantity(name="after")(lambda noise: noise + 1)
    if accepted:
        assignment.quantity(name="noise", accept=unsteady)(lambda x: x - 5)
    else:
        assignment.quantity(name="noise")(unsteady)
    with pytest.raises(AssignmentError, match="The reference of 'noise' isn't deterministic") as caught:
        reference_of(assignment).worlds()
    assert caught.value.line == unsteady.__code__.co_firstlineno


def test_nan_and_infinity_twice_are_the_same_value(load_source) -> None:
    load_source(
        "from grader import Assignment, Tolerance\n"
        'a = Assignment("a", title="A", points=1)\n'
        "a.given(x=[0.0, 1.0, -1.0])\n"
        "a.task('T').value(points=1, name='p', tolerance=Tolerance(nan='equal'))(lambda x: (x / 0).sqrt())\n"
    )


def test_givens_are_copies() -> None:
    array = np.ones(2)
    assignment = Assignment("a", title="A", points=1)
    assignment.given(x=array)
    array[0] = 5
    assert reference_of(assignment).worlds()[0].values["x"].tolist() == [1, 1]


def test_nan_passes_where_it_is_asked_for_and_infinity_anyway(load_source) -> None:
    loaded = load_source(
        "from grader import Assignment, Tolerance\n"
        'a = Assignment("a", title="A", points=2)\n'
        "a.given(x=[0.0, 1.0])\n"
        'task = a.task("Task 1")\n'
        "task.value(points=1, name='p', tolerance=Tolerance(nan='equal'))(lambda x: x / x)\n"
        "task.value(points=1, name='q')(lambda x: 1 / x)\n"
    )
    values = loaded.reference.worlds()[0].values
    assert np.isnan(values["p"][0])
    assert np.isinf(values["q"][0])


matrices = arrays.arrays(np.float64, (2, 3), elements=st.floats(-3, 3))


@given(x=matrices, w=matrices)
def test_gradients_agree_with_finite_differences(x: np.ndarray, w: np.ndarray) -> None:
    assignment = Assignment("a", title="A", points=1)
    assignment.given(x=x, w=w)
    task = assignment.task("T")
    task.value(name="loss")(lambda x, w: torch.sin(x * w).sum() + (w**2).sum())
    task.gradient("dw", of="loss", by="w")
    reference = reference_of(assignment)
    step = 1e-5
    for index in np.ndindex(w.shape):
        moved = np.zeros_like(w)
        moved[index] = step
        above, below = (
            float(reference.evaluate({"w": torch.from_numpy(w + sign * moved)}).values["loss"]) for sign in (1, -1)
        )
        assert reference.worlds()[0].values["dw"][index] == pytest.approx((above - below) / (2 * step), abs=1e-6)
