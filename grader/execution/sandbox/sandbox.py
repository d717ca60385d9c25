"""One sandbox, as data: what starts a process in it, and what that process has to build of it from inside."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.execution.engine import Seal
from grader.execution.sandbox.bubblewrap import SCRATCH, begin
from grader.execution.sandbox.filter import program
from grader.execution.sandbox.installation import MACHINE, SETTINGS, SYSTEM, Installation


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """How one interpreter is sealed in. `environment` is all that student code finds in `os.environ`."""

    seal: Seal
    installation: Installation

    def command(
        self,
        *arguments: str,
        environment: Mapping[str, str],
        readable: tuple[str, ...] = (),
        writable: tuple[str, ...] = (),
    ) -> list[str]:
        """The command line that starts the interpreter with some arguments, inside as far as that begins outside.

        `readable` and `writable` are folders of ours that it needs besides.
        """
        line = [self.installation.python, *arguments]
        if self.seal != "namespaces":
            return line
        return [*begin(self.installation, environment, readable=readable, writable=writable), *line]

    def walls(
        self, *, readable: tuple[str, ...] = (), writable: tuple[str, ...] = (), local_sockets: bool = False
    ) -> dict[str, Any]:
        """What the guest's `walls` builds from. Raises FilterMissing where there is no libseccomp.

        Unix sockets, which are safe where no others' can be seen, are refused elsewhere unless `local_sockets`.
        """
        if self.seal == "none":
            return {"seal": "none"}
        alone = self.seal == "namespaces"
        rules = program(alone=alone, local_sockets=alone or local_sockets)
        return {
            "seal": self.seal,
            "read": [*SYSTEM, *SETTINGS, *MACHINE, *self.installation.folders, *readable],
            "write": list(writable),
            "filter": b64encode(rules).decode("ascii"),
        }

    def scratch(self, outside: Path | None) -> str:
        """Where the writable folder is for a process in here, which has only namespaces where there is none outside."""
        return SCRATCH if outside is None or self.seal == "namespaces" else str(outside)
