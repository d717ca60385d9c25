"""What explains the answers of a student's function: a small change to the reference's that gives the same ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from grader.assignment.outcomes import Expected
from grader.assignment.spec import CheckSpec
from grader.marking.answers import Called
from grader.marking.leaves import holds
from grader.marking.mistakes import explained
from grader.records import CheckGrade

if TYPE_CHECKING:
    from grader.assignment.functions import FunctionReference
    from grader.assignment.mutation import Mutant


def with_causes(check: CheckSpec, answer: Called, grade: CheckGrade, function: FunctionReference) -> CheckGrade:
    """The grade of a function with what explains it, where something does and nothing explains it already.

    A cause gives what the student's function gave in every case.
    """
    if grade.verdict not in ("incorrect", "partial") or grade.diagnoses:
        return grade
    fitting: list[Mutant] = []
    for mutant in _fitting(check, answer, function):
        if not any(function.alike(mutant, before) for before in fitting):
            fitting.append(mutant)
    return replace(grade, diagnoses=explained([{check.quantity: mutant} for mutant in fitting], check.quantity))


def _fitting(check: CheckSpec, answer: Called, function: FunctionReference) -> Iterator[Mutant]:
    if any(
        result.value is None for result, case in zip(answer.made.results, function.cases, strict=True) if not case.error
    ):
        return
    for mutant, answers in function.mutants:
        if _holds(check, answer, answers):
            yield mutant


def _holds(check: CheckSpec, answer: Called, answers: tuple[Expected | None, ...]) -> bool:
    return all(
        expected is None or (result.value is not None and holds(result.value, expected, check.tolerance))
        for result, expected in zip(answer.made.results, answers, strict=True)
    )
