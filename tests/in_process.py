"""A small engine for tests of marking: it runs cells in this process, and keeps what a real one keeps."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from grader.assignment.plain import plain_value
from grader.assignment.spec import Spec
from grader.assignment.tensors import NotNumbers
from grader.guest.rerun import other_numbers
from grader.notebook import OTHER
from grader.plan import make_plan
from grader.records import (
    Array,
    Capture,
    Cell,
    CellError,
    CellRun,
    Execution,
    Notebook,
    Output,
    Run,
    Scalar,
    Source,
    Unreadable,
    Value,
)
from grader.records import Sequence as SequenceValue


def notebook(*cells: str, saved: dict[int, str] | None = None) -> Notebook:
    """A notebook of code cells, and of Markdown ones that start with `## `."""
    saved = saved or {}
    return Notebook(
        cells=tuple(
            Cell(
                index=index,
                kind="markdown" if source.startswith("## ") else "code",
                source=source,
                outputs=(Output(kind="stream", text=saved[index]),) if index in saved else (),
            )
            for index, source in enumerate(cells)
        )
    )


def execute(spec: Spec, handed_in: Notebook, *, seed: int = 0, namespace: dict[str, Any] | None = None) -> Execution:
    """Run a notebook's cells one after the other; an exception ends its cell, `raise SystemExit` the process.

    `namespace` is what is there before, and has then what the cells left.
    With a seed, it is the second execution.
    """
    plan = make_plan(spec, handed_in)
    run = replace(plan.main, purpose="repeat" if seed else "main", seed=seed)
    return _execute(plan.cells, run, {} if namespace is None else namespace)


def execute_again(spec: Spec, handed_in: Notebook) -> tuple[Execution, ...]:
    """The further runs of a notebook's plan, each in a namespace of its own."""
    plan = make_plan(spec, handed_in)
    executions = []
    for run in plan.again:
        other = {source.index: source for source in run.cells}
        cells = [other.get(source.index, source) for source in plan.cells]
        executions.append(_execute(cells, run, {OTHER: other_numbers}))
    return tuple(executions)


def _execute(cells: Sequence[Source], run: Run, namespace: dict[str, Any]) -> Execution:
    namespace |= {"__name__": "__main__", "SEED": run.seed}
    runs: list[CellRun] = []
    captures: list[Capture] = []
    died = False
    due = list(run.captures)
    for source in cells:
        if died:
            runs.append(CellRun(index=source.index, status="not-run"))
            continue
        printed = io.StringIO()
        error = None
        try:
            with contextlib.redirect_stdout(printed):
                exec(compile(source.code, "cell", "exec"), namespace)
        except SystemExit:
            died = True
            captures += _captures(namespace, due[0].names, source.index - 1, "last")
            runs.append(CellRun(index=source.index, status="died"))
            continue
        except Exception as raised:
            error = CellError(name=type(raised).__name__, message=str(raised))
        outputs = (Output(kind="stream", text=printed.getvalue()),) if printed.getvalue() else ()
        runs.append(CellRun(index=source.index, status="error" if error else "ok", outputs=outputs, error=error))
        while due and due[0].after_cell == source.index:
            captures += _captures(namespace, due.pop(0).names, source.index, "end")
    status = "died" if died else "error" if any(each.error for each in runs) else "completed"
    return Execution(
        purpose=run.purpose,
        status=status,
        engine="test",
        seconds=0.0,
        seed=run.seed,
        cells=tuple(runs),
        captures=tuple(captures),
    )  # type: ignore[arg-type]  # mypy takes the conditional for a plain str


def _captures(namespace: dict[str, Any], names: Sequence[str], cell: int, place: Any) -> list[Capture]:
    return [
        Capture(name=name, after_cell=cell, value=value(namespace[name]), identity=id(namespace[name]), place=place)
        for name in names
        if name in namespace
    ]


def value(thing: Any) -> Value:
    """A Python object as a plain value."""
    if hasattr(thing, "detach"):
        plain = thing.detach().numpy()
        return Array(dtype=plain.dtype.name, shape=plain.shape, data=plain.tobytes(), container="tensor")
    if isinstance(thing, np.ndarray | np.generic):
        plain = np.asarray(thing)
        return Array(dtype=plain.dtype.name, shape=plain.shape, data=plain.tobytes())
    if isinstance(thing, list | tuple):
        return SequenceValue(items=tuple(value(item) for item in thing))
    if thing is None or isinstance(thing, bool | int | float | str):
        return Scalar(value=thing)
    try:
        return plain_value(thing)
    except NotNumbers:
        return Unreadable(type=type(thing).__name__, reason="no plain value")
