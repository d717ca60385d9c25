"""What the guest is asked for, as JSON documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from grader.execution import schedule
from grader.execution.scratch import bytes_below
from grader.execution.wire import guest_limits
from grader.records import CapturePoint, Limits, Plan, Run


def request(run: Run, limits: Limits, *, scratch: str, student: int | None, provided: Path | None) -> dict[str, Any]:
    """What a slot has to know of an execution before there is a process for it."""
    return {
        "seed": run.seed,
        "scratch": scratch,
        "student": student,
        "limits": {
            "memory_bytes": limits.memory_bytes,
            "disk_bytes": limits.disk_bytes,
            "processes": limits.processes,
            "provided_bytes": bytes_below(provided) if provided is not None else 0,
            "guest": guest_limits(limits),
        },
    }


def cells(plan: Plan, run: Run) -> bytes:
    """The code of each cell, and the names whose values are due after it: at a capture point, and as a precaution for
    the next one, which is taken at once or after some seconds. Eight bytes of length, and JSON."""
    due = schedule.points_due(run.captures, plan.cells)
    ahead = schedule.points_ahead(due)
    document = {
        "cells": [
            {"code": source.code, "due": _names(here), "ahead": _names(later)}
            for source, here, later in zip(plan.cells, due, ahead, strict=True)
        ],
        "careful_after": 0.0 if run.careful else schedule.CAREFUL_SECONDS,
    }
    text = json.dumps(document).encode("ascii")
    return len(text).to_bytes(8, "little") + text


def _names(points: tuple[CapturePoint, ...]) -> tuple[str, ...] | None:
    return schedule.names_of(points) if points else None
