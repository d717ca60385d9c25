"""The gradebook: remembers every execution, marking and grade, in SQLite or any database that SQLAlchemy reaches."""

from grader.gradebook.store import Gradebook, KeptAssignment

__all__ = ["Gradebook", "KeptAssignment"]
