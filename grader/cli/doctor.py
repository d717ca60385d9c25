"""`grader doctor`: what this machine can seal, tried for real, in plain words."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from rich.table import Table
from rich.text import Text

from grader.batch import class_environment, interpreter
from grader.cli.summary import print_document
from grader.cli.terminal import safe, stdout
from grader.errors import ExitStatus
from grader.execution.examination import Examination, Finding, examine

_MARKS = {True: ("ok", "green"), False: ("no", "bold red"), None: ("–", "dim")}
_UNSAFE = (
    "`grader grade` refuses to run here (exit status 3). With --unsafe it runs student code unprotected, as you: that "
    "code can then read, change and send away whatever you can, the reference, other hand-ins and marks included. Use "
    "it for nothing but code that you would run yourself."
)


def run_doctor(python: str | None, *, as_json: bool) -> ExitStatus:
    """Examine this machine for an interpreter, and print what is found; returns the exit status.

    Raises UsageError where the interpreter can't run notebooks at all.
    """
    environment = class_environment(interpreter(python, None, Path()), engine="warm")
    engines = [name for name in ("warm", "kernel") if name == "warm" or "ipykernel" in environment.versions]
    examination = examine(environment.python, engines, _ignore if as_json else _Printer(engines))
    if as_json:
        print_document(_document(examination))
    else:
        _print_verdict(examination)
    return ExitStatus.OK if examination.sealed else ExitStatus.UNSEALED


def _document(examination: Examination) -> dict[str, object]:
    return {
        "schema": "grader.doctor/1",
        "sealed": examination.sealed,
        "seal": examination.seal,
        "findings": [asdict(finding) for finding in examination.findings],
    }


def _ignore(finding: Finding) -> None:
    pass


class _Printer:
    """Prints findings as they come, under a heading for each part of the examination."""

    def __init__(self, engines: list[str]) -> None:
        self._headings = {"seal": "What it can seal"} | {
            name: f"What gets out of the strongest seal, with the engine {name}" for name in engines
        }
        self._heading = ""

    def __call__(self, finding: Finding) -> None:
        heading = self._headings.get(finding.name.partition(".")[0], "This machine")
        if heading != self._heading:
            stdout.print(Text(heading, style="bold"))
            self._heading = heading
        mark, style = _MARKS[finding.ok]
        row = Table.grid(padding=(0, 1))
        row.add_column(width=4, justify="right")
        row.add_column(overflow="fold")
        row.add_row(Text(mark, style=style), safe(finding.says))
        if finding.remedy:
            row.add_row("", safe(finding.remedy, "yellow"))
        stdout.print(row)


def _print_verdict(examination: Examination) -> None:
    stdout.print()
    if examination.sealed:
        stdout.print(Text(f"This machine seals student code in, by {examination.seal}.", style="bold green"))
    elif examination.seal is None:
        stdout.print(Text("This machine can't seal student code in.", style="bold red"))
        stdout.print(_UNSAFE)
    else:
        says = f"This machine builds a seal, by {examination.seal}, but it isn't shown to hold. Don't grade on it."
        stdout.print(Text(says, style="bold red"))
