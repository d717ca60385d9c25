"""What a behaviour is, how those that may share an execution are joined, and each one's part of what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256

from grader.records import Calls, CapturePoint, Execution, Limits, Plan, Run, Sequence, Source, Value
from grader.wire import write_frame

LIMITS = Limits(
    cell_seconds=30.0,
    total_seconds=120.0,
    memory_bytes=2 * 1024**3,
    output_bytes=2_000_000,
    capture_bytes=4 * 1024**2,
    value_bytes=1024**2,
)
HASTY = replace(LIMITS, cell_seconds=1.0, total_seconds=20.0, output_bytes=400_000)


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """A promise: cells, what to capture after which of them, and a function that asserts what must hold.

    `captures` maps a cell's index to paths, separated by spaces; `calls` to what is called after it. `provided`
    maps file names to contents. Behaviours of one theme with the same `together` share an execution, one after the
    other: each takes a kernel's start. `engines` names those that it is about, where it isn't about all.
    """

    name: str
    theme: str
    cells: tuple[str, ...]
    check: Callable[[Execution], None]
    captures: dict[int, str] = field(default_factory=dict)
    calls: dict[int, tuple[Calls, ...]] = field(default_factory=dict)
    provided: dict[str, str] = field(default_factory=dict)
    limits: Limits = LIMITS
    seed: int = 1
    together: str = ""
    engines: tuple[str, ...] = ()
    repeatable: bool = True
    """Whether two executions show the same, so that engines can be compared by all that they show."""

    @property
    def notebook(self) -> tuple[str, str]:
        """What names the notebook that it is part of."""
        return self.theme, self.together or self.name


@dataclass(frozen=True, kw_only=True)
class Notebook:
    """The behaviours that share an execution, in order."""

    behaviours: tuple[Behaviour, ...]

    @property
    def limits(self) -> Limits:
        return self.behaviours[0].limits

    @property
    def provided(self) -> dict[str, str]:
        return {name: content for each in self.behaviours for name, content in each.provided.items()}

    def plan(self) -> Plan:
        """The plan of one run of all their cells."""
        codes = [code for each in self.behaviours for code in each.cells]
        points = [
            CapturePoint(
                after_cell=start + at, names=tuple(each.captures.get(at, "").split()), calls=each.calls.get(at, ())
            )
            for start, each in zip(self._starts(), self.behaviours, strict=True)
            for at in sorted({*each.captures, *each.calls})
        ]
        return Plan(
            cells=tuple(Source(index=index, code=code) for index, code in enumerate(codes)),
            main=Run(seed=self.behaviours[0].seed, captures=tuple(points)),
        )

    def part(self, execution: Execution, behaviour: Behaviour) -> Execution:
        """What an execution did of one behaviour, with its cells counted from zero."""
        if len(self.behaviours) == 1:
            return execution
        start = self._starts()[self.behaviours.index(behaviour)]
        stop = start + len(behaviour.cells)
        return replace(
            execution,
            cells=tuple(replace(cell, index=cell.index - start) for cell in execution.cells[start:stop]),
            captures=tuple(
                replace(each, after_cell=each.after_cell - start)
                for each in execution.captures
                if start <= each.after_cell < stop
            ),
            calls=tuple(
                replace(each, after_cell=each.after_cell - start)
                for each in execution.calls
                if start <= each.after_cell < stop
            ),
        )

    def _starts(self) -> list[int]:
        return [sum(len(each.cells) for each in self.behaviours[:at]) for at in range(len(self.behaviours))]


BEHAVIOURS: list[Behaviour] = []
INPUTS: dict[str, bytes] = {}
"""The arguments of all behaviours' calls, by digest."""


def calls(names: str, *cases: tuple[Value, ...], more: dict[str, Value] | None = None, **options: object) -> Calls:
    """Calls of a function with these arguments, case by case."""
    values = {str(at): Sequence(container="tuple", items=arguments) for at, arguments in enumerate(cases)}
    frame = write_frame({**values, **(more or {})})
    digest = sha256(frame).hexdigest()
    INPUTS[digest] = frame
    return Calls(names=tuple(names.split()), inputs=digest, count=len(cases), **options)  # type: ignore[arg-type]


def behaviour(*cells: str, **options: object) -> Callable[[Callable[[Execution], None]], Callable[[Execution], None]]:
    """Register the decorated function as what must hold after these cells have been executed."""

    def register(check: Callable[[Execution], None]) -> Callable[[Execution], None]:
        theme = check.__module__.rpartition(".")[2]
        BEHAVIOURS.append(Behaviour(name=check.__name__, theme=theme, cells=cells, check=check, **options))  # type: ignore[arg-type]
        return check

    return register


def notebooks(behaviours: Iterable[Behaviour]) -> dict[tuple[str, str], Notebook]:
    """The notebooks that these behaviours make, by name."""
    grouped: dict[tuple[str, str], list[Behaviour]] = {}
    for each in behaviours:
        grouped.setdefault(each.notebook, []).append(each)
    joined = {name: Notebook(behaviours=tuple(group)) for name, group in grouped.items()}
    for name, notebook in joined.items():
        assert len({(each.limits, each.seed, each.engines) for each in notebook.behaviours}) == 1, name
    return joined
