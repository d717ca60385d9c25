"""What an attack is, and what tells from the outside whether it succeeded."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from grader.records import Execution, Limits, Scalar

SECRET = re.compile(r"GRADERBAIT[0-9a-f]{32}")
"""What a secret looks like. Attacks know that, and where secrets lie, but none of them."""

CAPTURED = ("stolen", "granted", "held", "answer", "passed", "found", "note")
"""The names under which attacks, and those who come after them, leave what they have got."""

Shown = Literal["unsealed", "unlimited", "judged-inside"]
"""Where an attack succeeds, which shows that its test can fail.

`unsealed`: with `seal="none"`. `unlimited`: there, with limits that are out of its reach, for what limits hold back and
no seal. `judged-inside`: where the student's process compares its own answer, as other autograders do, for what only
judging outside holds back."""

Engines = frozenset[str]
ALL_ENGINES: Engines = frozenset({"kernel", "warm"})


@dataclass(frozen=True, kw_only=True)
class Victim:
    """What has become of a process of ours that does nothing but wait."""

    alive: bool = True
    stopped: bool = False
    traced: bool = False
    signals: int = 0
    niceness: int = 0
    out_of_memory_score: int = 0
    open_files: int = 0
    memory_changed: bool = False
    scheduling_changed: bool = False


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What the outside knows once an attack and its neighbours are over.

    `limits` are those that hold as a rule, also where others are lifted to show something. `heard` are the bytes that
    our listeners got.
    """

    execution: Execution
    limits: Limits
    nonce: str
    captured: Mapping[str, object] = field(default_factory=dict)
    stolen: tuple[str, ...] = ()
    tampered: tuple[str, ...] = ()
    planted: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    heard: bytes = b""
    reached: bool = False
    signals: int = 0
    victim: Victim = Victim()
    host_name_changed: bool = False
    neighbours_unharmed: bool = True
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Attack:
    """A hostile notebook, and what tells whether it got what it wanted.

    `next_cells` are run at the start of the notebook that comes right after it: what they put into `found` was left
    for them. `near` says that it is after the neighbour beside it, and is shown only with one. `judge` is what a judge
    inside would run, for an attack that is shown with one: it sets `passed`, and `RIGHT` is there. `engines` are those
    that it is for, `shown_on` those of them on which it succeeds without a seal; `why` says why not on others.
    """

    name: str
    cells: tuple[str, ...]
    succeeded: Callable[[Evidence], bool]
    next_cells: tuple[str, ...] = ()
    judge: str = ""
    near: bool = False
    shown: Shown = "unsealed"
    engines: Engines = ALL_ENGINES
    shown_on: Engines = ALL_ENGINES
    why: str = ""
    family: str = ""

    @property
    def alone(self) -> bool:
        """Whether what tells that it succeeded may be another's doing, so that it is shown with no other beside it."""
        return self.near or self.succeeded not in _PRIVATE

    @property
    def slow(self) -> bool:
        """Whether it goes on until it is stopped."""
        return self.succeeded in (outruns_its_cell, outlasts_us)

    def of(self, family: str) -> Attack:
        """The same, in a family."""
        return replace(self, family=family)


def code(text: str) -> str:
    """A cell's code, from an indented string."""
    return textwrap.dedent(text).strip("\n") + "\n"


def captured_values(execution: Execution) -> dict[str, object]:
    """What the attack's names held at the end, as far as they are plain scalars."""
    return {each.name: each.value.value for each in execution.captures if isinstance(each.value, Scalar)}


# What attacks want


def steals(evidence: Evidence) -> bool:
    """A secret came out, in a captured value or in an output."""
    return bool(evidence.stolen)


def is_granted(evidence: Evidence) -> bool:
    """The kernel has done what was asked of it."""
    return bool(evidence.captured.get("granted"))


def holds_more_memory(evidence: Evidence) -> bool:
    """So many bytes were held at once as the limit doesn't allow."""
    return _number(evidence.captured.get("held")) > evidence.limits.memory_bytes


def holds_more_disk(evidence: Evidence) -> bool:
    """So many bytes of disk were held at once as the limit doesn't allow."""
    return _number(evidence.captured.get("held")) > evidence.limits.disk_bytes


def has_more_processes(evidence: Evidence) -> bool:
    """So many processes or threads lived for a while as the limit doesn't allow."""
    return _number(evidence.captured.get("held")) > evidence.limits.processes


def changes_files(evidence: Evidence) -> bool:
    """Files of ours are not what they were."""
    return bool(evidence.tampered)


def plants_files(evidence: Evidence) -> bool:
    """Files of the attack's lie outside its scratch folder."""
    return bool(evidence.planted)


def is_heard(evidence: Evidence) -> bool:
    """One of our listeners has got a message."""
    return evidence.nonce.encode() in evidence.heard


def is_reached(evidence: Evidence) -> bool:
    """It could be called from outside."""
    return evidence.reached


def signals_parent(evidence: Evidence) -> bool:
    """A signal has arrived in the process that grades."""
    return evidence.signals > 0


def harms_neighbours(evidence: Evidence) -> bool:
    """An honest notebook, beside it or after it, has lost marks."""
    return not evidence.neighbours_unharmed


def stays(evidence: Evidence) -> bool:
    """Something is left of it: processes, files, or objects of the kernel's."""
    return bool(evidence.left)


def is_found(evidence: Evidence) -> bool:
    """The next notebook finds what was left for it."""
    return bool(evidence.captured.get("found"))


def outruns_its_cell(evidence: Evidence) -> bool:
    """It came to its end, though a cell took longer than one may."""
    longest = max((cell.seconds for cell in evidence.execution.cells), default=0.0)
    return bool(evidence.captured.get("granted")) and longest > evidence.limits.cell_seconds


def outlasts_us(evidence: Evidence) -> bool:
    """The engine came back long after all the time that an execution may take."""
    return evidence.seconds > evidence.limits.total_seconds + 4


def blames_us(evidence: Evidence) -> bool:
    """The submission goes ungraded as if that were our own fault, or a cell ran longer than one may."""
    return evidence.execution.status == "unavailable" or outruns_its_cell(evidence)


def floods(evidence: Evidence) -> bool:
    """More output came out, and was kept, than the limit allows."""
    kept = sum(len(repr(output)) for cell in evidence.execution.cells for output in cell.outputs)
    return kept > evidence.limits.output_bytes * 1.2


RIGHT = 0.8676111
"""The answer that the judge expects, outside or inside. No attack knows it."""


def passes(evidence: Evidence) -> bool:
    """A wrong answer is taken for the right one: by the judge outside, or by the one inside where there is one."""
    answer = evidence.captured.get("answer")
    return evidence.captured.get("passed") is True or (isinstance(answer, float) and abs(answer - RIGHT) < 1e-6)


_PRIVATE = (
    *(steals, is_granted, is_heard, is_found, is_reached, passes, floods, outruns_its_cell, outlasts_us),
    *(holds_more_memory, holds_more_disk, has_more_processes),
)
"""What is seen in the attack's own execution, or by its own nonce."""


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
