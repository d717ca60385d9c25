"""Records become JSON text and come back as they were."""

from __future__ import annotations

import json
import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import GradebookError
from grader.gradebook import documents, entries
from grader.records import Array, Capture, CellRun, Execution, Mapping, Output, Scalar, Sequence, Unreadable, Value
from tests.unit.gradebook.results import make_execution, make_grade, make_notebook, make_result, make_spec

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()
)
arrays = st.lists(st.floats(width=64), max_size=5).map(
    lambda items: Array(dtype="float64", shape=(len(items),), data=struct.pack(f"<{len(items)}d", *items))
)


def _mapping(pairs: list[tuple[object, Value]]) -> Mapping:
    return Mapping(keys=tuple(key for key, _ in pairs), values=tuple(value for _, value in pairs))


values = st.recursive(
    st.one_of(scalars.map(lambda value: Scalar(value=value)), arrays, st.just(Unreadable(type="Net", reason="code"))),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: Sequence(items=tuple(items), container="tuple")),
        st.lists(st.tuples(scalars, inner), max_size=3).map(_mapping),
    ),
    max_leaves=8,
)


def nested(depth: int) -> Value:
    value: Value = Scalar(value=1.0)
    for _ in range(depth):
        value = Sequence(items=(value,))
    return value


def kinds(value: Value) -> list[type]:
    """The exact types of all scalars in a value: 1, 1.0 and True are equal, and not the same answer."""
    match value:
        case Scalar():
            return [type(value.value)]
        case Sequence():
            return [kind for item in value.items for kind in kinds(item)]
        case Mapping():
            return [type(key) for key in value.keys] + [kind for item in value.values for kind in kinds(item)]
    return []


def kept(value: Value) -> Value:
    """A captured value, as it comes back."""
    (capture,) = documents.load_captures(documents.dump_captures([Capture(name="v", after_cell=1, value=value)]))
    return capture.value


@given(values)
def test_a_value_comes_back_with_its_types(value: Value) -> None:
    found = kept(value)
    assert found == value
    assert kinds(found) == kinds(value)


@given(st.binary(max_size=200))
def test_the_bytes_of_an_array_come_back(data: bytes) -> None:
    value = Array(dtype="uint8", shape=(len(data),), data=data)
    assert kept(value) == value


@given(st.text())
def test_any_text_comes_back_from_a_cell(text: str) -> None:
    cells = (CellRun(index=0, status="ok", outputs=(Output(kind="stream", text=text, traceback=(text,)),)),)
    assert documents.load(documents.CELLS, documents.dump(documents.CELLS, cells)) == cells


def test_whole_records_come_back() -> None:
    plan = make_result().plan
    assert plan is not None
    for kind, record in (
        (documents.SPEC, make_spec()),
        (documents.NOTEBOOK, make_notebook()),
        (documents.PLAN, plan),
        (documents.GRADE, make_grade(None)),
        (documents.CELLS, make_execution().cells),
    ):
        assert documents.load(kind, documents.dump(kind, record)) == record


def test_half_a_surrogate_pair_is_kept_as_an_escape() -> None:
    cells = (
        CellRun(index=0, status="ok", outputs=(Output(kind="stream", text="a\ud800é", data={"text/html": "\udc80"}),)),
    )
    (found,) = documents.load(documents.CELLS, documents.dump(documents.CELLS, cells))
    assert found.outputs == (Output(kind="stream", text="a\\ud800é", data={"text/html": "\\udc80"}),)


@pytest.mark.parametrize(
    "value", [nested(120), nested(5_000), Scalar(value=10**5_000), Sequence(items=(Scalar(value=-(10**5_000)),))]
)
def test_a_value_that_json_cannot_carry_is_kept_as_unreadable(value: Value) -> None:
    assert kept(value) == Unreadable(type=value.kind, reason="It is nested too deeply, or too large, to be kept.")


@pytest.mark.parametrize("value", [nested(60), Scalar(value=10**4_000)])
def test_a_value_that_is_merely_odd_is_kept(value: Value) -> None:
    assert kept(value) == value


def digest(*executions: Execution) -> str:
    return entries.digest([entries.dump_execution(execution) for execution in executions])


def test_the_digest_tells_two_runs_apart_and_knows_the_same_one_again() -> None:
    one, other = make_execution(), make_execution()
    assert digest(one) == digest(other)
    assert digest(one) != digest(make_execution(seconds=0.2500001))
    assert digest(one) != digest(one, other)
    changed = (replace(one.captures[0], value=Scalar(value=4)), *one.captures[1:])
    assert digest(one) != digest(replace(one, captures=changed))


@pytest.mark.parametrize("value", [nested(300), Scalar(value="\ud800")])
def test_the_digest_knows_what_was_altered_to_be_kept(value: Value) -> None:
    execution = make_execution(captures=(Capture(name="odd\udc80", after_cell=1, value=value),))
    back = entries.load_execution(entries.dump_execution(execution))
    assert back != execution
    assert digest(execution) == digest(back)


def test_a_record_that_was_tampered_with_is_one_line_with_what_to_do() -> None:
    with pytest.raises(GradebookError, match="can't be read") as caught:
        documents.load(documents.GRADE, '{"tasks": "none"}')
    assert "\n" not in str(caught.value)
    assert caught.value.remedy


def test_cells_without_their_outputs_are_kept_apart_from_them() -> None:
    cells = make_execution().cells
    bare, outputs = documents.dump_cells(cells)
    assert documents.load(documents.CELLS, bare) == tuple(replace(cell, outputs=()) for cell in cells)
    assert documents.load_cells(bare, outputs) == cells


@pytest.mark.parametrize("outputs", ["[]", "[[],[],[]]", "{}", "[[7],[]]"])
def test_outputs_that_belong_to_other_cells_are_refused(outputs: str) -> None:
    bare, _ = documents.dump_cells(make_execution().cells)
    with pytest.raises(GradebookError, match="can't be read"):
        documents.load_cells(bare, outputs)


def test_a_grade_that_was_kept_before_wrong_values_were_is_read() -> None:
    tree = json.loads(documents.dump(documents.GRADE, make_grade(None)))
    for check in (check for task in tree["tasks"] for check in task["checks"]):
        del check["wrong_value"]

    assert documents.load(documents.GRADE, json.dumps(tree)) == make_grade(None)
    assert documents.load_light_grade(json.dumps(tree)).points == make_grade(None).points


def test_what_was_said_in_plain_words_before_is_read_as_it_was() -> None:
    plain = documents.dump(documents.GRADE, make_grade())
    message = '"message":{"template":"Cell {cell} printed something else.","facts":{"cell":2}}'
    assert message in plain
    older = documents.load(documents.GRADE, plain.replace(message, '"message":"Cell 2 printed something else."'))
    assert older.flags[0].message == "Cell 2 printed something else." == str(make_grade().flags[0].message)
