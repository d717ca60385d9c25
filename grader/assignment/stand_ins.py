"""What stands in for a helper that is itself asked for: where the reference of one function calls that of another, each
case has a table of what it called it with, and got.

So a student's function can be judged as it would be with the right helper. Only the table goes into the sandbox.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FunctionType

from grader.assignment.cases import Passing, frame_of, passed
from grader.assignment.functions import FunctionReference
from grader.assignment.plain import plain_value
from grader.assignment.tensors import NotNumbers, arithmetic
from grader.records import Calls, Sequence, Value

MOST_HELPERS = 4
MOST_BYTES = 4 * 1024**2
"""Tables beyond this aren't sent."""
_Table = list[tuple[Value, Value]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """Calls of a function with tables in place of `helpers`, which are checks; `frame` holds both."""

    helpers: tuple[str, ...]
    calls: Calls
    frame: bytes


def stand_ins_for(id: str, functions: Mapping[str, FunctionReference], folder: Path) -> tuple[StandIn, ...]:
    """What may stand in where a check's function calls others of the same version: each by itself, and all together.

    () where the reference calls none of them.
    """
    function, version = functions[id], id.removeprefix(functions[id].declaration.name)
    helpers = {
        other: reference
        for other, reference in functions.items()
        if other != id and other.removeprefix(reference.declaration.name) == version and _calls(function, reference)
    }
    if not helpers or len(helpers) > MOST_HELPERS or function.construct is not None:
        return ()
    tables = {other: _tables(function, helper, version, folder) for other, helper in helpers.items()}
    known = tuple(other for other, table in tables.items() if any(table))
    chosen = [(other,) for other in known] + ([known] if len(known) > 1 else [])
    made = (_stand_in(function, each, functions, tables) for each in chosen)
    return tuple(each for each in made if len(each.frame) <= MOST_BYTES + len(function.frame))


def _calls(function: FunctionReference, helper: FunctionReference) -> bool:
    """Whether a reference's function calls another's by its name."""
    plain, other = (inspect.unwrap(each.declaration.function.call) for each in (function, helper))
    if not isinstance(plain, FunctionType) or not isinstance(other, FunctionType) or helper.construct is not None:
        return False
    name = other.__name__
    return name in plain.__code__.co_names and plain.__globals__.get(name) is helper.declaration.function.call


def _tables(function: FunctionReference, helper: FunctionReference, version: str, folder: Path) -> list[_Table]:
    """For each case, what the helper is called with and gives; nothing where that can't be told in plain values."""
    declared = helper.declaration
    passing = Passing.of(declared.kinds[version.removeprefix(".")], declared.dtype, folder)
    tables: list[_Table] = []
    for case in function.cases:
        table: _Table = []
        with function.importable(), arithmetic(), _recording(function, helper, table, passing):
            if not case.error:
                function.declaration.function.call(**function.inputs(function.declaration.function, case))
        tables.append(table)
    return tables


@contextmanager
def _recording(
    function: FunctionReference, helper: FunctionReference, table: _Table, passing: Passing
) -> Iterator[None]:
    """Within it, what the function calls the helper with is written into the table."""
    original = helper.declaration.function.call
    space, name = _globals(function), inspect.unwrap(original).__name__
    space[name] = _recorder(original, table, passing)
    try:
        yield
    finally:
        space[name] = original


def _globals(function: FunctionReference) -> dict[str, object]:
    plain = inspect.unwrap(function.declaration.function.call)
    assert isinstance(plain, FunctionType), "only such functions call others by their names"
    return plain.__globals__


def _recorder(original: Callable[..., object], table: _Table, passing: Passing) -> Callable[..., object]:
    def recorder(*arguments: object, **named: object) -> object:
        result = original(*arguments, **named)
        try:
            given = tuple(passed(plain_value(each), passing) for each in (*arguments, *named.values()))
            table.append((Sequence(container="tuple", items=given), passed(plain_value(result), passing)))
        except NotNumbers:
            pass
        return result

    return recorder


def _stand_in(
    function: FunctionReference,
    helpers: tuple[str, ...],
    functions: Mapping[str, FunctionReference],
    tables: Mapping[str, list[_Table]],
) -> StandIn:
    names: dict[str, list[_Table]] = {}
    for helper in helpers:
        version = helper.removeprefix(functions[helper].declaration.name).removeprefix(".")
        for name in functions[helper].declaration.names[version]:
            if name.isidentifier():
                names[name] = tables[helper]
    entries = {f"{number} {name}": _entry(table) for name, each in names.items() for number, table in enumerate(each)}
    digest, frame = frame_of(function.cases, tables=entries)
    calls = replace(function.calls, inputs=digest, elementwise=False, stand_ins=tuple(names))
    return StandIn(helpers=helpers, calls=calls, frame=frame)


def _entry(table: _Table) -> Value:
    pairs = (Sequence(container="tuple", items=pair) for pair in table)
    return Sequence(container="list", items=tuple(pairs))
