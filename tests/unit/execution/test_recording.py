"""Captures are read by whoever marks: all of a frame, or values that say that it can't be read."""

from __future__ import annotations

from typing import Any

from grader.execution import Recording
from grader.execution.recording import Frame
from grader.guest.frames import encode
from grader.records import Capture, CapturePoint, Execution, Limits, Scalar, Unreadable

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
