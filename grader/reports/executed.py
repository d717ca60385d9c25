"""`executed.ipynb`: the hand-in with the outputs of its fresh run, as a notebook that Jupyter opens."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from grader.records import Cell, CellRun, Execution, Notebook, Output, Result
from grader.reports.plain_text import encodable

_CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_JSON_TYPE = re.compile(r"application/(?:json|.*\+json)")

Node = dict[str, Any]


def executed_notebook(result: Result) -> str:
    """The text of a notebook in nbformat 4.5.

    Code cells hold the outputs of the main execution, none where they weren't run; `metadata.grader` of a cell tells
    its status and its seconds of wall time, that of the notebook how the run went. A hand-in that could not be read
    becomes a notebook without cells.
    """
    execution = result.execution
    document = {
        "cells": list(_cells(result.notebook, execution)) if result.notebook else [],
        "metadata": {
            "grader": _how_it_went(execution),
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": result.notebook.language if result.notebook else "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return _json(document) + "\n"


def _json(document: Node) -> str:
    try:
        return to_json(document, indent=1).decode()
    except PydanticSerializationError:
        # Half a surrogate pair, or a JSON output that is nested too deeply; json takes ten times as long.
        return encodable(json.dumps(document, ensure_ascii=False, indent=1))


def _how_it_went(execution: Execution) -> Node:
    return {
        "status": execution.status,
        "reason": execution.reason,
        "engine": execution.engine,
        "seconds": execution.seconds,
        "seed": execution.seed,
    }


def _cells(notebook: Notebook, execution: Execution) -> Iterator[Node]:
    runs = {run.index: run for run in execution.cells}
    ids = _unique_ids(notebook.cells)
    count = 0
    for cell, cell_id in zip(notebook.cells, ids, strict=True):
        run = runs.get(cell.index)
        if cell.kind != "code":
            yield _text_cell(cell, cell_id)
            continue
        ran = run is not None and run.status != "not-run"
        count += ran
        yield _code_cell(cell, cell_id, run, count if ran else None)


def _unique_ids(cells: Iterable[Cell]) -> list[str]:
    """The hand-in's own ids where they are valid and the first of their kind; others are made from the index."""
    seen: set[str] = set()
    ids = []
    for cell in cells:
        usable = _CELL_ID.fullmatch(cell.id) and cell.id not in seen and not cell.id.startswith("grader-")
        seen.add(cell.id)
        ids.append(cell.id if usable else f"grader-{cell.index}")
    return ids


def _text_cell(cell: Cell, cell_id: str) -> Node:
    node = {"cell_type": cell.kind, "id": cell_id, "metadata": _metadata(cell), "source": cell.source}
    if cell.attachments:
        node["attachments"] = {name: dict(bundle) for name, bundle in cell.attachments.items()}
    return node


def _code_cell(cell: Cell, cell_id: str, run: CellRun | None, count: int | None) -> Node:
    metadata = _metadata(cell)
    if run is not None:
        metadata["grader"] = {"status": run.status, "seconds": run.seconds}
    return {
        "cell_type": "code",
        "id": cell_id,
        "metadata": metadata,
        "source": cell.source,
        "execution_count": count,
        "outputs": [_output(output, count) for output in run.outputs] if run else [],
    }


def _metadata(cell: Cell) -> Node:
    # The format forbids commas in tags, and the same tag twice.
    tags = [tag for tag in dict.fromkeys(cell.tags) if "," not in tag]
    return {"tags": tags} if tags else {}


def _output(output: Output, count: int | None) -> Node:
    if output.kind == "stream":
        return {"output_type": "stream", "name": output.stream, "text": output.text}
    if output.kind == "error":
        return {
            "output_type": "error",
            "ename": output.error_name,
            "evalue": output.error_message,
            "traceback": list(output.traceback),
        }
    plain = {"text/plain": output.text} if output.text or not output.data else {}
    data = {**plain, **{kind: _rich(kind, text) for kind, text in output.data.items()}}
    if output.kind == "display":
        return {"output_type": "display_data", "data": data, "metadata": {}}
    return {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": count}


def _rich(kind: str, text: str) -> object:
    """JSON forms are values in a notebook; what isn't JSON stays text."""
    if not _JSON_TYPE.fullmatch(kind):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
