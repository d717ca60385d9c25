"""What differs from one run of a notebook to the next: answers and prints that depend on unseeded chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from grader.marking.numbers import Numeric, as_numeric
from grader.marking.reproducibility import RELATIVE_NOISE, second_runs, shows_other_numbers
from grader.marking.trace import Trace
from grader.records import Capture, Cell, CheckGrade, Execution, Flag, Message, Value, translatable

_VALUE = translatable(
    "`{name}` came out differently when the notebook was run once more: it depends on chance that no seed fixes."
)
_OUTPUT = translatable(
    "The output of cell {cell} came out differently when the notebook was run once more: "
    "it depends on chance that no seed fixes."
)


def not_reproducible(trace: Trace, checks: Mapping[str, CheckGrade], executions: Sequence[Execution]) -> Iterator[Flag]:
    """Answers, and then printed numbers, on which two runs with different seeds disagree.

    What depends on something that students draw themselves may differ. Of values that follow from one another, the
    first is told; where there are such, other prints aren't.
    """
    seconds = second_runs(executions)
    if not seconds:
        return
    drawn = {given.name for given in trace.spec.drawn}
    told: dict[str, set[str]] = {}
    for check in trace.spec.checks:
        grade, before = checks[check.id], told.setdefault(check.version or "", set())
        above = trace.ancestors.get(check.quantity, frozenset())
        if grade.found is None or above & drawn or above & before or not _differs(trace, grade, seconds):
            continue
        before.add(check.quantity)
        yield Flag(code="not-reproducible", message=_message(grade), cell=grade.found.cell, check=check.id)
    if not drawn and not any(told.values()):
        yield from _of_prints(trace, seconds[0])


def _message(grade: CheckGrade) -> Message:
    assert grade.found is not None
    if grade.found.kind == "printed" and grade.found.cell is not None:
        return Message(_OUTPUT, {"cell": grade.found.cell})
    return Message(_VALUE, {"name": grade.found.name})


def _differs(trace: Trace, grade: CheckGrade, seconds: Sequence[Execution]) -> bool:
    assert grade.found is not None
    if grade.found.kind == "printed":
        return any(cell.index == grade.found.cell for cell in _differing(trace, seconds[0]))
    first = _captured(trace.execution, grade.found.name)
    return any(
        _other_value(first[cell].value, capture.value)
        for second in seconds
        for cell, capture in _captured(second, grade.found.name).items()
        if cell in first
    )


def _captured(execution: Execution, name: str) -> Mapping[int, Capture]:
    """What a name held, by the cell after which it was read."""
    return {capture.after_cell: capture for capture in execution.captures if capture.name == name}


def _other_value(one: Value, other: Value) -> bool:
    """Whether two captures hold arrays of one shape, but other numbers."""
    first, second = as_numeric(one), as_numeric(other)
    if not isinstance(first, Numeric) or not isinstance(second, Numeric):
        return False
    if first.values.shape != second.values.shape or first.values.dtype.kind not in "fciu":
        return False
    with np.errstate(all="ignore"):
        return not np.allclose(first.values, second.values, rtol=RELATIVE_NOISE, atol=1e-12, equal_nan=True)


def _of_prints(trace: Trace, second: Execution) -> Iterator[Flag]:
    """The first cell whose numbers differ, if there is one."""
    for cell in _differing(trace, second):
        yield Flag(code="not-reproducible", message=Message(_OUTPUT, {"cell": cell.index}), cell=cell.index)
        return


def _differing(trace: Trace, second: Execution) -> Iterator[Cell]:
    again = {run.index: run for run in second.cells}
    for cell in trace.notebook.code_cells:
        run, other = trace.runs.get(cell.index), again.get(cell.index)
        if run is not None and other is not None and shows_other_numbers(cell, run, other):
            yield cell
