"""What the guest is asked for at a capture point, in either engine: paths and calls, as JSON documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from grader.errors import ExecutionUnavailable
from grader.execution import schedule
from grader.records import Calls, Limits, Plan, Run, read_path


def path_requests(paths: Iterable[str]) -> list[Any]:
    """Paths as the guest follows them: a variable by its name, another by its text, its variable and its steps."""
    return [_path_request(path) for path in paths]


def _path_request(text: str) -> Any:
    path = read_path(text)
    return text if path.is_variable else [text, path.root, path.steps]


def rerun_request(plan: Plan, run: Run) -> dict[str, Any]:
    """A further run in the process of the main one; text is only told where it is compared."""
    due = schedule.points_due(run.captures, plan.cells)
    other = {source.index: source.code for source in run.cells}
    return {
        "seed": run.seed,
        "text": run.purpose == "again",
        "prelude": run.prelude,
        "cells": [
            {
                "code": other.get(source.index, source.code),
                "due": path_requests(schedule.names_of(points)) if points else None,
            }
            for source, points in zip(plan.cells, due, strict=True)
        ],
    }


def call_request(calls: Calls, limits: Limits) -> dict[str, Any]:
    """Calls as the guest makes them, all but their arguments."""
    return {
        "names": path_requests(calls.names),
        "count": calls.count,
        "constructed": calls.constructed,
        "method": calls.method,
        "seconds": calls.seconds,
        "elementwise": calls.elementwise,
        "stand_ins": list(calls.stand_ins),
        "total": schedule.seconds_for(calls, limits),
    }


def arguments(digest: str, inputs: Mapping[str, bytes]) -> bytes:
    """The frame with the arguments of calls. Raises ExecutionUnavailable where it isn't there."""
    if digest not in inputs:
        raise ExecutionUnavailable("The arguments of a call are missing; grade with the assignment that has them.")
    return inputs[digest]
