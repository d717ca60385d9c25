"""Grading a folder again that nothing has changed in: all is marked, nothing is executed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.benchmarks.commands import Usage
from tests.benchmarks.figures import Measurement, Spread, marginal
from tests.benchmarks.hand_ins import freshly_saved, write_class
from tests.benchmarks.setting import Setting, marking_alone
from tests.benchmarks.subjects import executions


def measure(setting: Setting) -> Iterator[Measurement]:
    """What each submission costs the second time, and a thousand of them."""
    document = freshly_saved()
    rounds = [[_again(setting, document, count) for count in setting.sizes] for _ in range(setting.rounds)]
    cpu, wall = (
        [1000 * marginal(*(getattr(usage, name) for usage in pair), sizes=setting.sizes) for pair in rounds]
        for name in ("cpu_seconds", "wall_seconds")
    )
    yield Measurement(
        id="regrade.each",
        table="budgets",
        what="CPU of grading one unchanged submission again, all files written again",
        spread=Spread.of(cpu),
        unit="ms",
        note="nothing was executed",
    )
    yield Measurement(
        id="regrade.thousand",
        table="budgets",
        what="grading 1,000 unchanged submissions again, start-up left out",
        spread=Spread.of(wall),
        unit="s",
        note="wall time, all files written again",
    )


def _again(setting: Setting, document: dict[str, Any], count: int) -> Usage:
    with setting.place() as folder:
        write_class(folder / "class", document, count)
        command = setting.grader.command(folder, folder / "class", *marking_alone(), count=count)
        setting.run(f"grader, a class of {count}", command)
        before = executions(folder / "results")
        usage = setting.run(f"grader, the same {count} again", command)
        assert executions(folder / "results") == before, "something was executed again"
        return usage
