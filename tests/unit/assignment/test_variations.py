"""Other numbers for the givens: such that a right hand-in stays right, and a wrong one shows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grader.assignment.loading import Loaded, load
from grader.assignment.mutation import Mutant
from grader.assignment.spec import Tolerance
from grader.assignment.variations import MOST_VARIATIONS, variations
from grader.marking.leaves import holds
from grader.marking.numbers import Numeric
from grader.marking.varied_run import numbers_of
from grader.wire.arrays import AnyArray
from tests.command_line import write_assignment

ROOT = Path(__file__).parents[3]


def assignment(folder: Path, givens: str, body: str) -> Loaded:
    source = (
        "import torch\nfrom grader import Assignment\n"
        f"a = Assignment('a', title='A', points=1)\na.given({givens})\none = a.task('Task 1', title='One')\n"
        f"@one.value(points=1)\ndef z({', '.join(each.partition('=')[0].strip() for each in givens.split(';'))}):\n"
        f"    return {body}\n"
    ).replace(";", ",")
    return load(write_assignment(folder, source))


def test_the_sample_has_other_numbers_of_its_size_with_mixed_signs_and_the_same_ones_each_time() -> None:
    loaded = load(ROOT / "reference")
    found = variations(loaded.reference, 2)
    assert found == variations(load(ROOT / "reference").reference, 2)
    assert len(found) == 2
    for variation in found:
        assert [each.given for each in variation] == ["x1", "x2", "w1", "w2"], "labels stay as they are"
        for each in variation:
            before, after = np.array(each.before), np.array(each.after)
            assert (before != after).all()
            assert 0.2 < np.abs(after).mean() / np.abs(before).mean() < 3
            whole = (before == np.round(before)).all()
            assert not whole or (after == np.round(after)).all()
        signs = np.sign([number for each in variation for number in each.after])
        assert set(signs) == {-1.0, 1.0}


def test_they_show_what_the_handouts_numbers_hide() -> None:
    loaded = load(ROOT / "reference")
    hypotheses, checks = loaded.reference.hypotheses, loaded.spec.checks
    numbers: list[dict[str, AnyArray]] = [{}, *map(numbers_of, variations(loaded.reference, 2))]

    def is_seen(mutant: Mutant, at: int) -> bool:
        world = hypotheses.world({**numbers[at], mutant.quantity: mutant}, chosen={})
        right = loaded.reference.worlds_with(numbers[at])[0].values
        there = {} if world is None else world.values
        return not all(
            isinstance(value := there.get(check.quantity), np.ndarray)
            and holds(Numeric(values=value, dtype="float64"), right[check.quantity], check.tolerance)
            for check in checks
        )

    mutants = [mutant for quantity in loaded.spec.quantities for mutant in hypotheses.mutants(quantity.name)]
    mutants += [each for name in ("z1", "a1", "z2", "a2", "loss") for each in hypotheses.derivatives(name)]
    hidden = [mutant for mutant in mutants if not is_seen(mutant, 0)]
    of_the_activation = [mutant for mutant in hidden if mutant.quantity == "a1"]
    assert of_the_activation, "on the handout's numbers, no ReLU is needed"
    assert all(is_seen(mutant, 1) or is_seen(mutant, 2) for mutant in of_the_activation)


@pytest.mark.parametrize(
    ("givens", "body"),
    [
        ("y=[0, 1]", "y * 2.0"),
        ("y=[[0.0, 1.0], [1.0, 0.0]]", "y * 2"),
        ("p=[0.2, 0.3, 0.5]", "p * 2"),
    ],
    ids=["whole numbers", "one-hot rows", "shares"],
)
def test_labels_and_shares_stay(tmp_path: Path, givens: str, body: str) -> None:
    assert variations(assignment(tmp_path, givens, body).reference, 2) == ()


def test_numbers_that_must_be_positive_stay_so(tmp_path: Path) -> None:
    found = variations(assignment(tmp_path, "x=[1.5, 2.5, 3.5]", "torch.log(x)").reference, 2)
    assert len(found) == 2
    assert all(number > 0 for variation in found for each in variation for number in each.after)


@pytest.mark.parametrize(
    "body",
    ["torch.stack([x[0], x[1]]) / (x.abs().sum() == 7.5)", "torch.floor(x * 1e9) % 1009"],
    ids=["only the handout's are finite", "what rounding decides"],
)
def test_where_the_reference_bears_no_others_there_are_none(tmp_path: Path, body: str) -> None:
    assert variations(assignment(tmp_path, "x=[1.5, 2.5, 3.5]", body).reference, 2) == ()


def test_never_more_than_are_asked_for(tmp_path: Path) -> None:
    loaded = assignment(tmp_path, "x=[1.5, 2.5, 3.5]", "x * 2")
    assert [len(variations(loaded.reference, count)) for count in (0, 1, 3, 99)] == [0, 1, 3, MOST_VARIATIONS]
    assert Tolerance() == loaded.spec.checks[0].tolerance
