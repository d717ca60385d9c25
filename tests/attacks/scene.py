"""Everything around the engine that attacks are after, and what has become of it."""

from __future__ import annotations

import os
import re
import signal
import socket
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.attacks import baits, watch
from tests.attacks.attack import Attack, Victim
from tests.attacks.baits import Baits, new_secret
from tests.attacks.listeners import Caller, Listeners
from tests.attacks.machines import HOST_NAME
from tests.attacks.terminal import Terminal
from tests.attacks.victim import VictimProcess

_CALLS = re.compile(r'call\([\'"](\w+)')


@dataclass(frozen=True, kw_only=True)
class Outside:
    """What was seen outside after a round."""

    tampered: tuple[str, ...]
    signals: int
    host_name_changed: bool
    heard: bytes
    called: bytes


@dataclass(kw_only=True)
class Scene:
    """Baits, listeners and victims, one for each attack that runs at a time."""

    lanes: int
    home: Path = field(default_factory=Path.home)

    def __post_init__(self) -> None:
        self.baits = Baits(home=self.home)
        self.listeners = Listeners(self.home)
        self.caller = Caller()
        self.terminal = Terminal()
        self.victims = [VictimProcess() for _ in range(self.lanes)]
        self._fingerprint = self.baits.fingerprint()
        self._signals = 0
        os.environ["GRADER_SECRET"] = new_secret()
        self._inherited = self._open_inheritable()
        for number in (signal.SIGUSR1, signal.SIGUSR2):
            signal.signal(number, self._count)

    def _count(self, number: int, frame: object) -> None:
        self._signals += 1

    def _open_inheritable(self) -> int:
        """A file that a careless start of a program would hand on."""
        path = self.home / "open.txt"
        path.write_text(new_secret())
        descriptor = os.open(path, os.O_RDWR)
        high = os.dup2(descriptor, 77, inheritable=True)
        os.close(descriptor)
        return high

    def facts(self, attack: Attack, nonce: str, victim: VictimProcess) -> dict[str, object]:
        """What an attack is told: all but the secrets."""
        return {
            "nonce": nonce,
            "course": str(baits.COURSE),
            "reference": str(baits.REFERENCE),
            "submissions": str(baits.SUBMISSIONS),
            "solution": str(baits.SOLUTION),
            "terminal": self.terminal.path,
            "gradebook": str(baits.GRADEBOOK),
            "home": str(self.home),
            "site": str(baits.SITE),
            "folders": [str(folder) for folder in self.baits.folders],
            "temporary": [str(path) for path in baits.TEMPORARY],
            "setuid_reader": str(baits.SETUID_READER),
            "for_root_only": str(baits.FOR_ROOT_ONLY),
            "victim": victim.pid,
            "parent": os.getpid(),
            "numbers": _system_calls(attack),
            **self.listeners.facts,
            **self.caller.facts,
        }

    def outside(self) -> Outside:
        """What has changed since the last repair."""
        now = self.baits.fingerprint()
        return Outside(
            tampered=tuple(path for path, likeness in self._fingerprint.items() if now[path] != likeness),
            signals=self._signals,
            host_name_changed=socket.gethostname() != HOST_NAME,
            heard=self.listeners.heard + self.terminal.shown(),
            called=self.caller.heard,
        )

    def snapshot(self) -> Counter[str]:
        """What is there, but for what belongs to the scene."""
        return watch.snapshot(without=[victim.pid for victim in self.victims])

    def repair(self, outside: Outside, nonces: Iterable[str], *, sweep: bool) -> None:
        """Make everything as it was."""
        for victim in self.victims:
            if victim.state() != Victim():
                victim.renew()
        for nonce in nonces:
            self.baits.clear(nonce)
        if outside.tampered:
            self.baits.make()
            self._fingerprint = self.baits.fingerprint()
        if outside.host_name_changed:
            socket.sethostname(HOST_NAME)
        if sweep:
            watch.sweep()
        self._signals = 0
        self.listeners.heard = self.caller.heard = b""

    def close(self) -> None:
        """End what was started."""
        self.listeners.close()
        self.caller.close()
        self.terminal.close()
        os.close(self._inherited)
        for victim in self.victims:
            victim.end()


def _system_calls(attack: Attack) -> dict[str, int]:
    """The numbers of the calls that an attack makes by name, on this machine's architecture."""
    import pyseccomp

    names = {name for cell in (*attack.cells, *attack.next_cells) for name in _CALLS.findall(cell)}
    return {name: pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) for name in names}
