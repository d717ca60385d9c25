"""Where the milliseconds of one submission go: by process, and by stage of the work outside executions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.benchmarks.figures import Measurement, Spread, marginal
from tests.benchmarks.hand_ins import freshly_saved
from tests.benchmarks.processes import ROLES, SYSTEM, TOTAL, Observation
from tests.benchmarks.setting import Setting, marking_alone
from tests.benchmarks.stages import stage_milliseconds

_EVERY_SECONDS = 0.1
_ROWS = (*ROLES, TOTAL, SYSTEM)


def measure(setting: Setting) -> Iterator[Measurement]:
    """CPU a submission in each kind of process, start-up left out; then that of each stage, measured by itself."""
    document = freshly_saved()
    rounds = [_by_role(setting, document) for _ in range(setting.rounds)]
    for number, role in enumerate(_ROWS):
        yield Measurement(
            id=f"profile.process.{number}",
            table="profile",
            what=role,
            spread=Spread.of([each[role] for each, _ in rounds]),
            unit="ms",
            note=f"{Spread.of([start[role] for _, start in rounds])} ms at the start",
        )
    for number, (stage, values) in enumerate(stage_milliseconds(document, setting.grader.engine).items()):
        yield Measurement(
            id=f"profile.stage.{number}", table="profile", what=f"stage: {stage}", spread=Spread.of(values), unit="ms"
        )


def _by_role(setting: Setting, document: dict[str, Any]) -> tuple[dict[str, float], dict[str, float]]:
    """Milliseconds by kind of process, of each submission and of starting and ending."""
    pair = []
    for count in setting.sizes:
        seen = Observation()
        usage = setting.grade(document, count, *marking_alone(), watch=seen.look, every=_EVERY_SECONDS)
        pair.append({role: 1000 * seconds for role, seconds in seen.by_role(usage).items()})
    small, large = pair
    each = {role: marginal(small.get(role, 0.0), large.get(role, 0.0), sizes=setting.sizes) for role in _ROWS}
    return each, {role: small.get(role, 0.0) - setting.sizes[0] * each[role] for role in _ROWS}
