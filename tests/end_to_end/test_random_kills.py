"""Whatever dies while a batch runs, nobody loses points by it: a submission has its right grade, or a reason."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import RIGHT, write_assignment, write_notebook

KINDS = {"bubblewrap": 1, "template": 1, "slot": 2, "execution": 5, "worker": 3}
"""By kind, how often its turn comes: a template that is always killed before it is ready has no executions to kill."""


def descendants(pid: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Each process below one, with its ancestors from there on."""
    waiting: list[tuple[int, tuple[int, ...]]] = [(pid, ())]
    while waiting:
        parent, path = waiting.pop()
        with suppress(OSError):
            for thread in os.listdir(f"/proc/{parent}/task"):
                for child in Path(f"/proc/{parent}/task/{thread}/children").read_text().split():
                    yield int(child), (*path, parent)
                    waiting.append((int(child), (*path, parent)))


def command_of(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    return ""


def kind_of(pid: int, ancestors: tuple[int, ...]) -> str | None:
    """What a process of a batch is: bubblewrap's two come first, then the template, its slots, their executions."""
    commands = [command_of(each) for each in (*ancestors[1:], pid)]
    if any("bwrap" in command for command in commands):
        depth = len(commands)
        return {1: "bubblewrap", 2: "bubblewrap", 3: "template", 4: "slot"}.get(depth, "execution")
    return "worker" if len(commands) == 2 and "forkserver" in commands[0] else None


class Killer:
    """Kills a process of a random kind now and then, and counts."""

    def __init__(self, process: subprocess.Popen[str], seed: int) -> None:
        self._process = process
        self._random = random.Random(seed)
        self.killed = dict.fromkeys(KINDS, 0)

    def strike(self) -> None:
        """Kill one process, if there is any of the kind whose turn it is."""
        (kind,) = self._random.choices(list(KINDS), list(KINDS.values()))
        there = [pid for pid, path in descendants(self._process.pid) if kind_of(pid, path) == kind]
        if there:
            with suppress(ProcessLookupError):
                os.kill(self._random.choice(there), signal.SIGKILL)
                self.killed[kind] += 1


def grade_under_fire(
    folder: Path, *, submissions: int, kills: int, seconds: float
) -> tuple[Killer, list[dict[str, Any]]]:
    """A batch during which so many processes are killed; who killed, and each submission's result."""
    write_assignment(folder / "reference")
    for number in range(submissions):
        cells = (f"number = {number}\nimport time; time.sleep(0.1)", *RIGHT)
        write_notebook(folder / "class" / f"student{number:03}.ipynb", cells)
    process = subprocess.Popen(
        [sys.executable, "-m", "grader", "grade", "class", "--reference", "reference", "--out", "out", "--jobs", "2"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.fspath(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    killer = Killer(process, seed=submissions)
    while process.poll() is None and not list((folder / "out").glob("results/*/result.json")):
        time.sleep(0.05)
    while process.poll() is None and sum(killer.killed.values()) < kills:
        killer.strike()
        time.sleep(seconds)
    out, err = process.communicate(timeout=900)
    assert process.returncode in (0, 1), (out, err)
    assert "Traceback" not in err, err
    results = [json.loads(path.read_text()) for path in sorted((folder / "out/results").glob("*/result.json"))]
    print(process.returncode, out, err)
    return killer, results


def unmarked(result: dict[str, Any]) -> bool:
    """Whether all that has no points was left unmarked."""
    checks = [check for task in result["tasks"] for check in task["checks"]]
    return all((check["points"] is None) == (check["verdict"] == "unmarked") for check in checks)


def assert_nobody_lost_points(results: list[dict[str, Any]], submissions: int) -> None:
    assert len(results) == submissions
    for result in results:
        execution = result["execution"]
        assert isinstance(execution, dict)
        if result["points"] is None:
            # What marks may be killed each time that it is tried; then its checks wait for a person.
            assert execution["status"] == "unavailable" or unmarked(result), result
            assert execution["reason"] or unmarked(result), result
        else:
            assert result["points"] == 4, result
            assert execution["status"] == "completed"


def test_processes_that_are_killed_cost_nobody_points(tmp_path: Path) -> None:
    killer, results = grade_under_fire(tmp_path, submissions=24, kills=12, seconds=0.1)
    assert_nobody_lost_points(results, 24)
    assert sum(killer.killed.values()) >= 6, killer.killed


@pytest.mark.soak
def test_a_hundred_random_kills_during_a_batch_of_two_hundred_cost_nobody_points(tmp_path: Path) -> None:
    killer, results = grade_under_fire(tmp_path, submissions=200, kills=100, seconds=0.2)
    assert_nobody_lost_points(results, 200)
    print(killer.killed, "ungraded:", sum(result["points"] is None for result in results))
    assert sum(killer.killed.values()) == 100
    assert all(killer.killed.values())
