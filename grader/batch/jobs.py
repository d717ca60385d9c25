"""What worker processes do: everything that parses, computes or renders what a student handed in.

Each job is a plain function from values to a value. They run in processes of their own, which may die of what they are
given without taking the batch along, and which are the only ones that import torch.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

from grader.assignment.loading import Loaded, load
from grader.assignment.spec import Reveal, Spec
from grader.batch.stages import Described, Pages, Prepared
from grader.errors import ExecutionUnavailable, NotebookRejected
from grader.marking import mark_submission, outputs_differ
from grader.notebook import read
from grader.plan import make_plan
from grader.records import Execution, Grade, Notebook, Result
from grader.reports import executed_notebook, feedback_page, result_document

LARGEST_FILE = 200 * 1024**2
"""A hand-in of more bytes is rejected unread."""


@functools.cache
def _assignment(reference: Path) -> Loaded:
    return load(reference)


def describe(reference: Path) -> Described:
    """Load an assignment and evaluate its reference once.

    Raises AssignmentError for whatever is wrong with it.
    """
    loaded = _assignment(reference)
    loaded.reference.worlds()
    return Described(spec=loaded.spec, sources=loaded.sources)


def prepare(reference: Path, path: Path) -> Prepared:
    """Read a hand-in and plan its executions.

    Raises NotebookRejected where it can't be read as a notebook, ExecutionUnavailable where its file can't be opened.
    """
    notebook = read(_bytes(path))
    return Prepared(notebook=notebook, plan=make_plan(_assignment(reference).spec, notebook))


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise NotebookRejected("This is no regular file.", remedy="Hand in the notebook itself.")
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise NotebookRejected(
                f"The file is larger than {LARGEST_FILE // 1024**2} MB.",
                remedy="Clear the notebook's outputs and hand it in again.",
            )
        return path.read_bytes()
    except OSError as error:
        raise ExecutionUnavailable(f"The file can't be read: {error.strerror}.") from error


def wants_repeat(notebook: Notebook, execution: Execution) -> bool:
    """Whether outputs saved in the hand-in differ from fresh ones, so that a second execution tells more."""
    return outputs_differ(notebook, execution)


def mark(
    reference: Path, notebook: Notebook, executions: tuple[Execution, ...], checks: tuple[str, ...] | None = None
) -> Grade:
    """Mark a submission; with `checks`, only those, and the others are left as our own fault."""
    loaded = _assignment(reference)
    worlds = tuple(world.values for world in loaded.reference.worlds())
    return mark_submission(loaded.spec, worlds, notebook, executions, only=checks)


def render(result: Result, spec: Spec, reveal: Reveal, provenance: Mapping[str, object]) -> Pages:
    """Write all of a submission's files, as text."""
    return Pages(
        result=result_document(result, spec, provenance).model_dump_json(indent=2) + "\n",
        executed=executed_notebook(result),
        feedback=feedback_page(result, spec, reveal),
    )
