"""Saved outputs: kept as text for comparison, within bounds, without pictures (fresh ones are made anyway)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from grader.notebook.reading.text import clean, joined
from grader.records import Output

OUTPUT_CHARACTERS = 100_000
"""The most text that is kept of one saved output."""
NOTEBOOK_CHARACTERS = 5_000_000
"""The most text that is kept of all saved outputs of a notebook."""
_TRACEBACK_LINES = 200
_OUTPUTS_PER_CELL = 1_000

_KINDS: dict[str, Literal["stream", "display", "result", "error"]] = {
    "stream": "stream",
    "display_data": "display",
    "update_display_data": "display",
    "execute_result": "result",
    "pyout": "result",
    "error": "error",
    "pyerr": "error",
}


class Allowance:
    """How much more saved text of a notebook may be kept; `cut` says whether anything was too long."""

    def __init__(self, characters: int = NOTEBOOK_CHARACTERS) -> None:
        self.left = characters
        self.cut = False

    def take(self, text: str, limit: int = OUTPUT_CHARACTERS) -> str:
        """The beginning of `text` that may still be kept."""
        kept = text[: min(limit, self.left)]
        self.cut = self.cut or len(kept) < len(text)
        self.left -= len(kept)
        return kept


def read_outputs(raw: object, allowance: Allowance) -> tuple[tuple[Output, ...], int]:
    """The saved outputs of a cell, and how many there were that are no outputs of a known kind."""
    if not isinstance(raw, list):
        return (), int(raw is not None)
    outputs: list[Output] = []
    unknown = 0
    for item in raw:
        if allowance.left <= 0 or len(outputs) >= _OUTPUTS_PER_CELL:
            allowance.cut = True
            break
        output = _read_output(item, allowance)
        if output is None:
            unknown += 1
        else:
            outputs.append(output)
    return tuple(outputs), unknown


def _read_output(raw: object, allowance: Allowance) -> Output | None:
    if not isinstance(raw, dict):
        return None
    kind = _KINDS.get(raw["output_type"]) if isinstance(raw.get("output_type"), str) else None
    match kind:
        case "stream":
            stream: Literal["stdout", "stderr"] = "stderr" if raw.get("name") == "stderr" else "stdout"
            return Output(kind="stream", stream=stream, text=allowance.take(joined(raw.get("text")) or ""))
        case "error":
            return _read_error(raw, allowance)
        case "display" | "result":
            return _read_bundle(kind, raw.get("data"), allowance)
        case None:
            return None


def _read_error(raw: dict[str, Any], allowance: Allowance) -> Output:
    name, message = (joined(raw.get(key)) or "" for key in ("ename", "evalue"))
    return Output(
        kind="error",
        error_name=allowance.take(name, 200),
        error_message=allowance.take(message, 10_000),
        traceback=tuple(_take_lines(raw.get("traceback"), allowance)),
    )


def _take_lines(raw: object, allowance: Allowance) -> Iterable[str]:
    lines = raw if isinstance(raw, list) else [raw]
    limit = OUTPUT_CHARACTERS
    for line in lines[:_TRACEBACK_LINES]:
        if isinstance(line, str) and limit > 0:
            kept = allowance.take(clean(line), limit)
            limit -= len(kept)
            yield kept


def _read_bundle(kind: Literal["display", "result"], raw: object, allowance: Allowance) -> Output:
    bundle = raw if isinstance(raw, dict) else {}
    text = allowance.take(joined(bundle.get("text/plain")) or "")
    limit = OUTPUT_CHARACTERS - len(text)
    data: dict[str, str] = {}
    for mime, value in bundle.items():
        rich = joined(value) if mime.startswith("text/") and mime != "text/plain" else None
        # Half a table is no table, so richer forms are kept whole or not at all.
        if rich is not None and len(rich) <= min(limit, allowance.left):
            data[clean(mime[:100])] = allowance.take(rich)
            limit -= len(rich)
    return Output(kind=kind, text=text, data=data)
