"""Where attacks are run: on which machine, by which engine, behind which seal."""

from __future__ import annotations

import subprocess
from collections.abc import Collection
from dataclasses import dataclass, field

from grader.execution import Seal
from tests.attacks.machines import MACHINES, run
from tests.attacks.report import Report

_SECONDS = 1200.0


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A machine, an engine and a seal. `soak`: too slow for every run of the tests."""

    machine: str
    engine: str
    seal: Seal
    soak: bool = False

    @property
    def name(self) -> str:
        """For people and for pytest."""
        return f"{self.machine}-{self.engine}-{self.seal}"


SEALED = (
    Setting(machine="root", engine="warm", seal="namespaces"),
    Setting(machine="user", engine="warm", seal="namespaces", soak=True),
    Setting(machine="root-in-container", engine="warm", seal="landlock", soak=True),
    Setting(machine="user-without-namespaces", engine="warm", seal="landlock", soak=True),
    Setting(machine="user", engine="warm", seal="landlock", soak=True),
    Setting(machine="root", engine="kernel", seal="namespaces", soak=True),
    Setting(machine="user", engine="kernel", seal="namespaces", soak=True),
    Setting(machine="root-in-container", engine="kernel", seal="landlock", soak=True),
    Setting(machine="user-without-namespaces", engine="kernel", seal="landlock", soak=True),
)
UNSEALED = (
    Setting(machine="root", engine="warm", seal="none", soak=True),
    Setting(machine="root", engine="kernel", seal="none", soak=True),
)


@dataclass(kw_only=True)
class Reports:
    """The reports of one setting, all made in one go when the first is asked for."""

    setting: Setting
    attacks: Collection[str]
    _made: dict[str, Report] = field(default_factory=dict)
    _ended: str = ""

    def of(self, attack: str) -> Report:
        """What came of an attack. Raises AssertionError where the range didn't get to it."""
        if not self._ended:
            self._run()
        assert attack in self._made, f"no report: the range {self._ended}"
        return self._made[attack]

    def _run(self) -> None:
        setting = self.setting
        line = ["-m", "tests.attacks.range", "--engine", setting.engine, "--seal", setting.seal]
        if setting.seal == "none":
            line += ["--proof"]
        try:
            told = run(MACHINES[setting.machine], *line, "--only", *self.attacks, seconds=_SECONDS)
        except subprocess.TimeoutExpired as error:
            self._ended = f"took longer than {error.timeout:g} s"
            return
        reports = [Report.read(text) for text in told.stdout.splitlines()]
        self._made = {report.name: report for report in reports}
        self._ended = f"ended with status {told.returncode} and {told.stderr[-2000:]!r}"
