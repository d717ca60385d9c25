"""What a database says when it fails, turned into what a person can do about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from grader.errors import GradebookError

_ANOTHER = "Name another file, or another folder for results."

_SQLITE = {
    # SQLite's result codes, by how their names begin: what happened, and what to do.
    "SQLITE_NOTADB": ("is not an SQLite database.", _ANOTHER),
    "SQLITE_BUSY": ("is locked by another grader.", "Wait until that one has finished, or stop it, and try again."),
    "SQLITE_LOCKED": ("is locked by another grader.", "Wait until that one has finished, or stop it, and try again."),
    "SQLITE_FULL": ("can't grow: the disk is full.", "Free some space and grade again; what was recorded is kept."),
    "SQLITE_IOERR_SHM": (
        "can't grow: the disk is full.",
        "Free some space and grade again; what was recorded is kept.",
    ),
    "SQLITE_READONLY": ("can't be written to.", "Make the file and its folder writable, or name another folder."),
    "SQLITE_CANTOPEN": (
        "can't be opened.",
        "Check that its folder exists and can be written to, and that it is no folder itself.",
    ),
    "SQLITE_PERM": ("can't be opened.", "Check the permissions of the file and its folder."),
    "SQLITE_CORRUPT": (
        "is damaged.",
        "Restore it from a backup, or move it away and grade again.",
    ),
    "SQLITE_IOERR": ("can't be read or written: the disk reports an error.", "Check the disk, or name another folder."),
    "SQLITE_TOOBIG": ("can't hold a record of this size.", "Lower the limit on output, and grade again."),
}


@contextmanager
def explained(place: str) -> Iterator[None]:
    """Raise whatever the database does not like as a GradebookError; `place` names the gradebook."""
    try:
        yield
    except (SQLAlchemyError, UnicodeError, ImportError) as error:
        raise _explain(error, place) from error


def is_locked(error: SQLAlchemyError) -> bool:
    """Whether SQLite failed only because somebody else was using the file."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorname", "")
    return code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


def printable(text: str) -> str:
    """A student's text as one line for a terminal: short, and with no control characters."""
    shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text[:80])
    return shown + ("…" if len(text) > 80 else "")


def _explain(error: Exception, place: str) -> GradebookError:
    cause = getattr(error, "orig", None) or error
    code = getattr(cause, "sqlite_errorname", "")
    for prefix, (message, remedy) in _SQLITE.items():
        if code.startswith(prefix):
            return GradebookError(f"The gradebook {place} {message}", remedy=remedy)
    if isinstance(error, ImportError | NoSuchModuleError):
        return GradebookError(
            f"The gradebook {place} needs a database driver that isn't installed ({_line(cause)}).",
            remedy="Install it (`pip install grader[postgres]` for PostgreSQL), or name a file.",
        )
    if isinstance(error, ArgumentError | UnicodeError):
        return GradebookError(
            f"The gradebook's address can't be understood ({_line(cause)}).",
            remedy="Name a file, or a database as `postgresql://user@host/name`.",
        )
    return GradebookError(
        f"The gradebook {place} can't be used: {_line(cause)}.",
        remedy="Check the database, and that it can be reached.",
    )


def _line(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return printable(lines[0].rstrip("."))
