"""What explains the answers of a student's function: a small change to the reference's that gives the same ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from grader.assignment.outcomes import Expected
from grader.assignment.spec import CheckSpec
from grader.marking.answers import Called
from grader.marking.mistakes import explained
from grader.marking.screening import is_given
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
    order = _order(check, answer, function)
    if not order:
        return grade
    with function.changed.computing():
        fitting = tuple(_fitting(check, answer, function, order, function.changed.mutants))
        if not fitting:
            pairs = tuple(_fitting(check, answer, function, order, function.changed.pairs(order[0])))
            fitting = pairs if len(pairs) == 1 else ()
    return replace(grade, diagnoses=explained([{check.quantity: mutant} for mutant in fitting], check.quantity))


def _order(check: CheckSpec, answer: Called, function: FunctionReference) -> tuple[int, ...]:
    """The cases that ask for a value, those that are wrong first: hardly a change gives what is wrong, and many give
    what is right. () where one of them has no answer."""
    asked = [number for number, case in enumerate(function.cases) if not case.error]
    if any(answer.made.results[number].value is None for number in asked):
        return ()
    wrong = [number for number in asked if not _holds(check, answer, number, function.expected[number])]
    return (*wrong, *(number for number in asked if number not in wrong))


def _fitting(
    check: CheckSpec, answer: Called, function: FunctionReference, order: Sequence[int], mutants: Sequence[Mutant]
) -> Iterator[Mutant]:
    """The changes that give the student's answer in every case that asks for one, each mistake once."""
    found: list[Mutant] = []
    for mutant in mutants:
        answers = (function.changed.answer(mutant, number) for number in order)
        if not all(_holds(check, answer, number, given) for number, given in zip(order, answers, strict=True)):
            continue
        if not any(function.changed.alike(mutant, before) for before in found):
            found.append(mutant)
            yield mutant


def _holds(check: CheckSpec, answer: Called, number: int, expected: Expected | None) -> bool:
    value = answer.made.results[number].value
    return value is not None and expected is not None and is_given(value, expected, check.tolerance)
