"""What the examination says of a machine is measured, and it would say so if something got out."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from grader.execution import ENGINES, EngineOptions
from grader.execution.examination import Finding, examine
from grader.execution.examination.baits import SLEEP, Baits
from grader.execution.examination.inside import probe
from grader.records import Limits

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nothing can be sealed elsewhere")

BOUNDLESS = Limits(memory_bytes=8 * 1024**3, disk_bytes=1024**3, processes=4000)
KEPT_IN_ANYWAY = {"warm.leftovers"}
"""The warm engine ends what an execution has started, sealed or not."""


def test_what_gets_out_is_said_to() -> None:
    with closing(ENGINES["warm"](EngineOptions(seal="none"))) as engine:
        findings = probe(engine, BOUNDLESS)
    kept = {finding.name for finding in findings if finding.ok}
    assert kept == KEPT_IN_ANYWAY, findings
    out = [finding for finding in findings if not finding.ok]
    assert all(finding.remedy and finding.says.startswith("NOT kept in: student code can ") for finding in out)


def test_a_process_that_outlives_its_execution_is_found_and_ended() -> None:
    with Baits() as baits:
        assert not baits.survived()
        left = subprocess.Popen([sys.executable, "-S", "-c", SLEEP, baits.secret])
        _until_started(left.pid, baits.secret)
        assert baits.survived()
        assert left.wait(10) < 0


def _until_started(pid: int, argument: str) -> None:
    deadline = time.monotonic() + 10
    while argument.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_baits_leave_nothing_behind() -> None:
    with Baits() as baits:
        files = [path for path in (baits.file, baits.file_at_home) if path]
        assert files
        assert all(path.read_text() == baits.secret for path in files)
        assert not baits.signalled()
    assert not any(path.exists() for path in files)
    assert baits.signalled()


def test_an_engine_that_runs_nothing_is_a_finding() -> None:
    engine = ENGINES["warm"](EngineOptions(seal="none"))
    engine.close()
    (finding,) = probe(engine, BOUNDLESS)
    assert finding.name == "warm"
    assert finding.ok is False
    assert finding.remedy


def test_an_interpreter_that_does_not_start_ends_the_examination() -> None:
    told: list[Finding] = []
    examination = examine("/nowhere/python", ["warm"], told.append)
    assert [finding.name for finding in told] == ["python"]
    assert examination.findings == tuple(told)
    assert examination.seal is None
    assert not examination.sealed
