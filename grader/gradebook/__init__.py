"""The gradebook: remembers every execution, marking and grade, in SQLite or any database that SQLAlchemy reaches."""

from grader.gradebook.documents import dump_notebook, load_notebook
from grader.gradebook.entries import Entry, Stored, make_entry
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
