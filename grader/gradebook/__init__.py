"""The gradebook: remembers every execution, marking and grade, in SQLite or any database that SQLAlchemy reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.gradebook.documents import dump_notebook, load_notebook
from grader.gradebook.entries import Entry, Stored, make_entry

if TYPE_CHECKING:
    from grader.gradebook.reading import Kept
    from grader.gradebook.store import Gradebook, KeptAssignment

__all__ = [
    "Entry",
    "Gradebook",
    "Kept",
    "KeptAssignment",
    "Stored",
    "dump_notebook",
    "load_notebook",
    "make_entry",
]


def __getattr__(name: str) -> object:
    # Whoever only makes entries, as workers do, has no use for SQLAlchemy, which takes long to import.
    if name in {"Gradebook", "Kept", "KeptAssignment"}:
        from grader.gradebook import store

        return getattr(store, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
