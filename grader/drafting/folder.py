"""Writing a new reference folder: nothing that is there already is ever touched."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from grader.errors import UsageError


def write_folder(folder: Path, contents: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Write new files, by their paths in `folder`, which is made where it isn't there; returns them.

    Raises UsageError, before anything is written, where one of them is there already, and where writing fails.
    """
    targets = {folder / name: content for name, content in contents.items()}
    for target in targets:
        # A link that leads nowhere counts too: writing would follow it.
        if target.exists() or target.is_symlink():
            raise UsageError(
                f"{target} is there already, and nothing is ever overwritten.",
                remedy="Name another folder (grader init DIR), or move it away.",
            )
    for target, content in targets.items():
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                file.write(content)
        except OSError as error:
            raise UsageError(f"{target} can't be written: {error.strerror}.", remedy="Name another folder.") from error
    return tuple(targets)
