"""Who handed in what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Student:
    """Somebody on the roster, or whoever a file's name says. `extra` keeps the roster's other columns."""

    id: str
    name: str = ""
    email: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One attempt of a student, as handed in. `path` is for people; the bytes are known by `sha256`.

    `slug` names this attempt's files: safe in any file system, different for every submission of a batch.
    """

    student: Student
    attempt: int
    path: str
    sha256: str
    slug: str
