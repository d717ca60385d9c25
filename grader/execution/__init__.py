"""Running what was handed in: the only place where student code runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from grader.execution.engine import Engine, EngineOptions, Seal, execute_with_retry, not_run
from grader.execution.recording import Recording
from grader.execution.sandbox import find_seal

__all__ = ["ENGINES", "Engine", "EngineOptions", "Recording", "Seal", "execute_with_retry", "find_seal", "not_run"]

# Tracebacks of our faults are for those who ask for a log: without this, Python would put them on the terminal.
logging.getLogger(__name__).addHandler(logging.NullHandler())


def _kernel(options: EngineOptions) -> Engine:
    from grader.execution.kernel import KernelEngine  # Jupyter's libraries take long to import

    return KernelEngine(options)


def _warm(options: EngineOptions) -> Engine:
    from grader.execution.warm import WarmEngine

    return WarmEngine(options)


ENGINES: Mapping[str, Callable[[EngineOptions], Engine]] = {"warm": _warm, "kernel": _kernel}
"""What makes an engine, by name."""
