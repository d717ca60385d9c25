"""A death is tried once more before a student is blamed."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from grader.execution import Recording, execute_with_retry
from grader.execution.engine import not_run
from grader.records import CellRun, Execution, ExecutionStatus, Limits, Plan, Run

PLAN = Plan(cells=(), main=Run(seed=5))


class Script:
    """An engine that gives the executions that it is told to, in turn."""

    name = "script"

    def __init__(self, *executions: Execution, loses: bool = False) -> None:
        self.executions = list(executions)
        self.loses = loses
        self.careful: list[bool] = []

    def execute(
        self, plan: Plan, run: Run, *, limits: Limits, provided: Path | None, inputs: object = None
    ) -> Recording:
        self.careful.append(run.careful)
        return Recording(told=self.executions.pop(0), lost=self.loses and not run.careful)

    def close(self) -> None:
        """Nothing runs."""


def ended(status: ExecutionStatus, *cells: Literal["ok", "error", "died", "not-run"], reason: str = "") -> Execution:
    runs = tuple(CellRun(index=index, status=each) for index, each in enumerate(cells))
    return Execution(status=status, engine="script", seconds=1.0, seed=5, cells=runs, reason=reason)


def retried(*executions: Execution) -> Execution:
    engine = Script(*executions)
    result = execute_with_retry(engine, PLAN, PLAN.main, limits=Limits(), provided=None).told
    assert engine.executions == []
    return result


@pytest.mark.parametrize("status", ["completed", "error", "timeout", "memory", "output", "rejected", "unavailable"])
def test_whatever_is_no_death_is_not_repeated(status: ExecutionStatus) -> None:
    assert retried(ended(status)).tries == 1


@pytest.mark.parametrize("status", ["timeout", "memory", "output", "died"])
def test_what_ended_with_values_that_nobody_had_read_is_repeated_carefully(status: ExecutionStatus) -> None:
    engine = Script(ended(status, "ok", "not-run"), ended(status, "ok", "not-run"), loses=True)
    result = execute_with_retry(engine, PLAN, PLAN.main, limits=Limits(), provided=None)
    assert (result.told.tries, result.lost, engine.careful) == (2, False, [False, True])


def test_a_second_try_that_completes_counts() -> None:
    result = retried(ended("died", "ok", "died"), ended("completed", "ok", "ok"))
    assert (result.status, result.tries) == ("completed", 2)


def test_of_two_deaths_the_one_that_reached_further_counts_and_the_second_on_a_tie() -> None:
    further = ended("died", "ok", "error", "died", reason="first")
    assert retried(further, ended("died", "ok", "died", "not-run")).reason == "first"
    assert retried(further, ended("died", "ok", "ok", "died", reason="second")).reason == "second"


def test_a_second_try_that_could_not_be_made_blames_nobody() -> None:
    second = not_run(PLAN.main, "script", "unavailable", "no disk").told
    assert retried(ended("died", "died"), second).status == "unavailable"
