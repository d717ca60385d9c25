"""How an execution ended, and why, in words."""

from __future__ import annotations

import signal
from collections.abc import Iterable

from grader.records import ExecutionStatus, Limits
from grader.records.execution import CellStatus


def how_it_ended(exit_code: int) -> str:
    """The end of a process, to go after "The process"; a negative code is a signal's."""
    if exit_code >= 0:
        return f"ended by itself, with exit status {exit_code}"
    try:
        return f"was ended by {signal.Signals(-exit_code).name}"
    except ValueError:
        return f"was ended by signal {-exit_code}"


def over_limit(limit: str, limits: Limits) -> str:
    """The sentence for a limit, "memory", "disk" or "processes", that all processes of an execution passed together."""
    if limit == "processes":
        return f"The notebook had more than {limits.processes} processes and threads."
    if limit == "disk":
        return f"The notebook wrote more than {limits.disk_bytes / 1024**2:g} MiB to disk."
    return f"The notebook needed more than {limits.memory_bytes / 1024**2:g} MiB of memory."


def outcome(
    cells: Iterable[CellStatus], limits: Limits, *, stopped: str, over: str, out_of_memory: bool
) -> tuple[ExecutionStatus, str]:
    """An execution's status and its reason, from how its cells ended.

    `stopped` says why the process didn't reach its end, and is empty where it did. `over` is the limit that all its
    processes passed together. `out_of_memory` says that a cell raised for want of memory.
    """
    ended = set(cells)
    if over == "memory":
        return "memory", stopped
    if "died" in ended:
        return "died", stopped
    if "timeout" in ended or (stopped and "output" not in ended):
        return "timeout", stopped or f"A cell ran longer than {limits.cell_seconds:g} s."
    if "output" in ended:
        return "output", f"The notebook wrote more than {limits.output_bytes / 1e6:g} MB of output."
    if out_of_memory:
        return "memory", f"A cell needed more than {limits.memory_bytes / 1024**2:g} MiB of memory."
    return ("error", "") if "error" in ended else ("completed", "")
