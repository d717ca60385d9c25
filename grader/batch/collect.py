"""Which files are hand-ins, and whose they are."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.batch.roster import Roster
from grader.errors import UsageError
from grader.records import Student, Submission

CHECKPOINTS = ".ipynb_checkpoints"
_SLUG_BYTES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class HandIn:
    """A file that was handed in, and the name that tells whose it is: its stem, or its folder.

    `folder` is the name of the folder that it came in, "" where it lay beside all others; a roster may know that one.
    """

    path: Path
    owner: str
    folder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What was found: hand-ins in a steady order, and the files that only shadow one (editors' and systems' copies)."""

    hand_ins: tuple[HandIn, ...]
    skipped: tuple[Path, ...]


def collect(paths: Sequence[Path]) -> Collected:
    """Find the hand-ins in files and folders.

    A file named outright always counts. In a folder, every `*.ipynb` below it does, and belongs to its stem, or to its
    folder where the layout has one folder a student. AppleDouble files and Jupyter's checkpoints count only where the
    notebook that they shadow isn't there. Raises UsageError where a path doesn't exist or nothing is found.
    """
    hand_ins: list[HandIn] = []
    skipped: list[Path] = []
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path} doesn't exist.", remedy="Name notebooks, or folders that hold them.")
        if not path.is_dir():
            hand_ins.append(HandIn(path=path, owner=_stem(path)))
            continue
        found, shadows = _in_folder(path)
        hand_ins += found
        skipped += shadows
    if not hand_ins:
        places = ", ".join(str(path) for path in paths)
        raise UsageError(f"There is no notebook (*.ipynb) in {places}.", remedy="Name the folder that holds them.")
    return Collected(hand_ins=tuple(dict.fromkeys(hand_ins)), skipped=tuple(skipped))


def _in_folder(root: Path) -> tuple[list[HandIn], list[Path]]:
    files = sorted(path for path in root.rglob("*") if path.suffix.lower() == ".ipynb" and not path.is_dir())
    kept = [path for path in files if not _shadows(path)]
    skipped = [path for path in files if _shadows(path)]
    nested = {path: path.relative_to(root).parts[0] for path in kept if path.parent != root}
    a_folder_each = _a_folder_each(nested)
    hand_ins = [
        HandIn(
            path=path,
            owner=nested[path] if path in nested and a_folder_each else _stem(path),
            folder=nested.get(path, ""),
        )
        for path in kept
    ]
    return hand_ins, skipped


def _a_folder_each(nested: Mapping[Path, str]) -> bool:
    """Whether the layout has one folder a student: most hold one notebook, or files of the same name lie in several."""
    folders = Counter(nested.values())
    singles = sum(count == 1 for count in folders.values())
    stems = Counter(stem for stem, _ in {(_stem(path), folder) for path, folder in nested.items()})
    return len(folders) > 1 and (2 * singles >= len(folders) or max(stems.values()) > 1)


def _shadows(path: Path) -> bool:
    """Whether the file is a system's or an editor's copy of a notebook that lies where it should."""
    if path.parent.name == CHECKPOINTS:
        return (path.parent.parent / (_stem(path) + path.suffix)).exists()
    return path.name.startswith("._") and path.with_name(path.name[2:]).exists()


def _stem(path: Path) -> str:
    stem = path.stem
    if path.parent.name == CHECKPOINTS:
        stem = stem.removesuffix("-checkpoint")
    return unicodedata.normalize("NFC", stem.removeprefix("._")).strip() or "unnamed"


def identify(hand_ins: Iterable[HandIn], roster: Roster) -> dict[Path, Submission]:
    """Say whose each hand-in is, by path; several of one student are attempts, in the order of their paths.

    Files that can't be read get an empty `sha256`; reading them says why.
    """
    attempts: dict[str, int] = defaultdict(int)
    slugs: set[str] = set()
    submissions: dict[Path, Submission] = {}
    for hand_in in hand_ins:
        known = (roster.find(hand_in.folder) if hand_in.folder else None) or roster.find(hand_in.owner)
        student = known or Student(id=_printable(hand_in.owner))
        attempts[student.id] += 1
        attempt = attempts[student.id]
        slug = _unique(file_name(student.id, attempt), slugs)
        submissions[hand_in.path] = Submission(
            student=student,
            attempt=attempt,
            path=_printable(str(hand_in.path)),
            sha256=_digest(hand_in.path),
            slug=slug,
        )
    return submissions


def _printable(text: str) -> str:
    """The text without control characters, and with lone surrogates (bytes of no encoding) spelled out."""
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(
        char if unicodedata.category(char) not in {"Cc", "Cs"} else "\N{REPLACEMENT CHARACTER}" for char in text
    )


def _digest(path: Path) -> str:
    if not path.is_file():
        return ""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def file_name(student: str, attempt: int) -> str:
    """A name for a student's files that is safe in any file system, shell and URL; letters of any script stay.

    Different students and attempts always have different names, also over several batches: whatever had to be replaced
    leaves a mark of the whole id behind.
    """
    safe = re.sub(r"[^\w.-]+", "_", unicodedata.normalize("NFC", student)).strip("._-")
    safe = safe.encode("utf-8")[:_SLUG_BYTES].decode("utf-8", "ignore")
    if not safe or safe != student:
        safe = f"{safe or 'student'}-{_mark(student)}"
    return safe if attempt == 1 else f"{safe}~{attempt}"


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]


def _unique(slug: str, taken: set[str]) -> str:
    """The slug; with a mark of its own where a file system that ignores case would take it for another one."""
    if slug.casefold() in taken:
        slug = f"{slug}-{_mark(slug)}"
    taken.add(slug.casefold())
    return slug
