"""Capture points fall due once their section's last code cell has run."""

from __future__ import annotations

from grader.execution.schedule import (
    captures_at_end,
    captures_at_last,
    is_lost,
    names_of,
    points_ahead,
    points_due,
    refused,
)
from grader.records import CapturePoint, Scalar, Source, Unreadable
from grader.wire import Read


def cells(*indices: int) -> tuple[Source, ...]:
    return tuple(Source(index=index, code="") for index in indices)


def point(after_cell: int, *names: str) -> CapturePoint:
    return CapturePoint(after_cell=after_cell, names=names)


def test_a_point_after_a_cell_without_code_is_due_after_the_code_before_it() -> None:
    first, second, third = point(2, "a"), point(5, "b"), point(9, "c")
    assert points_due((third, first, second), cells(1, 3, 4)) == ((first,), (), (second, third))


def test_a_point_before_all_code_is_never_due() -> None:
    assert points_due((point(0, "a"),), cells(1, 2)) == ((), ())


def test_several_points_may_share_a_cell_and_each_gets_its_captures() -> None:
    points = (point(3, "a", "b"), point(4, "b", "c", "b"))
    assert points_due(points, cells(3)) == (points,)
    assert names_of(points) == ("a", "b", "c")
    read = [Read(name=name, identity=1, value=Scalar(value=name)) for name in ("b", "c")]
    captures = captures_at_end(points, read)
    assert [(each.name, each.after_cell, each.place) for each in captures] == [
        ("b", 3, "end"),
        ("b", 4, "end"),
        ("c", 4, "end"),
    ]


def test_what_lies_ahead_of_a_cell_is_the_next_point_after_it() -> None:
    first, last = point(1, "a"), point(4, "b")
    assert points_ahead(points_due((last, first), cells(0, 1, 2, 4))) == ((first,), (last,), (last,), ())
    assert points_ahead(()) == ()


def test_what_is_lost_is_what_a_finished_cell_left_for_a_later_point_unread() -> None:
    ahead = points_ahead(points_due((point(2, "a"),), cells(0, 1, 2)))
    assert is_lost(ahead, ended=1, read=None)
    assert is_lost(ahead, ended=1, read=0)
    assert not is_lost(ahead, ended=1, read=1)
    assert not is_lost(ahead, ended=2, read=None), "nothing lies ahead"
    assert not is_lost(ahead, ended=None, read=None), "no cell was over"


def test_what_an_early_end_left_is_told_by_the_cell_that_left_it() -> None:
    (capture,) = captures_at_last(7, [Read(name="a", identity=0, value=Scalar(value=1))])
    assert (capture.after_cell, capture.place) == (7, "last")


def test_values_that_could_not_be_read_are_unreadable_not_absent() -> None:
    assert [each.value for each in refused(["a"])] == [Unreadable(type="", reason="could not be read")]
