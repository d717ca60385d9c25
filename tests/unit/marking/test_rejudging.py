"""Answers judged once more, at other tolerances."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.assignment.spec import Tolerance
from grader.marking.rejudging import holds_at
from tests.in_process import execute, notebook
from tests.unit.marking.test_mark import load_source

VALUES = """
@one.value(points=1)
def centred(x):
    'Less the first.'
    return x - x[0]
"""
TRIED = (Tolerance(rtol=1e-3, atol=1e-5), Tolerance(rtol=1e-2, atol=1e-5), Tolerance(rtol=1e-2, atol=1e-2))


@pytest.mark.parametrize(
    ("answer", "held"),
    [
        ("[0.0, 1.0, 3.0]", (True, True, True)),
        ("[0.0, 1.0005, 3.0]", (True, True, True)),
        ("[0.0, 1.005, 3.0]", (False, True, True)),
        ("[0.001, 1.0, 3.0]", (False, False, True)),  # where nought is asked for, only an absolute tolerance helps
        ("[0.0, 2.0, 3.0]", (False, False, False)),
    ],
)
def test_an_answer_holds_at_the_tolerances_that_it_lies_within(
    tmp_path: Path, answer: str, held: tuple[bool, ...]
) -> None:
    loaded = load_source(tmp_path, VALUES, points=1)
    handed_in = notebook(f"centred = {answer}")
    execution = execute(loaded.spec, handed_in)
    assert holds_at(loaded.spec, loaded.reference, handed_in, execution, {"centred": TRIED}) == {"centred": held}


def test_what_is_not_there_holds_at_none(tmp_path: Path) -> None:
    loaded = load_source(tmp_path, VALUES, points=1)
    handed_in = notebook("x = 1")
    execution = execute(loaded.spec, handed_in)
    assert holds_at(loaded.spec, loaded.reference, handed_in, execution, {"centred": TRIED}) == {}
