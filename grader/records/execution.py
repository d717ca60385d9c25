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
    """Bounds of one execution. Seconds are wall time; the rest is bytes or a number.

    `calls_seconds` is for all calls of the student's functions together, `total_seconds` for the cells.
    """

    cell_seconds: float = 20.0
    total_seconds: float = 60.0
    calls_seconds: float = 30.0
    memory_bytes: int = 2 * 1024**3
    disk_bytes: int = 256 * 1024**2
    processes: int = 64
    output_bytes: int = 10_000_000
    capture_bytes: int = 64 * 1024**2
    value_bytes: int = 16 * 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """Calls of one function of the student's, or of objects of one class.

    `names` are the paths under which it may be found; the first that is there counts. `inputs` is the digest of the
    frame that holds the arguments of each of `count` cases. With `constructed`, what is found is called with arguments
    of that frame first, and each case is a call of what that gives, or of its `method`. `seconds` is for each call.
    With `elementwise`, a function that raises for an array is tried with each of its elements. In place of functions of
    the student's of the names `stand_ins`, tables in that frame give what is right for some arguments.
    """

    names: tuple[str, ...]
    inputs: str
    count: int
    constructed: bool = False
    method: str = ""
    seconds: float = 2.0
    elementwise: bool = False
    stand_ins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturePoint:
    """Once cell `after_cell` has run (or was skipped over), read these paths from the namespace, and make these calls.

    Calls are made in a copy of the process, which is then thrown away: they change nothing for later cells.
    """

    after_cell: int
    names: tuple[str, ...] = ()
    calls: tuple[Calls, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The code of one cell, as it is executed."""

    index: int
    code: str


Purpose = Literal["main", "repeat", "again", "varied"]
"""What an execution is made for. `main`: marks. `repeat`: once more in a process of its own, with another seed.
`again`: the same in the process of the main one, once that is over. `varied`: there, too, with other numbers in the
givens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution to be made: which random seed, and what to capture.

    A `careful` one reads after each cell, too, what the next point will ask for, in case the process doesn't live to
    it. One that isn't begins to do so once its cells have taken long. `cells` are those whose code is another than the
    plan's, and `prelude` is code that runs before them in its place; None where it is the plan's.
    """

    purpose: Purpose = "main"
    seed: int = 0
    captures: tuple[CapturePoint, ...] = ()
    careful: bool = False
    cells: tuple[Source, ...] = ()
    prelude: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """A value that the graded run has in place of the notebook's: in which cell, of which name, both as written."""

    cell: int
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which executions a submission needs; made from the assignment and the notebook alone, never from marks.

    `cells` are the code cells in order, as they are run; `replaced` says where that isn't as they were handed in.
    `prelude` is code of the assignment's that runs before them, in their namespace. `main` is always run. `again` are
    run after it in the same process, where that is sound and quick (see `guest/rerun.py`). `repeat` is run in a process
    of its own, only where outputs saved in the hand-in differ from fresh ones and nothing else can tell what is random
    from what is stale.
    """

    cells: tuple[Source, ...]
    main: Run
    again: tuple[Run, ...] = ()
    repeat: Run | None = None
    prelude: str = ""
    replaced: tuple[Replacement, ...] = ()


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


CallStatus = Literal["returned", "raised", "timeout", "died", "not-made"]
"""`not-made`: the time or the room for all calls was used up, or no copy of the process could be made."""


Again = Literal["", "same", "state", "random"]
"""What the same call gave the second time: the same, another answer although the seed was the same (it keeps state, or
draws from a generator of its own without a seed), or a random one; "" where it wasn't tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResult:
    """One call, as the process told it.

    `value` is what it returned. `error` is the exception that it raised, and `bases` are the names of that one's class
    and of those above it. `changed` are the positions of the arguments that it changed. `printed` is the beginning of
    what it printed. `elementwise` is what it gave element by element, after it had raised for the whole.
    """

    status: CallStatus
    value: Value | None = None
    error: CellError | None = None
    bases: tuple[str, ...] = ()
    changed: tuple[int, ...] = ()
    again: Again = ""
    printed: str = ""
    elementwise: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsMade:
    """The calls of one function at one place in an execution, a result for each case in order.

    `found` is the path under which it was found; "" where there is none, and then there are no results. `callable` is
    False where something else has its name. `place` is as in `Capture`.
    """

    calls: Calls
    after_cell: int
    found: str = ""
    callable: bool = True
    results: tuple[CallResult, ...] = ()
    place: Literal["end", "last"] = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One fresh run of a submission. `reason` says in one sentence why it ended as it did, where that isn't plain.

    `tries` is 2 where a process was ended early and the run was made once more. `environment` names the versions of
    what ran it.
    """

    purpose: Purpose = "main"
    status: ExecutionStatus
    engine: str
    seconds: float
    seed: int
    cells: tuple[CellRun, ...] = ()
    captures: tuple[Capture, ...] = ()
    calls: tuple[CallsMade, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    tries: int = 1
