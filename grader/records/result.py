"""One submission's whole result: what the batch produces, the gradebook keeps and the reports tell."""

from __future__ import annotations

from dataclasses import dataclass

from grader.records.execution import Execution, ExecutionStatus, Plan
from grader.records.grade import Grade
from grader.records.notebook import Notebook
from grader.records.submission import Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A submission, what it was read as, how it ran and what it got.

    `notebook` and `plan` are None where the hand-in was rejected, or our own fault kept us from reading it.
    `executions` has the main one first and is never empty: a rejected submission has one with status `rejected`, no
    engine and the reason. `marked_at` is ISO 8601 text in UTC.
    """

    submission: Submission
    notebook: Notebook | None
    plan: Plan | None
    executions: tuple[Execution, ...]
    grade: Grade
    marked_at: str

    @property
    def execution(self) -> Execution:
        """The main execution, which the answers were taken from."""
        return self.executions[0]

    @property
    def status(self) -> ExecutionStatus:
        """How the main execution ended."""
        return self.execution.status
