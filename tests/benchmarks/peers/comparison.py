"""CPU a notebook of each tool, in turns, beside nbclient and grader."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from tests.benchmarks.figures import Measurement, Spread, marginal
from tests.benchmarks.hand_ins import freshly_saved
from tests.benchmarks.peers import tools
from tests.benchmarks.setting import Setting, marking_alone

_TOOLS: Mapping[str, tuple[str, tools.Tool]] = {
    "nbclient": ("execute, write nothing", tools.nbclient),
    "papermill": ("execute, write the executed notebook", tools.papermill),
    "nbgrader": ("`nbgrader autograde`: a test cell a check", tools.nbgrader),
    "otter-grader": ("as `otter run` does, without a container: a test file a check", tools.otter),
}
_GRADER = "grader"


def measure(setting: Setting) -> Iterator[Measurement]:
    """Milliseconds a notebook, start-up left out, and how many times those of grader that is."""
    if not tools.PYTHON.exists():
        sys.exit("The other tools aren't installed. Run: make bench-peers")
    document = freshly_saved()
    rounds = [_round(setting, document) for _ in range(setting.rounds)]
    for name, (words, _) in _TOOLS.items():
        times = Spread.of([round_[name] / round_[_GRADER] for round_ in rounds])
        clients = Spread.of([round_[name] / round_["nbclient"] for round_ in rounds])
        yield Measurement(
            id=f"peers.{name}",
            table="peers",
            what=f"{name} {tools.version(name)}: {words}",
            spread=Spread.of([round_[name] for round_ in rounds]),
            unit="ms",
            note=f"{times} × grader, {clients} × nbclient",
        )
    yield Measurement(
        id=f"peers.{_GRADER}",
        table="peers",
        what="grader: execute, capture, mark, write all files",
        spread=Spread.of([round_[_GRADER] for round_ in rounds]),
        unit="ms",
    )


def _round(setting: Setting, document: dict[str, Any]) -> dict[str, float]:
    each = {name: _each(setting, name, tool, document) for name, (_, tool) in _TOOLS.items()}
    ours = [setting.grade(document, count, *marking_alone()).cpu_seconds for count in setting.sizes]
    return {**each, _GRADER: 1000 * marginal(*ours, sizes=setting.sizes)}


def _each(setting: Setting, name: str, tool: tools.Tool, document: dict[str, Any]) -> float:
    seconds = []
    for count in setting.nbclient_sizes:
        with setting.place() as folder:
            seconds.append(setting.run(f"{name}, a class of {count}", tool(folder, document, count)).cpu_seconds)
    return 1000 * marginal(*seconds, sizes=setting.nbclient_sizes)
