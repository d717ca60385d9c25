"""Labels: the words that stand before a number, in print or in code, in one form so that they can be compared."""

from __future__ import annotations

LABEL_CHARACTERS = 80
"""The most that is kept of a label: its end, which is next to the number."""


_MARKS = " :=-–—>,;|~≈'\"([{.*#"
_CLOSING = ")]}"


def label_of(text: str) -> str:
    """Words without the marks around them: `'loss' = ` → `loss`. White space is single, and only the end is kept."""
    words = " ".join(text[-4 * LABEL_CHARACTERS :].split())
    return words.lstrip(_MARKS + _CLOSING).rstrip(_MARKS)[-LABEL_CHARACTERS:].strip()
