"""`grader init`: a reference folder to begin with."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from grader.cli.summary import print_document
from grader.cli.terminal import safe, stdout
from grader.drafting import HAND_INS, example_files, write_folder


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
    if as_json:
        print_document(_document(folder, files, following))
    else:
        _print(files, following)


def _grade(submissions: Path, folder: Path) -> str:
    reference = "" if folder == Path("reference") else f" --reference {shlex.quote(str(folder))}"
    return f"grader grade {shlex.quote(str(submissions))}{reference}"


Steps = Sequence[tuple[str, str]]
"""What to do next, in words, and the command that does it, if one does."""


def _document(folder: Path, files: Sequence[Path], following: Steps) -> dict[str, object]:
    return {
        "schema": "grader.init/1",
        "folder": str(folder),
        "files": [str(file) for file in files],
        "next": [{"says": says, "command": command} for says, command in following],
    }


def _print(files: Sequence[Path], following: Steps) -> None:
    for file in files:
        stdout.print(Text.assemble("Wrote ", safe(str(file), "bold")), soft_wrap=True)
    stdout.print()
    for says, command in following:
        stdout.print(safe(f"{says}:" if command else f"{says}."), soft_wrap=True)
        if command:
            stdout.print(safe(f"    {command}", "bold"), soft_wrap=True)
