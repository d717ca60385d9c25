"""Counting output as it arrives."""

from __future__ import annotations

from collections.abc import Callable


class OutputMeter:
    """Counts bytes of output; calls `overrun` where a cell sends too much.

    A cell may send what is left of the execution's limit, or a tenth of the limit where less is left: a flood in one
    cell doesn't stop the later ones. What is beyond the execution's limit isn't kept.
    """

    def __init__(self, limit: int, overrun: Callable[[], None]) -> None:
        self._limit = limit
        self._kept = 0
        self._allowance = 0
        self._overrun = overrun

    def start_cell(self) -> None:
        """Begin to count for another cell."""
        self._allowance = max(self._limit - self._kept, self._limit // 10)

    def room(self, size: int) -> int:
        """Count a message of `size` bytes; how many of them may be kept."""
        self._allowance -= size
        if self._allowance < 0:
            self._overrun()
        kept = min(size, max(self._limit - self._kept, 0))
        self._kept += kept
        return kept
