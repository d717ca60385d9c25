"""`python -m tests.benchmarks`: measure, print, and with `--write` keep."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from tests.benchmarks import calls, cost, diagnosis, memory, parallel, profile, regrade, scale, start
from tests.benchmarks.accounting import UntrustedError
from tests.benchmarks.document import Kept, as_json, keep
from tests.benchmarks.figures import Measurement
from tests.benchmarks.machine import Conditions, conditions
from tests.benchmarks.peers import comparison
from tests.benchmarks.setting import Setting
from tests.benchmarks.subjects import Grader

PARTS: Mapping[str, Callable[[Setting], Iterator[Measurement]]] = {
    "cost": cost.measure,
    "start": start.measure,
    "calls": calls.measure,
    "diagnosis": diagnosis.measure,
    "memory": memory.measure,
    "parallel": parallel.measure,
    "regrade": regrade.measure,
    "profile": profile.measure,
    "scale": scale.measure,
    "peers": comparison.measure,
}
_USUAL = ("cost", "start", "calls", "diagnosis", "memory", "parallel", "regrade", "profile")


def main(
    parts: Annotated[list[str] | None, typer.Argument(help=f"Which of: {', '.join(PARTS)}.")] = None,
    engine: Annotated[str, typer.Option(help="The grader's engine.")] = "warm",
    unsafe: Annotated[bool, typer.Option(help="Grade without a sandbox.")] = False,
    rounds: Annotated[int, typer.Option(min=1, help="How often each is measured, in turns.")] = 5,
    sizes: Annotated[tuple[int, int], typer.Option(help="Two sizes of class.")] = (20, 220),
    nbclient_sizes: Annotated[tuple[int, int], typer.Option(help="Two numbers of notebooks for all others.")] = (1, 4),
    long: Annotated[bool, typer.Option("--long", help="Also `scale`: ten thousand submissions.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Keep the figures, and write docs/benchmarks.md.")] = False,
    json: Annotated[Path | None, typer.Option(help="Write the figures to this file, as JSON.")] = None,
) -> None:
    """Measure the budgets of `grader grade`, each over several rounds."""
    # Being told to end is like Ctrl-C: what runs is ended, and the folder is removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    chosen = parts or [*_USUAL, *(["scale"] if long else [])]
    for part in chosen:
        if part not in PARTS:
            raise typer.BadParameter(f"There is no part {part!r}. Choose one of: {', '.join(PARTS)}.")
    options = ("--unsafe",) if unsafe else ()
    here = conditions(grader=" ".join(["grader grade --engine", engine, *options]))
    if not here.quiet:
        typer.echo(f"The machine is busy (load {here.load:.1f}): trust ratios, not times.", err=True)
    with tempfile.TemporaryDirectory(prefix="grader-benchmark-") as folder:
        setting = Setting(
            grader=Grader(engine=engine, options=options),
            folder=Path(folder),
            rounds=rounds,
            sizes=sizes,
            nbclient_sizes=nbclient_sizes,
            say=lambda line: typer.echo(line, err=True),
        )
        try:
            kept = list(_measured(chosen, setting, here))
        except UntrustedError as error:
            typer.echo(f"No figure can be taken from this: {error}", err=True)
            raise typer.Exit(1) from error
    if json is not None:
        json.write_text(as_json(kept), encoding="utf-8")
    if write:
        keep(kept)


def _measured(parts: list[str], setting: Setting, here: Conditions) -> Iterator[Kept]:
    for part in parts:
        typer.echo(f"==> {part}")
        for measurement in PARTS[part](setting):
            typer.echo(_told(measurement))
            yield Kept(measurement=measurement, conditions=here)


def _told(it: Measurement) -> str:
    budget = f"  [{it.budget.words(it.unit)}: {it.verdict}]" if it.budget else ""
    note = f"\n      {it.note}" if it.note else ""
    return f"{it.what}: {it.spread} {it.unit}{budget}{note}"


if __name__ == "__main__":
    typer.run(main)
