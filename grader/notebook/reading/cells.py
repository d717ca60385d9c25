"""From the JSON of a notebook's cells to records, whatever a stranger put where a cell should be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from grader.notebook.reading.outputs import Allowance, read_outputs
from grader.notebook.reading.text import clean, joined
from grader.records import Cell

Kind = Literal["code", "markdown", "raw"]

ATTACHMENT_CHARACTERS = 5_000_000
"""The most that is kept of all pictures that Markdown cells carry with them, in characters of base64."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_KINDS: dict[str, Kind] = {
    "code": "code",
    "markdown": "markdown",
    "html": "markdown",
    "heading": "markdown",
    "text": "markdown",
    "raw": "raw",
}


@dataclass
class _Reader:
    """What has to be known across cells while they are read."""

    ids: set[str] = field(default_factory=set)
    outputs: Allowance = field(default_factory=Allowance)
    attachments: Allowance = field(default_factory=lambda: Allowance(ATTACHMENT_CHARACTERS))
    strange_cells: int = 0
    strange_sources: int = 0
    strange_outputs: int = 0
    renamed: int = 0


def read_cells(raw: Sequence[object], *, keep_ids: bool = True) -> tuple[tuple[Cell, ...], tuple[str, ...]]:
    """The cells, one for each item of `raw` so that positions are kept, and in words what had to be mended.

    Cells without a usable id of their own get one that depends on nothing but the notebook. `keep_ids` is False where
    the ids are none of the notebook's own.
    """
    reader = _Reader()
    if keep_ids:
        # Ids that are the notebook's own come first, so that one of ours never takes theirs.
        own = {cell["id"] for cell in raw if isinstance(cell, dict) and isinstance(cell.get("id"), str)}
    else:
        own = set()
    cells = tuple(_read_cell(index, item, own, reader) for index, item in enumerate(raw))
    return cells, _repairs(reader)


def _read_cell(index: int, item: object, own: set[str], reader: _Reader) -> Cell:
    raw: dict[str, Any] = item if isinstance(item, dict) else {}
    kind = _kind(raw)
    reader.strange_cells += kind is None
    outputs, unknown = read_outputs(raw.get("outputs"), reader.outputs) if kind == "code" else ((), 0)
    reader.strange_outputs += unknown
    return Cell(
        index=index,
        kind=kind or "raw",
        source=_source(raw, reader),
        id=_id(index, raw.get("id"), own, reader),
        tags=_tags(raw.get("metadata")),
        outputs=outputs,
        execution_count=_count(raw.get("execution_count")),
        attachments=_attachments(raw.get("attachments"), reader.attachments) if kind != "code" else {},
        grade_id=_grade_id(raw.get("metadata")),
    )


def _kind(raw: dict[str, Any]) -> Kind | None:
    name = raw.get("cell_type")
    known = _KINDS.get(name.strip().lower()) if isinstance(name, str) else None
    # Only code cells have outputs; without a kind this is the one sign of code that is left.
    return known or ("code" if isinstance(raw.get("outputs"), list) else None)


def _source(raw: dict[str, Any], reader: _Reader) -> str:
    text = joined(raw.get("source"))
    if text is None:
        reader.strange_sources += bool(raw)
        return ""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    level = raw.get("level")
    if raw.get("cell_type") == "heading":
        return "#" * (level if isinstance(level, int) and 1 <= level <= 6 else 1) + " " + " ".join(text.split())
    return text


def _id(index: int, raw: object, own: set[str], reader: _Reader) -> str:
    given = raw if isinstance(raw, str) and raw in own else None
    if given is not None and _ID.fullmatch(given) and given not in reader.ids:
        reader.ids.add(given)
        return given
    reader.renamed += given is not None
    fresh = f"cell-{index}"
    while fresh in own or fresh in reader.ids:
        fresh += "-"
    reader.ids.add(fresh)
    return fresh


def _tags(metadata: object) -> tuple[str, ...]:
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    if not isinstance(tags, list):
        return ()
    return tuple(clean(tag[:100]) for tag in tags[:50] if isinstance(tag, str))


def _grade_id(metadata: object) -> str:
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return clean(name[:100]) if isinstance(name, str) else ""


def _count(raw: object) -> int | None:
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw < 2**31 else None


def _attachments(raw: object, allowance: Allowance) -> dict[str, dict[str, str]]:
    attachments: dict[str, dict[str, str]] = {}
    for name, bundle in raw.items() if isinstance(raw, dict) else ():
        kept: dict[str, str] = {}
        for mime, value in bundle.items() if isinstance(bundle, dict) else ():
            content = joined(value)
            # Half a picture is no picture.
            if content is None or len(content) > allowance.left:
                allowance.cut = True
            else:
                kept[clean(mime[:100])] = allowance.take(content, ATTACHMENT_CHARACTERS)
        if kept:
            attachments[clean(name[:255])] = kept
    return attachments


def _repairs(reader: _Reader) -> tuple[str, ...]:
    found = (
        (reader.strange_cells, "Cells of no known kind are kept as raw text: {}."),
        (reader.strange_sources, "Cells without text in their source are taken as empty: {}."),
        (reader.strange_outputs, "Saved outputs that are none were left out: {}."),
        (reader.renamed, "Cells whose id is no valid one, or another's, got a new one: {}."),
        (reader.outputs.cut, "Saved outputs are longer than what is kept of them; they were cut."),
        (reader.attachments.cut, "Attachments that are too large, or are none, were left out."),
    )
    return tuple(sentence.format(count) for count, sentence in found if count)
