"""How long everything takes, and how much is too much: by engine, and by what is to be shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

from grader.records import Limits

_MIB = 1024**2
_WARM = Limits(
    cell_seconds=2.0,
    total_seconds=4.0,
    memory_bytes=256 * _MIB,
    disk_bytes=16 * _MIB,
    processes=40,
    output_bytes=400_000,
    capture_bytes=4 * _MIB,
    value_bytes=_MIB,
)
_KERNEL = replace(_WARM, cell_seconds=4.0, total_seconds=8.0, memory_bytes=512 * _MIB)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """`patience`: how long an attack looks for what isn't there yet. `moment`: how long it holds what it has taken.
    `wait`: how long what it leaves would stay. `pause`: how long a neighbour takes. `hang`: when the engine has hung.
    """

    limits: Limits
    patience: float
    moment: float
    wait: float
    pause: float
    hang: float

    @property
    def generous(self) -> Limits:
        """What an honest notebook may use; however busy attacks keep the machine, that isn't its fault."""
        return replace(self.limits, cell_seconds=20.0, total_seconds=20.0)

    @property
    def patient(self) -> Limits:
        """What attacks may use that are shown to succeed: as much of everything, but more time."""
        return replace(self.limits, cell_seconds=15.0, total_seconds=30.0)

    @property
    def lifted(self) -> Limits:
        """What they may use where it is a limit that holds them back."""
        return replace(
            self.patient,
            memory_bytes=8192 * _MIB,
            disk_bytes=1024 * _MIB,
            processes=1000,
            output_bytes=50_000_000,
            capture_bytes=64 * _MIB,
        )

    def settle(self, *, proof: bool) -> float:
        """How long what an attack leaves may take to go."""
        return 0.5 if proof else 3.0

    def facts(self, *, unlimited: bool) -> dict[str, object]:
        """What attacks may count on. Where nothing limits them, they limit themselves."""
        forever = self.limits.cell_seconds * 1.2 if unlimited else 60.0
        outlast = self.limits.total_seconds + 5 if unlimited else 60.0
        much = self.limits.output_bytes * 3 // 2 if unlimited else 30_000_000
        return {
            "patience": self.patience,
            "moment": self.moment,
            "wait": self.wait,
            "forever": forever,
            "outlast": outlast,
            "cell_seconds": self.limits.cell_seconds,
            "much_output": much,
            "many_lines": much // 100,
            "many_messages": much // 10_000,
            "many_processes": self.limits.processes * 2,
            "many_files": 22_000,
            "memory_bytes": self.limits.memory_bytes,
            "disk_bytes": self.limits.disk_bytes,
        }


PACES = {
    "warm": Pace(
        limits=_WARM,
        patience=0.4,
        moment=0.35,
        wait=6,
        pause=0.25,
        hang=40.0,
    ),
    "kernel": Pace(
        limits=_KERNEL,
        patience=2.5,
        moment=0.5,
        wait=12,
        pause=1.5,
        hang=90.0,
    ),
}
