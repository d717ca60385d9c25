"""Which capture answers a check, and why that one: a stage of its own, which never looks at whether it is right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.assignment.spec import CheckSpec, Spec, TaskSpec
from grader.marking.numbers import NotNumeric, Numeric, as_numeric
from grader.marking.prints import printed_answers
from grader.marking.trace import Trace
from grader.marking.variables import Variable, agreed_variable, other_variable
from grader.records import Execution, Found, Notebook, Reason, Verdict

Shapes = Mapping[str, tuple[int, ...]]
"""The shape that each quantity has in the reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the student gave for a check; `late` where it was there only at the end of the notebook."""

    found: Found
    value: Numeric | NotNumeric
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """That there is no answer, and why."""

    verdict: Verdict
    reason: Reason
    detail: str = ""


def find_answers(spec: Spec, notebook: Notebook, execution: Execution, shapes: Shapes) -> Mapping[str, Answer | Absent]:
    """Find the answer to every check, by its id.

    In this order (the first that is there counts): the variable of the agreed name at the end of the task's section, or
    at the end of the notebook; text printed in the section; a variable of another name in the section. Printed text and
    other names are taken by where they stand, what they are called, what they are computed from and their shape, and
    never where they belong to another check or version.
    """
    trace = Trace(spec=spec, notebook=notebook, execution=execution)
    answers: dict[str, Answer | Absent] = {}
    for task in spec.tasks:
        answers.update(_in_task(trace, task, shapes))
    return answers


def _in_task(trace: Trace, task: TaskSpec, shapes: Shapes) -> Iterator[tuple[str, Answer | Absent]]:
    asked = [check for check in task.checks if check.kind == "value"]
    agreed = {check.id: agreed_variable(trace, check, task.id) for check in asked}
    open_checks = [check for check in asked if agreed[check.id] is None]
    printed = printed_answers(trace, open_checks, task.id, shapes)
    for check in task.checks:
        variable = agreed.get(check.id)
        if check.kind == "person":
            yield check.id, Absent(verdict="unmarked", reason="person")
        elif variable is not None:
            yield check.id, _from_variable(variable)
        elif check.id in printed:
            item = printed[check.id]
            yield check.id, Answer(found=item.found, value=item.value)
        elif (other := other_variable(trace, check, task.id, shapes[check.quantity])) is not None:
            yield check.id, _from_variable(other)
        else:
            yield check.id, _why_absent(trace, check)


def _from_variable(variable: Variable) -> Answer:
    return Answer(found=variable.found, value=as_numeric(variable.value), late=variable.late)


def _why_absent(trace: Trace, check: CheckSpec) -> Absent:
    """Whether the code that would have made the answer failed or was never reached, or isn't there at all."""
    if trace.execution.status == "unavailable":
        return Absent(verdict="unmarked", reason="grader-fault", detail=trace.execution.reason)
    making = _cells_that_make(trace, check.names)
    for index in making:
        run = trace.runs.get(index)
        if run is None or run.status == "not-run":
            return Absent(verdict="not-run", reason="not-reached")
        if run.status != "ok":
            detail = f"{run.error.name}: {run.error.message}" if run.error else run.status
            return Absent(verdict="not-run", reason="cell-failed", detail=detail[:300])
    return Absent(verdict="missing", reason="no-variable")


def _cells_that_make(trace: Trace, names: Sequence[str]) -> list[int]:
    return [index for index, code in trace.code.items() if set(names) & set(code.assigned)]
