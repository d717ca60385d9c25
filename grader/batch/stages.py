"""The values between the batch's stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.assignment.spec import Spec
from grader.records import Notebook, Plan, Result, Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """An assignment as data: its spec, and the text of its sources by path."""

    spec: Spec
    sources: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """A submission of a batch, and where its notebook is: in a file, or, where `path` is None, in the gradebook."""

    submission: Submission
    path: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A hand-in as it was read, and what is to be executed of it.

    `sha256` is that of the bytes that were read. Where they are no notebook, `rejected` says why, and the rest is None.
    """

    sha256: str
    notebook: Notebook | None = None
    plan: Plan | None = None
    rejected: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """A submission's files, as text."""

    result: str
    executed: str
    feedback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """A submission with its grade and its files' text; `executed` is False where stored executions were used."""

    result: Result
    pages: Pages
    executed: bool
