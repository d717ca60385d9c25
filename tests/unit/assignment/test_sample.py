"""The sample coursework: its figures, names and points are those of the handout."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch

from grader.assignment.loading import Loaded, load

REFERENCE = Path(__file__).parents[3] / "reference"


@pytest.fixture(scope="module")
def sample() -> Loaded:
    return load(REFERENCE)


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ("z1", [[3.8, 4.4, 5.0, 5.6], [8.3, 9.8, 11.3, 12.8]]),
        ("a1", [[3.8, 4.4, 5.0, 5.6], [8.3, 9.8, 11.3, 12.8]]),
        ("z2", [[10.0, 11.88], [22.6, 26.82]]),
        ("a2", [[0.13238887, 0.86761113], [0.01448572, 0.98551428]]),
        ("loss", np.log1p(np.exp(10.0 - 11.88)) + np.log1p(np.exp(26.82 - 22.6))),
        ("dw1", [[0.38096682] * 4, [0.46627936] * 4, [0.5515919] * 4]),
    ],
)
def test_every_quantity_has_the_figures_of_the_handout(sample: Loaded, quantity: str, expected: object) -> None:
    (world,) = sample.reference.worlds()
    found = world.values[quantity]
    assert found.dtype == np.float64
    assert found.shape == np.shape(expected)
    np.testing.assert_allclose(found, expected, rtol=0, atol=5.1e-9)


def test_its_points_are_ten_for_each_task_and_twenty_in_all(sample: Loaded) -> None:
    points = {check.id: check.points for check in sample.spec.checks}
    assert points == {
        f"{name}.{version}": Fraction(value)
        for name, value in {"z1": 1, "a1": 1, "z2": 1, "a2": 2, "loss": 2, "dw1": 3}.items()
        for version in ("torch", "numpy")
    }
    assert [sum(check.points for check in task.checks) for task in sample.spec.tasks] == [10, 10]
    assert sample.spec.points == 20


def test_its_names_are_those_that_the_handout_agreed(sample: Loaded) -> None:
    names = {check.id: check.names for check in sample.spec.checks}
    assert names["z1.torch"] == ("z1_t",)
    assert names["loss.numpy"] == ("loss_n",)
    assert names["dw1.torch"] == ("dw1_t",)
    assert names["dw1.numpy"] == ("dw1_n", "dL_dw1_n")


def test_its_tasks_versions_and_order_are_those_of_the_handout(sample: Loaded) -> None:
    assert [(task.id, task.heading, task.title) for task in sample.spec.tasks] == [
        ("task-1", "Task 1", "Forward pass"),
        ("task-2", "Task 2", "Backward pass"),
    ]
    assert [(version.id, version.container) for version in sample.spec.versions] == [
        ("torch", "tensor"),
        ("numpy", "ndarray"),
    ]
    assert [quantity.name for quantity in sample.spec.quantities] == ["z1", "a1", "z2", "a2", "loss", "dw1"]


def test_labels_are_integers_and_inputs_are_floats(sample: Loaded) -> None:
    values = sample.reference.worlds()[0].values
    assert {name: values[name].dtype.name for name in sample.spec.givens} == {
        "x1": "float64",
        "x2": "float64",
        "w1": "float64",
        "w2": "float64",
        "y1": "int64",
        "y2": "int64",
    }


def test_a_softmax_over_the_wrong_axis_is_followed_by_its_function_and_not_by_its_value(sample: Loaded) -> None:
    by_function = sample.reference.evaluate({"a2": lambda z2: torch.softmax(z2, dim=0)}).values
    assert by_function["dw1"][0, 0] == pytest.approx(0.9, abs=1e-4)
    by_value = sample.reference.evaluate({"a2": torch.tensor(by_function["a2"])}).values
    assert by_value["a2"] == pytest.approx(by_function["a2"])
    assert by_value["dw1"][0, 0] == pytest.approx(-35_362, abs=0.5)
