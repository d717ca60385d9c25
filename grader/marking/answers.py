"""Which capture answers a check, and why that one: a stage of its own, which never looks at whether it is right."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from grader.assignment.spec import CheckSpec, FunctionSpec, PropertySpec, TaskSpec
from grader.marking.numbers import Numeric
from grader.marking.prints import printed_answers
from grader.marking.trace import Trace
from grader.marking.variables import Variable, agreed_variable, is_gap, other_variable
from grader.records import (
    CallResult,
    CallsMade,
    CellRun,
    Execution,
    Found,
    Message,
    Reason,
    Unreadable,
    Value,
    Verdict,
    Words,
    parts_of,
)

T = TypeVar("T")

_NO_MODULE = re.compile(r"No module named '([\w.]+)'")

Shapes = Mapping[str, tuple[int, ...]]
"""The shape of each quantity that is an array of numbers in the reference; others are found by their names alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the student gave for a check: a captured value, or printed numbers; `late` where it was there only at the
    end of the notebook."""

    found: Found
    value: Value | Numeric
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """The student's function, as it answered the calls of a check."""

    found: Found
    made: CallsMade


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """What a property is judged by: values by the predicate's parameters."""

    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """That there is no answer, and why; `made_in` is the cell that would have made it."""

    verdict: Verdict
    reason: Reason
    detail: Words = ""
    made_in: int | None = None


Given = Answer | Called | Captured | Absent
"""What a check is answered with."""


def fault(what: str) -> Absent:
    """What a check has where finding or judging its answer failed: our own fault, in words for staff."""
    return Absent(verdict="unmarked", reason="grader-fault", detail=what)


def find_answers(trace: Trace, shapes: Shapes, *, only: Collection[str] | None = None) -> Mapping[str, Given]:
    """Find the answer to every check, by its id; with `only`, to those, and the others are left as our own fault.

    In this order (the first that is there counts): the variable of the agreed name at the end of the task's section, or
    at the end of the notebook; text printed in the section; a variable of another name in the section. Printed text and
    other names are taken by where they stand, what they are called, what they are computed from and their shape, and
    never where they belong to another check or version.
    """
    spec = trace.spec
    wanted = {check.id for check in spec.checks if only is None or check.id in only}
    answers: dict[str, Given] = {check.id: fault("marking this check failed before") for check in spec.checks}
    for task in spec.tasks:
        answers.update(_in_task(trace, task, shapes, wanted))
    return answers


def _in_task(trace: Trace, task: TaskSpec, shapes: Shapes, wanted: Collection[str]) -> Iterator[tuple[str, Given]]:
    asked = [check for check in task.checks if check.kind == "value"]
    agreed = {check.id: agreed_variable(trace, check, task.id) for check in asked}
    unanswered = [check for check in asked if agreed[check.id] is None and check.quantity in shapes]
    # Which print is meant for a check depends on all that are open; prints are read only where one is wanted.
    needed = any(check.id in wanted for check in unanswered)
    printed = _guarded(lambda: printed_answers(trace, unanswered, task.id, shapes)) if needed else {}
    for check in task.checks:
        if check.id not in wanted:
            continue
        variable = agreed.get(check.id)
        if check.kind == "person":
            yield check.id, Absent(verdict="unmarked", reason="person")
        elif check.function is not None:
            yield check.id, _guarded(partial(_called, trace, check, task.id, check.function))
        elif check.property is not None:
            yield check.id, _guarded(partial(_captured, trace, task.id, check.property))
        elif variable is not None:
            yield check.id, _guarded(partial(_from_variable, variable))
        elif isinstance(printed, Absent):
            yield check.id, printed
        elif check.id in printed:
            yield check.id, Answer(found=printed[check.id].found, value=printed[check.id].value)
        else:
            yield check.id, _guarded(partial(_elsewhere, trace, check, task.id, shapes))


def _called(trace: Trace, check: CheckSpec, task: str, function: FunctionSpec) -> Called | Absent:
    made = trace.calls(task, function.calls)
    if made is None or not made.found:
        return _why_absent(trace, check)
    if not made.callable:
        return Absent(verdict="incorrect", reason="not-callable", detail=made.found)
    if all(result.status == "not-made" for result in made.results):
        return fault("its calls could not be made")
    cell = max((index for index in trace.assigned if trace.sets(made.found, index)), default=None)
    return Called(found=Found(kind="variable", name=made.found, cell=cell), made=made)


def _captured(trace: Trace, task: str, judged: PropertySpec) -> Captured | Absent:
    values: dict[str, Value] = {}
    for parameter, paths in judged.variables.items():
        value = trace.value_at(task, paths)
        if value is None or is_gap(value):
            return Absent(verdict="missing", reason="no-variable", detail=paths[0])
        if (unreadable := _unreadable_in(value)) is not None:
            return Absent(verdict="incorrect", reason="unreadable", detail=unreadable.type)
        values[parameter] = value
    for parameter, calls in judged.calls.items():
        made = trace.calls(task, calls)
        if made is None or not made.found:
            return Absent(verdict="missing", reason="no-function", detail=calls.names[0])
        if not made.callable:
            return Absent(verdict="incorrect", reason="not-callable", detail=made.found)
        (result,) = made.results
        if result.value is None:
            reason, detail = how_it_failed(result)
            return Absent(verdict="incorrect", reason=reason, detail=detail)
        if (unreadable := _unreadable_in(result.value)) is not None:
            return Absent(verdict="incorrect", reason="unreadable", detail=unreadable.type)
        values[parameter] = result.value
    return Captured(values=values)


def _unreadable_in(value: Value) -> Unreadable | None:
    """What in a value can't be read, however deep it is."""
    return next((part for part in parts_of(value) if isinstance(part, Unreadable)), None)


def how_it_failed(result: CallResult) -> tuple[Reason, str]:
    """Why a call gave no value."""
    match result.status:
        case "raised":
            said = f"{result.error.name}: {result.error.message}".strip(": ") if result.error else ""
            return "raised", said[:200]
        case "timeout":
            return "call-timeout", ""
        case "died":
            return "call-died", ""
        case _:
            return "not-called", ""


def _guarded(find: Callable[[], T]) -> T | Absent:
    """What `find` gives; where it fails on what a student made, a fault that costs nothing but what it was for."""
    try:
        return find()
    except Exception as error:
        return fault(f"{type(error).__name__}: {error}"[:200])


def _elsewhere(trace: Trace, check: CheckSpec, task: str, shapes: Shapes) -> Answer | Absent:
    shape = shapes.get(check.quantity)
    other = None if shape is None else other_variable(trace, check, task, shape)
    return _why_absent(trace, check) if other is None else _from_variable(other)


def _from_variable(variable: Variable) -> Answer:
    return Answer(found=variable.found, value=variable.value, late=variable.late)


def _why_absent(trace: Trace, check: CheckSpec) -> Absent:
    """Whether the code that would have made the answer failed or was never reached, or isn't there at all."""
    absent = Absent(verdict="missing", reason="no-function" if check.kind == "function" else "no-variable")
    for index in trace.assigned:
        if not any(_makes(trace, name, index, check) for name in check.names):
            continue
        run = trace.runs.get(index)
        if run is None or run.status == "not-run":
            absent = Absent(verdict="not-run", reason="not-reached", made_in=index)
            break
        if run.status != "ok":
            absent = Absent(verdict="not-run", reason="cell-failed", detail=_failure(run), made_in=index)
            break
    packages = missing_packages(trace.execution)
    if packages:
        # What follows from a package that we lack is no fault of the student's.
        return fault(f"{' and '.join(f'`{name}`' for name in packages)} can't be imported here")
    return absent


def _makes(trace: Trace, name: str, cell: int, check: CheckSpec) -> bool:
    if check.kind == "value" and name.isidentifier():
        return name in trace.assigned[cell]
    return trace.sets(name, cell)


def _failure(run: CellRun) -> Words:
    """Why a cell ended, in words for its student."""
    error = run.error
    if run.status == "timeout":
        return Message("it ran longer than its limit")
    if run.status == "output":
        return Message("it wrote more than its limit")
    if error is None:
        return Message("its process died")
    if error.name == "StdinNotImplementedError":
        return Message("it asks for input(), and nobody answers when a notebook is graded")
    return f"{error.name}: {error.message}".strip(": ")[:300]


def missing_packages(execution: Execution) -> tuple[str, ...]:
    """Modules that a cell wanted to import and that aren't there, by their top-level names."""
    errors = (run.error for run in execution.cells if run.error and run.error.name == "ModuleNotFoundError")
    found = (_NO_MODULE.search(error.message) for error in errors)
    return tuple(dict.fromkeys(match[1].partition(".")[0] for match in found if match))
