"""Output is counted as it comes: what is beyond the limit isn't kept, and later cells aren't punished for it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grader.execution.metering import OutputMeter


def test_a_cell_within_the_limit_keeps_everything_and_isnt_stopped() -> None:
    overruns: list[int] = []
    meter = OutputMeter(100, lambda: overruns.append(1))
    meter.start_cell()
    assert [meter.room(60), meter.room(40)] == [60, 40]
    assert not overruns
    assert meter.room(1) == 0
    assert overruns


def test_after_a_flood_a_later_cell_may_still_send_a_tenth_which_isnt_kept() -> None:
    overruns: list[int] = []
    meter = OutputMeter(100, lambda: overruns.append(1))
    meter.start_cell()
    meter.room(1000)
    meter.start_cell()
    overruns.clear()
    assert meter.room(10) == 0
    assert not overruns
    meter.room(1)
    assert overruns


@given(st.lists(st.lists(st.integers(0, 1000))), st.integers(0, 2000))
def test_no_more_is_kept_than_the_limit(cells: list[list[int]], limit: int) -> None:
    meter = OutputMeter(limit, lambda: None)
    kept = 0
    for sizes in cells:
        meter.start_cell()
        kept += sum(meter.room(size) for size in sizes)
    assert kept == min(limit, sum(map(sum, cells)))
