"""The terminal: consoles, colours of verdicts, and text that a student wrote."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from grader.errors import GraderError
from grader.records import ExecutionStatus, Verdict
from grader.reports import visible

stdout = Console(highlight=False, soft_wrap=False)
stderr = Console(stderr=True, highlight=False, soft_wrap=True)

VERDICT_STYLES: dict[Verdict, str] = {
    "correct": "green",
    "follow-through": "green",
    "partial": "yellow",
    "incorrect": "red",
    "missing": "red",
    "not-run": "red",
    "unmarked": "magenta",
}

STATUS_STYLES: dict[ExecutionStatus, str] = {
    "completed": "green",
    "error": "yellow",
    "timeout": "yellow",
    "memory": "yellow",
    "output": "yellow",
    "died": "yellow",
    "rejected": "red",
    "unavailable": "bold red",
}


def safe(text: str, style: str = "") -> Text:
    """Text that can't steer the terminal, whoever wrote it: no markup, and control characters as visible signs."""
    return Text(visible(text), style=style)


def print_error(error: GraderError) -> None:
    """One line: what happened, where, and what to do."""
    stderr.print(Text.assemble(("grader: ", "bold red"), safe(str(error))))


def print_warning(text: str) -> None:
    """One line that doesn't stop anything."""
    stderr.print(Text.assemble(("grader: ", "bold yellow"), safe(text)))
