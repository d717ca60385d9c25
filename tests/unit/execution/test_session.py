"""Reading variables has a time of its own, however many cells there are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.execution import session
from grader.execution.engine import EngineOptions
from grader.execution.kernel import KernelEngine
from grader.records import CapturePoint, Execution, Limits, Plan, Run, Source

SLOWLY = (
    "import time\n"
    "handlers = get_ipython().kernel.shell_handlers\n"
    "answer = handlers['grader_capture_request']\n"
    "handlers['grader_capture_request'] = lambda *request: (time.sleep(0.5), answer(*request))"
)

NOISE = (
    "import os, stat\n"
    "for number in range(3, 200):\n"
    "    try:\n"
    "        if stat.S_ISSOCK(os.fstat(number).st_mode): os.write(number, b'\\xff' * 300)\n"
    "    except OSError: pass"
)


@pytest.fixture
def engine() -> Iterator[KernelEngine]:
    engine = KernelEngine(EngineOptions())
    yield engine
    engine.close()


def execute(engine: KernelEngine, *codes: str) -> Execution:
    cells = tuple(Source(index=index, code=code) for index, code in enumerate(codes))
    points = (CapturePoint(after_cell=0, names=("x",)), CapturePoint(after_cell=len(cells) - 1, names=("x",)))
    plan = Plan(cells=cells, main=Run(captures=points, careful=True))
    return engine.execute(plan, plan.main, limits=Limits(), provided=None).execution()


def test_reading_variables_slowly_after_every_cell_ends_the_process_and_keeps_what_was_read(
    engine: KernelEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "ALL_CAPTURES_SECONDS", 2.0)
    execution = execute(engine, "x = 1", SLOWLY, *["x = 2"] * 8)
    assert execution.status == "timeout"
    assert execution.reason == "The variables could not be read within 2 s in all, and the process was ended."
    ran = [cell.status for cell in execution.cells]
    assert 4 <= ran.count("ok") <= 7
    assert set(ran[ran.count("ok") :]) == {"not-run"}
    assert [each.place for each in execution.captures] == ["end", "last"]


def test_very_many_cells_leave_most_of_that_time(engine: KernelEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "ALL_CAPTURES_SECONDS", session.ALL_CAPTURES_SECONDS / 4)
    assert execute(engine, "x = 1", *["x = 2"] * 200).status == "completed"


def test_a_kernel_that_breaks_its_connections_is_ended_and_what_was_read_is_kept(engine: KernelEngine) -> None:
    execution = execute(engine, "x = 1", NOISE, "x = 2")
    assert execution.status in ("output", "died")
    assert [cell.status for cell in execution.cells] == ["ok", execution.status, "not-run"]
    assert [(each.after_cell, each.place) for each in execution.captures] == [(0, "end"), (0, "last")]
    assert execution.seconds < 15
