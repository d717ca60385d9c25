"""`grader validate`: what an assignment would let pass, or keep from passing, and what it tells students."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from grader.assignment.sources import MODULE
from grader.batch import Described, Workers
from grader.cli.summary import print_document
from grader.cli.terminal import safe, stdout
from grader.errors import ExitStatus

if TYPE_CHECKING:
    from grader.assignment.exposure import Exposed
    from grader.marking.soundness import Soundness
    from grader.marking.weaknesses import Examined, Weakness


def run_validate(reference: Path, *, as_json: bool) -> ExitStatus:
    """Print the mistakes that no check of an assignment would see, and numbers with which they would be seen; right
    answers that tolerances would call wrong, and mistakes that they let pass; and what students could read of it.

    Raises AssignmentError where the reference folder is broken.
    """
    with Workers(reference, processes=1) as workers:
        described = workers.describe()
        examined, exposed = workers.examine()
    problems = [*_problems(examined.checks), *_exposures(reference, exposed)]
    if as_json:
        found = {**asdict(examined), "exposed": [asdict(each) for each in exposed]}
        print_document({"schema": "grader.validate/1", "reference": str(reference), **found})
    else:
        _print(reference, described, examined, problems)
    return ExitStatus.UNGRADED if examined.better or problems else ExitStatus.OK


def _problems(checks: tuple[Soundness, ...]) -> Iterator[str]:
    for check in checks:
        if not check.itself:
            yield f"{check.check}: the reference's own value would be called wrong. Mend its tolerance."
        elif not check.float32:
            yield f"{check.check}: the right answer in float32 would be called wrong. Loosen its tolerance."
        for mistake in check.within:
            yield f"{check.check}: a mistake lies within the tolerance. Tighten it. {mistake}"


def _exposures(reference: Path, exposed: tuple[Exposed, ...]) -> Iterator[str]:
    for each in exposed:
        yield f"{reference / each.file}: students are given {each.tells}. Take it out of provided/."


def _print(reference: Path, described: Described, examined: Examined, problems: list[str]) -> None:
    spec = described.spec
    head = f"{spec.title}: {len(spec.checks)} checks, whose points add up to {spec.points}"
    stdout.print(safe(head, "bold"), soft_wrap=True)
    _print_unseen(reference, examined)
    for problem in problems:
        stdout.print(safe(problem), soft_wrap=True)
    if not problems:
        told = "The reference's own values are right as they are and in float32; provided/ tells nothing of them."
        stdout.print(told, soft_wrap=True)
    for remark in _remarks(examined.checks):
        stdout.print(safe(remark), soft_wrap=True)


def _print_unseen(reference: Path, examined: Examined) -> None:
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
        stdout.print(
            "No other numbers were found with which they would; some may be no mistakes at all.", soft_wrap=True
        )


def _line(reference: Path, weakness: Weakness) -> str:
    return f"{reference / MODULE}:{weakness.line}: {weakness.quantity}: {weakness.mistake}"


def _remarks(checks: tuple[Soundness, ...]) -> Iterator[str]:
    nearest = min(((c.nearest.times, c.check, c.nearest.mistake) for c in checks if c.nearest), default=None)
    if nearest is not None:
        times, check, mistake = nearest
        yield f"The nearest mistake is off by {times:,.3g} times the tolerance: {check}: {mistake}"
    for outcome, what in (("too coarse", "too coarse to judge"), ("wrong", "called wrong")):
        printed = [check.check for check in checks if check.printed == outcome]
        if printed:
            yield f"Printed with four digits, as PyTorch does, right answers would be {what}: {', '.join(printed)}."
