"""Mutants: a reference's functions with one small change each, made of their own source."""

from __future__ import annotations

import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from grader.assignment.loading import Loaded, load
from grader.assignment.mutation import Mutant, mutants_of, of_derivative, trying
from tests.command_line import ROOT

HEAD = """\
import torch
import torch.nn.functional as F
from grader import Assignment

a = Assignment("a", title="A", points=1)
a.given(x=[[1.0, -2.0], [3.0, 4.0], [0.5, 2.5]], n=[1, 2, 3])
t = a.task("Task 1")
"""


def loaded(folder: Path, function: str) -> Loaded:
    """An assignment with one value, `q`."""
    (folder / "assignment.py").write_text(HEAD + textwrap.dedent(function), encoding="utf-8")
    return load(folder)


def mutants(folder: Path, body: str, *, before: str = "") -> tuple[Mutant, ...]:
    source = f"{before}\n@t.value(points=1)\ndef q(x):\n    {body}\n"
    return loaded(folder, source).reference.hypotheses.mutants("q")


@pytest.mark.parametrize(
    ("body", "changed", "code"),
    [
        ("return torch.softmax(x, dim=1)", "torch.softmax(x, dim=0)", "other-axis"),
        ("return torch.softmax(x, 1)", "torch.softmax(x, 0)", "other-axis"),
        ("return x.softmax(dim=-1)", "x.softmax(dim=0)", "other-axis"),
        ("return F.softmax(x, dim=1)", "torch.softmax(x.flatten(), 0).reshape(x.shape)", "no-axis"),
        ("return torch.softmax(x, dim=1)", "x / x.sum(1, keepdim=True)", "call-left-out"),
        ("return x.sum(dim=1)", "x.sum()", "no-axis"),
        ("return x.sum()", "x.sum(dim=0)", "kept-axis"),
        ("return torch.sum(x)", "torch.mean(x)", "mean-for-sum"),
        ("return torch.sum(x)", "torch.sum(x) / 3", "mean-for-sum"),
        ("return x.mean(dim=0)", "x.sum(dim=0)", "sum-for-mean"),
        ("return torch.relu(x)", "x", "call-left-out"),
        ("return torch.sigmoid(x)", "torch.sigmoid(torch.sigmoid(x))", "called-twice"),
        ("return x.abs().log()", "x.abs().log10()", "other-function"),
        ("return -x.exp()", "x.exp()", "sign"),
        ("return x.exp()", "-x.exp()", "sign"),
        ("return x - x.mean()", "x + x.mean()", "other-operator"),
        ("return x - x.mean()", "x.mean() - x", "operands-swapped"),
        ("return x + x.mean()", "x", "term-left-out"),
        ("return 2 * x", "x", "factor-left-out"),
        ("return x ** 2", "x", "factor-left-out"),
        ("return x @ x.T", "x.T @ x", "operands-swapped"),
        ("return torch.matmul(x, x.T)", "x.T @ x", "operands-swapped"),
        ("return (x.T @ x).T @ x.T", "(x.T @ x) @ x.T", "not-transposed"),
        ("return 3 * x", "4 * x", "other-constant"),
        ("return (x > 1).double()", "(x >= 1).double()", "other-comparison"),
        ("return x[1:] * 1.5", "x[2:] * 1.5", "off-by-one"),
        ("return x.std(dim=0)", "x.std(dim=0, correction=0)", "other-correction"),
    ],
)
def test_a_small_change_is_among_the_mutants(tmp_path: Path, body: str, changed: str, code: str) -> None:
    x = torch.tensor([[1.0, -2.0], [3.0, 4.0], [0.5, 2.5]], dtype=torch.float64)
    wanted = eval(changed, {"torch": torch, "x": x})
    found = [mutant for mutant in mutants(tmp_path, body) if mutant.change.code == code]
    values = [value for mutant in found if (value := _value(mutant, x)) is not None]
    assert any(value.shape == wanted.shape and torch.allclose(value, wanted) for value in values), found


def _value(mutant: Mutant, x: torch.Tensor) -> torch.Tensor | None:
    try:
        value = mutant.function(x)
        return value if isinstance(value, torch.Tensor) else None
    except (RuntimeError, IndexError, TypeError, AttributeError, ValueError):
        return None


def test_functions_that_it_calls_are_changed_too(tmp_path: Path) -> None:
    before = "def scaled(x):\n    return shifted(x) * 2\n\ndef shifted(x):\n    return x + x.mean()\n"
    found = mutants(tmp_path, "return scaled(x).sum()", before=before)
    x = torch.tensor([[1.0, 2.0]], dtype=torch.float64)
    values = {round(float(value), 6) for mutant in found if (value := _value(mutant, x)) is not None and not value.ndim}
    assert {3.0, 6.0, 0.0} <= values, "no factor, no term, the other sign of it"


def test_what_a_parameter_is_mistaken_for_may_be_anything_before_it(tmp_path: Path) -> None:
    source = """
        @t.value()
        def z(x):
            return 2 * x

        @t.value()
        def h(z):
            return torch.relu(z)

        @t.value(points=1)
        def q(h):
            return h.sum()
        """
    reference = loaded(tmp_path, source).reference
    (mutant,) = [
        each for each in reference.hypotheses.mutants("q") if dict(each.change.facts) == {"was": "h", "now": "z"}
    ]
    world = reference.hypotheses.world({"q": mutant}, chosen={})
    assert world is not None
    assert float(np.asarray(world.values["q"])) == 18.0


def test_a_mutant_of_the_derivative_gives_the_right_value_with_the_other_derivative(tmp_path: Path) -> None:
    source = """
        @t.value()
        def h(x):
            return torch.relu(x)

        @t.value(points=1)
        def q(h):
            return (h ** 2).sum()

        t.gradient("dx", of="q", by="x")
        """
    reference = loaded(tmp_path, source).reference
    (mask,) = [each for each in reference.hypotheses.derivatives("h") if each.change.code == "call-left-out"]
    world = reference.hypotheses.world({"h": mask}, chosen={})
    right = reference.worlds()[0].values
    assert world is not None
    assert np.array_equal(np.asarray(world.values["q"]), np.asarray(right["q"]))
    x = np.array([[1.0, -2.0], [3.0, 4.0], [0.5, 2.5]])
    assert np.allclose(np.asarray(world.values["dx"]), 2 * np.maximum(x, 0))


def test_functions_without_source_of_their_own_have_no_mutants(tmp_path: Path) -> None:
    made = "def make(k):\n    def f(x):\n        return k * x\n    return f\n\nt.value(points=1, name='q')(make(2))\n"
    assert loaded(tmp_path, made).reference.hypotheses.mutants("q") == ()


def test_mutants_of_one_function_are_bounded(tmp_path: Path) -> None:
    body = "return " + " + ".join(["x * 2"] * 300)
    assert len(mutants(tmp_path, body)) <= 400


def test_the_samples_mutants_are_made_of_every_quantity() -> None:
    reference = load(ROOT / "reference").reference
    made = {name: len(reference.hypotheses.mutants(name)) for name in reference.graph.quantities}
    assert min(made.values()) >= 2
    definition = reference.graph.quantities["a1"].definition
    assert all(
        of_derivative(mutant, definition) is not None or mutant.change.code == "other-quantity"
        for mutant in mutants_of("a1", definition)
    )


def test_a_mutant_that_never_ends_is_left_out_and_all_together_take_bounded_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "EACH_SECONDS", 0.2)
    source = """
        @t.value(points=1)
        def q(x):
            total, count = x.sum(), 8
            while count > 0:
                total, count = total + 1, count // 2
            return total

        @t.function(points=1, name="f", cases=[8])
        def f(n):
            count = 0
            while n > 0:
                n, count = n // 2, count + 1
            return count
        """
    body = textwrap.dedent(source)
    (tmp_path / "assignment.py").write_text(HEAD.replace("points=1", "points=2") + body, encoding="utf-8")
    reference = load(tmp_path).reference
    began = time.monotonic()
    made = reference.hypotheses.mutants("q")
    worlds = [value for each in made if (value := reference.hypotheses.alone((each,), "q", chosen={})) is not None]
    changed = reference.functions["f"].changed
    answers = [answer for each in changed.mutants if (answer := changed.answer(each, 0)) is not None]
    assert worlds
    assert answers
    assert len(worlds) < len(made), "`>=` never ends"
    assert time.monotonic() - began < 30
