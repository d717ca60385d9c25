"""Outputs saved in the hand-in against fresh ones: what a notebook shows is evidence, never truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from grader.notebook import Printed, parse_printed
from grader.records import Cell, CellRun, Execution, Flag, Notebook, shown_text

RELATIVE_NOISE = 1e-4
"""Saved and fresh numbers that are closer than this differ by versions of libraries, not by what was run."""


def outputs_differ(notebook: Notebook, execution: Execution) -> bool:
    """Whether any number that the hand-in shows differs from the one that running it afresh gives."""
    return any(True for _ in _differing(notebook, execution))


def stale_outputs(notebook: Notebook, executions: Sequence[Execution]) -> Iterator[Flag]:
    """Saved outputs that no fresh run gives: left over from another state of the notebook.

    Claimed only where a second execution, with another seed, was made and agrees with the first; what is random or
    timed differs between them.
    """
    if len(executions) < 2:
        return
    first, second = executions[0], executions[1]
    again = {run.index: run for run in second.cells}
    for cell, run in _differing(notebook, first):
        if cell.index in again and not _differ(shown_text(run.outputs), shown_text(again[cell.index].outputs)):
            message = (
                f"The output saved in cell {cell.index} isn't what its code gives when the notebook is run afresh; "
                "it is left over from an earlier state. Marks come from the fresh run."
            )
            yield Flag(code="stale-output", message=message, cell=cell.index)


def _differing(notebook: Notebook, execution: Execution) -> Iterator[tuple[Cell, CellRun]]:
    runs = {run.index: run for run in execution.cells}
    for cell in notebook.code_cells:
        run = runs.get(cell.index)
        if (
            run is not None
            and run.status == "ok"
            and cell.outputs
            and _differ(shown_text(cell.outputs), shown_text(run.outputs))
        ):
            yield cell, run


def _differ(saved: str, fresh: str) -> bool:
    """Whether two texts show the same values in the same order, but other numbers."""
    if saved == fresh:
        return False
    olds, news = parse_printed(saved), parse_printed(fresh)
    if len(olds) != len(news):
        return False
    return any(_other_numbers(old, new) for old, new in zip(olds, news, strict=True))


def _other_numbers(old: Printed, new: Printed) -> bool:
    if len(old.numbers) != len(new.numbers) or old.axes != new.axes or not old.numbers:
        return False
    one, other = np.array(old.numbers, dtype=np.complex128), np.array(new.numbers, dtype=np.complex128)
    with np.errstate(invalid="ignore"):
        error = np.abs(one - other)
        allowed = np.array(old.half_units) + np.array(new.half_units) + RELATIVE_NOISE * np.abs(other)
    return bool((error > allowed).any())
