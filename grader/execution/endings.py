"""Why a process is gone, in words."""

from __future__ import annotations

import signal

from grader.records import Limits


def how_it_ended(exit_code: int) -> str:
    """The end of a process, to go after "The process"; a negative code is a signal's."""
    if exit_code >= 0:
        return f"ended by itself, with exit status {exit_code}"
    try:
        return f"was ended by {signal.Signals(-exit_code).name}"
    except ValueError:
        return f"was ended by signal {-exit_code}"


def over_limit(limit: str, limits: Limits) -> str:
    """The sentence for a limit, "memory" or "disk", that all of an execution's processes passed together."""
    if limit == "disk":
        return f"The notebook wrote more than {limits.disk_bytes / 1024**2:g} MiB to disk."
    return f"The notebook needed more than {limits.memory_bytes / 1024**2:g} MiB of memory."
