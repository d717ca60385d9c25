"""A submission's result as the gradebook keeps it: text and numbers, one for each column.

Made, and read back, where no database is at hand, so that whoever has the database only inserts and selects.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.gradebook import documents
from grader.records import Execution, ExecutionStatus, Result, Submission

Columns = Mapping[str, str | int | float | None]
"""Values by the names of their columns."""

LIGHT = ("purpose", "engine", "status", "seconds", "seed", "cells", "environment", "reason", "tries")
LARGE = ("outputs", "captures", "calls")
"""The columns of an execution's own; those that may be large are left out where a whole class is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is to be written of a result.

    `notebook` is empty where we could not try to read it, so that what an earlier time came to stays. `executions` are
    the main one, with the plan and the digest of the whole set, and then the others; where they came from the
    gradebook, there are none, and `stored` is the id of the main one.
    """

    submission: Submission
    key: str
    notebook: Columns
    executions: tuple[Columns, ...]
    stored: int | None
    grade: Columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Executions as they are kept, the main one first; `id` is its own."""

    id: int
    rows: tuple[Columns, ...]

    @property
    def status(self) -> ExecutionStatus:
        """How the main one ended."""
        return self.rows[0]["status"]  # type: ignore[return-value]  # it was one when it was written

    def executions(self) -> tuple[Execution, ...]:
        """The records. Raises GradebookError where something is none."""
        return tuple(map(load_execution, self.rows))


def make_entry(result: Result, *, key: str, document: str | None = None, stored: int | None = None) -> Entry:
    """What is to be written of a result.

    `key` says what besides the notebook's bytes decided how it ran. `document` is the notebook as JSON text, where that
    is at hand; `stored` the id under which the gradebook has these executions already.
    """
    return Entry(
        submission=result.submission,
        key=key,
        notebook=_notebook(result, document),
        executions=_executions(result) if stored is None else (),
        stored=stored,
        grade=_grade(result),
    )


def _notebook(result: Result, document: str | None) -> Columns:
    if result.status == "rejected":
        return {"document": None, "rejection": result.execution.reason}
    if result.notebook is None:
        return {}
    return {"document": document or documents.dump_notebook(result.notebook), "rejection": None}


def _executions(result: Result) -> tuple[Columns, ...]:
    main, *others = (dump_execution(execution) for execution in result.executions)
    plan = None if result.plan is None else documents.dump(documents.PLAN, result.plan)
    return (
        {**main, "digest": digest((main, *others)), "plan": plan},
        *({**other, "digest": None, "plan": None} for other in others),
    )


def dump_execution(execution: Execution) -> Columns:
    """An execution's own columns."""
    cells, outputs = documents.dump_cells(execution.cells)
    return {
        "purpose": execution.purpose,
        "engine": execution.engine,
        "status": execution.status,
        "seconds": execution.seconds,
        "seed": execution.seed,
        "cells": cells,
        "environment": documents.dump_texts(execution.environment),
        "reason": documents.escaped(execution.reason),
        "tries": execution.tries,
        "outputs": outputs,
        "captures": documents.dump_captures(execution.captures),
        "calls": documents.dump_calls(execution.calls),
    }


def load_execution(columns: Columns) -> Execution:
    """The execution whose columns these are; without outputs, captures and calls, where only the light ones are
    here."""
    whole = set(LARGE) <= columns.keys()
    texts = {name: str(columns[name]) for name in ("cells", "environment", *(LARGE if whole else ()))}
    plain = {name: columns[name] for name in LIGHT if name not in texts}
    return Execution(
        cells=documents.load_cells(texts["cells"], texts.get("outputs")),
        captures=documents.load_captures(texts["captures"]) if whole else (),
        calls=documents.load_calls(texts["calls"]) if whole else (),
        environment=documents.load_texts(texts["environment"]),
        **plain,  # type: ignore[arg-type]  # what is in the columns was once in such a record
    )


def digest(executions: Sequence[Columns]) -> str:
    """Equal for two sets of executions where everything in them is: a fresh run differs, if only in its seconds."""
    found = hashlib.sha256()
    for execution in executions:
        for name in (*LIGHT, *LARGE):
            column = str(execution[name]).encode()
            found.update(f"{name} {len(column)} ".encode())
            found.update(column)
    return found.hexdigest()


def _grade(result: Result) -> Columns:
    points, max_points = result.grade.points, result.grade.max_points
    return {
        "status": result.status,
        "points": None if points is None else str(points),
        "points_number": None if points is None else float(points),
        "max_points": str(max_points),
        "max_points_number": float(max_points),
        "document": documents.dump(documents.GRADE, result.grade),
        "marked_at": result.marked_at,
    }
