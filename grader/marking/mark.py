"""Marking a submission: answers, verdicts, points and flags, in that order."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from grader.assignment.spec import CheckSpec, Spec
from grader.marking.answers import Absent, Answer, fault, find_answers
from grader.marking.flags import flags_of
from grader.marking.judge import World, judge
from grader.marking.reproducibility import changed_later, stale_outputs
from grader.marking.trace import Trace
from grader.records import CheckGrade, Execution, Grade, Notebook, TaskGrade


def mark_submission(
    spec: Spec,
    worlds: Sequence[World],
    notebook: Notebook,
    executions: Sequence[Execution],
    *,
    only: Collection[str] | None = None,
) -> Grade:
    """Mark a submission by its executions, the main one first.

    `worlds` are the reference's values, one mapping for each choice among second right answers, the author's own first.
    With `only`, checks of other ids are left unmarked as our own fault: marking them has failed.
    """
    trace = Trace(spec=spec, notebook=notebook, execution=executions[0])
    shapes = {name: value.shape for name, value in worlds[0].items() if isinstance(value, np.ndarray)}
    checks = _judged(spec, find_answers(trace, shapes, only=only), worlds)
    flags = flags_of(checks.values(), executions[0])
    if only is None:
        flags += (*changed_later(trace, checks, worlds), *stale_outputs(notebook, executions))
    return Grade(tasks=_by_task(spec, checks), flags=flags)


def _judged(spec: Spec, answers: Mapping[str, Answer | Absent], worlds: Sequence[World]) -> Mapping[str, CheckGrade]:
    possible: dict[str | None, tuple[World, ...]] = {}
    checks: dict[str, CheckGrade] = {}
    for check in spec.checks:
        left = possible.get(check.version, tuple(worlds))
        try:
            judgement = judge(check, answers[check.id], left, spec.policies)
        except Exception as error:
            # A value that our comparison stumbles over leaves its own check to a person, and no other.
            judgement = judge(check, fault(f"{type(error).__name__}: {error}"[:200]), left, spec.policies)
        possible[check.version] = judgement.worlds
        checks[check.id] = judgement.grade
    return checks


def _by_task(spec: Spec, checks: Mapping[str, CheckGrade]) -> tuple[TaskGrade, ...]:
    return tuple(
        TaskGrade(id=task.id, title=task.title, checks=tuple(checks[check.id] for check in task.checks))
        for task in spec.tasks
    )


def ungraded(spec: Spec, execution: Execution) -> Grade:
    """The grade of a submission that was never executed: nothing for what can't be read, null for our own faults."""
    absent = {check.id: _unexecuted(check, execution) for check in spec.checks}
    checks = _judged(spec, absent, ())
    return Grade(tasks=_by_task(spec, checks), flags=flags_of(checks.values(), execution))


def _unexecuted(check: CheckSpec, execution: Execution) -> Absent:
    if execution.status == "unavailable":
        return fault(execution.reason)
    if check.kind == "person":
        return Absent(verdict="unmarked", reason="person")
    return Absent(verdict="missing", reason="rejected", detail=execution.reason)
