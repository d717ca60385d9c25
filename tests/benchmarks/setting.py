"""What all measurements share: the grader and its options, how many rounds of which sizes, and a folder to work in."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.benchmarks.commands import POLL_SECONDS, Command, Usage, Watch, run
from tests.benchmarks.hand_ins import write_class
from tests.benchmarks.subjects import Grader, nbclient_alone


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How to measure. The pairs of sizes are those of the two runs whose difference leaves start-up out."""

    grader: Grader
    folder: Path
    rounds: int
    sizes: tuple[int, int]
    nbclient_sizes: tuple[int, int]
    say: Callable[[str], None]
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @contextmanager
    def place(self) -> Iterator[Path]:
        """An empty folder, gone afterwards."""
        folder = self.folder / f"run-{next(self._numbers)}"
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder)

    def grade(
        self,
        document: dict[str, Any],
        count: int,
        *options: str,
        again: bool = False,
        watch: Watch | None = None,
        every: float = POLL_SECONDS,
    ) -> Usage:
        """Grade a class of copies into a new folder; see `commands.run`."""
        with self.place() as folder:
            write_class(folder / "class", document, count)
            command = self.grader.command(folder, folder / "class", *options, count=count, again=again)
            return self._told(f"grader, a class of {count}", run(command, watch=watch, every=every))

    def execute(self, document: dict[str, Any], count: int) -> Usage:
        """Execute copies with nbclient alone."""
        with self.place() as folder:
            notebooks = write_class(folder / "class", document, count)
            return self._told(f"nbclient, a class of {count}", run(nbclient_alone(folder, notebooks)))

    def run(self, name: str, command: Command) -> Usage:
        """Run any other command."""
        return self._told(name, run(command))

    def _told(self, name: str, usage: Usage) -> Usage:
        self.say(f"  {name}: {usage.cpu_seconds:.2f} s of CPU in {usage.wall_seconds:.2f} s")
        return usage


@cache
def marking_alone() -> tuple[str, ...]:
    """The options for one execution a submission, as far as this version of the grader needs any."""
    help_text = subprocess.run(
        [sys.executable, "-m", "grader", "grade", "--help"], capture_output=True, text=True, check=True
    ).stdout
    return tuple(word for name in ("--vary", "--repeat") if f"{name} " in help_text for word in (name, "0"))
