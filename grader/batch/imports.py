"""What the notebooks of a batch import, found before anything runs, so that an engine can import it once for all."""

from __future__ import annotations

import re
import stat
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path, PurePosixPath

_FILES = 200
_FILE_BYTES = 2**20
_SHARE = 0.05
"""How many of the hand-ins must import a module before it is worth importing for all of them."""
_SLOW = frozenset(("torch",))
"""What takes so long to import that a single one is enough."""
# In a notebook's JSON each line of code is a string of its own, or one of many between `\n`.
_STATEMENT = re.compile(rb'(?:^|"|\\n|\n)[ \t]*(?:import|from)[ \t]+([A-Za-z_][\w.]{0,99})(?:[ \t,;"\\#]|\r?\n)')
_NEVER = frozenset(("antigravity", "this", "idlelib", "turtle", "turtledemo", "tkinter", "IPython", "ipykernel"))


def common_imports(hand_ins: Sequence[Path], provided: Path | None, names: Collection[str] = ()) -> tuple[str, ...]:
    """Modules that many of the hand-ins import, the most frequent first.

    Only some of the files are looked at, and only for what looks like a statement: what is missed is imported later,
    and costs a little time. What the handout provides under a name of its own is left out, and so is what students
    brought: `names` are paths of that.
    """
    looked_at = [imported for path in _spread(hand_ins) if (imported := _imported_by(path))]
    counts = Counter(name for imported in looked_at for name in imported)
    ours = _provided_names(provided) | {PurePosixPath(PurePosixPath(name).parts[0]).stem for name in names}
    least = max(_SHARE * len(looked_at), min(2, len(looked_at)))
    return tuple(
        name
        for name, count in counts.most_common()
        for package in [name.partition(".")[0]]
        if (count >= least or package in _SLOW) and package not in _NEVER | ours
    )


def _spread(paths: Sequence[Path]) -> Iterable[Path]:
    return paths[:: max(1, -(-len(paths) // _FILES))]


def _imported_by(path: Path) -> set[str]:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return set()
        with path.open("rb") as file:
            text = file.read(_FILE_BYTES)
    except OSError:
        return set()
    return {name.decode("ascii").strip(".") for name in _STATEMENT.findall(text) if name.isascii()}


def _provided_names(folder: Path | None) -> set[str]:
    return {path.stem for path in folder.iterdir()} if folder is not None else set()
