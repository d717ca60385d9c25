"""What worker processes do: everything that parses, computes or renders what a student handed in.

Each job is a plain function from values to a value. They run in processes of their own, which may die of what they are
given without taking the batch along, and which are the only ones that import torch. A submission takes two jobs where
all goes well, `prepare` and `finish`; the others are the steps of `finish`, for a submission on which it fails.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from grader.assignment.exposure import Exposed, exposed
from grader.assignment.loading import Loaded, load
from grader.assignment.spec import Policies, Spec, Tolerance
from grader.assignment.variations import variations
from grader.batch import opening
from grader.batch.beside import of_hand_in
from grader.batch.opening import NO_FILE, contents
from grader.batch.stages import (
    BY_ITSELF,
    Company,
    Described,
    Executed,
    Finished,
    Outlined,
    Pages,
    Prepared,
    Terms,
    WantsRepeat,
)
from grader.errors import NotebookRejected
from grader.execution import Recording
from grader.gradebook import Entry, dump_notebook, load_notebook, make_entry
from grader.marking import mark_submission, ungraded, wants_another_run, weaknesses
from grader.marking.rejudging import holds_at
from grader.marking.weaknesses import Examined
from grader.notebook import Part, join, read, tasks_of
from grader.plan import make_plan, sought
from grader.records import Execution, Grade, Notebook, Replacement, Result
from grader.reports import executed_notebook, feedback_page, result_document


@functools.cache
def _assignment(reference: Path) -> Loaded:
    return load(reference)


def describe(reference: Path) -> Described:
    """Load an assignment, which evaluates its reference; raises AssignmentError for whatever is wrong with it."""
    loaded = _assignment(reference)
    return Described(spec=loaded.spec, sources=loaded.sources)


def examine(reference: Path) -> tuple[Examined, tuple[Exposed, ...]]:
    """Try every small mistake on an assignment, name those that no check sees, and what students could read of it."""
    loaded = _assignment(reference)
    return weaknesses.examine(loaded.spec, loaded.reference), exposed(reference, loaded.reference)


def prepare(terms: Terms, path: Path, company: Company = BY_ITSELF) -> Prepared:
    """Read a hand-in and plan its executions; what can't be read as a notebook is rejected with the reason.

    Raises ExecutionUnavailable where its file can't be opened.
    """
    if not path.is_file():
        return Prepared(sha256="", rejected=NO_FILE)
    files = contents(company.parts or (path,))
    sha256 = of_hand_in(hashlib.sha256(files[0][1]).hexdigest(), [*_digests(files[1:]), company.digest])
    try:
        notebook = _together(_spec(terms), files)
    except NotebookRejected as error:
        return Prepared(sha256=sha256, rejected=str(error))
    notebook = replace(notebook, repairs=(*company.notes, *notebook.repairs), companions=company.companions)
    plan = make_plan(_spec(terms), notebook)
    return Prepared(sha256=sha256, document=dump_notebook(notebook), plan=plan, companions=notebook.companions)


def tasks(reference: Path, paths: tuple[Path, ...]) -> tuple[tuple[str, ...], ...]:
    """Of each file, the tasks that it has headings of; of none, where it can't be read."""
    wanted = sought(_assignment(reference).spec)
    found: list[tuple[str, ...]] = []
    if not all(path.is_file() for path in paths):
        return ((),) * len(paths)
    for name, data in contents(paths):
        try:
            found.append(tasks_of(read(data, name), name, wanted))
        except NotebookRejected:
            found.append(())
    return tuple(found)


def _digests(files: Sequence[tuple[str, bytes]]) -> list[str]:
    return [hashlib.sha256(data).hexdigest() for _, data in files]


def _together(spec: Spec, files: Sequence[tuple[str, bytes]]) -> Notebook:
    if len(files) == 1:
        return read(files[0][1], files[0][0])
    headings = {task.id: task.heading for task in spec.tasks}
    parts = []
    for name, data in files:
        notebook = read(data, name)
        first = next(iter(tasks_of(notebook, name, sought(spec))), "")
        parts.append(Part(name=name, heading=headings.get(first, name), notebook=notebook))
    return join(parts)


def outline_of(reference: Path, path: Path) -> Outlined:
    """Say what is where in a hand-in, by the tasks of an assignment; see `opening.outline_of`."""
    return opening.outline_of(path, sought(_assignment(reference).spec))


def plan_again(terms: Terms, document: str, sha256: str) -> Prepared:
    """Plan the executions of a notebook that was read before."""
    notebook = load_notebook(document)
    plan = make_plan(_spec(terms), notebook)
    return Prepared(sha256=sha256, document=document, plan=plan, companions=notebook.companions)


def finish(terms: Terms, executed: Executed, may_repeat: bool) -> Finished | WantsRepeat:
    """Mark a submission and write all that is kept of it, unless another execution would tell more."""
    notebook, recordings = _opened(executed)
    executions = _read(recordings)
    if may_repeat and _wants_repeat(executed, notebook, executions):
        return WantsRepeat()
    grade = _grade(terms, executed, notebook, executions, checks=None)
    result = _result(executed, notebook, executions, grade)
    return Finished(pages=_pages(terms, result), entry=_entry(executed, result))


def wants_repeat(executed: Executed) -> bool:
    """Whether outputs saved in the hand-in differ from fresh ones, so that a second execution tells more."""
    notebook, recordings = _opened(executed)
    return _wants_repeat(executed, notebook, _read(recordings))


def mark(terms: Terms, executed: Executed, checks: tuple[str, ...] | None = None) -> Grade:
    """Mark a submission; with `checks`, only those, and the others are left as our own fault."""
    notebook, recordings = _opened(executed)
    return _grade(terms, executed, notebook, _read(recordings), checks=checks)


def rejudge(
    reference: Path, notebook: Notebook, execution: Execution, asked: Mapping[str, Sequence[Tolerance]]
) -> dict[str, tuple[bool, ...]]:
    """For each of these checks, at which of the tolerances an answer would be right."""
    loaded = _assignment(reference)
    return holds_at(loaded.spec, loaded.reference, notebook, execution, asked)


def render(terms: Terms, executed: Executed, grade: Grade, with_notebook: bool) -> Pages:
    """Write all of a submission's files, as text."""
    notebook, recordings = _opened(executed)
    return _pages(terms, _result(executed, notebook if with_notebook else None, _read(recordings), grade))


def enter(executed: Executed, grade: Grade) -> Entry:
    """Write what the gradebook keeps of a submission."""
    notebook, recordings = _opened(executed)
    return _entry(executed, _result(executed, notebook, _read(recordings), grade))


def _spec(terms: Terms) -> Spec:
    """The assignment's spec, with the policies in force."""
    return _in_force(terms.reference, terms.policies)


@functools.lru_cache(maxsize=4)
def _in_force(reference: Path, policies: Policies) -> Spec:
    loaded = _assignment(reference)
    return replace(loaded.spec, policies=policies, variations=variations(loaded.reference, policies.vary))


def _opened(executed: Executed) -> tuple[Notebook | None, tuple[Recording, ...]]:
    kept = executed.stored.executions() if executed.stored else ()
    notebook = None if executed.document is None else load_notebook(executed.document)
    return notebook, (*(Recording(told=execution) for execution in kept), *executed.fresh)


def _read(recordings: tuple[Recording, ...]) -> tuple[Execution, ...]:
    return tuple(execution for recording in recordings for execution in recording.executions())


def _wants_repeat(executed: Executed, notebook: Notebook | None, executions: tuple[Execution, ...]) -> bool:
    return notebook is not None and wants_another_run(notebook, executions, _replaced(executed))


def _replaced(executed: Executed) -> tuple[Replacement, ...]:
    return executed.plan.replaced if executed.plan is not None else ()


def _grade(
    terms: Terms,
    executed: Executed,
    notebook: Notebook | None,
    executions: tuple[Execution, ...],
    *,
    checks: tuple[str, ...] | None,
) -> Grade:
    spec = _spec(terms)
    if notebook is None or executions[0].status in {"unavailable", "rejected"}:
        return ungraded(spec, executions[0])
    reference = _assignment(terms.reference).reference
    return mark_submission(spec, reference, notebook, executions, replaced=_replaced(executed), only=checks)


def _result(executed: Executed, notebook: Notebook | None, executions: tuple[Execution, ...], grade: Grade) -> Result:
    return Result(
        submission=executed.submission,
        notebook=notebook,
        plan=executed.plan,
        executions=executions,
        grade=grade,
        marked_at=executed.marked_at,
    )


def _pages(terms: Terms, result: Result) -> Pages:
    spec = _spec(terms)
    document = result_document(result, spec, _provenance(terms, result.execution))
    return Pages(
        result=document.model_dump_json(indent=2) + "\n",
        executed=executed_notebook(result),
        feedback=feedback_page(result, spec, terms.policies.reveal),
    )


def _provenance(terms: Terms, execution: Execution) -> Mapping[str, object]:
    return {**terms.versions, **execution.environment, **terms.facts}


def _entry(executed: Executed, result: Result) -> Entry:
    # Executions that are kept need not be kept again; a set to which one was added is another set.
    kept = executed.stored.id if executed.stored and not executed.fresh else None
    return make_entry(result, key=executed.key, document=executed.document, stored=kept)
