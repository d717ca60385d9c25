"""`grader init`: a reference folder to begin with, or one drafted from a solution."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.text import Text

from grader.cli.summary import print_document
from grader.cli.terminal import safe, stdout
from grader.drafting import HAND_INS, Note, draft, example_files, look_around, write_folder
from grader.errors import NotebookRejected, UsageError

Steps = Sequence[tuple[str, str]]
"""What to do next, in words, and the command that does it, "" for none."""


def run_init(folder: Path, *, as_json: bool) -> None:
    """Write the first assignment into a new folder, and say what to do next.

    Raises UsageError where something is there already, or can't be written.
    """
    contents = {name: text.encode("utf-8") for name, text in example_files().items()}
    files = write_folder(folder, contents)
    following = (
        ("Grade its sample hand-in, which gets full marks", _grade(folder / HAND_INS, folder)),
        (f"Change {folder / 'assignment.py'} into your assignment, and grade again", ""),
    )
    _tell(folder, files, (), following, as_json=as_json)


def run_draft(solution: Path, folder: Path, *, as_json: bool) -> None:
    """Draft a reference folder from a solution, and say what it doesn't tell.

    Raises UsageError where it can't be read, nothing is asked for in it, or a file is there already.
    """
    around = look_around(solution, folder)
    try:
        drafted = draft(solution.read_bytes(), solution.name, around.texts)
    except OSError as error:
        raise UsageError(f"{solution}: {error.strerror}.", remedy="Name your solution.") from error
    except NotebookRejected as error:
        raise UsageError(f"{solution}: {error.message}", remedy="Name your solution, a notebook or a script.") from None
    copies = around.copies(folder, drafted.files)
    files = write_folder(folder, {"assignment.py": drafted.module.encode("utf-8"), **copies})
    missing = tuple(
        Note(message=f"{name} isn't beside the notebook.", remedy=f"Put it into {folder / 'provided'}.")
        for name in around.missing(folder, drafted.files)
    )
    following = (
        (f"Read {folder / 'assignment.py'}, and mend what it couldn't tell", ""),
        ("Grade your own solution, which should get full marks", _grade(solution, folder)),
    )
    _tell(folder, files, (*drafted.notes, *missing), following, as_json=as_json)


def _grade(submissions: Path, folder: Path) -> str:
    reference = "" if folder == Path("reference") else f" --reference {shlex.quote(str(folder))}"
    return f"grader grade {shlex.quote(str(submissions))}{reference}"


def _tell(folder: Path, files: Sequence[Path], notes: Sequence[Note], following: Steps, *, as_json: bool) -> None:
    if as_json:
        print_document(
            {
                "schema": "grader.init/1",
                "folder": str(folder),
                "files": [str(file) for file in files],
                "notes": [asdict(note) for note in notes],
                "next": [{"says": says, "command": command} for says, command in following],
            }
        )
        return
    for file in files:
        stdout.print(Text.assemble("Wrote ", safe(str(file), "bold")), soft_wrap=True)
    _print_notes(notes)
    stdout.print()
    for says, command in following:
        stdout.print(safe(f"{says}:" if command else f"{says}."), soft_wrap=True)
        if command:
            stdout.print(safe(f"    {command}", "bold"), soft_wrap=True)


def _print_notes(notes: Sequence[Note]) -> None:
    if notes:
        stdout.print()
        stdout.print(Text("What it couldn't tell, and you have to decide (cells count from 0)", style="bold"))
    for note in notes:
        stdout.print(Text.assemble("  ", safe(str(note))), soft_wrap=True)
