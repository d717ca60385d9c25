"""Records as JSON text, and back: what comes out equals what went in.

Text that is no Unicode is kept as an escape, `\\ud800`. A captured value that JSON can't carry (nested too deeply, an
integer of thousands of digits) is kept as unreadable, so that one student's value never makes the gradebook fail.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

from pydantic import JsonValue, TypeAdapter
from pydantic_core import PydanticSerializationError, from_json, to_json

from grader.assignment.spec import Spec
from grader.errors import GradebookError
from grader.records import (
    Array,
    CallResult,
    CallsMade,
    Capture,
    CellRun,
    CheckGrade,
    Grade,
    Notebook,
    Output,
    Plan,
    Scalar,
    Sequence,
    TaskGrade,
    Unreadable,
    Value,
)

Record = TypeVar("Record")

SPEC = TypeAdapter(Spec)
NOTEBOOK = TypeAdapter(Notebook)
PLAN = TypeAdapter(Plan)
GRADE = TypeAdapter(Grade)
CELLS = TypeAdapter(tuple[CellRun, ...])
TEXTS = TypeAdapter(dict[str, str])
SETTINGS = TypeAdapter(dict[str, JsonValue])
_CHECK = TypeAdapter(CheckGrade)
_CAPTURES = TypeAdapter(tuple[Capture, ...])
_VALUE: TypeAdapter[Value] = TypeAdapter(Value)
_CALLS = TypeAdapter(tuple[CallsMade, ...])
_OUTPUTS = TypeAdapter(tuple[tuple[Output, ...], ...])

_REMEMBERED_NOTEBOOKS, _REMEMBERED_CHARACTERS = 4, 200_000

_IDENTITIES = 2**63
_PLAIN_LAYERS = 8


def dump(kind: TypeAdapter[Record], record: Record, *, without: str | None = None) -> str:
    """A record as JSON text; of a tuple of records, without one of their fields."""
    left_out = {"__all__": {without}} if without else None
    try:
        return kind.dump_json(record, exclude=left_out).decode()
    except PydanticSerializationError:
        # Half of a surrogate pair is the one thing in a record that UTF-8 has no room for. The text is that of the
        # record that will come back.
        tree = _escaped_tree(kind.dump_python(record, mode="json", exclude=left_out))
        return kind.dump_json(kind.validate_json(json.dumps(tree)), exclude=left_out).decode()


def load(kind: TypeAdapter[Record], text: str) -> Record:
    """The record that was dumped. Raises GradebookError where the text is none of its kind."""
    try:
        return kind.validate_json(text)
    except ValueError as error:
        raise _unreadable(str(error).splitlines()[0]) from error


def dump_notebook(notebook: Notebook) -> str:
    """A notebook as JSON text."""
    return dump(NOTEBOOK, notebook)


def load_notebook(text: str) -> Notebook:
    """The notebook that was dumped."""
    return _short_notebook(text) if len(text) <= _REMEMBERED_CHARACTERS else load(NOTEBOOK, text)


# A worker may be asked twice about one submission, before and after its second execution.
@lru_cache(maxsize=_REMEMBERED_NOTEBOOKS)
def _short_notebook(text: str) -> Notebook:
    return load(NOTEBOOK, text)


def load_light_grade(text: str) -> Grade:
    """A grade without what its checks tell of values: their comparisons and the arrays beside each other.

    Most of a class's checks then are one of a few, which are the same objects.
    """
    try:
        tree = from_json(text)
        tasks = [
            TaskGrade(id=task["id"], title=task["title"], checks=tuple(map(_light_check, task["checks"])))
            for task in tree["tasks"]
        ]
        return replace(GRADE.validate_python({**tree, "tasks": ()}), tasks=tuple(tasks))
    except (ValueError, LookupError, TypeError) as error:
        raise _unreadable(str(error).splitlines()[0]) from error


def _light_check(tree: dict[str, object]) -> CheckGrade:
    return _check(to_json({**tree, "comparison": None, "evidence": None}))


@lru_cache(maxsize=4_096)
def _check(text: bytes) -> CheckGrade:
    return _CHECK.validate_json(text)


def dump_texts(texts: Mapping[str, str]) -> str:
    """A mapping from text to text, of whatever class, as JSON text."""
    return dump(TEXTS, dict(texts))


def dump_cells(cells: tuple[CellRun, ...]) -> tuple[str, str]:
    """Cells without their outputs, and their outputs alone, each as JSON text."""
    return (
        dump(CELLS, cells, without="outputs"),
        dump(_OUTPUTS, tuple([cell.outputs for cell in cells])),
    )


def load_cells(cells: str, outputs: str | None) -> tuple[CellRun, ...]:
    """The cells that were dumped, with their outputs, or without them where `outputs` is None."""
    bare = load(CELLS, cells)
    if outputs is None:
        return bare
    shown = load(_OUTPUTS, outputs)
    if len(bare) != len(shown):
        raise _unreadable(f"{len(bare)} cells with the outputs of {len(shown)}")
    return tuple(replace(cell, outputs=outputs) for cell, outputs in zip(bare, shown, strict=True))


def dump_captures(captures: Iterable[Capture]) -> str:
    """Captures as JSON text; in place of a value that JSON can't carry, `Unreadable`."""
    return dump(_CAPTURES, tuple(map(_storable, captures)))


def load_captures(text: str) -> tuple[Capture, ...]:
    """The captures that were dumped."""
    return load(_CAPTURES, text)


def dump_calls(calls: Iterable[CallsMade]) -> str:
    """What came of calls as JSON text; in place of a value that JSON can't carry, `Unreadable`."""
    return dump(_CALLS, tuple(replace(made, results=tuple(map(_storable_result, made.results))) for made in calls))


def load_calls(text: str) -> tuple[CallsMade, ...]:
    """The calls that were dumped."""
    return load(_CALLS, text)


def _storable(capture: Capture) -> Capture:
    # Only an identity's equality counts; a process may claim a number of any size.
    if not 0 <= capture.identity < _IDENTITIES:
        capture = replace(capture, identity=capture.identity % _IDENTITIES)
    value = _storable_value(capture.value)
    return capture if value is capture.value else replace(capture, value=value)


def _storable_result(result: CallResult) -> CallResult:
    value = None if result.value is None else _storable_value(result.value)
    elementwise = None if result.elementwise is None else _storable_value(result.elementwise)
    if value is result.value and elementwise is result.elementwise:
        return result
    return replace(result, value=value, elementwise=elementwise)


def _storable_value(value: Value) -> Value:
    if _is_plain(value, _PLAIN_LAYERS):
        return value
    try:
        # Only trees of Python's own values can come back as something else, and only by being absurd.
        load(_VALUE, dump(_VALUE, value))
    except (ValueError, RecursionError, GradebookError):
        return Unreadable(type=value.kind, reason="It is nested too deeply, or too large, to be kept.")
    return value


def _is_plain(value: Value, layers: int) -> bool:
    """Whether JSON can carry a value without a doubt: numbers of a machine's size, lists of few layers."""
    match value:
        case Array() | Unreadable():
            return True
        case Scalar(value=int() as number):
            return -_IDENTITIES <= number < _IDENTITIES
        case Scalar():
            return True
        case Sequence(items=items):
            return layers > 0 and all(_is_plain(item, layers - 1) for item in items)
        case _:
            return False


@lru_cache(maxsize=256)
def load_texts(text: str) -> Mapping[str, str]:
    """The mapping that was dumped. A class has few different ones, and equal ones are one object."""
    return load(TEXTS, text)


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
