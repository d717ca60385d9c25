"""`grader validate`: what an assignment would let pass."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from rich.text import Text

from grader.batch import Described, Workers
from grader.cli.summary import print_document
from grader.cli.terminal import safe, stdout
from grader.errors import ExitStatus
from grader.marking.weaknesses import Examined, Weakness

_MODULE = "assignment.py"


def run_validate(reference: Path, *, as_json: bool) -> ExitStatus:
    """Print the mistakes that no check of an assignment would see, and numbers with which they would be seen.

    Raises AssignmentError where the reference folder is broken.
    """
    with Workers(reference, processes=1) as workers:
        described = workers.describe()
        examined = workers.examine()
    if as_json:
        print_document({"schema": "grader.validate/1", "reference": str(reference), **asdict(examined)})
    else:
        _print(reference, described, examined)
    return ExitStatus.UNGRADED if examined.better else ExitStatus.OK


def _print(reference: Path, described: Described, examined: Examined) -> None:
    spec = described.spec
    stdout.print(safe(f"{spec.title}: {spec.points} points, {len(spec.checks)} checks", "bold"), soft_wrap=True)
    if not examined.unseen:
        stdout.print(f"All of {examined.tried} small mistakes that were tried would be seen by a check.")
        return
    found = f"{len(examined.unseen)} of {examined.tried} small mistakes that were tried would be seen by no check:"
    stdout.print(found, soft_wrap=True)
    for weakness in examined.unseen:
        stdout.print(Text.assemble("  ", safe(_line(reference, weakness))), soft_wrap=True)
    if examined.better:
        stdout.print(f"With other numbers, {examined.seen_then} of them would be seen:")
        for name, numbers in examined.better.items():
            stdout.print(safe(f"    {name}={numbers}", "bold"), soft_wrap=True)
    else:
        stdout.print("No other numbers were found with which they would; some may be no mistakes at all.")


def _line(reference: Path, weakness: Weakness) -> str:
    return f"{reference / _MODULE}:{weakness.line}: {weakness.quantity}: {weakness.mistake}"
