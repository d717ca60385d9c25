"""CPU a submission: the whole of `grader grade` against nbclient alone, in turns."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.figures import Budget, Measurement, Spread, marginal
from tests.benchmarks.hand_ins import as_handed_in, freshly_saved
from tests.benchmarks.setting import Setting, marking_alone


def measure(setting: Setting) -> Iterator[Measurement]:
    """Marking alone on freshly saved notebooks, and the defaults on the sample as handed in, with its stale output."""
    fresh, stale = freshly_saved(), as_handed_in()
    rounds = [_round(setting, fresh, stale) for _ in range(setting.rounds)]
    client, alone, defaults, start = (Spread.of(column) for column in zip(*rounds, strict=True))
    yield Measurement(
        id="cost.alone",
        table="budgets",
        what="CPU of nbclient alone, over that of grading one submission (one execution, all files written)",
        spread=Spread.of([client / alone for client, alone, _, _ in rounds]),
        unit="×",
        budget=Budget(sense="at least", bound=60, goal=100),
        note=f"{alone} ms against {client} ms; full marks and all files for everyone",
    )
    yield Measurement(
        id="cost.defaults",
        table="budgets",
        what="the same with the defaults: once more with another seed, and twice with other numbers",
        spread=Spread.of([client / defaults for client, _, defaults, _ in rounds]),
        unit="×",
        budget=Budget(sense="at least", bound=35),
        note=f"{defaults} ms against {client} ms",
    )
    yield Measurement(
        id="cost.milliseconds",
        table="budgets",
        what="CPU of grading one submission, start-up left out",
        spread=alone,
        unit="ms",
        budget=Budget(sense="at most", bound=28),
        note=f"the difference of classes of {setting.sizes[1]} and {setting.sizes[0]}",
    )
    yield Measurement(
        id="cost.start",
        table="budgets",
        what="CPU of starting and ending, whatever the size of the class",
        spread=start,
        unit="ms",
    )


def _round(setting: Setting, fresh: dict, stale: dict) -> tuple[float, float, float, float]:  # type: ignore[type-arg]
    """Milliseconds a submission of nbclient, of marking alone and of the defaults; and those of start-up."""
    options = marking_alone()
    client = [setting.execute(fresh, count).cpu_seconds for count in setting.nbclient_sizes]
    alone = [setting.grade(fresh, count, *options).cpu_seconds for count in setting.sizes]
    defaults = [setting.grade(stale, count, again=True).cpu_seconds for count in setting.sizes]
    each = 1000 * marginal(*alone, sizes=setting.sizes)
    return (
        1000 * marginal(*client, sizes=setting.nbclient_sizes),
        each,
        1000 * marginal(*defaults, sizes=setting.sizes),
        1000 * alone[0] - setting.sizes[0] * each,
    )
