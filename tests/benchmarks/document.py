"""What is kept of measurements: `docs/benchmarks.json`, and from it the tables of `docs/benchmarks.md`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

from tests.benchmarks.figures import Measurement
from tests.benchmarks.machine import Conditions
from tests.command_line import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
DATA = ROOT / "docs" / "benchmarks.json"

TABLES = ("budgets", "peers", "profile")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A measurement with its conditions."""

    measurement: Measurement
    conditions: Conditions


_KEPT = TypeAdapter(tuple[Kept, ...])


def as_json(kept: Iterable[Kept]) -> str:
    """Measurements as JSON."""
    return json.dumps([asdict(one) for one in kept], indent=1, ensure_ascii=False) + "\n"


def keep(new: Sequence[Kept], *, data: Path = DATA, page: Path = PAGE) -> None:
    """Put new measurements in the place of those of the same id, and write the page's tables again."""
    old = _KEPT.validate_json(data.read_bytes()) if data.exists() else ()
    by_id = {one.measurement.id: one for one in (*old, *new)}
    data.write_text(as_json(by_id.values()), encoding="utf-8")
    text = page.read_text(encoding="utf-8")
    for table in TABLES:
        rows = [one for one in by_id.values() if one.measurement.table == table]
        text = _replaced(text, table, table_of(rows) if rows else "Not measured yet.")
    page.write_text(text, encoding="utf-8")


def table_of(rows: Sequence[Kept]) -> str:
    """A Markdown table, and under it what its rows were measured on."""
    with_budgets = any(row.measurement.budget for row in rows)
    heads = ["what", *(["budget"] if with_budgets else []), "measured", *(["holds"] if with_budgets else []), "note"]
    lines = [_line(heads), _line("---" for _ in heads)]
    known = list(dict.fromkeys(row.conditions for row in rows))
    for row in rows:
        it = row.measurement
        mark = f" [{known.index(row.conditions) + 1}]" if len(known) > 1 else ""
        budget = [it.budget.words(it.unit) if it.budget else "–"] if with_budgets else []
        holds = [it.verdict] if with_budgets else []
        lines.append(_line([it.what, *budget, f"{it.spread} {it.unit}{mark}", *holds, it.note]))
    lines.append("")
    for number, facts in enumerate(known, start=1):
        mark = f"[{number}] " if len(known) > 1 else ""
        lines.append(f"{mark}{facts.date}; {facts.machine}; {facts.software}; {facts.grader}; load {facts.load:.1f}.\n")
    return "\n".join(lines).rstrip()


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _replaced(text: str, table: str, inside: str) -> str:
    begin, end = f"<!-- {table}: written by `make bench` -->", f"<!-- {table}: end -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"The page has no place for the table {table!r}: {begin} … {end}")
    return f"{before}{begin}\n\n{inside}\n\n{end}{after}"
