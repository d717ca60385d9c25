"""Text from a stranger, made safe to store and to send on."""

from __future__ import annotations

import re

# Lone surrogates can't be encoded as UTF-8; NUL ends strings in databases and in C.
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Text without NUL characters, and with U+FFFD in place of lone surrogates."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def joined(value: object) -> str | None:
    """Clean text from what the notebook format keeps as a string or as a list of lines; None where it is neither.

    Lines that aren't strings are left out.
    """
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return clean("".join(line for line in value if isinstance(line, str)))
    return None
