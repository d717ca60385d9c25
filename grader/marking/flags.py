"""Flags: what a person should look at. They take no marks by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from grader.marking.answers import missing_packages
from grader.marking.older import not_bridged
from grader.records import CheckGrade, Execution, Flag, Found, Message, either, translatable

_WAITS = translatable("{check} waits for a person.")
_NOT_BY_MACHINE = translatable("{check} could not be marked by the machine.")
_FOUND = {
    "other-name": translatable("{check} was taken from `{name}`; the agreed name is `{agreed}`."),
    "printed-only": translatable("{check} was only printed; the agreed name is `{agreed}`."),
    "late": translatable("`{name}` was there only at the end of the notebook, not of its task's section."),
}


def flags_of(checks: Iterable[CheckGrade], execution: Execution) -> tuple[Flag, ...]:
    """The flags that an execution and its checks raise by themselves, the checks in their order."""
    return (*_of_execution(execution), *(flag for check in checks for flag in _of_check(check)))


def _of_execution(execution: Execution) -> Iterator[Flag]:
    if execution.tries > 1:
        again = Message("The process was ended early, so the notebook was executed once more.")
        yield Flag(code="retried", message=again)
    for package in missing_packages(execution):
        message = Message(
            "`{package}` is imported, but it is neither installed where this was graded nor provided.",
            {"package": package},
        )
        yield Flag(code="missing-package", message=message)
    yield from not_bridged(execution)


def _of_check(check: CheckGrade) -> Iterator[Flag]:
    cell = check.found.cell if check.found else None
    if check.verdict == "unmarked":
        by_person = check.kind == "person"
        template = _WAITS if by_person else _NOT_BY_MACHINE
        yield Flag(code="unmarked", message=Message(template, {"check": check.id}), cell=cell, check=check.id)
    if check.verdict == "missing" and check.reason == "no-variable" and check.names:
        message = Message("There is no variable {names}.", {"names": either(check.names)})
        yield Flag(code="missing-name", message=message, check=check.id)
    if check.reason == "low-precision":
        message = Message(
            "{check} is right only at lower precision than its type: numbers of another precision got into it.",
            {"check": check.id},
        )
        yield Flag(code="low-precision", message=message, cell=cell, check=check.id)
    if check.found:
        yield from _of_found(check, check.found)


def _of_found(check: CheckGrade, found: Found) -> Iterator[Flag]:
    facts = {"check": check.id, "name": found.name, "agreed": check.names[0] if check.names else ""}
    for code, holds in (
        ("other-name", found.kind == "other-name"),
        ("printed-only", found.kind == "printed"),
        ("late", check.late),
    ):
        if holds:
            yield Flag(code=code, message=Message(_FOUND[code], facts), cell=found.cell, check=check.id)
