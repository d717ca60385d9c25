"""What students are told of the flags that their submission raised."""

from __future__ import annotations

from collections.abc import Iterator

from grader.records import CheckGrade, Grade, Message, Words, listed, translatable
from grader.reports.wording import quoted

MERGED = {
    "printed-only": translatable("Only printed, never kept in the agreed variable: {names}."),
    "other-name": translatable("Kept under another name than the agreed one: {names}."),
    "late": translatable("Not there at the end of the task, only at the end of the notebook: {names}."),
}
"""Flags that a whole notebook may raise check by check, each in one sentence for all its checks."""

STUDENT_FLAGS = frozenset(
    {
        *MERGED,
        *("bridged", "changed-later", "missing-file", "missing-package", "not-reproducible", "older-environment"),
        *("hidden-bug", "out-of-order", "stale-output", "undefined-name"),
    }
)
"""Flags that help their student. What others say is for staff, or stands beside the check already."""


def flag_sentences(grade: Grade) -> Iterator[Words]:
    """The flags that help their student, in words that name variables and no ids of checks."""
    checks = {check.id: check for check in grade.checks}
    for code in dict.fromkeys(flag.code for flag in grade.flags if flag.code in STUDENT_FLAGS):
        flags = [flag for flag in grade.flags if flag.code == code]
        names = [_name(code, checks[flag.check]) for flag in flags if flag.check in checks]
        if code in MERGED and names:
            yield Message(MERGED[code], {"names": listed(dict.fromkeys(names))})
        elif code not in MERGED:
            yield from dict.fromkeys(flag.message for flag in flags)


def _name(code: str, check: CheckGrade) -> Words:
    agreed = quoted(check.names[0] if check.names else check.quantity)
    if check.found is None or code == "printed-only":
        return agreed
    found = quoted(check.found.name)
    return Message("{name} in place of {agreed}", {"name": found, "agreed": agreed}) if code == "other-name" else found
