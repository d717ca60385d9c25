"""From the start to the first result, against importing torch."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tests.benchmarks.commands import Command, Running, run
from tests.benchmarks.figures import Budget, Measurement, Spread
from tests.benchmarks.hand_ins import freshly_saved, write_class
from tests.benchmarks.setting import Setting, marking_alone

_CLASS = 10


def measure(setting: Setting) -> Iterator[Measurement]:
    """How much later than torch could be imported the first submission's files are there."""
    document = freshly_saved()
    rounds = [(_import_torch(setting), _first_result(setting, document)) for _ in range(setting.rounds)]
    imports, firsts = (Spread.of(column) for column in zip(*rounds, strict=True))
    yield Measurement(
        id="start.first",
        table="budgets",
        what="start to first result, over the time of importing torch",
        spread=Spread.of([first - importing for importing, first in rounds]),
        unit="s more",
        budget=Budget(sense="at most", bound=1),
        note=f"{firsts} s until the first result, {imports} s to import torch, wall time",
    )


def _import_torch(setting: Setting) -> float:
    with setting.place() as folder:
        command = Command(arguments=[sys.executable, "-c", "import torch"], folder=folder)
        return setting.run("import torch", command).wall_seconds


def _first_result(setting: Setting, document: dict) -> float:  # type: ignore[type-arg]
    with setting.place() as folder:
        write_class(folder / "class", document, _CLASS)
        seen: list[float] = []

        def watch(running: Running, seconds: float) -> None:
            if not seen and _any_feedback(folder / "results" / "feedback"):
                seen.append(seconds)

        run(setting.grader.command(folder, folder / "class", *marking_alone(), count=_CLASS), watch=watch)
        setting.say(f"  first result after {seen[0]:.2f} s")
        return seen[0]


def _any_feedback(folder: Path) -> bool:
    """Whether there is a page; it is the last file of a submission that is written."""
    with suppress(FileNotFoundError):
        return any(name.endswith(".html") for name in os.listdir(folder))
    return False
