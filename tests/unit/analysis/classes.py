"""Classes made by hand: who has which value on which check, and nothing else of a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from grader.analysis import Graded, graded
from grader.assignment.spec import CheckSpec, Policies, QuantitySpec, Spec, TaskSpec
from grader.records import CheckGrade, Diagnosis, Execution, Grade, Result, Student, Submission, TaskGrade, WrongValue

RIGHT = -1
"""The value of whoever has a check right; any other is known by its number."""


def check(
    id: str,
    value: int = RIGHT,
    *,
    points: int | None = None,
    worth: int = 1,
    explained: str = "",
    settled: bool = True,
    uses: tuple[str, ...] = (),
    plain: bool = False,
) -> CheckGrade:
    quantity, _, version = id.partition(".")
    right = value == RIGHT
    known = WrongValue(
        kind="k", size=float(value), sums=(0.5,), shown=f"about {value}", settled=settled, uses=uses, plain=plain
    )
    return CheckGrade(
        id=id,
        kind="value",
        quantity=quantity,
        version=version or None,
        title=quantity,
        points=Fraction(worth if right else 0) if points is None else Fraction(points),
        max_points=Fraction(worth),
        verdict="correct" if right else "incorrect",
        reason="equal" if right else "differs",
        diagnoses=(Diagnosis(code="sign", message=explained),) if explained and not right else (),
        wrong_value=None if right else known,
    )


def result(student: str, checks: Sequence[CheckGrade], *, attempt: int = 1) -> Result:
    return Result(
        submission=Submission(
            student=Student(id=student),
            attempt=attempt,
            path=f"{student}.ipynb",
            sha256="",
            slug=f"{student}-{attempt}",
        ),
        notebook=None,
        plan=None,
        executions=(Execution(status="completed", engine="warm", seconds=0.1, seed=0),),
        grade=Grade(tasks=(TaskGrade(id="task-1", title="", checks=tuple(checks)),)),
        marked_at="2026-01-02T03:04:05+00:00",
    )


def class_of(values: Mapping[str, Sequence[int]], ids: Sequence[str]) -> Graded:
    """A class by its students' values for each check, in the order of `ids`."""
    return graded(
        result(student, [check(id, value) for id, value in zip(ids, row, strict=True)])
        for student, row in values.items()
    )


def spec_of(ids: Sequence[str], parents: Mapping[str, tuple[str, ...]] | None = None) -> Spec:
    quantities = dict.fromkeys(id.partition(".")[0] for id in ids)
    return Spec(
        id="one",
        title="One",
        points=Fraction(len(ids)),
        versions=(),
        givens=(),
        quantities=tuple(
            QuantitySpec(name=name, parents=(parents or {}).get(name, ()), names={"": (name,)}) for name in quantities
        ),
        tasks=(TaskSpec(id="task-1", heading="Task 1", title="", checks=tuple(map(_asked, ids))),),
        policies=Policies(),
    )


def _asked(id: str) -> CheckSpec:
    quantity, _, version = id.partition(".")
    return CheckSpec(
        id=id, kind="value", quantity=quantity, version=version or None, title=quantity, points=Fraction(1)
    )


def drawn(
    random: np.random.Generator, students: int, checks: int, *, kinds: int, steep: float, alone: float, weak: float
) -> dict[str, list[int]]:
    """A class in which all work by themselves.

    Students are more or less able; of a check, they make one of so many `kinds` of mistakes, the first ones far more
    often where that is `steep`, or, some of them, one that is theirs `alone`.
    """
    able = random.beta(4 * weak, 4 * (1 - weak), size=students)
    usual = 1 / np.arange(1, kinds + 1) ** steep
    columns = []
    for _ in range(checks):
        mistake = random.choice(kinds, size=students, p=usual / usual.sum())
        own = random.random(students) < alone
        mistake = np.where(own, kinds + np.arange(students), mistake)
        columns.append(np.where(random.random(students) < able, mistake, RIGHT))
    return {f"s{number}": [int(value) for value in row] for number, row in enumerate(np.stack(columns, axis=1))}
