"""What the guest is asked for, as JSON documents."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from grader.execution import schedule
from grader.execution.asking import arguments, call_request, path_requests, rerun_request
from grader.execution.scratch import bytes_below
from grader.records import CapturePoint, Limits, Plan, Run
from grader.wire import guest_limits


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


def cells(plan: Plan, run: Run, limits: Limits, inputs: Mapping[str, bytes], imports: Sequence[str]) -> bytes:
    """The code of each cell, and what is due after it: at a capture point, and as a precaution for the next one, which
    is taken at once or after some seconds; how all of it is run again; and `imports`, modules that have to be there
    although the template may lack them. Then the arguments of calls.

    Each part stands behind its length (8 bytes): a JSON document, and the frames that it refers to by position. Raises
    ExecutionUnavailable where arguments are missing.
    """
    due = schedule.points_due(run.captures, plan.cells)
    ahead = schedule.points_ahead(due)
    digests = tuple(dict.fromkeys(calls.inputs for calls in schedule.calls_of(run.captures)))
    document = {
        "cells": [
            {"code": source.code, "due": _asked(here, limits, digests), "ahead": _asked(later, limits, digests)}
            for source, here, later in zip(plan.cells, due, ahead, strict=True)
        ],
        "careful_after": 0.0 if run.careful else schedule.CAREFUL_SECONDS,
        "again": [rerun_request(plan, each) for each in schedule.asked_again(plan, run)],
        "again_within": schedule.AGAIN_WITHIN_SECONDS,
        "inputs": len(digests),
        "prelude": plan.prelude,
        "imports": list(imports),
    }
    parts = [json.dumps(document).encode("ascii"), *(arguments(digest, inputs) for digest in digests)]
    return b"".join(len(part).to_bytes(8, "little") + part for part in parts)


def _asked(points: tuple[CapturePoint, ...], limits: Limits, digests: tuple[str, ...]) -> dict[str, Any] | None:
    if not points:
        return None
    calls = [{**call_request(each, limits), "inputs": digests.index(each.inputs)} for each in schedule.calls_of(points)]
    return {"names": path_requests(schedule.names_of(points)), "calls": calls}
