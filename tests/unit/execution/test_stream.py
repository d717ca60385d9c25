"""The stream of a warm engine's process: what is in order comes through, however it is cut; all else ends it."""

from __future__ import annotations

import json
import struct
import time
import tracemalloc
from collections.abc import Iterable
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.execution.payloads import (
    MAX_OUTPUT_MARKS,
    OVERHEAD,
    Captures,
    Ended,
    Hello,
    Message,
    Output,
    Over,
    Started,
    Text,
    Unread,
)
from grader.execution.stream import FLOOD_BYTES, FLOOD_TIMES, OUTPUT_SLACK, Flood, Messages
from grader.records import CellError, Limits
from grader.wire import WireError

LIMITS = Limits(output_bytes=1000, capture_bytes=2000)
CELLS = 3


def message(kind: bytes, payload: bytes = b"") -> bytes:
    return struct.pack("<I", len(payload)) + kind + payload


def document(kind: bytes, content: Any) -> bytes:
    return message(kind, json.dumps(content).encode())


def started(position: int) -> bytes:
    return message(b"s", struct.pack("<I", position))


def captures(position: int, mark: bytes = b"\0", frame: bytes = b"frame") -> bytes:
    return message(b"c", struct.pack("<I", position) + mark + frame)


HELLO = document(b"h", {"environment": {"python": "3.11"}})
OK = document(b"e", {"status": "ok"})
FAILED = document(b"e", {"status": "error", "ename": "ValueError", "evalue": "no"})
SHOWN = {"output_type": "display_data", "data": {"text/plain": "é"}, "metadata": {}}
OUTPUT = document(b"o", SHOWN)
OVER = message(b"x")
WHOLE = [
    HELLO,
    started(0),
    message(b"t", b"\1a\r\n"),
    OUTPUT,
    message(b"t", b"\2" + "é".encode()),
    OK,
    captures(0),
    captures(0, b"\1", b""),
    message(b"t", b"\1late"),
    started(2),
    FAILED,
    captures(2, b"\1"),
    OVER,
]


def heard(pieces: Iterable[bytes], limits: Limits = LIMITS) -> list[Message]:
    messages = Messages(limits, cells=CELLS)
    return [message for piece in pieces for message in messages.feed(piece)]


def size(payload: bytes) -> int:
    return OVERHEAD + len(payload)


def test_every_message_comes_through() -> None:
    shown = json.dumps(SHOWN).encode()
    told = heard([b"".join(WHOLE)])
    assert told[:5] == [
        Hello(size=size(HELLO[5:]), environment={"python": "3.11"}),
        Started(size=size(bytes(4)), position=0),
        Text(size=size(b"\1a\r\n"), stream="stdout", text="a\r\n"),
        Output(size=size(shown), content=SHOWN),
        Text(size=size(b"\2.."), stream="stderr", text="é"),
    ]
    assert told[5:8] == [
        Ended(size=size(OK[5:]), error=None),
        Captures(size=size(bytes(10)), position=0, checkpoint=False, frame=b"frame"),
        Captures(size=size(bytes(5)), position=0, checkpoint=True, frame=b""),
    ]
    assert told[10] == Ended(size=size(FAILED[5:]), error=CellError(name="ValueError", message="no"))
    assert told[-1] == Over(size=OVERHEAD)


@given(st.lists(st.integers(1, 40), min_size=1))
def test_it_does_not_matter_how_the_bytes_are_cut(sizes: list[int]) -> None:
    rest = b"".join(WHOLE)
    pieces = []
    while rest:
        length = sizes[len(pieces) % len(sizes)]
        pieces.append(rest[:length])
        rest = rest[length:]
    assert heard(pieces) == heard(WHOLE)


CELL = [HELLO, started(0)]
DONE = [HELLO, started(1), OK]


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param([started(0)], id="no hello"),
        pytest.param([HELLO, HELLO], id="two hellos"),
        pytest.param([*DONE, HELLO], id="a late hello"),
        pytest.param([HELLO, message(b"t", b"\1a")], id="text before the first cell"),
        pytest.param([HELLO, OUTPUT], id="output before the first cell"),
        pytest.param([HELLO, OK], id="an end before a start"),
        pytest.param([*CELL, started(1)], id="a cell within a cell"),
        pytest.param([*DONE, OK], id="a second end"),
        pytest.param([*DONE, started(1)], id="a cell a second time"),
        pytest.param([*DONE, started(0)], id="a cell before the last"),
        pytest.param([*DONE, started(CELLS)], id="a cell too many"),
        pytest.param([HELLO, captures(0)], id="captures before the first cell"),
        pytest.param([*CELL, captures(0)], id="captures within a cell"),
        pytest.param([*DONE, captures(0)], id="captures of another cell"),
        pytest.param([*DONE, captures(1), captures(1)], id="captures a second time"),
        pytest.param([*CELL, OVER], id="over within a cell"),
        pytest.param([OVER], id="over before hello"),
        pytest.param([HELLO, OVER, OVER], id="over twice"),
        pytest.param([*DONE, OVER, message(b"t", b"\1a")], id="text after the end"),
    ],
)
def test_a_message_out_of_order_ends_the_stream_and_takes_nothing_back(sent: list[bytes]) -> None:
    messages = Messages(LIMITS, cells=CELLS)
    told = messages.feed(b"".join(sent))
    for _ in sent[:-1]:
        next(told)
    with pytest.raises(WireError, match="out of order"):
        next(told)


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(message(b"z"), id="an unknown kind"),
        pytest.param(b"\x04\0\0\0\xff", id="a kind that is no letter"),
        pytest.param(message(b"s", bytes(3)), id="too short a position"),
        pytest.param(message(b"s", bytes(5)), id="too long a position"),
        pytest.param(message(b"t"), id="text without a stream"),
        pytest.param(message(b"t", b"\3a"), id="text of a third stream"),
        pytest.param(message(b"o"), id="an output of nothing"),
        pytest.param(message(b"o", b"[" * 900), id="an output cut short"),
        pytest.param(message(b"o", b"\xff"), id="an output that is no text"),
        pytest.param(document(b"o", [SHOWN]), id="a list of outputs"),
        pytest.param(document(b"o", {"data": {}}), id="an output of no type"),
        pytest.param(document(b"o", {"output_type": "stream"}), id="a stream as output"),
        pytest.param(document(b"o", {"output_type": ["error"]}), id="a type that is a list"),
        pytest.param(document(b"o", SHOWN | {"data": []}), id="data that is a list"),
        pytest.param(document(b"o", SHOWN | {"transient": "id"}), id="transient that is a text"),
        pytest.param(document(b"e", {"status": "died"}), id="an end of another status"),
        pytest.param(document(b"e", {"status": ["ok"]}), id="a status that is a list"),
        pytest.param(document(b"e", "ok"), id="an end that is a text"),
        pytest.param(message(b"x", b"a"), id="something after the end"),
    ],
)
def test_a_message_that_is_none_ends_the_stream(sent: bytes) -> None:
    with pytest.raises(WireError):
        heard([HELLO, started(0), sent])


@pytest.mark.parametrize("sent", [{}, {"environment": []}, {"environment": {"python": 3}}, [], None])
def test_a_hello_that_names_no_versions_ends_the_stream(sent: object) -> None:
    with pytest.raises(WireError):
        heard([document(b"h", sent)])


@pytest.mark.parametrize("sent", [captures(1, b"\2"), message(b"c", bytes(4))])
def test_captures_of_no_known_sort_end_the_stream(sent: bytes) -> None:
    with pytest.raises(WireError, match="no known sort"):
        heard([*DONE, sent])


@pytest.mark.parametrize("sent", [message(b"c", bytes(2)), message(b"c"), message(b"f", bytes(6))])
def test_values_at_no_place_end_the_stream(sent: bytes) -> None:
    with pytest.raises(WireError):
        heard([*DONE, sent])


def test_a_broken_stream_stays_broken() -> None:
    messages = Messages(LIMITS, cells=CELLS)
    for sent in (message(b"z"), HELLO, b""):
        with pytest.raises(WireError, match="no known kind"):
            list(messages.feed(sent))


@pytest.mark.parametrize(("kind", "most"), [(b"h", 4096), (b"s", 4), (b"e", 256 * 1024), (b"c", 2005), (b"x", 0)])
def test_a_message_longer_than_it_may_be_is_refused_at_its_header(kind: bytes, most: int) -> None:
    if most:
        assert heard([struct.pack("<I", most) + kind]) == []
    with pytest.raises(WireError, match="longer"):
        heard([struct.pack("<I", most + 1) + kind])


@pytest.mark.parametrize("kind", [b"t", b"o"])
def test_output_that_is_too_large_is_passed_over_and_counts_in_full(kind: bytes) -> None:
    most = LIMITS.output_bytes + OUTPUT_SLACK
    large = message(kind, bytes(most + 1))
    told = heard([b"".join([*CELL, large, large, OK])])
    assert told[2:4] == [Unread(size=OVERHEAD + most + 1)] * 2
    assert isinstance(told[4], Ended)


def test_output_with_too_many_marks_is_passed_over() -> None:
    limits = Limits(output_bytes=10**7)
    listed = [
        b'{"output_type": "display_data", "data": {"a": [' + b"0," * number + b"0]}}"
        for number in (10, MAX_OUTPUT_MARKS)
    ]
    told = heard([*CELL, *(message(b"o", payload) for payload in listed)], limits)
    assert [type(each) for each in told[2:]] == [Output, Unread]
    assert told[3].size == size(listed[1])


def test_nobody_listens_to_a_flood() -> None:
    allowance = FLOOD_TIMES * LIMITS.output_bytes + FLOOD_BYTES
    with pytest.raises(Flood):
        heard([*CELL, struct.pack("<I", allowance - OVERHEAD + 1) + b"t"])
    empty = message(b"t", b"\1")
    told = Messages(LIMITS, cells=CELLS).feed(b"".join([*CELL, empty * (allowance // size(b"\1") + 1)]))
    assert sum(1 for _ in islice(told, 2 + allowance // size(b"\1"))) == 2 + allowance // size(b"\1")
    with pytest.raises(Flood):
        next(told)


def test_text_that_is_no_utf8_is_replaced_and_counts_as_what_it_becomes() -> None:
    told = heard([*CELL, message(b"t", b"\1a\xffb")])
    assert told[2] == Text(size=size(b"\1a...b"), stream="stdout", text="a\ufffdb")


def test_lone_surrogates_are_no_trouble() -> None:
    hello, _, ended = heard(
        [
            document(b"h", {"environment": {"\ud800": "\udfff"}}),
            started(0),
            document(b"e", {"status": "error", "ename": "\ud800"}),
        ]
    )
    assert isinstance(hello, Hello)
    assert hello.environment == {"?": "?"}
    assert isinstance(ended, Ended)
    assert ended.error == CellError(name="?", message="")


def test_numbers_that_json_lacks_are_texts_in_an_output() -> None:
    (*_, shown) = heard([*CELL, document(b"o", SHOWN | {"data": {"application/json": [float("nan"), float("-inf")]}})])
    assert isinstance(shown, Output)
    assert shown.content["data"] == {"application/json": ["NaN", "-Infinity"]}


def test_the_time_grows_with_the_bytes_even_one_by_one() -> None:
    def seconds(length: int) -> float:
        sent = b"".join([*CELL, message(b"t", b"\1" + b"a" * length)])
        limits, began = Limits(output_bytes=10**7), time.process_time()
        heard((sent[at : at + 1] for at in range(len(sent))), limits)
        return time.process_time() - began

    assert seconds(400_000) < 12 * seconds(100_000)


def test_large_and_small_pieces_of_a_long_stream_cost_little() -> None:
    limits = Limits(output_bytes=10**7)
    sent = b"".join([*CELL, message(b"t", b"\1" + b"a" * 10**6) * 5, message(b"t", b"\1" + b"a" * 1000) * 5000, OK])
    tracemalloc.start()
    try:
        began = time.process_time()
        for length in (64 * 1024, 997):
            messages = Messages(limits, cells=CELLS)
            told = 0
            for at in range(0, len(sent), length):
                told += sum(1 for _ in messages.feed(sent[at : at + length]))
            assert told == 5008
        assert time.process_time() - began < 5
        assert tracemalloc.get_traced_memory()[1] < 5 * 10**6, "no more than about one message is held"
    finally:
        tracemalloc.stop()
