"""What the files of hand-ins hold, as far as that needs no assignment, nor torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.batch.stages import Outlined
from grader.errors import ExecutionUnavailable, NotebookRejected
from grader.notebook import FILE_BYTES, Sought, outline, read

NO_FILE = "This is no regular file. Hand in the notebook itself."


def outline_of(path: Path, tasks: Sequence[Sought] = ()) -> Outlined:
    """Read a hand-in and say what is where in it, by the tasks of an assignment or by what looks like a heading.

    Raises ExecutionUnavailable where its file can't be opened.
    """
    if not path.is_file():
        return Outlined(rejected=NO_FILE)
    try:
        ((name, data),) = contents((path,))
        notebook = read(data, name)
    except NotebookRejected as error:
        return Outlined(rejected=str(error))
    return Outlined(outline=outline(notebook, tasks))


def contents(paths: tuple[Path, ...]) -> list[tuple[str, bytes]]:
    """The names and bytes of files, up to what is read of all together."""
    left = FILE_BYTES + 1
    files: list[tuple[str, bytes]] = []
    for path in paths:
        try:
            with path.open("rb") as file:
                files.append((path.name, file.read(left)))
        except OSError as error:
            raise ExecutionUnavailable(f"The file can't be read: {error.strerror}.") from error
        left -= len(files[-1][1])
    return files
