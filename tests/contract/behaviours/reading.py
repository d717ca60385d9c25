"""What an execution shows, asked for in the words of the checks."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from grader.records import Array, Capture, Execution, Frame, Output, Scalar, Sequence

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def completed(execution: Execution) -> None:
    assert execution.status == "completed", (execution.reason, execution.cells)


def all_ok(execution: Execution) -> None:
    assert {cell.status for cell in execution.cells} == {"ok"}, execution.cells


def statuses(execution: Execution) -> list[str]:
    return [cell.status for cell in execution.cells]


def outputs(execution: Execution, cell: int, kind: str) -> list[Output]:
    return [output for output in execution.cells[cell].outputs if output.kind == kind]


def text(execution: Execution, cell: int) -> str:
    """What a cell showed, as text."""
    return "".join(output.text for output in execution.cells[cell].outputs)


def streams(execution: Execution, cell: int) -> dict[str, str]:
    """What a cell wrote to each stream."""
    written: dict[str, str] = {}
    for output in outputs(execution, cell, "stream"):
        written[output.stream] = written.get(output.stream, "") + output.text
    return written


def result(execution: Execution, cell: int) -> str | None:
    """The text of a cell's last expression, None where it had none."""
    shown = outputs(execution, cell, "result")
    assert len(shown) <= 1, shown
    return shown[0].text if shown else None


def error(execution: Execution, cell: int) -> tuple[str, str]:
    """Name and message of what a cell raised."""
    assert execution.cells[cell].status == "error", execution.cells[cell]
    raised = execution.cells[cell].error
    assert raised is not None
    return raised.name, raised.message


def traceback(execution: Execution, cell: int) -> str:
    """The traceback that a cell showed, without colours."""
    return _ANSI.sub("", "\n".join(line for output in outputs(execution, cell, "error") for line in output.traceback))


def capture(execution: Execution, name: str, after_cell: int | None = None) -> Capture:
    return next(c for c in execution.captures if c.name == name and after_cell in (None, c.after_cell))


def scalar(execution: Execution, name: str, after_cell: int | None = None) -> object:
    value = capture(execution, name, after_cell).value
    assert isinstance(value, Scalar), value
    return value.value


def items(execution: Execution, name: str, after_cell: int | None = None) -> list[object]:
    """The scalars in a sequence."""
    value = capture(execution, name, after_cell).value
    assert isinstance(value, Sequence), value
    assert all(isinstance(item, Scalar) for item in value.items), value
    return [item.value for item in value.items if isinstance(item, Scalar)]


def array(execution: Execution, name: str, after_cell: int | None = None) -> tuple[str, str, object]:
    """The container, dtype and elements of an array."""
    value = capture(execution, name, after_cell).value
    assert isinstance(value, Array), value
    return value.container, value.dtype, np.frombuffer(value.data, value.dtype).reshape(value.shape).tolist()


def columns(execution: Execution, name: str) -> dict[object, object]:
    """The elements of each column of a table, by its label."""
    value = capture(execution, name).value
    assert isinstance(value, Frame), value
    labels = value.columns
    assert isinstance(labels, Sequence), labels
    elements = [
        np.frombuffer(column.data, column.dtype).tolist()
        if isinstance(column, Array)
        else [item.value for item in column.items if isinstance(item, Scalar)]
        for column in value.data
        if isinstance(column, Array | Sequence)
    ]
    return dict(zip([item.value for item in labels.items if isinstance(item, Scalar)], elements, strict=True))


def places(execution: Execution) -> list[tuple[str, int, str]]:
    """The name, the cell and the kind of place of each capture."""
    return [(each.name, each.after_cell, each.place) for each in execution.captures]


def alive(pid: int) -> bool:
    """Whether a process still runs (a zombie doesn't)."""
    try:
        return b") Z " not in Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return False
