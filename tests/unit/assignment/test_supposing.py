"""Worlds that are laid on one another are the same as those that are computed from nothing."""

from __future__ import annotations

import textwrap
from pathlib import Path

import numpy as np
import pytest

from grader.assignment.hypotheses import Hypotheses
from grader.assignment.loading import load
from grader.assignment.mutation import Mutant, Patience
from grader.assignment.outcomes import Values
from grader.assignment.plain import equal
from grader.assignment.reference import Reference
from tests.command_line import ROOT

HEAD = """
import torch
from grader import Assignment
a = Assignment("a", title="A", points=1)
a.given(x=[[1.0, -2.0], [3.0, 4.0]], w=[[0.5, 2.0], [1.5, -1.0]])
t = a.task("Task 1")
"""


def loaded(folder: Path, source: str) -> Reference:
    (folder / "assignment.py").write_text(HEAD + textwrap.dedent(source), encoding="utf-8")
    return load(folder).reference


def all_mutants(reference: Reference) -> list[Mutant]:
    hypotheses = reference.hypotheses
    return [
        mutant
        for name in reference.graph.quantities
        for mutant in (*hypotheses.mutants(name), *hypotheses.derivatives(name))
    ]


def same(one: Values, other: Values) -> bool:
    return one.keys() == other.keys() and all(equal(one[name], other[name]) for name in one)


@pytest.mark.filterwarnings("ignore")
def test_a_world_that_is_laid_on_another_is_what_it_would_be_by_itself() -> None:
    reference = load(ROOT / "reference").reference
    below = {"z1": np.array([[1.0, -2.0, 3.0, -4.0], [0.5, 0.25, -1.0, 2.0]])}
    for supposed in ({}, below):
        on = reference.hypotheses.world(supposed, chosen={})
        assert on is not None
        for mutant in all_mutants(reference):
            if mutant.quantity in supposed:
                continue
            more = {mutant.quantity: mutant}
            further = reference.hypotheses.further(more, on, patience=Patience())
            by_itself = reference.hypotheses.world({**supposed, **more}, chosen={})
            assert further is not None
            assert by_itself is not None
            assert same(further.values, by_itself.values), mutant
            value = reference.hypotheses.value(more, "dw1", on=on, patience=Patience())
            assert (value is None) == ("dw1" not in by_itself.values)
            assert value is None or equal(value, by_itself.values["dw1"])


@pytest.mark.parametrize(
    "gradient",
    [
        "return torch.autograd.grad(loss, w)[0]",
        "loss.backward()\n    return w.grad.clone()",
        "loss.backward(retain_graph=True)\n    return w.grad.clone()",
    ],
    ids=["frees the graph", "frees it and adds up", "adds up"],
)
def test_a_reference_that_differentiates_by_itself_gives_the_same_each_time(tmp_path: Path, gradient: str) -> None:
    source = f"""
@t.value()
def loss(x, w):
    return torch.relu(x @ w).sum()


@t.value(points=1)
def dw(loss, w):
    {gradient}
"""
    hypotheses = loaded(tmp_path, source).hypotheses
    (left_out,) = [each for each in hypotheses.mutants("loss") if each.change.code == "call-left-out"]
    on = hypotheses.right({})
    for _ in range(3):
        value = hypotheses.value({"loss": left_out}, "dw", on=on, patience=Patience())
        assert value is not None
        assert np.allclose(np.asarray(value), [[4.0, 4.0], [2.0, 2.0]])


def test_a_mutant_that_changes_its_arguments_spoils_nothing(tmp_path: Path) -> None:
    source = """
def copied(x):
    return x.clone()


@t.value()
def q(x, w):
    taken = copied(x.detach())
    taken[0] = 7.0
    return taken + w


@t.value(points=1)
def r(q, x):
    return q * x
"""
    hypotheses = loaded(tmp_path, source).hypotheses
    on = hypotheses.right({})
    right = {name: np.array(value) for name, value in on.values.items()}
    (uncopied,) = [each for each in hypotheses.mutants("q") if each.change.code == "call-left-out"]
    assert hypotheses.value({"q": uncopied}, "r", on=on, patience=Patience()) is None
    again = hypotheses.further({}, on, patience=Patience())
    assert again is not None
    assert same(again.values, right)


def test_values_under_mutants_take_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.assignment.hypotheses._REMEMBERED_BYTES", 100)
    reference = load(ROOT / "reference").reference
    hypotheses = Hypotheses(reference)
    values = [hypotheses.alone((mutant,), "dw1", chosen={}) for mutant in hypotheses.mutants("z2")]
    kept = [value for value in hypotheses._alone.values() if value is not None]
    assert sum(np.asarray(value).nbytes for value in kept) <= 100
    assert sum(value is not None for value in values) > len(kept)
