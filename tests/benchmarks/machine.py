"""What a measurement was made on."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks.accounting import means

_QUIET = 0.3
_NAMED = ("torch", "numpy", "ipython", "ipykernel", "nbclient")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """When, on what and with which options something was measured. `load` is the machine's before it began."""

    date: str
    machine: str
    software: str
    grader: str
    load: float

    @property
    def quiet(self) -> bool:
        """Whether little else was running."""
        return self.load <= _QUIET


def conditions(*, grader: str) -> Conditions:
    """Those of here and now; `grader` says how `grader grade` is called."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return Conditions(
        date=datetime.now(UTC).date().isoformat(),
        machine=f"{os.cpu_count()} cores of {_processor()}, {memory:.0f} GiB, {_kernel()}",
        software=", ".join([f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in _NAMED)])
        + f"; CPU by {means()}",
        grader=grader,
        load=os.getloadavg()[0],
    )


def _processor() -> str:
    """The processor's name with its family and model, since the name alone may say little."""
    facts: dict[str, str] = {}
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        facts.setdefault(name.strip(), value.strip())
    model = f" (family {facts['cpu family']}, model {facts['model']})" if "cpu family" in facts else ""
    return facts.get("model name", platform.machine()) + model


def _kernel() -> str:
    """Linux's release, without what a distributor adds."""
    return f"Linux {platform.release().partition('-')[0]}"
