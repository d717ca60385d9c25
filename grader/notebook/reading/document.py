"""Reading what was handed in: from any bytes to a notebook, or a reason that its student can act on."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import Any

from grader.errors import NotebookRejected
from grader.notebook.reading.cells import read_cells
from grader.notebook.reading.markdown import markdown_cells
from grader.notebook.reading.script import script_cells
from grader.notebook.reading.sniffing import (
    FORMS,
    HAND_IN,
    Form,
    explain_text,
    form_of,
    reject_conflict,
    reject_other_format,
    reject_other_text,
)
from grader.notebook.reading.text import clean
from grader.records import Notebook

FILE_BYTES = 200 * 1024**2
"""Files larger than this aren't read."""
SOURCE_CHARACTERS = 20_000_000
"""Notebooks whose cells hold more text than this, outputs apart, aren't read."""
CELLS = 10_000
"""Notebooks with more cells than this aren't read."""

_LATEST_OLD_FORMAT = 3
_INTEGER_DIGITS = 300


_FORM_NAMES = {"notebook": "a notebook", "script": "a Python script", "document": "a Markdown document"}


def read(data: bytes, name: str = "") -> Notebook:
    """Read a notebook of any version of the format from the bytes of a file; or a Python script, or a document.

    The file's `name` tells a script from a document by its ending (`.py`, `.md`, `.Rmd`, `.qmd`); what it plainly is
    goes before that, and `repairs` says so. What is merely odd is mended, and said there as well: ids, kinds, types,
    encodings, outputs that are too long (kept: 100,000 characters an output, 5 million in all, no pictures). All text
    in the result can be encoded as UTF-8 and holds no NUL.

    Raises:
        NotebookRejected: where there is no notebook in it, or no code; the message is for the student.
    """
    _check_size(data)
    reject_other_format(data)
    text, repairs = _decode(data)
    reject_conflict(text)
    suffix = PurePath(name).suffix.lower()
    form = form_of(text, suffix)
    if suffix and form != FORMS.get(suffix, "notebook" if suffix == ".ipynb" else None):
        repairs += (f"The file is {_FORM_NAMES[form]}, though its name ends in {clean(suffix[:20])}.",)
    language, raw, keep_ids = _opened(text, form)
    cells, mended = read_cells(raw, keep_ids=keep_ids)
    notebook = Notebook(cells=cells, language=language, repairs=repairs + mended)
    _check_content(notebook)
    return notebook


def _opened(text: str, form: Form) -> tuple[str, list[object], bool]:
    """The language, the cells in the shape of format 4, and whether their ids are the notebook's own."""
    if form == "notebook":
        document = _parse(text)
        return _language(document.get("metadata")), *_raw_cells(document)
    reject_other_text(text)
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    raw = script_cells(plain) if form == "script" else markdown_cells(plain)
    _check_count(raw)
    return "python", raw, False


def _check_size(data: bytes) -> None:
    if len(data) > FILE_BYTES:
        raise NotebookRejected(
            f"The file is too large ({len(data) / 1024**2:,.0f} MB; at most {FILE_BYTES // 1024**2} MB are read).",
            remedy="Clear the outputs (in Jupyter: Edit, Clear Outputs of All Cells), save and hand in again.",
        )
    if not data:
        raise NotebookRejected("The file is empty (0 bytes).", remedy=HAND_IN)


def _decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    encoding = json.detect_encoding(data)
    repairs = []
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode(encoding, "replace")
        repairs.append("Some bytes are no valid text (UTF-8); they were replaced by �.")
    if not encoding.startswith("utf-8"):
        repairs.append(f"The file is encoded as {encoding.upper()}, not as UTF-8.")
    if "\x00" in text:
        text = text.replace("\x00", "")
        repairs.append("NUL characters were removed.")
    if not text.strip():
        raise NotebookRejected("The file holds nothing but white space.", remedy=HAND_IN)
    return text, tuple(repairs)


def _parse(text: str) -> dict[str, Any]:
    try:
        # `strict=False` lets control characters stand in strings, as some editors leave them.
        document = json.loads(text, strict=False, parse_int=_integer)
    except json.JSONDecodeError as error:
        raise explain_text(text) or _damaged(text, error) from None
    except RecursionError:
        raise NotebookRejected("The file is nested too deeply to be a notebook.", remedy=HAND_IN) from None
    if isinstance(document, dict) and ("cells" in document or "worksheets" in document):
        return document
    raise NotebookRejected("The file is JSON, but no notebook: it has no list of cells.", remedy=HAND_IN)


def _integer(digits: str) -> int | float:
    # Python refuses to read integers of thousands of digits; no field of a notebook needs one.
    return int(digits) if len(digits) <= _INTEGER_DIGITS else float("inf")


def _damaged(text: str, error: json.JSONDecodeError) -> NotebookRejected:
    place = f"line {error.lineno}, column {error.colno}"
    if error.msg.startswith("Unterminated string") or error.pos >= len(text.rstrip()):
        return NotebookRejected(
            f"The file ends too early: the notebook is cut off ({place}).",
            remedy="The upload or the download was interrupted; hand in the whole file again.",
        )
    return NotebookRejected(f"The file is damaged: its JSON breaks at {place} ({error.msg}).", remedy=HAND_IN)


def _raw_cells(document: dict[str, Any]) -> tuple[list[object], bool]:
    """The cells in the shape of format 4, and whether their ids are the notebook's own."""
    cells = document.get("cells")
    version = _old_format(document)
    if isinstance(cells, list):
        _check_count(cells)
    if version is None and isinstance(cells, list):
        return cells, True
    if version is None:
        raise NotebookRejected("The file is no notebook: its list of cells is missing.", remedy=HAND_IN)
    return _upgraded(document, version), False


def _check_count(cells: list[object]) -> None:
    if len(cells) > CELLS:
        raise NotebookRejected(
            f"The notebook has {len(cells):,} cells; at most {CELLS:,} are read.", remedy="Hand in a shorter one."
        )


def _old_format(document: dict[str, Any]) -> int | None:
    """Format 1, 2 or 3; None for 4 and whatever comes after, which are read alike."""
    if "worksheets" in document and not isinstance(document.get("cells"), list):
        version = document.get("nbformat")
        return version if version in (2, 3) else _LATEST_OLD_FORMAT
    cells = document.get("cells")
    first = next((cell for cell in cells if isinstance(cell, dict)), {}) if isinstance(cells, list) else {}
    return 1 if "source" not in first and ("code" in first or "text" in first) else None


def _upgraded(document: dict[str, Any], version: int) -> list[object]:
    # Old formats are rare, and nbformat takes long to import.
    from nbformat import convert, versions

    try:
        node = versions[version].to_notebook_json({**document, "nbformat": version})
        cells = convert(node, 4).get("cells")  # type: ignore[no-untyped-call]  # nbformat has no types here
    except Exception:  # the converters raise whatever a strange shape makes them trip over
        cells = None
    if isinstance(cells, list):
        return cells
    raise NotebookRejected(
        f"The notebook is in an old format (version {version}) and can't be converted.",
        remedy="Open it in Jupyter, which converts it, save it, and hand it in again.",
    )


def _language(metadata: object) -> str:
    if not isinstance(metadata, dict):
        return "python"
    for section, key in (("kernelspec", "language"), ("language_info", "name")):
        entry = metadata.get(section)
        name = entry.get(key) if isinstance(entry, dict) else None
        if isinstance(name, str) and name.strip():
            return clean(name.strip().lower()[:40])
    return "python"


def _check_content(notebook: Notebook) -> None:
    if not notebook.cells:
        raise NotebookRejected("The notebook has no cells.", remedy=HAND_IN)
    if not any(cell.source.strip() for cell in notebook.code_cells):
        raise NotebookRejected("The notebook has no code: there is nothing to run.", remedy=HAND_IN)
    size = sum(len(cell.source) for cell in notebook.cells)
    if size > SOURCE_CHARACTERS:
        raise NotebookRejected(
            f"The notebook's cells hold {size / 1e6:,.0f} million characters; "
            f"at most {SOURCE_CHARACTERS / 1e6:,.0f} million are read.",
            remedy="Load data from a file instead of writing it into a cell, and hand in again.",
        )
