"""Functions that are right but for a helper of the student's own, which has cost its points already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from grader.assignment.spec import CheckSpec
from grader.marking.answers import Called, fault
from grader.marking.judge import absent, judge_function
from grader.marking.trace import Trace
from grader.records import CheckGrade

if TYPE_CHECKING:
    from grader.assignment.reference import Reference

_WRONG = ("incorrect", "partial")


def with_right_helpers(
    trace: Trace, reference: Reference, checks: Mapping[str, CheckGrade]
) -> Mapping[str, CheckGrade]:
    """The grades, in which a wrong function keeps its points where it is right with the right helpers in place of those
    that lost theirs."""
    grades = {**checks}
    for task in trace.spec.tasks:
        for check in task.checks:
            if check.function is not None and grades[check.id].verdict in _WRONG:
                try:
                    grades[check.id] = _followed(trace, task.id, check, reference, grades)
                except Exception as error:
                    # A result that our comparison stumbles over leaves its own check to a person, and no other.
                    grades[check.id] = absent(check, fault(f"{type(error).__name__}: {error}"[:200]))
    return {check: grades[check] for check in checks}


def _followed(
    trace: Trace, task: str, check: CheckSpec, reference: Reference, grades: Mapping[str, CheckGrade]
) -> CheckGrade:
    grade = grades[check.id]
    kept = check.points * trace.spec.policies.follow_through
    assert check.function is not None
    for stand_in in check.function.stand_ins:
        sources = tuple(dict.fromkeys(source for helper in stand_in.helpers for source in _sources(grades[helper])))
        made = trace.calls(task, stand_in.calls) if sources and kept > (grade.points or 0) else None
        if made is None or grade.found is None or not made.callable or not made.results:
            continue
        answer = Called(found=grade.found, made=made)
        if judge_function(check, answer, reference.functions[check.id].expected).verdict == "correct":
            return replace(grade, verdict="follow-through", points=kept, follows_from=sources)
    return grade


def _sources(helper: CheckGrade) -> tuple[str, ...]:
    """The checks that lost points for what is wrong with a helper."""
    return (helper.id,) if helper.verdict in _WRONG else helper.follows_from
