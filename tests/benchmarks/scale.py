"""From a hundred to ten thousand submissions: the parent's memory, and whether cost grows in proportion."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.accounting import memory_field
from tests.benchmarks.commands import Running, Usage, run
from tests.benchmarks.figures import Budget, Measurement, Spread, figure, marginal
from tests.benchmarks.hand_ins import freshly_saved, write_class
from tests.benchmarks.setting import Setting, marking_alone

SIZES = (100, 1_000, 10_000)
_EVERY_SECONDS = 0.5
_MB = 1e6


def measure(setting: Setting) -> Iterator[Measurement]:
    """Grade a small class, whose cost is taken for start-up, and those of each size, all but the largest repeatedly."""
    document = freshly_saved()
    base = [setting.grade(document, setting.sizes[0], *marking_alone()) for _ in range(setting.rounds)]
    runs, growth = [], _Growth()
    for size in SIZES:
        rounds = 1 if size == SIZES[-1] else setting.rounds
        growth = _Growth()
        runs.append([_graded(setting, document, size, growth) for _ in range(rounds)])
    yield from _proportion("cpu_seconds", "CPU", setting.sizes[0], base, runs)
    yield from _proportion("wall_seconds", "wall time", setting.sizes[0], base, runs)
    yield from growth.measurements()


class _Growth:
    """What the parent holds, as the number of submissions that are done grows."""

    def __init__(self) -> None:
        self.resident: dict[int, int] = {}
        self.peak = 0

    def look(self, running: Running, results: Path) -> None:
        """Note the memory when so many are done; for the largest class, the last before its own files are made."""
        with suppress(FileNotFoundError, ProcessLookupError):
            done = len(os.listdir(results))
            held = memory_field(running.process.pid, "status", "VmRSS")
            for size in SIZES[:-1]:
                if done >= size:
                    self.resident.setdefault(size, held)
            if 0.95 * SIZES[-1] <= done < SIZES[-1]:
                self.resident[SIZES[-1]] = held
            self.peak = max(self.peak, memory_field(running.process.pid, "status", "VmHWM"))

    def measurements(self) -> Iterator[Measurement]:
        """Growth from the first size to the last, while grading and at the peak."""
        first, last = self.resident[SIZES[0]], self.resident[SIZES[-1]]
        told = ", ".join(f"{held / _MB:.0f} MB at {size:,}" for size, held in self.resident.items())
        for id, what, held, note in (
            ("scale.parent", "while it grades", last, told),
            ("scale.peak", "at its peak, the class's files included", self.peak, f"{self.peak / _MB:.0f} MB"),
        ):
            yield Measurement(
                id=id,
                table="budgets",
                what=f"the parent's memory after {SIZES[-1]:,} submissions over that after {SIZES[0]}, {what}",
                spread=Spread.of([held / first]),
                unit="×",
                budget=Budget(sense="at most", bound=1.1),
                note=note,
            )


def _graded(setting: Setting, document: dict[str, Any], size: int, growth: _Growth) -> Usage:
    with setting.place() as folder:
        write_class(folder / "class", document, size)
        command = setting.grader.command(folder, folder / "class", *marking_alone(), count=size)
        results = folder / "results" / "results"
        usage = run(command, watch=lambda running, seconds: growth.look(running, results), every=_EVERY_SECONDS)
        setting.say(f"  grader, a class of {size:,}: {usage.cpu_seconds:.1f} s of CPU in {usage.wall_seconds:.1f} s")
        return usage


def _proportion(
    name: str, word: str, start: int, base: Sequence[Usage], runs: Sequence[Sequence[Usage]]
) -> Iterator[Measurement]:
    """What a submission costs in the largest class, over what it costs in the smallest; the first `start` left out."""
    middle = [median(getattr(usage, name) for usage in usages) for usages in (base, *runs)]
    each = [
        1000 * marginal(middle[0], total, sizes=(start, size)) for size, total in zip(SIZES, middle[1:], strict=True)
    ]
    told = ", ".join(f"{figure(milliseconds)} ms at {size:,}" for size, milliseconds in zip(SIZES, each, strict=True))
    yield Measurement(
        id=f"scale.{name}",
        table="budgets",
        what=f"{word} a submission in a class of {SIZES[-1]:,} over that in one of {SIZES[0]}",
        spread=Spread.of([each[-1] / each[0]]),
        unit="×",
        budget=Budget(sense="at most", bound=1.1),
        note=told,
    )
