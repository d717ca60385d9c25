"""What an examination finds, as plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was examined: whether it holds, what was found in a sentence, and what mends it.

    `ok` is None where nothing depends on it. Names are for programs, and don't change.
    """

    name: str
    ok: bool | None
    says: str
    remedy: str = ""
