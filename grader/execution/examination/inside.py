"""Trying to break out of a seal, through an engine as it is used for grading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from grader.execution import ENGINES, Engine, EngineOptions, Seal
from grader.execution.examination.baits import Baits
from grader.execution.examination.findings import Finding
from grader.execution.examination.probes import LIMITS, Probe, notebooks
from grader.records import CellRun, Execution, Limits, Plan, Run, Source

_LEAKS = "Don't grade here what you don't trust, and report this: it is a fault of grader's or of the system's."
_AGAIN = "Try again when the machine is less busy."


def try_to_break_out(name: str, python: str, seal: Seal) -> tuple[Finding, ...]:
    """What each probe comes to in an engine of this name; where that runs nothing, one finding that says so."""
    with closing(ENGINES[name](EngineOptions(python=python, seal=seal))) as engine:
        return probe(engine, LIMITS)


def probe(engine: Engine, limits: Limits) -> tuple[Finding, ...]:
    """Run the probes, which are made to pass the limits of `probes`, within the limits given here."""
    with Baits() as baits:
        parts = notebooks(baits)
        with ThreadPoolExecutor(len(parts)) as pool:
            executions = list(pool.map(lambda part: _execute(engine, part, limits), parts))
        for execution in executions:
            if not execution.cells:
                return (_not_run(engine.name, execution),)
        return tuple(
            finding
            for part, execution in zip(parts, executions, strict=True)
            for finding in _findings(engine.name, part, execution)
        )


def _execute(engine: Engine, probes: Sequence[Probe], limits: Limits) -> Execution:
    cells = tuple(Source(index=index, code=probe.code) for index, probe in enumerate(probes))
    plan = Plan(cells=cells, main=Run())
    return engine.execute(plan, plan.main, limits=limits, provided=None).execution()


def _not_run(name: str, execution: Execution) -> Finding:
    says = f"The engine {name} runs no notebook: {execution.reason}"
    return Finding(name=name, ok=False, says=says, remedy="Mend that, or grade with the other engine (--engine).")


def _findings(engine: str, probes: Sequence[Probe], execution: Execution) -> Iterator[Finding]:
    for tried, cell in zip(probes, execution.cells, strict=True):
        name = f"{engine}.{tried.name}"
        printed = "".join(output.text for output in cell.outputs)
        if tried.succeeded(printed):
            yield Finding(name=name, ok=False, says=f"NOT kept in: student code can {tried.deed}.", remedy=_LEAKS)
        elif cell.status == "not-run" or tried.shows not in printed:
            says = f"Not shown: whether student code can {tried.deed}{_how(cell)}. {execution.reason}"
            yield Finding(name=name, ok=False, says=says.strip(), remedy=_AGAIN)
        else:
            yield Finding(name=name, ok=True, says=f"Kept in: student code can't {tried.deed}{_how(cell)}.")


def _how(cell: CellRun) -> str:
    """What it met, in brackets."""
    if cell.status == "died":
        return " (it was ended)"
    return f" ({cell.error.name})" if cell.error else ""
