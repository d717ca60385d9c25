"""Marking: from an execution to a grade, purely; an assignment and executions always give the same one."""

from grader.marking.mark import mark_submission, ungraded
from grader.marking.reproducibility import wants_another_run

__all__ = ["mark_submission", "ungraded", "wants_another_run"]
