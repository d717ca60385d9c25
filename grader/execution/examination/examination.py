"""The whole examination, in order: what there is, which seals it makes, and whether the strongest holds."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from grader.errors import ExecutionUnavailable
from grader.execution.engine import Seal
from grader.execution.examination.findings import Finding
from grader.execution.examination.inside import try_to_break_out
from grader.execution.examination.machine import look_around
from grader.execution.examination.seals import build_seals
from grader.execution.sandbox.installation import find_installation

_ELSEWHERE = "Grade in a container with Linux: docs/container.md has the steps."

Tell = Callable[[Finding], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What was found, in order. `seal` is the strongest that could be built, None where there was none."""

    machine: tuple[Finding, ...] = ()
    seals: tuple[Finding, ...] = ()
    inside: tuple[Finding, ...] = ()
    seal: Seal | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them."""
        return (*self.machine, *self.seals, *self.inside)

    @property
    def sealed(self) -> bool:
        """Whether a seal could be built, and nothing that was tried inside got out."""
        tried = [finding for finding in self.inside if "." in finding.name]
        return bool(tried) and all(finding.ok for finding in tried)


def examine(python: str, engines: Sequence[str], tell: Tell) -> Examination:
    """Examine this machine for an interpreter, and tell each thing that is found as soon as it is."""
    if sys.platform != "linux":
        says = f"Student code can be sealed in on Linux alone, and this is {platform.system()}."
        return Examination(machine=_told([Finding(name="system", ok=False, says=says, remedy=_ELSEWHERE)], tell))
    try:
        installation = find_installation(python)
    except ExecutionUnavailable as error:
        finding = Finding(name="python", ok=False, says=error.message, remedy=error.remedy)
        return Examination(machine=_told([finding], tell))
    machine = _told(look_around(installation), tell)
    built = dict(build_seals(installation, machine))
    seals = _told(built.values(), tell)
    seal = next((seal for seal, finding in built.items() if finding.ok), None)
    inside = _told(_break_out(engines, python, seal), tell) if seal else ()
    return Examination(machine=machine, seals=seals, inside=inside, seal=seal)


def _break_out(engines: Sequence[str], python: str, seal: Seal) -> Iterator[Finding]:
    with ThreadPoolExecutor(len(engines)) as pool:
        for findings in pool.map(lambda engine: try_to_break_out(engine, python, seal), engines):
            yield from findings


def _told(findings: Iterable[Finding], tell: Tell) -> tuple[Finding, ...]:
    found = []
    for finding in findings:
        tell(finding)
        found.append(finding)
    return tuple(found)
