"""The plan of a submission's executions, and what an execution left behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from grader.records.notebook import Output
from grader.records.values import Value

ExecutionStatus = Literal["completed", "error", "timeout", "memory", "output", "died", "rejected", "unavailable"]
"""How an execution ended. `error`: some cells raised, and the rest ran. `rejected`: there was nothing to run.
`unavailable`: our own fault; such a submission is ungraded."""


CellStatus = Literal["ok", "error", "timeout", "output", "died", "not-run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one execution. Seconds are wall time; the rest is bytes or a number."""

    cell_seconds: float = 20.0
    total_seconds: float = 60.0
    memory_bytes: int = 2 * 1024**3
    disk_bytes: int = 256 * 1024**2
    processes: int = 64
    output_bytes: int = 10_000_000
    capture_bytes: int = 64 * 1024**2
    value_bytes: int = 16 * 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturePoint:
    """Read these names from the namespace once cell `after_cell` has run (or was skipped over)."""

    after_cell: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The code of one cell, as it is executed."""

    index: int
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution to be made: which random seed, and what to capture.

    A `careful` one reads after each cell, too, what the next point will ask for, in case the process doesn't live to
    it. One that isn't begins to do so once its cells have taken long.
    """

    purpose: Literal["main", "repeat"] = "main"
    seed: int = 0
    captures: tuple[CapturePoint, ...] = ()
    careful: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which executions a submission needs; made from the assignment and the notebook alone, never from marks.

    `cells` are the code cells in order. `main` is always run. `repeat` is run only where outputs saved in the hand-in
    differ from fresh ones, to tell what is random from what is stale.
    """

    cells: tuple[Source, ...]
    main: Run
    repeat: Run | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CellError:
    """An exception that a cell ended with, as the process told it."""

    name: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRun:
    """One code cell's run. `seconds` is wall time; `not-run` cells have no outputs."""

    index: int
    status: CellStatus
    seconds: float = 0.0
    outputs: tuple[Output, ...] = ()
    error: CellError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A value at a place in an execution, under the name that it had there.

    `identity` is equal for two captures of one execution at one place that were the same object (an alias). `place` is
    `end` where the plan asked for it, and `last` where the process ended early and this is what the last finished cell
    had left.
    """

    name: str
    after_cell: int
    value: Value
    identity: int = 0
    place: Literal["end", "last"] = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One fresh run of a submission. `reason` says in one sentence why it ended as it did, where that isn't plain.

    `tries` is 2 where a process was ended early and the run was made once more. `environment` names the versions of
    what ran it.
    """

    purpose: Literal["main", "repeat"] = "main"
    status: ExecutionStatus
    engine: str
    seconds: float
    seed: int
    cells: tuple[CellRun, ...] = ()
    captures: tuple[Capture, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    tries: int = 1
