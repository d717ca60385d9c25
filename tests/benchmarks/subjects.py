"""What is compared: `grader grade` over a class, and nbclient alone over the same notebooks."""

from __future__ import annotations

import csv
import json
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.benchmarks.commands import Command
from tests.benchmarks.hand_ins import POINTS, REFERENCE

_FILES = ("grades.csv", "index.html", "gradebook.sqlite")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grader:
    """How `grader grade` is called: the engine, and further options."""

    engine: str
    options: tuple[str, ...] = ()

    def command(self, folder: Path, hand_ins: Path, *options: str, count: int, again: bool = False) -> Command:
        """Grade a class into `folder/results`; checked: full marks and all files for everyone, and what was run."""
        out = folder / "results"
        arguments = [sys.executable, "-m", "grader", "grade", str(hand_ins), "--reference", str(REFERENCE)]
        arguments += ["--out", str(out), "--engine", self.engine, *self.options, *options]
        return Command(arguments=arguments, folder=folder, check=partial(check_class, out, count=count, again=again))


def nbclient_alone(folder: Path, notebooks: Sequence[Path], *, python: str = sys.executable) -> Command:
    """Read and execute notebooks, a fresh kernel each, one after another; an error in one is an error here."""
    program = Path(__file__).with_name("nbclient_alone.py")
    return Command(arguments=[python, str(program), *map(str, notebooks)], folder=folder)


def check_class(out: Path, *, count: int, again: bool) -> None:
    """Raise AssertionError unless `count` submissions have full marks and all of their files.

    Each was executed once; where `again`, more than once.
    """
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == count, f"{len(rows)} rows of {count}"
    for row in rows:
        student = row["student"]
        assert row["status"] == "completed", row
        assert float(row["points"]) == POINTS, row
        result = json.loads((out / "results" / student / "result.json").read_text(encoding="utf-8"))
        assert result["points"] == POINTS, student
        assert json.loads((out / "results" / student / "executed.ipynb").read_text(encoding="utf-8"))["cells"], student
        assert "</html>" in (out / "feedback" / f"{student}.html").read_text(encoding="utf-8"), student
    assert all((out / name).stat().st_size for name in _FILES)
    ran = executions(out)
    assert ran >= 2 * count if again else ran == count, f"{ran} executions of {count} submissions"


def executions(out: Path) -> int:
    """How many executions a gradebook holds."""
    with closing(sqlite3.connect(out / "gradebook.sqlite")) as database:
        (count,) = database.execute("SELECT count(*) FROM executions").fetchone()
    assert isinstance(count, int)
    return count
