"""The seam: what an engine is, and what holds for all of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal, Protocol

from grader.records import Execution, Limits, Plan, Run

INTERRUPTED = "The execution was interrupted."


class Engine(Protocol):
    """Runs a submission's code cells in a fresh process and says what they left behind.

    Several threads may call an engine at once.
    """

    @property
    def name(self) -> str:
        """The engine's name, as executions record it."""

    def execute(self, plan: Plan, run: Run, *, limits: Limits, provided: Path | None) -> Execution:
        """Make one run of a plan, and wait for its end.

        `provided` is a folder whose copy the process finds in its working directory. Nothing is raised: a fault of
        ours is an execution with the status `unavailable` and its reason.
        """

    def close(self) -> None:
        """End whatever still runs. Its `execute` soon returns `unavailable`, and so does every later one."""


def not_run(run: Run, engine: str, status: Literal["rejected", "unavailable"], reason: str) -> Execution:
    """An execution that was not made, and why, in one sentence."""
    return Execution(purpose=run.purpose, status=status, engine=engine, seconds=0.0, seed=run.seed, reason=reason)


def execute_with_retry(engine: Engine, plan: Plan, run: Run, *, limits: Limits, provided: Path | None) -> Execution:
    """Execute, and once more where the process died, since that may be the machine's doing.

    Of two tries the one that reached further counts, the second on a tie. A second one that could not be made leaves
    the matter open: the result is `unavailable`.
    """
    first = engine.execute(plan, run, limits=limits, provided=provided)
    if first.status != "died":
        return first
    second = engine.execute(plan, run, limits=limits, provided=provided)
    if second.status == "unavailable":
        return second
    return replace(first if _reached(first) > _reached(second) else second, tries=2)


def _reached(execution: Execution) -> tuple[int, bool]:
    finished = sum(cell.status not in ("died", "not-run") for cell in execution.cells)
    return finished, execution.status != "died"
