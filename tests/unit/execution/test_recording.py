"""Captures are read by whoever marks: all of a frame, or values that say that it can't be read."""

from __future__ import annotations

import struct
from typing import Any

from grader.execution import Recording
from grader.execution.calls import MOST_MARKS
from grader.execution.recording import CallsFrame, Frame
from grader.guest.frames import encode
from grader.records import Calls, Capture, CapturePoint, Execution, Limits, Scalar, Unreadable

POINTS = (CapturePoint(after_cell=1, names=("x", "y")),)
TOLD = Execution(status="completed", engine="test", seconds=1.0, seed=0)


def frame(data: bytes, left_by: int | None = None) -> Frame:
    return Frame(points=POINTS, data=data, limits=Limits(), left_by=left_by)


def values(**of: Any) -> bytes:
    return b"".join(encode([{"name": name, "identity": 7, "value": value} for name, value in of.items()], []))


def test_names_that_were_asked_for_are_captures_and_others_are_not() -> None:
    recording = Recording(told=TOLD, frames=(frame(values(x=1, secret=2)),))
    assert recording.execution().captures == (Capture(name="x", after_cell=1, value=Scalar(value=1), identity=7),)


def test_what_the_last_cell_left_stands_under_that_cell() -> None:
    (capture,) = Recording(told=TOLD, frames=(frame(values(x=1), left_by=0),)).execution().captures
    assert (capture.after_cell, capture.place) == (0, "last")


def test_a_frame_that_is_none_is_told_for_each_name() -> None:
    captures = Recording(told=TOLD, frames=(frame(b""),)).execution().captures
    assert [capture.name for capture in captures] == ["x", "y"]
    assert all(isinstance(capture.value, Unreadable) for capture in captures)


def test_without_frames_an_execution_is_what_was_told() -> None:
    assert Recording(told=TOLD).execution() is TOLD


def test_many_results_that_are_each_within_bounds_are_read_only_as_far_as_there_is_room_for_all() -> None:
    large = {"kind": "sequence", "container": "list", "items": [0] * 90_000}
    result = b"".join(encode([{"name": "value", "identity": 0, "value": large}], []))
    count = 2 * MOST_MARKS // 90_000
    data = struct.pack("<BH", 1, 0) + count * (struct.pack("<BBI", 0, 0, len(result)) + result)
    calls = Calls(names=("f",), inputs="", count=count)
    frames = tuple(CallsFrame(calls=calls, after_cell=cell, data=data, limits=Limits()) for cell in range(3))
    made = Recording(told=TOLD, calls=frames).execution().calls
    statuses = [result.status for each in made for result in each.results]
    assert len(statuses) == 3 * count
    assert 5 <= statuses.count("returned") < 10
    first = [each.results[0].status for each in made]
    assert first == ["returned"] * 3, "one function leaves the others their share"
