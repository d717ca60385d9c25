"""Where an engine is known to differ from the yardstick, and why that is right, or can't be helped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What comes instead of the yardstick's outcome, part by part, as `outcomes` words it.

    Without `sealed` it holds behind a seal and without one. `what` and `why` are for the reader.
    """

    behaviour: str
    engine: str
    sealed: bool | None = None
    what: str
    why: str
    instead: Mapping[str, list[str]]


KNOWN_DIFFERENCES: tuple[Difference, ...] = ()
