"""Values on their way between processes: pickled, and records in a third of the time that `pickle` takes by itself.

A frozen dataclass with slots pickles through Python code that looks its fields up anew for every object. Here each
class of what is sent is taken apart, and put together again, by what was looked up once.
"""

from __future__ import annotations

import io
import pickle  # only between this process and its own workers, never anything that student code wrote
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from operator import attrgetter
from typing import Any

from grader import records
from grader.batch.stages import Executed, Finished, Pages, Prepared, Terms
from grader.execution.recording import Frame, Recording
from grader.gradebook import Entry


def dumps(value: object) -> bytes:
    """A value as bytes."""
    buffer = io.BytesIO()
    _Pickler(buffer, protocol=pickle.HIGHEST_PROTOCOL).dump(value)
    return buffer.getvalue()


def loads(data: bytes) -> object:
    """The value that was dumped, by a process of ours."""
    return pickle.loads(data)  # noqa: S301  # our own workers' and ours


def _rebuilt(kind: type, *values: object) -> object:
    record: object = object.__new__(kind)
    for put, value in zip(_SETTERS[kind], values, strict=True):
        put(record, value)
    return record


def _taken_apart(kind: type) -> Callable[[Any], tuple[Callable[..., object], tuple[object, ...]]]:
    names = [field.name for field in fields(kind)]
    if len(names) == 1:
        return lambda record: (_rebuilt, (kind, getattr(record, names[0])))
    values = attrgetter(*names)
    return lambda record: (_rebuilt, (kind, *values(record)))


_RECORDS = [kind for name in records.__all__ if is_dataclass(kind := getattr(records, name)) and isinstance(kind, type)]
_KINDS = [*_RECORDS, Recording, Frame, Entry, Terms, Prepared, Executed, Finished, Pages]
# The slots' own setters, since a frozen dataclass has none.
_SETTERS = {kind: [getattr(kind, field.name).__set__ for field in fields(kind)] for kind in _KINDS}


class _Pickler(pickle.Pickler):
    dispatch_table = {kind: _taken_apart(kind) for kind in _KINDS}  # noqa: RUF012  # pickle's own way of declaring it
