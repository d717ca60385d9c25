"""What counts of a text."""

from __future__ import annotations

from grader.assignment.spec import Tolerance


def canonical(text: str, tolerance: Tolerance) -> str:
    """The text without what an author says doesn't count."""
    if tolerance.case == "any":
        text = text.casefold()
    return " ".join(text.split()) if tolerance.space == "any" else text
