"""Values come out of the bytes that they were made into as they were."""

from __future__ import annotations

import pickle

import pytest

from grader.batch import pickling
from grader.errors import AssignmentError
from grader.records import Mapping, Scalar, Sequence, Unreadable
from tests.unit.gradebook.results import make_result, make_spec

TREE = Mapping(keys=("w", 1), values=(Sequence(items=(Scalar(value=10**400),)), Unreadable(type="Net", reason="code")))


@pytest.mark.parametrize("value", [make_result(), make_spec(), TREE, None, (), {"a": [1.5, "\ud800"]}, b"\0"])
def test_values_come_back_equal(value: object) -> None:
    assert pickling.loads(pickling.dumps(value)) == value


def test_errors_come_back_with_all_that_they_say() -> None:
    error = AssignmentError("It is broken.", remedy="Mend it.", file="assignment.py", line=7)
    back = pickling.loads(pickling.dumps(error))
    assert isinstance(back, AssignmentError)
    assert (str(back), back.line) == (str(error), 7)


def test_records_go_by_the_short_way() -> None:
    assert b"_rebuilt" in pickling.dumps(TREE)
    assert b"_rebuilt" not in pickle.dumps(TREE)
