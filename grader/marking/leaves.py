"""Comparing whole values: numbers, text, times, and whatever is nested in lists, dicts and tables, leaf by leaf."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as AbstractSequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from grader.assignment.outcomes import Expected
from grader.assignment.spec import Tolerance
from grader.marking import kinds
from grader.marking.compare import Outcome, compare
from grader.marking.members import is_list_of_things, matched, things_in
from grader.marking.numbers import NotNumeric, Numeric, as_numeric
from grader.marking.tables import columns_of, in_order, labels_of, row_order
from grader.marking.text import canonical
from grader.records import Array, Frame, Mapping, Masked, Message, Scalar, Sequence, Value, Words
from grader.wire.arrays import AnyArray

MOST_LEAVES = 10_000
MOST_MEMBERS = 200_000
"""More than any set may have that an author can expect."""
_RIGHT = Outcome(reason="equal", share=Fraction(1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One part of a nested value that is compared by itself; `place` is its path (`["dW1"]`, `[0]`), "" for a whole."""

    place: str
    outcome: Outcome


def compare_leaves(found: Value | Numeric, expected: Expected, tolerance: Tolerance) -> tuple[Leaf, ...]:
    """Compare a value with what is expected, part by part.

    What is expected decides what counts as a part: an array is one, and may be answered by any container of numbers;
    lists, tuples and dicts have those of their items, tables those of their columns. Keys and columns that nobody asked
    for don't count.
    """
    return tuple(_leaves(found, expected, tolerance, ""))


def holds(found: Value | Numeric, expected: Expected, tolerance: Tolerance) -> bool:
    """Whether a value is what is expected, in all its parts."""
    return all(leaf.outcome.holds for leaf in _leaves(found, expected, tolerance, ""))


def combined(leaves: AbstractSequence[Leaf]) -> Outcome:
    """One outcome of all leaves: the first that doesn't hold, and the share of those that do."""
    if len(leaves) == 1:
        return leaves[0].outcome
    wrong = [leaf for leaf in leaves if not leaf.outcome.holds]
    if not wrong:
        return next((leaf.outcome for leaf in leaves if leaf.outcome.reason == "low-precision"), _RIGHT)
    share = Fraction(len(leaves) - len(wrong), len(leaves))
    first = wrong[0].outcome
    return replace(first, share=share, detail=_placed(wrong[0].place, first.detail))


def _placed(place: str, detail: Words) -> Words:
    return Message("{place}: {detail}", {"place": place, "detail": detail}) if place and detail else place or detail


def _leaves(found: Value | Numeric, expected: Expected, tolerance: Tolerance, place: str) -> Iterator[Leaf]:
    match expected:
        case Sequence(container="set"):
            yield Leaf(place=place, outcome=_set(found, expected, tolerance))
        case Sequence():
            yield from _items(found, expected, tolerance, place)
        case Mapping():
            yield from _entries(found, expected, tolerance, place)
        case Frame():
            yield from _columns(found, expected, tolerance, place)
        case _:
            yield Leaf(place=place, outcome=_leaf(found, expected, tolerance))


def _leaf(found: Value | Numeric, expected: Expected, tolerance: Tolerance) -> Outcome:
    match expected:
        case np.ndarray():
            return _numbers(found, expected, tolerance)
        case Array() if expected.is_time:
            return _times(found, expected, tolerance)
        case Array():
            return _numbers(found, _numbers_of(expected).values, tolerance)
        case Masked():
            return _masked(found, expected, tolerance)
        case Scalar(value=str() as text):
            return _text(found, text, tolerance)
        case Scalar():
            return _RIGHT if found == expected else _another_kind(found)
        case _:
            raise TypeError(f"a reference can't hold {type(expected).__name__}")


def _numbers(found: Value | Numeric, expected: AnyArray, tolerance: Tolerance) -> Outcome:
    """Compare numbers; and once more at the coarsest precision allowed, since a dtype doesn't tell what they were made
    in.

    Weights taken over from float32 tensors make float64 arrays that are right to seven digits.
    """
    value = as_numeric(found)
    outcome = compare(value, expected, tolerance)
    if outcome.holds or isinstance(value, NotNumeric) or value.dtype not in {"float64", "complex128"}:
        return outcome
    coarser = compare(replace(value, dtype=tolerance.dtype), expected, tolerance)
    return replace(coarser, reason="low-precision") if coarser.holds else outcome


def _masked(found: Value | Numeric, expected: Masked, tolerance: Tolerance) -> Outcome:
    """Numbers where there are any, and nothing where there is none; NaN counts as nothing."""
    if not isinstance(found, Masked | Array | Sequence):
        return _another_kind(found)
    return _numbers(found, _numbers_of(expected).values, replace(tolerance, nan="equal"))


def _numbers_of(expected: Array | Masked) -> Numeric:
    """The numbers of an array that holds some, NaN where it is masked."""
    numeric = as_numeric(expected)
    assert isinstance(numeric, Numeric)
    return numeric


def _times(found: Value | Numeric, expected: Array, tolerance: Tolerance) -> Outcome:
    if isinstance(found, Sequence):
        found = _stacked(found)
    if not isinstance(found, Array) or found.dtype != expected.dtype:
        return _another_kind(found)
    if found.shape != expected.shape:
        return Outcome(reason="other-shape")
    one, other = (_stamps(array, tolerance) for array in (found, expected))
    right = int((one == other).sum())
    return _RIGHT if right == one.size else Outcome(reason="differs", share=Fraction(right, one.size))


def _stamps(array: Array, tolerance: Tolerance) -> AnyArray:
    """An array's times as integers; sorted where their order doesn't count."""
    stamps = np.frombuffer(array.data, "<i8").reshape(array.shape)
    if tolerance.order == "exact" or not stamps.size or not stamps.ndim:
        return stamps
    rows = stamps.reshape(len(stamps) if tolerance.order == "rows" else stamps.size, -1)
    return rows[np.lexsort(rows.T[::-1])]


def _stacked(sequence: Sequence) -> Value:
    """A list of single times as one array of them; itself where it is something else."""
    dtypes = {item.dtype if isinstance(item, Array) and item.shape == () else "" for item in sequence.items}
    if len(dtypes) != 1 or "" in dtypes:
        return sequence
    data = b"".join(item.data for item in sequence.items if isinstance(item, Array))
    return Array(dtype=dtypes.pop(), shape=(len(sequence.items),), data=data)


def _text(found: Value | Numeric, text: str, tolerance: Tolerance) -> Outcome:
    if not isinstance(found, Scalar) or not isinstance(found.value, str):
        return _another_kind(found)
    same = canonical(found.value, tolerance) == canonical(text, tolerance)
    return _RIGHT if same else Outcome(reason="differs")


def _items(found: Value | Numeric, expected: Sequence, tolerance: Tolerance, place: str) -> Iterator[Leaf]:
    if not expected.items:
        yield Leaf(place=place, outcome=_empty(found))
        return
    items = _items_of(found)
    if items is None or len(items) != len(expected.items):
        lengths = _another_kind(found) if items is None else Outcome(reason="other-length", detail=str(len(items)))
        yield Leaf(place=place, outcome=lengths)
        return
    placed = [
        leaf
        for at, (item, of) in enumerate(zip(items, expected.items, strict=True))
        for leaf in _leaves(item, of, tolerance, f"{place}[{at}]")
    ]
    free = tolerance.order != "exact" and is_list_of_things(expected)
    yield from _in_any_order(items, expected, tolerance, placed, place) if free else placed


def _in_any_order(
    items: AbstractSequence[Value | Numeric], expected: Sequence, tolerance: Tolerance, placed: list[Leaf], place: str
) -> Iterator[Leaf]:
    """The items or elements of a list wherever they stand; `placed` are the leaves as they stand."""
    members: AbstractSequence[Value | Numeric] = expected.items
    if tolerance.order == "elements":
        items, members = things_in(items), things_in(members)
    if all(leaf.outcome.holds for leaf in placed) or len(items) != len(members):
        yield from placed
        return
    held = _members(items, members, replace(tolerance, order="exact"))
    for at in range(len(members)):
        yield Leaf(place=f"{place}[{at}]", outcome=_RIGHT if at in held else Outcome(reason="differs"))


def _empty(found: Value | Numeric) -> Outcome:
    """Whether a list has nothing in it where nothing is expected; what would hold no numbers is as empty as any."""
    items = _items_of(found)
    numeric = as_numeric(found) if isinstance(found, Frame) else None
    if isinstance(numeric, Numeric) and numeric.values.ndim == 1:
        items = list(numeric.values)
    return _another_kind(found) if items is None else _emptiness(len(items))


def _emptiness(length: int) -> Outcome:
    return Outcome(reason="other-length", detail=str(length)) if length else _RIGHT


def _items_of(found: Value | Numeric, most: int = MOST_LEAVES) -> AbstractSequence[Value | Numeric] | None:
    if isinstance(found, Sequence) and found.container != "set":
        return found.items
    numeric = as_numeric(found) if isinstance(found, Numeric | Array) else None
    if isinstance(numeric, Numeric) and numeric.values.ndim and numeric.half_units is None:
        return [Numeric(values=item, dtype=numeric.dtype) for item in numeric.values[:most]]
    return None


def _entries(found: Value | Numeric, expected: Mapping, tolerance: Tolerance, place: str) -> Iterator[Leaf]:
    entries = _entries_of(found)
    if not expected.keys:
        yield Leaf(place=place, outcome=_another_kind(found) if entries is None else _emptiness(len(entries)))
    for key, of in zip(expected.keys, expected.values, strict=True):
        inner = f"{place}[{key!r}]"
        if entries is None or key not in entries:
            absent = Outcome(reason="no-entry") if entries is not None else _another_kind(found)
            yield Leaf(place=inner, outcome=absent)
        else:
            yield from _leaves(entries[key], of, tolerance, inner)


def _entries_of(found: Value | Numeric) -> dict[object, Value] | None:
    if isinstance(found, Mapping):
        return dict(zip(found.keys, found.values, strict=True))
    if isinstance(found, Frame) and found.container == "series" and found.data:
        labels, values = labels_of(found.index), _items_of(found.data[0])
        wrapped = [item if not isinstance(item, Numeric) else _as_array(item) for item in values or ()]
        return dict(zip(labels, wrapped, strict=True)) if len(labels) == len(wrapped) else None
    return None


def _as_array(numeric: Numeric) -> Value:
    values = np.ascontiguousarray(numeric.values)
    return Array(dtype=numeric.dtype, shape=values.shape, data=values.tobytes())


def _set(found: Value | Numeric, expected: Sequence, tolerance: Tolerance) -> Outcome:
    """Sets are equal where each member of one is in the other; numbers are matched by closeness.

    A list may stand for a set where it has each member once.
    """
    items = found.items if isinstance(found, Sequence) else _items_of(found, MOST_MEMBERS)
    if items is None:
        return _another_kind(found)
    size = max(len(items), len(expected.items))
    held = len(_members(items, expected.items, tolerance))
    return _RIGHT if held == size else Outcome(reason="differs", share=Fraction(held, size))


def _members(
    items: AbstractSequence[Value | Numeric], members: AbstractSequence[Value | Numeric], tolerance: Tolerance
) -> dict[int, int]:
    """For each member that one of the items stands for, the item's place."""

    def stands_for(item: int, member: int) -> bool:
        wanted = members[member]
        return holds(items[item], wanted.values if isinstance(wanted, Numeric) else wanted, tolerance)

    return matched(items, members, tolerance, stands_for)


def _columns(found: Value | Numeric, expected: Frame, tolerance: Tolerance, place: str) -> Iterator[Leaf]:
    """A table's columns by their labels, each with its rows in the order of the index or in the order that it has."""
    columns = columns_of(found, expected)
    order = row_order(found, columns, expected, tolerance)
    if tolerance.order == "rows":
        # Rows are reordered as wholes: none of their columns may be by itself.
        tolerance = replace(tolerance, order="exact")
    if order is None:
        yield Leaf(place=f"{place}.index", outcome=Outcome(reason="differs"))
    if not expected.data:
        kind = isinstance(found, Frame) and found.container == "dataframe"
        yield Leaf(place=place, outcome=_emptiness(len(columns)) if kind else _another_kind(found))
    for label, of in zip(labels_of(expected.columns), expected.data, strict=True):
        inner = f"{place}[{label!r}]" if expected.container == "dataframe" else place
        column = columns.get(label)
        if column is None:
            yield Leaf(place=inner, outcome=Outcome(reason="no-entry"))
        else:
            outcome = combined(compare_leaves(in_order(column, order), of, tolerance))
            yield Leaf(place=inner, outcome=outcome)


def _another_kind(found: Value | Numeric) -> Outcome:
    if isinstance(found, Numeric):
        return Outcome(reason="other-kind", detail=kinds.ARRAY if found.values.ndim else kinds.NUMBER)
    return Outcome(reason="other-kind", detail=kinds.kind_of(found))
