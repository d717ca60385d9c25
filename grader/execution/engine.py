"""The seam: what an engine is, and what holds for all of them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Protocol

from grader.execution.recording import Recording
from grader.records import Execution, Limits, Plan, Run

Inputs = Mapping[str, bytes]
"""The frames with the arguments of the calls that plans ask for, by their digests."""
NO_INPUTS: Inputs = MappingProxyType({})

INTERRUPTED = "The execution was interrupted."

Seal = Literal["namespaces", "landlock", "none"]
"""What keeps student code in. `namespaces`: a file system, processes and a network of its own. `landlock`: rules of the
kernel's on what the process may do, where namespaces are refused. `none`: nothing; the code runs as our user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """What an engine is made with.

    `python` is the interpreter of the class. `imports` are modules that many hand-ins import; an engine may import
    those that are installed before any student code runs. `executions` says of how many executions an engine is for,
    about: what takes a second at its start, and milliseconds off each of them, is for many.
    """

    python: str = sys.executable
    seal: Seal = "none"
    imports: tuple[str, ...] = ()
    executions: int = 1000


class Engine(Protocol):
    """Runs a submission's code cells in a fresh process and hands on what they left behind.

    Several threads may call an engine at once.
    """

    @property
    def name(self) -> str:
        """The engine's name, as executions record it."""

    @property
    def seal(self) -> Seal:
        """What keeps student code in."""

    def begin(self) -> None:
        """Begin what takes long before the first execution, without waiting for it. It may be left out."""

    def execute(
        self, plan: Plan, run: Run, *, limits: Limits, provided: Path | None, inputs: Inputs = NO_INPUTS
    ) -> Recording:
        """Make one run of a plan, and wait for its end.

        `provided` is a folder whose copy the process finds in its working directory. Nothing is raised: a fault of
        ours is a recording with the status `unavailable` and its reason.
        """

    def close(self) -> None:
        """End whatever still runs. Its `execute` soon returns `unavailable`, and so does every later one."""


def not_run(run: Run, engine: str, status: Literal["rejected", "unavailable"], reason: str) -> Recording:
    """An execution that was not made, and why, in one sentence."""
    told = Execution(purpose=run.purpose, status=status, engine=engine, seconds=0.0, seed=run.seed, reason=reason)
    return Recording(told=told)


def execute_with_retry(
    engine: Engine, plan: Plan, run: Run, *, limits: Limits, provided: Path | None, inputs: Inputs = NO_INPUTS
) -> Recording:
    """Execute, and once more where the process died, since that may be the machine's doing, or was ended with values in
    it that nobody had read. The second time is a careful one.

    Of two tries the one that reached further counts, the second on a tie. Where a second one could not be made, a
    death stays an open matter: the result is `unavailable`.
    """
    first = engine.execute(plan, run, limits=limits, provided=provided, inputs=inputs)
    if first.told.status != "died" and not first.lost:
        return first
    second = engine.execute(plan, replace(run, careful=True), limits=limits, provided=provided, inputs=inputs)
    if second.told.status == "unavailable":
        return second if first.told.status == "died" else first
    further = first if _reached(first.told) > _reached(second.told) else second
    return replace(further, told=replace(further.told, tries=2))


def _reached(execution: Execution) -> tuple[int, bool]:
    finished = sum(cell.status not in ("died", "not-run") for cell in execution.cells)
    return finished, execution.status != "died"
