"""Outputs of cells: from Jupyter's messages, which a student may forge, to plain records."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Literal

from grader.records import CellError, Output
from grader.wire import clean

MAX_ERROR_NAME = 200
MAX_ERROR_MESSAGE = 10_000
_REDRAWN = re.compile(r"^[^\n]*\r(?=[^\r\n])", re.MULTILINE)
"""What was written over: a line up to the last carriage return that something follows."""


def to_records(nodes: Iterable[Mapping[str, Any]]) -> tuple[Output, ...]:
    """The outputs of a cell, with neighbouring pieces of one stream joined as a terminal would show them."""
    joined: list[Output] = []
    pieces: list[str] = []
    for output in (_record(node) for node in nodes):
        if joined and output.kind == "stream" and joined[-1].kind == "stream" and joined[-1].stream == output.stream:
            pieces.append(output.text)
            continue
        _close_stream(joined, pieces)
        joined.append(output)
        pieces = [output.text]
    _close_stream(joined, pieces)
    return tuple(joined)


def _close_stream(joined: list[Output], pieces: list[str]) -> None:
    if joined and joined[-1].kind == "stream":
        joined[-1] = replace(joined[-1], text=_overwritten("".join(pieces)))


def to_error(content: Mapping[str, Any]) -> CellError:
    """The exception that an execute reply tells of."""
    name, message = _text(content.get("ename")), _text(content.get("evalue"))
    return CellError(name=name[:MAX_ERROR_NAME], message=message[:MAX_ERROR_MESSAGE])


def is_out_of_memory(error: CellError) -> bool:
    """Whether Python, NumPy or PyTorch could not get the memory that it asked for."""
    return error.name in ("MemoryError", "_ArrayMemoryError") or (
        error.name == "RuntimeError" and "can't allocate memory" in error.message
    )


def _record(node: Mapping[str, Any]) -> Output:
    kind = node.get("output_type")
    if kind == "stream":
        stream: Literal["stdout", "stderr"] = "stderr" if node.get("name") == "stderr" else "stdout"
        return Output(kind="stream", stream=stream, text=_text(node.get("text")))
    if kind == "error":
        lines = node.get("traceback")
        return Output(
            kind="error",
            error_name=_text(node.get("ename"))[:MAX_ERROR_NAME],
            error_message=_text(node.get("evalue"))[:MAX_ERROR_MESSAGE],
            traceback=tuple(clean(line) for line in lines if isinstance(line, str)) if isinstance(lines, list) else (),
        )
    data = node.get("data")
    forms = {_text(key): _text(form) for key, form in data.items()} if isinstance(data, Mapping) else {}
    text = forms.pop("text/plain", "")
    return Output(kind="result" if kind == "execute_result" else "display", text=text, data=forms)


def _text(value: object) -> str:
    """Text as it is, lines joined, anything else as JSON; what is nested beyond that is left out."""
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = "".join(value)
    with suppress(RecursionError):
        return clean(value if isinstance(value, str) else json.dumps(value))
    return ""


def _overwritten(text: str) -> str:
    """What is left to see where carriage returns go back to a line's start (progress bars)."""
    return _REDRAWN.sub("", text).replace("\r", "") if "\r" in text else text
