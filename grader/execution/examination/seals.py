"""Which seals can be built here, by building them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.execution.engine import Seal
from grader.execution.examination.findings import Finding
from grader.execution.examination.machine import CONTAINER
from grader.execution.sandbox import SEALS, Trial, try_seal
from grader.execution.sandbox.installation import Installation

_WAYS: dict[Seal, str] = {
    "namespaces": "By namespaces: student code has files, processes and a network of its own.",
    "landlock": "By Landlock: student code is on this machine, and the kernel keeps it to what is its own.",
    "none": "",
}
_NEEDS: dict[Seal, tuple[str, ...]] = {
    "namespaces": ("bubblewrap", "libseccomp", "namespaces"),
    "landlock": ("libseccomp", "landlock"),
    "none": (),
}


def build_seals(installation: Installation, machine: Sequence[Finding]) -> Iterator[tuple[Seal, Finding]]:
    """Try each, from the strongest. `machine` is what is known of what they are built from."""
    stronger = False
    for seal in SEALS:
        trial = try_seal(seal, installation)
        if trial.problem and stronger:
            says = f"No seal by {seal}, which isn't needed beside a stronger one: {trial.problem.rstrip('.')}."
            yield seal, Finding(name=f"seal.{seal}", ok=None, says=says)
        elif trial.problem:
            says = f"No seal by {seal}: {trial.problem.rstrip('.')}."
            yield seal, Finding(name=f"seal.{seal}", ok=False, says=says, remedy=_remedy(trial, installation, machine))
        else:
            stronger = True
            yield seal, Finding(name=f"seal.{seal}", ok=True, says=_WAYS[seal])


def _remedy(trial: Trial, installation: Installation, machine: Sequence[Finding]) -> str:
    missing = [finding.name for finding in machine if finding.name in _NEEDS[trial.seal] and not finding.ok]
    if missing:
        return f"Mend what is said of {' and '.join(missing)} above."
    if installation.python in trial.problem:
        return f"Let others read {installation.python} and what it is installed in, or name another one by --python."
    return CONTAINER
