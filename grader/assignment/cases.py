"""An author's cases as plain values: what goes into the sandbox, and what the reference is called with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence as AbstractSequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from grader.assignment.inputs import Draw, Hidden, Raises
from grader.assignment.places import Place
from grader.assignment.plain import plain_value, wide, widened_value
from grader.assignment.tensors import NotNumbers, others_like
from grader.records import Array, Frame, Mapping, Masked, Scalar, Sequence, Value
from grader.wire import write_frame
from grader.wire.arrays import AnyArray, elements_of

ArgumentKind = Literal["ndarray", "tensor", "list"]
"""What arrays arrive as in a student's function. Numbers, text and tables arrive as they are."""
MOST_CASES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One call's arguments as they go into the sandbox; `error` is the name of what it must raise, "" for nothing."""

    arguments: tuple[Value, ...]
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """How arguments are passed: as what, of which floating dtype, and the folder that hidden files lie in."""

    kind: ArgumentKind
    dtype: str
    folder: Path

    @classmethod
    def of(cls, kind: ArgumentKind, dtype: str, folder: Path) -> Passing:
        """With the dtype that is usual for a kind where `dtype` is empty."""
        return cls(kind=kind, dtype=dtype or ("float32" if kind == "tensor" else "float64"), folder=folder)


def read_cases(cases: object, arity: range, passing: Passing, place: Place) -> tuple[Case, ...]:
    """Read the cases of a function that takes so many arguments.

    Raises AssignmentError at `place` for what can't be meant.
    """
    if isinstance(cases, str | Draw) or not isinstance(cases, AbstractSequence) or not cases:
        raise place.error(f"cases={cases!r} is no list of cases.", remedy="Write cases=[[-1., 0., 2.], normal(3, 4)].")
    if any(case is ... for case in cases):
        raise place.error(
            "Its cases are still to be written.", remedy="Write what it is called with in place of “...”."
        )
    read = tuple(case for written in cases for case in _read_case(written, arity, passing, place))
    if len(read) > MOST_CASES:
        raise place.error(f"There are {len(read)} cases; {MOST_CASES} is the most.", remedy="Draw fewer.")
    return read


def _read_case(written: object, arity: range, passing: Passing, place: Place) -> list[Case]:
    error = written.error.__name__ if isinstance(written, Raises) else ""
    arguments = written.arguments if isinstance(written, Raises) else written
    one = arity[-1] == 1
    listed = arguments if isinstance(arguments, tuple) and (not one or len(arguments) == 1) else (arguments,)
    if len(listed) not in arity:
        most = f"{arity[0]} to {arity[-1]}" if len(arity) > 1 else str(arity[-1])
        raise place.error(
            f"A case has {len(listed)} arguments, where the function takes {most}.",
            remedy="Write each case as a tuple of its arguments, in the order of the parameters.",
        )
    number = max((argument.n for argument in listed if isinstance(argument, Draw)), default=1)
    columns = [_drawn(argument, number, passing, place) for argument in listed]
    return [Case(arguments=arguments, error=error) for arguments in zip(*columns, strict=True)]


def _drawn(argument: object, number: int, passing: Passing, place: Place) -> list[Value]:
    if not isinstance(argument, Draw):
        return [read_argument(argument, passing, place)] * number
    if argument.n not in (1, number):
        raise place.error(
            f"One argument of a case is drawn {argument.n} times, another {number} times.",
            remedy="Give both the same n.",
        )
    drawn = [read_argument(array, passing, place) for array in argument.arrays()]
    return drawn * number if argument.n == 1 else drawn


def read_argument(argument: object, passing: Passing, place: Place) -> Value:
    """Read one argument: rectangular lists of numbers are arrays, of the kind and dtype in which they are passed."""
    if isinstance(argument, Hidden) and Path(argument.file).parts[:1] == ("provided",):
        raise place.error(
            f"hidden({argument.file!r}) lies in provided/, which students see.", remedy="Put it beside assignment.py."
        )
    try:
        loaded = argument.load(passing.folder) if isinstance(argument, Hidden) else argument
        return passed(plain_value(loaded), passing)
    except FileNotFoundError:
        assert isinstance(argument, Hidden)
        raise place.error(
            f"hidden({argument.file!r}) isn't there.", remedy=f"Put {argument.file} beside assignment.py."
        ) from None
    except (OSError, ValueError) as error:  # NotNumbers among them
        what = f"hidden({argument.file!r})" if isinstance(argument, Hidden) else "An argument"
        raise place.error(
            f"{what} can't be read: {error}.", remedy="Give numbers, text, or lists and dicts of them."
        ) from None


def passed(value: Value, passing: Passing) -> Value:
    """A value as it is passed to a student's function."""
    match value:
        case Array(shape=()) if value.container == "number":
            return value
        case Array():
            return _passed_array(elements_of(value), passing)
        case Sequence(container="list", items=(_, *_)) if isinstance(whole := widened_value(value), Array):
            return _passed_array(elements_of(whole), passing)
        case Sequence():
            return replace(value, items=tuple(passed(item, passing) for item in value.items))
        case Mapping():
            return replace(value, values=tuple(passed(item, passing) for item in value.values))
        case _:
            return value


def _passed_array(array: AnyArray, passing: Passing) -> Value:
    if array.dtype.kind == "f":
        array = array.astype(passing.dtype)
    elif array.dtype.kind in "iu":
        array = array.astype(np.int64)
    if passing.kind == "list":
        return plain_value(array.tolist())
    data = np.ascontiguousarray(array).tobytes()
    return Array(dtype=array.dtype.name, shape=array.shape, data=data, container=passing.kind)


def with_other_numbers(value: Value, generator: np.random.Generator) -> Value:
    """The same value with other floating numbers in its arrays, of mixed signs and about as large."""
    match value:
        case Array() if (numbers := elements_of(value)).dtype.kind == "f" and value.shape:
            return replace(value, data=others_like(numbers, generator).astype(numbers.dtype).tobytes())
        case Sequence():
            return replace(value, items=tuple(with_other_numbers(item, generator) for item in value.items))
        case Mapping():
            return replace(value, values=tuple(with_other_numbers(item, generator) for item in value.values))
        case _:
            return value


def as_reference_sees(value: Value) -> object:
    """A plain value as an author's function gets it: numbers as float64, int64 or bool tensors, all else as Python's.

    Tables are pandas', where that is installed, and dicts of columns where it isn't.
    """
    match value:
        case Scalar(value=bool() | int() | float() as number):
            return _number(number)
        case Scalar(value=scalar):
            return scalar
        case Array():
            elements = elements_of(value)
            return elements.copy() if value.is_time else torch.from_numpy(wide(elements).copy())
        case Sequence(container="list"):
            whole = widened_value(value)
            return as_reference_sees(whole) if isinstance(whole, Array) else list(map(as_reference_sees, value.items))
        case Sequence(container=container):
            return {"tuple": tuple, "set": set}[container](map(as_reference_sees, value.items))
        case Mapping():
            return dict(zip(value.keys, map(as_reference_sees, value.values), strict=True))
        case Masked():
            return np.ma.masked_array(elements_of(value.data), mask=elements_of(value.mask).astype(bool))
        case Frame():
            return _frame(value)
        case _:
            raise NotNumbers(f"a {value.type}")


def _number(number: float) -> object:
    try:
        return torch.tensor(number, dtype=torch.float64 if isinstance(number, float) else None)
    except (OverflowError, RuntimeError):  # beyond 64 bits
        return number


def _frame(frame: Frame) -> object:
    columns = [_column(column) for column in frame.data]
    labels = _column(frame.columns)
    try:
        import pandas as pd
    except ImportError:
        return dict(zip(labels, columns, strict=True))
    index = _column(frame.index)
    if frame.container == "series":
        return pd.Series(columns[0], index=index, name=labels[0])
    table = pd.DataFrame(dict(enumerate(columns)), index=index)
    table.columns = labels
    return table


def _column(value: Value) -> list[object]:
    if isinstance(value, Array):
        elements = elements_of(value)
        return list(elements) if value.is_time else list(elements.tolist())
    return [_label(item) for item in value.items] if isinstance(value, Sequence) else []


def _label(item: Value) -> object:
    if isinstance(item, Scalar):
        return item.value
    return tuple(map(_label, item.items)) if isinstance(item, Sequence) else as_reference_sees(item)


def frame_of(
    cases: AbstractSequence[Case],
    *,
    construct: tuple[Value, ...] | None = None,
    state: AbstractMapping[str, Value] | None = None,
    tables: AbstractMapping[str, Value] | None = None,
) -> tuple[str, bytes]:
    """The frame that holds these cases, and its digest."""
    values: dict[str, Value] = {
        str(number): Sequence(container="tuple", items=case.arguments) for number, case in enumerate(cases)
    }
    if construct is not None:
        values["construct"] = Sequence(container="tuple", items=construct)
    if state is not None:
        values["state"] = Mapping(keys=tuple(state), values=tuple(state.values()))
    frame = write_frame({**values, **(tables or {})})
    return hashlib.sha256(frame).hexdigest(), frame
