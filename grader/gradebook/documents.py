"""Records as JSON text, and back: what comes out equals what went in.

Text that is no Unicode is kept as an escape, `\\ud800`. A captured value that JSON can't carry (nested too deeply, an
integer of thousands of digits) is kept as unreadable, so that one student's value never makes the gradebook fail.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from pydantic import JsonValue, TypeAdapter
from pydantic_core import PydanticSerializationError

from grader.assignment.spec import Spec
from grader.errors import GradebookError
from grader.records import Array, CellRun, Execution, Grade, Notebook, Output, Plan, Unreadable, Value

Record = TypeVar("Record")

SPEC = TypeAdapter(Spec)
NOTEBOOK = TypeAdapter(Notebook)
PLAN = TypeAdapter(Plan)
GRADE = TypeAdapter(Grade)
CELLS = TypeAdapter(tuple[CellRun, ...])
TEXTS = TypeAdapter(dict[str, str])
SETTINGS = TypeAdapter(dict[str, JsonValue])
_VALUE: TypeAdapter[Value] = TypeAdapter(Value)
_VALUES: TypeAdapter[tuple[Value, ...]] = TypeAdapter(tuple[Value, ...])
_OUTPUTS = TypeAdapter(tuple[tuple[Output, ...], ...])
_EXECUTIONS = TypeAdapter(tuple[Execution, ...])


def dump(kind: TypeAdapter[Record], record: Record) -> str:
    """A record as JSON text."""
    try:
        return kind.dump_json(record).decode()
    except PydanticSerializationError:
        # Half of a surrogate pair is the one thing in a record that UTF-8 has no room for.
        return json.dumps(_escaped_tree(kind.dump_python(record, mode="json")), ensure_ascii=False)


def load(kind: TypeAdapter[Record], text: str) -> Record:
    """The record that was dumped. Raises GradebookError where the text is none of its kind."""
    try:
        return kind.validate_json(text)
    except ValueError as error:
        raise _unreadable(str(error).splitlines()[0]) from error


def dump_texts(texts: Mapping[str, str]) -> str:
    """A mapping from text to text, of whatever class, as JSON text."""
    return dump(TEXTS, dict(texts))


def dump_cells(cells: Sequence[CellRun]) -> tuple[str, str]:
    """Cells without their outputs, and their outputs alone, each as JSON text."""
    return (
        dump(CELLS, tuple(replace(cell, outputs=()) for cell in cells)),
        dump(_OUTPUTS, tuple(cell.outputs for cell in cells)),
    )


def load_cells(cells: str, outputs: str) -> tuple[CellRun, ...]:
    """The cells that were dumped, with their outputs."""
    bare, shown = load(CELLS, cells), load(_OUTPUTS, outputs)
    if len(bare) != len(shown):
        raise _unreadable(f"{len(bare)} cells with the outputs of {len(shown)}")
    return tuple(replace(cell, outputs=outputs) for cell, outputs in zip(bare, shown, strict=True))


def dump_value(value: Value) -> str:
    """A captured value as JSON text; `Unreadable` in its place where JSON can't carry it."""
    try:
        text = dump(_VALUE, value)
        # Only trees of Python's own values can come back as something else, and only by being absurd.
        if not isinstance(value, Array):
            _VALUE.validate_json(text)
    except (ValueError, RecursionError):
        return dump(_VALUE, Unreadable(type=value.kind, reason="It is nested too deeply, or too large, to be kept."))
    return text


def load_values(texts: Sequence[str]) -> tuple[Value, ...]:
    """The values that were dumped, one for each text. Raises GradebookError where a text is no value's."""
    return load(_VALUES, f"[{','.join(texts)}]")  # at once: a call costs more than what it parses


def load_texts(text: str) -> dict[str, str]:
    """The mapping that was dumped."""
    return load(TEXTS, text)


def digest(executions: Sequence[Execution]) -> str:
    """Equal for two sets of executions where everything in them is: a fresh run differs, if only in its seconds."""
    try:
        text = _EXECUTIONS.dump_json(tuple(executions))
    except (ValueError, RecursionError):
        text = _EXECUTIONS.dump_json(tuple(map(_as_kept, executions)))
    return hashlib.sha256(text).hexdigest()


def _as_kept(execution: Execution) -> Execution:
    """An execution that JSON can't carry as it is, as it will come back from the gradebook."""
    values = load_values([dump_value(capture.value) for capture in execution.captures])
    return replace(
        execution,
        cells=load(CELLS, dump(CELLS, execution.cells)),
        captures=tuple(
            replace(capture, name=escaped(capture.name), value=value)
            for capture, value in zip(execution.captures, values, strict=True)
        ),
        environment=load_texts(dump_texts(execution.environment)),
        reason=escaped(execution.reason),
    )


def escaped(text: str) -> str:
    """Text with what UTF-8 has no room for (half of a surrogate pair) as an escape."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def _unreadable(why: str) -> GradebookError:
    return GradebookError(
        f"A record in the gradebook can't be read: {why}.",
        remedy="It was altered or written by another version of grader; grade again into a new folder.",
    )


def _escaped_tree(tree: object) -> object:
    if isinstance(tree, str):
        return escaped(tree)
    if isinstance(tree, dict):
        return {key: _escaped_tree(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_escaped_tree(item) for item in tree]
    return tree
