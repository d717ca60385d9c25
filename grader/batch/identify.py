"""Whose hand-ins are, which attempt each is, and what its files are called."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from grader.batch.beside import ALONE, Beside, of_hand_in
from grader.batch.hand_in import HandIn
from grader.batch.roster import Roster
from grader.records import Student, Submission

_SLUG_BYTES = 100


def identify(
    hand_ins: Iterable[HandIn],
    roster: Roster,
    known: Iterable[Submission] = (),
    beside: Mapping[Path, Beside] = MappingProxyType({}),
) -> dict[Path, Submission]:
    """Say whose each hand-in is, by path; `beside` says, likewise, what came with it.

    `known` are the submissions of earlier gradings: a file at the same path, or of the same content, is that attempt
    again, whatever else has changed; any other one of the same student is the next attempt, in the order of paths.
    Files that can't be read get an empty `sha256`; reading them says why.
    """
    attempts: dict[str, dict[int, Submission]] = defaultdict(dict)
    students: dict[str, Student] = {}
    for submission in known:
        attempts[submission.student.id][submission.attempt] = submission
        students[submission.student.id] = submission.student
    slugs = {submission.slug.casefold() for by_number in attempts.values() for submission in by_number.values()}
    claimed: set[tuple[str, int]] = set()
    submissions: dict[Path, Submission] = {}
    for hand_in in hand_ins:
        student = _student(hand_in, roster, students)
        path, sha256 = printable(str(hand_in.path)), _digest(hand_in.source)
        parts = [_digest(part) for part in hand_in.parts[1:]]
        sha256 = of_hand_in(sha256, [*parts, beside.get(hand_in.path, ALONE).digest])
        earlier = attempts[student.id]
        again = _same(path, sha256, (s for s in earlier.values() if (student.id, s.attempt) not in claimed))
        attempt = again.attempt if again else max(earlier, default=0) + 1
        slug = again.slug if again else _unique(file_name(student.id, attempt), slugs)
        submission = Submission(student=student, attempt=attempt, path=path, sha256=sha256, slug=slug)
        earlier[attempt] = submissions[hand_in.path] = submission
        claimed.add((student.id, attempt))
    return submissions


def _student(hand_in: HandIn, roster: Roster, students: Mapping[str, Student]) -> Student:
    """Whoever the roster says; else the student of that id, with the name that an earlier roster gave."""
    known = roster.find(hand_in.folder) or roster.find(hand_in.owner)
    id = printable(hand_in.owner)
    return known or students.get(id) or Student(id=id)


def _same(path: str, sha256: str, earlier: Iterable[Submission]) -> Submission | None:
    """The earlier attempt that a file is: the one from its path, else the one of its content."""
    by_content = None
    for submission in earlier:
        if submission.path == path:
            return submission
        if sha256 and submission.sha256 == sha256:
            by_content = by_content or submission
    return by_content


def printable(text: str) -> str:
    """The text without control characters, and with lone surrogates (bytes of no encoding) spelled out."""
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(char) in {"Cc", "Cs"} else char for char in text)


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
