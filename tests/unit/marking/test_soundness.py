"""An assignment's own values as answers, the nearest mistakes, and what `provided/` tells of a reference."""

from __future__ import annotations

import shutil
import textwrap
from pathlib import Path

import numpy as np
import pytest

from grader.assignment.exposure import exposed
from grader.assignment.loading import Loaded, load
from grader.marking.soundness import Soundness, soundness
from tests.command_line import ROOT
from tests.mutants.hand_ins import SAMPLES

HEAD = """
from grader import Assignment, Tolerance
import torch
a = Assignment("a", title="A", points={points})
a.given(x=[[0.1, 0.2, 0.3], [0.4, 0.5, 0.7]])
t = a.task("Task 1")
"""


def loaded(folder: Path, source: str, points: int = 1) -> Loaded:
    folder.mkdir(exist_ok=True)
    (folder / "assignment.py").write_text(HEAD.format(points=points) + textwrap.dedent(source), encoding="utf-8")
    return load(folder)


def only(folder: Path, source: str) -> Soundness:
    found = loaded(folder, source)
    (check,) = soundness(found.spec, found.reference)
    return check


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_the_samples_are_sound(sample: object) -> None:
    assignment = sample.loaded  # type: ignore[attr-defined]
    found = soundness(assignment.spec, assignment.reference)
    assert {each.check for each in found} == {c.id for c in assignment.spec.checks if c.kind in ("value", "function")}
    assert all(each.itself and each.float32 and each.within == () for each in found)
    assert all(each.nearest.times > 10 for each in found if each.nearest)


def test_a_tolerance_may_be_too_tight_for_float32(tmp_path: Path) -> None:
    source = """
    @t.value(points=1, tolerance=Tolerance(rtol=1e-12, atol=0.0))
    def q(x):
        return x / 3
    """
    check = only(tmp_path, source)
    assert (check.itself, check.float32) == (True, False)


def test_a_tolerance_may_be_too_loose_to_see_a_mistake(tmp_path: Path) -> None:
    source = """
    @t.value(points=1, tolerance=Tolerance(rtol=0.3, atol=0.0))
    def q(x):
        return x.std(dim=1)
    """
    check = only(tmp_path, source)
    assert check.within == (
        "The variance or standard deviation divides by the wrong count: all elements, or all but one (`ddof`).",
    )
    assert check.nearest is not None
    assert check.nearest.times > 1


@pytest.mark.parametrize(
    ("formula", "printed"), [("x", "right"), ("x.sum()", "right"), ("x / 123", "too coarse"), ("x / 1e7", "right")]
)
def test_what_is_printed_with_four_digits_may_be_too_coarse(tmp_path: Path, formula: str, printed: str) -> None:
    source = f"""
    @t.value(points=1)
    def q(x):
        return {formula} + 0.00001234 * x
    """
    assert only(tmp_path, source).printed == printed


def test_copies_of_the_reference_among_what_is_provided_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "reference"
    shutil.copytree(ROOT / "reference", folder, ignore=shutil.ignore_patterns("__pycache__"))
    provided = folder / "provided"
    provided.mkdir()
    assert exposed(folder, load(folder).reference) == ()
    shutil.copy(folder / "assignment.py", provided / "old.txt")
    (folder / "answers.npy").write_bytes(b"what lies beside the module")
    shutil.copy(folder / "answers.npy", provided / "labels.npy")
    helpers = "def a2(z2):\n    'Another text.'\n    return torch.softmax(z2, dim=1)\n\ndef a1(z1):\n    return z1\n"
    (provided / "helpers.py").write_text(helpers, encoding="utf-8")
    reference = load(folder).reference
    np.save(provided / "w.npy", np.asarray(reference.worlds()[0].values["dw1"]))
    np.savez(provided / "more.npz", x=np.ones(3))
    assert {(each.file, each.tells) for each in exposed(folder, reference)} == {
        ("provided/old.txt", "a copy of assignment.py"),
        ("provided/labels.npy", "a copy of answers.npy"),
        ("provided/helpers.py", "the reference of 'a2'"),
        ("provided/w.npy", "the expected value of 'dw1'"),
    }
