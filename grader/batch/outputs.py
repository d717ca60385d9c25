"""The output folder: where each file goes, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from grader.analysis import Overview
from grader.assignment.spec import Spec
from grader.batch.stages import Pages
from grader.errors import UsageError
from grader.records import Student, Submission
from grader.reports import class_page, grades_csv


@dataclass(frozen=True, slots=True)
class OutputFolder:
    """What `--out` names. `results/` is for staff, `feedback/` holds all that students are given."""

    root: Path

    @property
    def gradebook(self) -> Path:
        """The database of all executions, markings and grades."""
        return self.root / "gradebook.sqlite"

    @property
    def index(self) -> Path:
        """The class page."""
        return self.root / "index.html"

    def create(self) -> None:
        """Make the folder; raises UsageError where that can't be."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{self.root}: {error.strerror}.", remedy="Name a folder with --out.") from error

    def write(self, submission: Submission, pages: Pages) -> None:
        """Write a submission's three files."""
        folder = self.root / "results" / submission.slug
        _write(folder / "result.json", pages.result)
        _write(folder / "executed.ipynb", pages.executed)
        _write(self.root / "feedback" / f"{submission.slug}.html", pages.feedback)

    def write_class(self, overview: Overview, spec: Spec, absent: Sequence[Student]) -> None:
        """Write what is about the class as a whole."""
        _write(self.root / "grades.csv", grades_csv(overview.results, spec, absent))
        _write(self.index, class_page(overview, spec, absent))


def _write(path: Path, text: str) -> None:
    """Write a file so that a reader, or a crash, never sees half of it."""
    unfinished = f"{path.parent}/.{os.getpid()}.unfinished"
    try:
        with _created(unfinished, path.parent) as file:
            file.write(text.encode())
        os.replace(unfinished, path)
    except OSError as error:
        with suppress(OSError):
            os.unlink(unfinished)
        raise UsageError(
            f"{path} can't be written: {error.strerror}.",
            remedy="Make room for it, and run the same command again; what is in the gradebook is kept.",
        ) from error


def _created(path: str, folder: Path) -> BinaryIO:
    with suppress(FileNotFoundError):
        return open(path, "wb")
    folder.mkdir(parents=True, exist_ok=True)
    return open(path, "wb")
