"""One sandbox, as data: what starts a process in it, and what that process has to build of it from inside."""

from __future__ import annotations

import functools
import os
import pwd
from base64 import b64encode
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from grader.execution.engine import Seal
from grader.execution.sandbox.bubblewrap import SCRATCH, command
from grader.execution.sandbox.filter import program
from grader.execution.sandbox.installation import MACHINE, SETTINGS, SYSTEM, Installation

_FIRST_STUDENT, _LAST_STUDENT = 63_100, 63_999
"""User numbers that no system gives out: between Debian's dynamic ones and `nobody`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """How one interpreter is sealed in. `environment` is all that student code finds in `os.environ`."""

    seal: Seal
    installation: Installation

    def command(self, *arguments: str, environment: dict[str, str], writable: tuple[str, ...] = ()) -> list[str]:
        """The command line that starts the interpreter with some arguments, inside as far as that begins outside."""
        line = [self.installation.python, *arguments]
        if self.seal != "namespaces":
            return line
        before = command(self.installation, environment=environment, writable=writable)
        return before + line

    def walls(self) -> dict[str, Any]:
        """What the guest's `walls` builds from. Raises FilterMissing where there is no libseccomp."""
        if self.seal == "none":
            return {"seal": "none"}
        return {
            "seal": self.seal,
            "read": [*SYSTEM, *SETTINGS, *MACHINE, *self.installation.folders],
            "filter": b64encode(program(local_sockets=self.seal == "namespaces")).decode("ascii"),
        }

    def scratch(self, outside: Path | None) -> str:
        """Where the writable folder is for a process in here, which has only namespaces where there is none outside."""
        return SCRATCH if outside is None or self.seal == "namespaces" else str(outside)


@functools.cache
def student(place: int) -> int | None:
    """The user that student code becomes: where we are root, another one than ours for each place, else None."""
    if os.geteuid() != 0:
        return None
    free = (number for number in range(_FIRST_STUDENT, _LAST_STUDENT + 1) if not _is_taken(number))
    return next(islice(free, place, None))


def _is_taken(number: int) -> bool:
    try:
        pwd.getpwuid(number)
    except KeyError:
        return False
    return True
