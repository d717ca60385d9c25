"""Marking a submission: answers, verdicts, points and flags, in that order."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from grader.assignment.spec import CheckSpec, Spec
from grader.marking.answers import Absent, Called, Given, fault, find_answers
from grader.marking.cases import flags_of_calls
from grader.marking.flags import flags_of
from grader.marking.helpers import with_right_helpers
from grader.marking.judge import absent
from grader.marking.judges import Judges
from grader.marking.older import bridged
from grader.marking.order import out_of_order, undefined_names
from grader.marking.repeats import not_reproducible
from grader.marking.reproducibility import changed_later, stale_outputs
from grader.marking.rules import apply_rules
from grader.marking.trace import Trace
from grader.marking.varied import Varied
from grader.marking.wrong_values import wrong_value
from grader.records import CheckGrade, Execution, Flag, Grade, Message, Notebook, Replacement, TaskGrade

if TYPE_CHECKING:
    from grader.assignment.reference import Reference


def mark_submission(
    spec: Spec,
    reference: Reference,
    notebook: Notebook,
    executions: Sequence[Execution],
    *,
    replaced: Sequence[Replacement] = (),
    only: Collection[str] | None = None,
) -> Grade:
    """Mark a submission by its executions, the main one first. `replaced` is what they had in place of the notebook's.

    With `only`, checks of other ids are left unmarked as our own fault: marking them has failed.
    """
    trace = Trace(spec=spec, notebook=notebook, execution=executions[0])
    worlds = tuple(world.values for world in reference.worlds())
    shapes = {name: value.shape for name, value in worlds[0].items() if isinstance(value, np.ndarray)}
    answers = find_answers(trace, shapes, only=only)
    judges = Judges(trace=trace, reference=reference)
    checks = with_right_helpers(trace, reference, _judged(spec, answers, judges))
    ruled = apply_rules(trace, checks)
    checks = ruled.checks
    varied: tuple[Flag, ...] = ()
    if spec.variations and (only is None or spec.policies.varied == "require"):
        checks, varied = Varied(trace=trace, reference=reference, answers=answers, executions=executions).marked(checks)
    flags = flags_of(checks.values(), executions[0])
    if only is None:
        flags += ruled.flags
        flags += (*judges.flags(), *_of_calls(spec, answers), *bridged(notebook, executions[0]))
        flags += (*_not_replaced(trace), *varied)
        flags += (*changed_later(trace, checks, worlds), *stale_outputs(notebook, executions, replaced))
        flags += (*undefined_names(trace), *out_of_order(trace, checks))
        flags += tuple(not_reproducible(trace, checks, executions))
    return Grade(tasks=_by_task(spec, checks), flags=flags)


def _not_replaced(trace: Trace) -> Iterator[Flag]:
    for name in trace.spec.replaced:
        if not any(name in assigned for assigned in trace.assigned.values()):
            message = Message(
                "`{name}` is replaced when graded, but this notebook doesn't assign it, so it ran with its own.",
                {"name": name},
            )
            yield Flag(code="not-replaced", message=message)


def _of_calls(spec: Spec, answers: Mapping[str, Given]) -> Iterator[Flag]:
    for check in spec.checks:
        answer = answers[check.id]
        if isinstance(answer, Called):
            yield from flags_of_calls(check, answer.made)


def _judged(spec: Spec, answers: Mapping[str, Given], judges: Judges) -> Mapping[str, CheckGrade]:
    checks: dict[str, CheckGrade] = {}
    for check in spec.checks_by_dependence:
        try:
            grade = judges.judge(check, answers[check.id])
            wrong = wrong_value(judges.trace, answers[check.id], grade)
            checks[check.id] = replace(grade, wrong_value=wrong) if wrong else grade
        except Exception as error:
            # A value that our comparison stumbles over leaves its own check to a person, and no other.
            checks[check.id] = absent(check, fault(f"{type(error).__name__}: {error}"[:200]))
    return {check.id: checks[check.id] for check in spec.checks}


def _by_task(spec: Spec, checks: Mapping[str, CheckGrade]) -> tuple[TaskGrade, ...]:
    return tuple(
        TaskGrade(id=task.id, title=task.title, checks=tuple(checks[check.id] for check in task.checks))
        for task in spec.tasks
    )


def ungraded(spec: Spec, execution: Execution) -> Grade:
    """The grade of a submission that was never executed: nothing for what can't be read, null for our own faults."""
    checks = {check.id: absent(check, _unexecuted(check, execution)) for check in spec.checks}
    return Grade(tasks=_by_task(spec, checks), flags=flags_of(checks.values(), execution))


def _unexecuted(check: CheckSpec, execution: Execution) -> Absent:
    if execution.status == "unavailable":
        return fault(execution.reason)
    if check.kind == "person":
        return Absent(verdict="unmarked", reason="person")
    return Absent(verdict="missing", reason="rejected", detail=execution.reason)
