"""What worker processes do: everything that parses, computes or renders what a student handed in.

Each job is a plain function from values to a value. They run in processes of their own, which may die of what they are
given without taking the batch along, and which are the only ones that import torch.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path

from grader.assignment.loading import Loaded, load
from grader.assignment.spec import Reveal, Spec
from grader.batch.stages import Described, Pages, Prepared
from grader.errors import ExecutionUnavailable, NotebookRejected
from grader.marking import mark_submission, outputs_differ
from grader.notebook import FILE_BYTES, read
from grader.plan import make_plan
from grader.records import Execution, Grade, Notebook, Result
from grader.reports import executed_notebook, feedback_page, result_document


@functools.cache
def _assignment(reference: Path) -> Loaded:
    return load(reference)


def describe(reference: Path) -> Described:
    """Load an assignment, which evaluates its reference; raises AssignmentError for whatever is wrong with it."""
    loaded = _assignment(reference)
    return Described(spec=loaded.spec, sources=loaded.sources)


def prepare(reference: Path, path: Path) -> Prepared:
    """Read a hand-in and plan its executions; what can't be read as a notebook is rejected with the reason.

    Raises ExecutionUnavailable where its file can't be opened.
    """
    if not path.is_file():
        return Prepared(sha256="", rejected="This is no regular file. Hand in the notebook itself.")
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES + 1)
    except OSError as error:
        raise ExecutionUnavailable(f"The file can't be read: {error.strerror}.") from error
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        notebook = read(data)
    except NotebookRejected as error:
        return Prepared(sha256=sha256, rejected=str(error))
    return plan_again(reference, notebook, sha256)


def plan_again(reference: Path, notebook: Notebook, sha256: str) -> Prepared:
    """Plan the executions of a notebook that was read before."""
    return Prepared(sha256=sha256, notebook=notebook, plan=make_plan(_assignment(reference).spec, notebook))


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
