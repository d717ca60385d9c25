"""What seals student code in: found out by trying, described for whoever starts it, built by the guest from inside."""

from grader.execution.sandbox.bubblewrap import SCRATCH
from grader.execution.sandbox.sandbox import Sandbox
from grader.execution.sandbox.trial import SEALS, Trial, find_seal, try_seal

__all__ = ["SCRATCH", "SEALS", "Sandbox", "Trial", "find_seal", "try_seal"]
