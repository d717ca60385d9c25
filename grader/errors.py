"""Everything that grader raises on purpose, and the exit status that each ends in.

GraderError                     a message for the person who can act, and what to do next
├── UsageError                  2   a wrong command line, roster or folder
├── AssignmentError             2   the reference folder is broken: file, line, remedy
├── GradebookError              2   the gradebook can't be read or written
├── UnsealedError               3   this machine can't seal student code, and nobody said --unsafe
├── NotebookRejected            –   a hand-in that can't be read; ends in a grade with status `rejected`
└── ExecutionUnavailable        –   our own fault; leaves a submission ungraded, status `unavailable`
"""

from __future__ import annotations

from enum import IntEnum


class ExitStatus(IntEnum):
    """What the process says to the shell; fixed, since scripts read it."""

    OK = 0
    """Every submission has a grade, however bad."""
    UNGRADED = 1
    """Some submissions have no grade, through a fault of ours."""
    USAGE = 2
    """Wrong usage, or a broken assignment."""
    UNSEALED = 3
    """This machine can't seal a sandbox."""
    INTERRUPTED = 130
    """Stopped by Ctrl-C; what was done is kept."""


class GraderError(Exception):
    """A fault that somebody can mend.

    `message` says what happened and where, `remedy` what to do about it. Both are one line.
    """

    exit_status = ExitStatus.USAGE

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions with keyword arguments do not survive the trip between processes by themselves.
        return _restore, (type(self), self.__dict__)


def _restore(kind: type[GraderError], state: dict[str, object]) -> GraderError:
    error = kind.__new__(kind)
    Exception.__init__(error, state.get("message"))
    error.__dict__.update(state)
    return error


class UsageError(GraderError):
    """The command line, the roster or a folder isn't what it has to be."""


class AssignmentError(GraderError):
    """The reference folder is broken.

    `file` and `line` point at the statement to mend; `line` is None where the fault has no line (a missing file).
    """

    def __init__(self, message: str, *, remedy: str, file: str = "", line: int | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.file = file
        self.line = line

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line is not None else f"{self.file}: " if self.file else ""
        return f"{place}{self.message} {self.remedy}".strip()


class GradebookError(GraderError):
    """The gradebook can't be opened, read or written."""


class UnsealedError(GraderError):
    """Student code would run unprotected, and nobody has said that it may."""

    exit_status = ExitStatus.UNSEALED


class NotebookRejected(GraderError):
    """A hand-in that can't be read as a notebook; the message is the reason, for its student too."""


class ExecutionUnavailable(GraderError):
    """What the grader itself could not do: no kernel, no disk, a bug of ours. Never a student's zero."""

    exit_status = ExitStatus.UNGRADED
