"""`grader outline NOTEBOOK…`: which cells belong to which task, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.table import Table
from rich.text import Text

from grader.assignment.sources import MODULE
from grader.assignment.spec import Spec
from grader.batch import Outlined, Workers, collect
from grader.cli.summary import print_document
from grader.cli.terminal import safe, stdout
from grader.errors import ExecutionUnavailable
from grader.notebook import Heading, Outline
from grader.records import Section

_DEFAULT = Path("reference")
_LONGEST_LIST = 40
_BY = {
    "name": "its name, {}",
    "spelling": "its name in other figures or with a part",
    "tag": "the cell's tag",
    "grade-id": "the cell's grade_id",
    "other-word": "another word with its number, {}",
    "number": "its number alone",
    "letter": "a letter for its number, or the other way round",
}
_KINDS = {"heading": "", "comment": "# ", "tag": "tag: ", "grade-id": "grade_id: "}


def run_outline(notebooks: Sequence[Path], reference: Path | None, *, as_json: bool) -> None:
    """Print the outline of each notebook.

    Raises UsageError where there is none, AssignmentError where the reference folder is broken.
    """
    folder = reference or (_DEFAULT if (_DEFAULT / MODULE).is_file() else None)
    hand_ins = collect(notebooks, apart=() if folder is None else (folder,)).hand_ins
    with Workers(folder, processes=1) as workers:
        spec = workers.describe().spec if folder else None
        outlined = ((each.path, _outlined(workers, each.path)) for each in hand_ins)
        if as_json:
            documents = [_document(path, result, spec) for path, result in outlined]
            print_document({"schema": "grader.outline/1", "notebooks": documents})
            return
        for path, result in outlined:
            _print(path, result, spec)


def _outlined(workers: Workers, path: Path) -> Outlined:
    try:
        return workers.outline(path)
    except ExecutionUnavailable as error:
        return Outlined(rejected=str(error))  # the others are looked at all the same


def _document(path: Path, result: Outlined, spec: Spec | None) -> dict[str, object]:
    outline = result.outline or Outline(sections=(), headings=())
    sections = {section.task: section for section in outline.sections}
    return {
        "path": str(path),
        "rejected": result.rejected,
        "tasks": [
            {
                "id": task.id,
                "names": [task.heading, *task.headings],
                "found": sections[task.id].found,
                "cells": list(sections[task.id].cells),
            }
            for task in (spec.tasks if spec else ())
            if task.id in sections
        ],
        "headings": [asdict(heading) for heading in outline.headings],
    }


def _print(path: Path, result: Outlined, spec: Spec | None) -> None:
    stdout.print(safe(str(path), "bold"), soft_wrap=True)
    if result.outline is None:
        stdout.print(safe(result.rejected, "red"))
    elif spec is None:
        _print_all(result.outline.headings)
    else:
        _print_tasks(result.outline, {task.id: task.heading for task in spec.tasks})
    stdout.print()


def _print_all(headings: Sequence[Heading]) -> None:
    """What looks like a heading, where nobody said what the tasks are."""
    stdout.print("No assignment is here (--reference), so this is all that looks like a heading.", style="dim")
    rows = [(heading, safe(heading.name)) for heading in headings]
    _print_table(rows, "read as") if rows else stdout.print("Nothing does.")


def _print_tasks(outline: Outline, names: Mapping[str, str]) -> None:
    taken = [(heading, _opens(heading, names)) for heading in outline.headings if heading.taken]
    if taken:
        _print_table(taken, "opens")
    for section in outline.sections:
        stdout.print(Text.assemble(safe(names[section.task], "bold"), "  ", safe(_cells(section))))
    if all(section.found == "heading" for section in outline.sections):
        return
    others = [(heading, _why_not(heading, names)) for heading in outline.headings if not heading.taken]
    stdout.print("Looks like a heading, and doesn't count:" if others else "Nothing else looks like a heading.")
    if others:
        _print_table(others, "because")


def _print_table(rows: Sequence[tuple[Heading, Text]], last: str) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("cell", justify="right", no_wrap=True)
    table.add_column("line", justify="right", no_wrap=True)
    table.add_column("heading", overflow="fold", ratio=1)
    table.add_column(last, overflow="fold", ratio=1)
    for heading, told in rows[:_LONGEST_LIST]:
        line = str(heading.line) if heading.line else "–"
        table.add_row(str(heading.cell), line, safe(_KINDS[heading.kind] + heading.text), told)
    stdout.print(table)
    if len(rows) > _LONGEST_LIST:
        stdout.print(f"… and {len(rows) - _LONGEST_LIST} more; --json has them all.")


def _opens(heading: Heading, names: Mapping[str, str]) -> Text:
    by = _BY[heading.form].format(f"“{heading.name}”") if heading.form else ""
    return Text.assemble(safe(names[heading.task], "green"), safe(f", by {by}"))


def _why_not(heading: Heading, names: Mapping[str, str]) -> Text:
    could_be = f"{names[heading.task]}? " if heading.task else ""
    return safe(f"{could_be}{heading.why[:1].upper()}{heading.why[1:]}.", "yellow")


def _cells(section: Section) -> str:
    if section.found == "whole":
        return "has no heading here, so the whole notebook counts"
    return f"cells {', '.join(_ranges(section.cells))}"


def _ranges(cells: Iterable[int]) -> Iterator[str]:
    """Neighbours as one: `2–6`, `9`."""
    first = last = None
    for cell in cells:
        if first is not None and last is not None and cell != last + 1:
            yield _range(first, last)
            first = None
        first = cell if first is None else first
        last = cell
    if first is not None and last is not None:
        yield _range(first, last)


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"
