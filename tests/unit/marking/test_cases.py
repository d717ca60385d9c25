"""What a person is told of how functions behaved."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.marking.cases import flags_of_calls
from grader.records import CallResult, CallsMade
from grader.records.execution import Again
from tests.unit.marking.test_mark import load_source

PI = """
@one.function(points=1, cases=[1000])
def pi(n):
    return 3.14
"""


@pytest.mark.parametrize(
    ("again", "code", "words"),
    [
        ("state", "keeps-state", ("keeps state between calls, or draws random numbers that no global seed sets",)),
        ("random", "not-reproducible", ("gives random answers", "another seed")),
    ],
)
def test_what_may_be_either_is_not_said_to_be_one(
    tmp_path: Path, again: Again, code: str, words: tuple[str, ...]
) -> None:
    (check,) = load_source(tmp_path, PI, points=1).spec.checks
    assert check.function is not None
    results = (CallResult(status="returned", again="same"), CallResult(status="returned", again=again))
    (flag,) = flags_of_calls(check, CallsMade(calls=check.function.calls, after_cell=0, found="pi", results=results))
    assert flag.code == code
    assert all(part in str(flag.message) for part in words)
