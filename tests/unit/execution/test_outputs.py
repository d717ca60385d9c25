"""Outputs become what a terminal would show, whatever shape a student's messages have."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.execution.outputs import is_out_of_memory, to_error, to_records
from grader.records import CellError, Output


def stream(text: object, name: object = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def test_pieces_of_a_stream_are_joined_and_others_keep_their_order() -> None:
    records = to_records([stream("a"), stream("b\n"), stream("e", "stderr"), stream("c")])
    assert [(each.stream, each.text) for each in records] == [("stdout", "ab\n"), ("stderr", "e"), ("stdout", "c")]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("10%\r20%\r30%\n", "30%\n"),
        ("a\r\nb\r\n", "a\nb\n"),
        ("a\rb\nc", "b\nc"),
        ("a\rb\rc\r\n\rd", "c\nd"),
        ("done\r", "done"),
        ("\r\r", ""),
    ],
)
def test_carriage_returns_leave_what_was_written_last(text: str, shown: str) -> None:
    assert to_records([stream(text[:3]), stream(text[3:])])[0].text == shown


def test_rich_forms_are_text_and_plain_text_stands_apart() -> None:
    data = {"text/plain": ["a", "b"], "text/html": "<b>", "application/json": {"a": [1]}}
    (record,) = to_records([{"output_type": "execute_result", "data": data}])
    assert record == Output(kind="result", text="ab", data={"text/html": "<b>", "application/json": '{"a": [1]}'})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda x: st.lists(x, max_size=4) | st.dictionaries(st.text(), x, max_size=4),
    max_leaves=12,
)
NODES = st.fixed_dictionaries(
    {"output_type": st.sampled_from(["stream", "error", "display_data", "execute_result", "other"]) | JSON},
    optional=dict.fromkeys(("name", "text", "data", "ename", "evalue", "traceback"), JSON),
)


@given(st.lists(NODES))
def test_forged_nodes_become_records_that_can_be_written(nodes: list[dict[str, Any]]) -> None:
    for record in to_records(nodes):
        repr(record).encode("utf-8")
        record.text.encode("utf-8")


def test_nesting_beyond_what_can_be_written_is_left_out() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert to_error({"ename": deep, "evalue": "left"}) == CellError(name="", message="left")
    (record,) = to_records([{"output_type": "display_data", "data": {"text/plain": "left", "application/json": deep}}])
    assert record.text == "left"


def test_lines_of_a_traceback_that_are_no_text_are_left_out() -> None:
    (record,) = to_records([{"output_type": "error", "ename": "E", "traceback": ["a", 1, None, ["b"], "c"]}])
    assert record.traceback == ("a", "c")


def test_an_error_is_bounded_and_a_lack_of_memory_is_known() -> None:
    error = to_error({"ename": "E" * 1000, "evalue": "m" * 100_000})
    assert (len(error.name), len(error.message)) == (200, 10_000)
    assert is_out_of_memory(to_error({"ename": "_ArrayMemoryError", "evalue": ""}))
    assert is_out_of_memory(CellError(name="RuntimeError", message="[enforce fail] can't allocate memory: 8 bytes"))
    assert not is_out_of_memory(CellError(name="RuntimeError", message="shapes differ"))
