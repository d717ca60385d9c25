"""Running what was handed in: the only place where student code runs."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from grader.execution.engine import Engine, execute_with_retry

__all__ = ["ENGINES", "Engine", "execute_with_retry"]

# Tracebacks of our faults are for those who ask for a log: without this, Python would put them on the terminal.
logging.getLogger(__name__).addHandler(logging.NullHandler())


def _kernel(python: str | Path = sys.executable) -> Engine:
    from grader.execution.kernel import KernelEngine  # Jupyter's libraries take long to import

    return KernelEngine(python)


class _MakeEngine(Protocol):
    def __call__(self, python: str | Path = sys.executable) -> Engine: ...


ENGINES: Mapping[str, _MakeEngine] = {"kernel": _kernel}
"""Engines by name: each makes one for an interpreter, by default the grader's own."""
