"""What the range tells of an attack: a line of JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from pydantic import TypeAdapter


@dataclass(frozen=True, kw_only=True)
class Report:
    """How one attack went. `lost` is what honest neighbours lost, `left` what stayed when all was over.

    `grown_bytes` is how much more memory the grading process holds than at the beginning, `peak_bytes` how much more it
    held at some time during this round.
    """

    name: str
    succeeded: bool
    status: str
    reason: str
    seconds: float
    cells: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    grown_bytes: int = 0
    peak_bytes: int = 0
    told: str = ""

    def line(self) -> str:
        """As it is written."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, line: str) -> Report:
        """As it was written."""
        return TypeAdapter(cls).validate_json(line)
