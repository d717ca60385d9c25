"""Finding out what this machine can seal, by doing it."""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from grader.errors import ExecutionUnavailable, UnsealedError
from grader.execution.engine import Seal
from grader.execution.guest_code import PROGRAM, document
from grader.execution.sandbox.bubblewrap import bubblewrap
from grader.execution.sandbox.filter import FilterMissing
from grader.execution.sandbox.installation import Installation, find_installation
from grader.execution.sandbox.sandbox import Sandbox
from grader.execution.sandbox.students import student

SEALS: tuple[Seal, ...] = ("namespaces", "landlock")
"""From the strongest."""
_SECONDS = 30.0
_LIMITS = {"memory_bytes": 2**31, "disk_bytes": 2**20, "processes": 10_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Whether a seal could be had on this machine; `problem` says why not."""

    seal: Seal
    problem: str = ""


def find_seal(python: str) -> Seal:
    """The strongest seal that this machine lets us have around an interpreter.

    Raises UnsealedError where there is none, and ExecutionUnavailable where the interpreter doesn't start.
    """
    installation = find_installation(python)
    problems = []
    for seal in SEALS:
        trial = try_seal(seal, installation)
        if not trial.problem:
            return seal
        problems.append(f"{seal}: {trial.problem}")
    raise UnsealedError(
        f"This machine can't seal student code in ({'; '.join(problems)}).",
        remedy="`grader doctor` says what is missing. --unsafe runs student code unprotected, as you.",
    )


def try_seal(seal: Seal, installation: Installation) -> Trial:
    """Build the walls around nothing, in a process that ends."""
    if seal == "namespaces" and bubblewrap() is None:
        return Trial(seal=seal, problem="bubblewrap isn't installed")
    sandbox = Sandbox(seal=seal, installation=installation)
    with tempfile.TemporaryDirectory(prefix="grader-") as folder, student() as number:
        try:
            settings = {
                "walls": sandbox.walls(),
                "limits": _LIMITS,
                "scratch": sandbox.scratch(Path(folder)),
                "student": number,
            }
            told = subprocess.run(  # noqa: S603  # our own program, in the interpreter of the class
                sandbox.command("-I", "-c", PROGRAM, environment={"PATH": "/usr/bin:/bin", "HOME": "/"}),
                input=document("trial", "attempt", settings),
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
            return Trial(seal=seal, problem=_problem(told))
        except (FilterMissing, OSError, subprocess.TimeoutExpired, ExecutionUnavailable) as error:
            return Trial(seal=seal, problem=str(error))


def _problem(told: subprocess.CompletedProcess[bytes]) -> str:
    try:
        return str(json.loads(told.stdout).get("problem", ""))
    except (ValueError, AttributeError):
        lines = told.stderr.decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else f"the trial ended with exit status {told.returncode}"
