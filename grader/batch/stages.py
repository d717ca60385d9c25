"""The values between the batch's stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.assignment.spec import Spec
from grader.records import Notebook, Plan, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """An assignment as data: its spec, and the text of its sources by path."""

    spec: Spec
    sources: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A hand-in that could be read, and what is to be executed of it."""

    notebook: Notebook
    plan: Plan


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
