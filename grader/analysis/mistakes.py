"""The mistakes of a class, by what marking found to explain them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from grader.analysis.graded import Graded
from grader.records import CheckGrade, Diagnosis

POSSIBLE = "possible-"
"""How the codes of explanations begin of which several fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A mistake that explains wrong answers: what is said of it, on which checks, and of how many students."""

    code: str
    message: str
    checks: tuple[str, ...]
    students: int


def cause(check: CheckGrade) -> Diagnosis | None:
    """What explains a wrong answer, where only one thing does."""
    if len(check.diagnoses) == 1 and not check.diagnoses[0].code.startswith(POSSIBLE):
        return check.diagnoses[0]
    return None


def mistakes(hand_ins: Graded) -> tuple[Mistake, ...]:
    """The mistakes of a class, those of most students first.

    The same is said of different mistakes where it is said of different quantities; a student counts once for each,
    in however many versions.
    """
    checks: dict[tuple[str, str, str], dict[str, None]] = {}
    students: dict[tuple[str, str, str], set[str]] = {}
    for student, check, why in _explained(hand_ins):
        key = (check.quantity, why.code, str(why.message))
        checks.setdefault(key, {})[check.id] = None
        students.setdefault(key, set()).add(student)
    found = (
        Mistake(code=key[1], message=key[2], checks=tuple(where), students=len(students[key]))
        for key, where in checks.items()
    )
    return tuple(sorted(found, key=lambda mistake: (-mistake.students, mistake.checks, mistake.message)))


def _explained(hand_ins: Graded) -> Iterator[tuple[str, CheckGrade, Diagnosis]]:
    for place, result in enumerate(hand_ins.results):
        for check in result.grade.checks:
            why = cause(check)
            if why is not None:
                yield hand_ins.student(place), check, why
