"""What a notebook shows against what it comes to: saved outputs are evidence, never truth."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from grader.assignment.outcomes import Values
from grader.assignment.spec import CheckSpec, Tolerance
from grader.marking.compare import compare
from grader.marking.numbers import Numeric, as_numeric
from grader.marking.prints import as_printed, printed_items
from grader.marking.trace import Trace
from grader.notebook import Printed, parse_printed
from grader.records import Cell, CellRun, CheckGrade, Execution, Flag, Message, Notebook, Replacement, shown_text

RELATIVE_NOISE = 1e-4
"""Saved and fresh numbers that are closer than this differ by versions of libraries, not by what was run."""


def wants_another_run(
    notebook: Notebook, executions: Sequence[Execution], replaced: Sequence[Replacement] = ()
) -> bool:
    """Whether any number that the hand-in shows differs from the one that running it afresh gives, and no second run
    agrees with the first there.

    What comes after a value that was replaced for grading isn't looked at: it has to differ.
    """
    again = _again(executions)
    return any(not _confirmed(cell, run, again) for cell, run in _differing(notebook, executions[0], replaced))


def _again(executions: Sequence[Execution]) -> Mapping[int, CellRun]:
    """How each cell ran the second time: in a process of its own, or else in that of the first time; {} without."""
    seconds = second_runs(executions)
    return {run.index: run for run in seconds[0].cells} if seconds else {}


def second_runs(executions: Sequence[Execution]) -> list[Execution]:
    """Executions that were made with another seed and are otherwise like the first; that in a process of its own
    goes before that in the first one's."""
    return [each for purpose in ("repeat", "again") for each in executions if each.purpose == purpose]


def _confirmed(cell: Cell, run: CellRun, again: Mapping[int, CellRun]) -> bool:
    """Whether a cell showed the same numbers the second time, and not merely none."""
    second = again.get(cell.index)
    if second is None or second.status != run.status:
        return False
    return _same_numbers(shown_text(run.outputs), shown_text(second.outputs))


def stale_outputs(
    notebook: Notebook, executions: Sequence[Execution], replaced: Sequence[Replacement] = ()
) -> Iterator[Flag]:
    """Saved outputs that no fresh run gives: left over from another state of the notebook.

    Claimed only where a second execution, with another seed, was made and agrees with the first; what is random or
    timed differs between them.
    """
    again = _again(executions)
    for cell, run in _differing(notebook, executions[0], replaced) if again else ():
        if _confirmed(cell, run, again):
            message = Message(
                "The output saved in cell {cell} isn't what its code gives when the notebook is run afresh; "
                "it is left over from an earlier state. Marks come from the fresh run.",
                {"cell": cell.index},
            )
            yield Flag(code="stale-output", message=message, cell=cell.index)


def changed_later(trace: Trace, checks: Mapping[str, CheckGrade], worlds: Sequence[Values]) -> Iterator[Flag]:
    """Variables that are wrong at the end of their section, but were right when they were printed there.

    `dw1 = w1.grad` is the same tensor, so that zeroing the gradient afterwards changes it, too. What would still be
    printed so was not changed, but is coarser than its print shows.
    """
    for task in trace.spec.tasks:
        wrong = {
            grade.found.name: check
            for check in task.checks
            if (grade := checks[check.id]).verdict in {"incorrect", "partial"} and grade.found is not None
        }
        for item in printed_items(trace, task.id) if wrong else ():
            name = item.source.name if item.source else None
            if (
                name in wrong
                and _printed_right(item.printed, wrong[name], worlds)
                and not _printed_still(item.printed, checks[wrong[name].id], trace, task.id)
            ):
                message = Message(
                    "`{name}` was right when cell {cell} printed it, and was changed afterwards.",
                    {"name": name, "cell": item.cell},
                )
                yield Flag(code="changed-later", message=message, cell=item.cell, check=wrong[name].id)


def _printed_right(printed: Printed, check: CheckSpec, worlds: Sequence[Values]) -> bool:
    values = [value for world in worlds if isinstance(value := world[check.quantity], np.ndarray)]
    return any(
        printed.fits(value.shape) and compare(as_printed(printed, value.shape), value, check.tolerance).holds
        for value in values
    )


def _printed_still(printed: Printed, check: CheckGrade, trace: Trace, task: str) -> bool:
    """Whether the variable that was marked has the value that was printed, as far as its digits show."""
    assert check.found is not None
    there = trace.at_notebook_end if check.late else trace.at_section_end(task)
    capture = there.get(check.found.name)
    final = None if capture is None else as_numeric(capture.value)
    if not isinstance(final, Numeric) or not printed.fits(final.values.shape):
        return False
    return compare(as_printed(printed, final.values.shape), final.values, Tolerance()).holds


_OF_THE_MACHINE = re.compile(
    r"\b(?:time|timeit|perf_counter\w*|date|datetime|now|cuda|mps|device|\w*threads|cpu_count|platform|sys|psutil|"
    r"__version__|memory\w*|getsize\w*|getsizeof|uname|hostname|id|hash|set|frozenset|getpid)\b"
)
"""What a cell reads that differs between machines, not between states of a notebook; such cells aren't judged.

Sets are in an order that the machine chooses."""


def _differing(
    notebook: Notebook, execution: Execution, replaced: Sequence[Replacement]
) -> Iterator[tuple[Cell, CellRun]]:
    runs = {run.index: run for run in execution.cells}
    first = min((each.cell for each in replaced), default=None)
    for cell in notebook.code_cells:
        if first is not None and cell.index >= first:
            return
        run = runs.get(cell.index)
        if run is None or run.status != "ok" or not cell.outputs:
            continue
        if _differ(shown_text(cell.outputs), shown_text(run.outputs)) and not _OF_THE_MACHINE.search(cell.source):
            yield cell, run


def _differ(saved: str, fresh: str) -> bool:
    """Whether two texts show as many values in the same order, but other numbers or arrays of other shapes."""
    if saved == fresh:
        return False
    olds, news = parse_printed(saved), parse_printed(fresh)
    if len(olds) != len(news):
        return False
    return any(_other_numbers(old, new) for old, new in zip(olds, news, strict=True))


def _same_numbers(saved: str, fresh: str) -> bool:
    """Whether two texts show the same values in the same order, and any at all."""
    shown = len(parse_printed(saved))
    return shown > 0 and shown == len(parse_printed(fresh)) and not _differ(saved, fresh)


def _other_numbers(old: Printed, new: Printed) -> bool:
    if old.shape and new.shape and len(old.shape) == len(new.shape) and old.shape != new.shape:
        return True
    if len(old.numbers) != len(new.numbers) or old.axes != new.axes or not old.numbers:
        return False
    if old.container == "scalar" and isinstance(old.numbers[0], bool):
        # A lone True or False tells of the machine more often than of a result.
        return False
    one, other = np.array(old.numbers, dtype=np.complex128), np.array(new.numbers, dtype=np.complex128)
    with np.errstate(all="ignore"):
        error = np.abs(one - other)
        allowed = np.array(old.half_units) + np.array(new.half_units) + RELATIVE_NOISE * np.abs(other)
    return bool((error > allowed).any())


def shows_numbers(cell: Cell) -> bool:
    """Whether a cell was saved with numbers in its output."""
    return bool(cell.outputs) and bool(parse_printed(shown_text(cell.outputs)))


def shows_the_same(cell: Cell, run: CellRun) -> bool:
    """Whether a cell was saved with numbers, and a run shows the same ones."""
    return _same_numbers(shown_text(cell.outputs), shown_text(run.outputs))


def shows_other_numbers(cell: Cell, one: CellRun, other: CellRun) -> bool:
    """Whether two runs of a cell show other numbers, which aren't the machine's."""
    if one.status != "ok" or other.status != "ok" or _OF_THE_MACHINE.search(cell.source):
        return False
    return _differ(shown_text(one.outputs), shown_text(other.outputs))
