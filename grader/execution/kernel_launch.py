"""How a kernel is started: as a plain process, or behind walls."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.execution.guest_code import PROGRAM, document
from grader.execution.sandbox import Sandbox
from grader.execution.scratch import Scratch, bytes_below, environment
from grader.records import Limits

_CONNECTION_FILE = "{connection_file}"
_HISTORY = "--HistoryManager.hist_file=:memory:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A command that becomes a kernel. Jupyter puts the connection file's path where its name stands.

    `input` is what the command reads from its standard input. `generation` is how many below the command's process the
    kernel's own is. `supervised` says that the command clears up and ends when it is told to terminate. `count` says
    that nothing but watching limits the number of processes. `filter` is one of system calls, in base64, for the kernel
    to load once it has made its sockets.
    """

    command: list[str]
    environment: dict[str, str]
    folder: str
    input: bytes = b""
    generation: int = 0
    supervised: bool = False
    count: bool = False
    filter: str = ""


def kernel_launch(sandbox: Sandbox, place: Scratch, limits: Limits, student: int | None) -> Launch:
    """How to start a kernel in a sandbox, as a user. Raises FilterMissing where there is no libseccomp."""
    if sandbox.seal == "none":
        python = sandbox.installation.python
        return Launch(
            command=[python, "-m", "ipykernel_launcher", "-f", _CONNECTION_FILE, _HISTORY],
            environment=environment(python, place.home, place.root / "tmp"),
            folder=str(place.work),
        )
    inside = sandbox.seal == "namespaces"
    scratch = sandbox.scratch(place.root)
    variables = environment(sandbox.installation.python, Path(scratch, "home"), Path(scratch, "tmp"))
    readable = (str(place.work),) if inside else ()
    writable = (str(place.private),) if inside else ()
    settings = {
        "walls": sandbox.walls(readable=readable, writable=writable, local_sockets=True),
        "limits": _limits(limits, place),
        "scratch": scratch,
        "student": student,
        "provided": str(place.work) if inside else None,
        "arguments": ["-f", str(place.private / "kernel.json"), _HISTORY],
    }
    return Launch(
        command=sandbox.command("-I", "-B", "-c", PROGRAM, environment=variables, readable=readable, writable=writable),
        environment=variables,
        folder="/",
        input=document("kernel", "launch", settings),
        generation=2 if inside else 1,
        supervised=not inside,
        count=not inside and student is None,
        filter="" if inside else sandbox.walls()["filter"],
    )


def _limits(limits: Limits, place: Scratch) -> dict[str, Any]:
    return {
        "memory_bytes": limits.memory_bytes,
        "disk_bytes": limits.disk_bytes,
        "processes": limits.processes,
        "provided_bytes": bytes_below(place.work),
    }
