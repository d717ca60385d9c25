"""Flags: what a person should look at. They take no marks by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from grader.marking.answers import missing_packages
from grader.marking.older import not_bridged
from grader.records import CheckGrade, Execution, Flag


def flags_of(checks: Iterable[CheckGrade], execution: Execution) -> tuple[Flag, ...]:
    """The flags that an execution and its checks raise by themselves, the checks in their order."""
    return (*_of_execution(execution), *(flag for check in checks for flag in _of_check(check)))


def _of_execution(execution: Execution) -> Iterator[Flag]:
    if execution.tries > 1:
        yield Flag(code="retried", message="The process was ended early, so the notebook was executed once more.")
    for package in missing_packages(execution):
        message = f"`{package}` is imported, but it is neither installed where this was graded nor provided."
        yield Flag(code="missing-package", message=message)
    yield from not_bridged(execution)


def _of_check(check: CheckGrade) -> Iterator[Flag]:
    found = check.found
    cell = found.cell if found else None
    if check.verdict == "unmarked":
        message = f"{check.id} could not be marked by the machine." if check.kind != "person" else ""
        yield Flag(code="unmarked", message=message or f"{check.id} waits for a person.", cell=cell, check=check.id)
    if check.verdict == "missing" and check.reason == "no-variable" and check.names:
        message = f"There is no variable {' or '.join(f'`{name}`' for name in check.names)}."
        yield Flag(code="missing-name", message=message, check=check.id)
    if found and found.kind == "other-name":
        message = f"{check.id} was taken from `{found.name}`; the agreed name is `{check.names[0]}`."
        yield Flag(code="other-name", message=message, cell=cell, check=check.id)
    if found and found.kind == "printed":
        message = f"{check.id} was only printed; the agreed name is `{check.names[0]}`."
        yield Flag(code="printed-only", message=message, cell=cell, check=check.id)
    if check.reason == "low-precision":
        message = (
            f"{check.id} is right only at lower precision than its type: numbers of another precision got into it."
        )
        yield Flag(code="low-precision", message=message, cell=cell, check=check.id)
    if found and check.late:
        message = f"`{found.name}` was there only at the end of the notebook, not of its task's section."
        yield Flag(code="late", message=message, cell=cell, check=check.id)
