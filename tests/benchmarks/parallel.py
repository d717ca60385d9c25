"""Two submissions at a time against one: how much sooner a class is done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.benchmarks.figures import Budget, Measurement, Spread, marginal
from tests.benchmarks.hand_ins import freshly_saved
from tests.benchmarks.setting import Setting, marking_alone


def measure(setting: Setting) -> Iterator[Measurement]:
    """Wall time a submission with one job, over that with two; start-up left out."""
    document = freshly_saved()
    rounds = [(_each(setting, document, 1), _each(setting, document, 2)) for _ in range(setting.rounds)]
    one, two = (Spread.of([1000 * seconds for seconds in column]) for column in zip(*rounds, strict=True))
    yield Measurement(
        id="parallel.two",
        table="budgets",
        what="two jobs, as fast as one",
        spread=Spread.of([one / two for one, two in rounds]),
        unit="×",
        budget=Budget(sense="at least", bound=1.8),
        note=f"{one} ms of wall time a submission with one job, {two} ms with two",
    )


def _each(setting: Setting, document: dict[str, Any], jobs: int) -> float:
    options = ("--jobs", str(jobs), *marking_alone())
    walls = [setting.grade(document, count, *options).wall_seconds for count in setting.sizes]
    return marginal(*walls, sizes=setting.sizes)
