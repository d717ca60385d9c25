"""What a wrong value is known by in a class: equal for equal values, whatever dtype or container they were in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from grader.marking.answers import Answer, Called, Given
from grader.marking.carrying import can_be_carried
from grader.marking.numbers import Numeric, as_numeric
from grader.marking.trace import Trace
from grader.records import (
    Array,
    CallResult,
    CheckGrade,
    Frame,
    Mapping,
    Masked,
    Scalar,
    Sequence,
    Unreadable,
    Value,
    WrongValue,
    root_of,
)
from grader.wire.arrays import AnyArray

_WEIGHTS = 4_096
"""So many numbers have weights of their own; those of longer arrays are made of two."""

_SHOWN_NUMBERS, _SHOWN_CHARACTERS = 6, 90

_MOST_PIECES = 2_000
"""What is made of more parts is known by the first of them."""

_SMALL = 10

_WRONG = frozenset({"incorrect", "partial"})

_Piece = str | AnyArray


def wrong_value(trace: Trace, given: Given, grade: CheckGrade) -> WrongValue | None:
    """What an answer is known by where it is wrong; None where it isn't, or is nothing that was computed."""
    if grade.verdict not in _WRONG:
        return None
    match given:
        case Answer():
            return known_by(given.value, settled=can_be_carried(trace, given, grade))
        case Called():
            # Nothing is computed from what a function gave for our cases; but others may call it.
            known = _known(_of_calls(given.made.results), settled=True)
            return replace(known, uses=tuple(sorted(_used(trace, given.made.found) - {grade.quantity})))
        case _:
            return None


def _used(trace: Trace, function: str) -> frozenset[str]:
    """What is asked for and a function reads, directly or through others: too much rather than too little."""
    read = trace.computed_from((root_of(function),)) & trace.owners.keys()
    return frozenset(trace.owners[name][0] for name in read)


def known_by(value: Value | Numeric, *, settled: bool = True) -> WrongValue:
    """What a value is known by."""
    return _known(_pieces(value), settled=settled)


def _of_calls(results: Iterable[CallResult]) -> Iterator[_Piece]:
    for result in results:
        yield f"{result.status} {result.error.name if result.error else ''}"
        if result.value is not None:
            yield from _pieces(result.value)


def _pieces(value: Value | Numeric) -> Iterator[_Piece]:
    """A value in order: its numbers as arrays, and all else as text."""
    numeric = as_numeric(value)
    if isinstance(numeric, Numeric):
        yield numeric.values
        return
    match value:
        case Sequence(container=container, items=items):
            yield f"{container} of {len(items)}"
            for item in items:
                yield from _pieces(item)
        case Mapping():
            yield f"dict of {value.keys!r}"
            for item in value.values:
                yield from _pieces(item)
        case Frame():
            for item in (value.columns, value.index, *value.data):
                yield from _pieces(item)
        case Masked():
            yield from (*_pieces(value.data), *_pieces(value.mask))
        case Scalar():
            yield repr(value.value)
        case Unreadable(type=kind):
            yield f"a {kind}"
        case Array():  # of times
            yield f"{value.dtype} {value.shape} {hashlib.sha256(value.data).hexdigest()[:8]}"


def _known(parts: Iterable[_Piece], *, settled: bool) -> WrongValue:
    pieces = list(islice(parts, _MOST_PIECES))
    kind = hashlib.sha256()
    numbers: list[NDArray[np.float64]] = []
    for piece in pieces:
        if isinstance(piece, str):
            kind.update(f"{len(piece)} {piece} ".encode("utf-8", "backslashreplace"))
            continue
        plain = _plain(piece)
        odd = ~np.isfinite(plain)
        if odd.any():
            kind.update(b"odd" + np.packbits(odd).tobytes() + np.sign(np.nan_to_num(plain[odd])).tobytes())
            plain = np.where(odd, 0.0, plain)
        # One element where a scalar is asked for is that scalar.
        kind.update(f"{[length for length in piece.shape if length != 1]}".encode())
        numbers.append(plain)
    together = np.concatenate(numbers) if numbers else np.zeros(0)
    size = float(np.abs(together).max()) if together.size else 0.0
    return WrongValue(
        kind=kind.hexdigest()[:16],
        size=size,
        sums=_sums(together, size),
        shown=_shown(pieces),
        settled=settled,
        plain=_is_plain(together),
    )


def _is_plain(numbers: NDArray[np.float64]) -> bool:
    """Whether numbers may be what was there before anybody worked: none, the same everywhere, or a small whole one."""
    if numbers.size == 0 or (numbers.size > 1 and bool((numbers == numbers[0]).all())):
        return True
    return numbers.size == 1 and abs(float(numbers[0])) <= _SMALL and float(numbers[0]).is_integer()


def _plain(values: AnyArray) -> NDArray[np.float64]:
    """Numbers one after the other, complex ones as two."""
    if values.dtype.kind == "c":
        return np.ascontiguousarray(values.ravel(), dtype=np.complex128).view(np.float64)
    return values.ravel().astype(np.float64)


def _sums(numbers: NDArray[np.float64], size: float) -> tuple[float, ...]:
    """Sums with weights between -1 and 1, relative to the greatest magnitude and to how many there are."""
    if size == 0:
        return (0.0, 0.0)
    rows = -(-numbers.size // _WEIGHTS)
    scaled = np.zeros(rows * _WEIGHTS) if rows > 1 else np.zeros(numbers.size)
    scaled[: numbers.size] = numbers / size
    weights = _weights(min(numbers.size, _WEIGHTS))
    by_row = scaled.reshape(rows, -1) @ weights
    sums = (by_row * _weights(rows)).sum(axis=0) / np.sqrt(numbers.size)
    return tuple(sums.tolist())


@lru_cache(maxsize=64)
def _weights(count: int) -> NDArray[np.float64]:
    """Two columns of weights, the same for ever: no two of the numbers may stand for each other."""
    places = np.arange(count)
    return np.asarray(np.cos(np.stack((places * np.sqrt(2), places * np.sqrt(3)), axis=1)), dtype=np.float64)


def _shown(pieces: list[_Piece]) -> str:
    """The beginning of a value as text; the shape after what isn't told whole."""
    told = [piece if isinstance(piece, str) else _shown_numbers(piece) for piece in pieces[:_SHOWN_NUMBERS]]
    text = "; ".join(told) + ("; …" if len(pieces) > _SHOWN_NUMBERS else "")
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"


def _shown_numbers(values: AnyArray) -> str:
    first = values.ravel()[:_SHOWN_NUMBERS].tolist()
    exact = values.dtype.kind in "biu"
    text = ", ".join(str(number) if exact else f"{number:.5g}" for number in first)
    shape = "×".join(map(str, values.shape))
    if values.ndim == 0:
        return text
    return f"{text}{', …' if values.size > len(first) else ''} ({shape})"
