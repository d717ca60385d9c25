"""Jobs that do to a worker what a marking that went wrong might: one of two checks kills, hangs or exhausts it."""

from __future__ import annotations

import os
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

from grader.batch import jobs
from grader.records import CheckGrade, Grade, TaskGrade

FATAL = "b"


def mark(how: Path, notebook: Any, executions: Any, checks: tuple[str, ...] | None = None) -> Grade:
    """Mark `a`; marking `b` ends the worker in the way that the reference folder's name says.

    Where the folder is a real one, marking is too, but for a check named `fatal`.
    """
    if how.is_dir():
        if checks is None or "fatal" in checks:
            os._exit(9)
        return jobs.mark(how, notebook, executions, checks)
    asked = ("a", FATAL) if checks is None else checks
    if FATAL in asked:
        _end(str(how))
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
