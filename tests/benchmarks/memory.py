"""Memory added for one more execution in flight, as proportional set size over all processes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from statistics import median

from tests.benchmarks.accounting import UntrustedError, proportional_bytes
from tests.benchmarks.commands import Command, Running, started
from tests.benchmarks.figures import Budget, Measurement, Spread, marginal
from tests.benchmarks.hand_ins import WAITING_NAME, waiting, write_class
from tests.benchmarks.setting import Setting, marking_alone
from tests.benchmarks.subjects import nbclient_alone

_IN_FLIGHT = (1, 2, 3, 4)
_PATIENCE_SECONDS = 120.0
_SETTLING_SECONDS = 1.5
_MB = 1e6
_LIMITS = ("--cell-seconds", "1000", "--total-seconds", "1000")


def measure(setting: Setting) -> Iterator[Measurement]:
    """Grade, and execute with nbclient, notebooks that wait; one to four at a time."""
    ours = {count: _grader_bytes(setting, count) / _MB for count in _IN_FLIGHT}
    theirs = {count: _nbclient_bytes(setting, count) / _MB for count in _IN_FLIGHT}
    one, most = _IN_FLIGHT[0], _IN_FLIGHT[-1]
    added, clients = (marginal(of[one], of[most], sizes=(one, most)) for of in (ours, theirs))
    yield Measurement(
        id="memory.added",
        table="budgets",
        what="memory (PSS) added for one more submission in flight",
        spread=Spread.of([added]),
        unit="MB",
        budget=Budget(sense="at most", bound=60),
        note=f"all processes together {_listed(ours)} MB with 1 to {most} in flight; nbclient {clients:.0f} MB for one "
        f"more, {_listed(theirs)} MB",
    )


def _listed(figures: dict[int, float]) -> str:
    return ", ".join(f"{value:.0f}" for value in figures.values())


def _grader_bytes(setting: Setting, count: int) -> float:
    with setting.place() as folder:
        write_class(folder / "class", waiting(), count)
        options = ("--jobs", str(count), *_LIMITS, *marking_alone())
        command = setting.grader.command(folder, folder / "class", *options, count=count)
        return _bytes_while_waiting(setting, f"grader, {count} in flight", command, count)


def _nbclient_bytes(setting: Setting, count: int) -> float:
    with setting.place() as folder:
        command = nbclient_alone(folder, write_class(folder / "class", waiting(), count))
        program, *notebooks = command.arguments[1:]
        at_once = Command(arguments=[command.arguments[0], program, "--at-once", *notebooks], folder=folder)
        return _bytes_while_waiting(setting, f"nbclient, {count} in flight", at_once, count)


def _bytes_while_waiting(setting: Setting, name: str, command: Command, count: int) -> float:
    """The memory of a command once `count` notebooks wait in it."""
    with started(command) as running:
        _await_waiting(running, count)
        time.sleep(_SETTLING_SECONDS)
        samples = []
        for _ in range(3):
            samples.append(proportional_bytes(running.processes()))
            time.sleep(0.3)
    setting.say(f"  {name}: {median(samples) / _MB:.0f} MB")
    return median(samples)


def _await_waiting(running: Running, count: int) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while sum(_waits(pid) for pid in running.processes()) < count:
        if running.process.poll() is not None or time.monotonic() > deadline:
            raise UntrustedError(
                f"The notebooks never came to wait:\n{running.log.read_text(encoding='utf-8')[-2000:]}"
            )
        time.sleep(0.1)


def _waits(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip() == WAITING_NAME
    return False
