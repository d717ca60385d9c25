"""Jobs that do to a worker what a marking that went wrong might: one of two checks kills, hangs or exhausts it.

Finishing at once kills it, too, and so does rendering the notebook of whoever is called `unshowable`.
"""

from __future__ import annotations

import os
import time
from fractions import Fraction

from grader.batch import jobs
from grader.batch.stages import Executed, Pages, Terms
from grader.records import CheckGrade, Grade, TaskGrade

FATAL = "b"
WAYS = ("exits", "hangs", "raises", "hogs")

describe = jobs.describe
prepare = jobs.prepare
wants_repeat = jobs.wants_repeat
enter = jobs.enter


def finish(terms: Terms, executed: Executed, may_repeat: bool) -> None:
    """Kill the worker."""
    os._exit(9)


def render(terms: Terms, executed: Executed, grade: Grade, with_notebook: bool) -> Pages:
    """Render, but for one notebook that kills the worker."""
    if with_notebook and executed.submission.student.id == "unshowable":
        os._exit(9)
    return jobs.render(terms, executed, grade, with_notebook)


def mark(terms: Terms, executed: Executed, checks: tuple[str, ...] | None = None) -> Grade:
    """Mark `a`; marking `b` ends the worker in the way that the reference folder's name says.

    Where it says no such thing, marking is real, but for a check named `fatal`.
    """
    how = terms.reference.name
    if how not in WAYS:
        ids = {check.id for check in jobs.describe(terms.reference).spec.checks} if checks is None else {*checks}
        if "fatal" in ids:
            os._exit(9)
        return jobs.mark(terms, executed, checks)
    asked = ("a", FATAL) if checks is None else checks
    if FATAL in asked:
        _end(how)
    return Grade(tasks=(TaskGrade(id="t", title="T", checks=tuple(_check(id, id in asked) for id in ("a", FATAL))),))


def _end(how: str) -> None:
    if how == "exits":
        os._exit(9)
    if how == "hangs":
        time.sleep(1000)
    if how == "raises":
        raise ZeroDivisionError("a bug of ours")
    hog = []
    while True:
        hog.append(bytearray(256 * 1024**2))


def _check(id: str, marked: bool) -> CheckGrade:
    return CheckGrade(
        id=id,
        kind="value",
        quantity=id,
        version=None,
        title=id,
        points=Fraction(1) if marked else None,
        max_points=Fraction(1),
        verdict="correct" if marked else "unmarked",
        reason="equal" if marked else "grader-fault",
    )
