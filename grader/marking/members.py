"""Which item stands for which member, where their order is free: in sets, and in lists where an author says so.

Whatever may be a member is taken apart once, into its form (all that is equal or not) and its numbers (which may be
close). Only members of one form are held against each other, as rows of numbers, so that many cost little.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from grader.assignment.outcomes import Expected
from grader.assignment.spec import Tolerance
from grader.marking.numbers import Numeric, as_numeric, coarsest
from grader.marking.rows import as_rows, paired, unit_of
from grader.marking.text import canonical
from grader.marking.tolerances import Allowance, allowance
from grader.records import Array, Mapping, Scalar, Value
from grader.records import Sequence as Items

Member = Value | Numeric | Expected
Holds = Callable[[int, int], bool]
Pair = tuple[int, int]

_NUMBER = ("numbers", ())


@dataclass(frozen=True, slots=True)
class _Apart:
    """A member taken apart; of its numbers, there are as many dtypes."""

    form: Hashable
    numbers: tuple[complex, ...] = ()
    dtypes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Group:
    """The members and items of one form, each with its place."""

    members: list[tuple[int, _Apart]] = field(default_factory=list)
    items: list[tuple[int, _Apart]] = field(default_factory=list)


def matched(items: Sequence[Member], members: Sequence[Member], tolerance: Tolerance, holds: Holds) -> dict[int, int]:
    """For each member that an item stands for, the item's place. `holds` says so of an item and a member, for certain.

    No item stands for two.
    """
    groups: dict[Hashable, _Group] = defaultdict(_Group)
    for place, member in enumerate(members):
        apart = _apart(member, tolerance)
        groups[apart.form].members.append((place, apart))
    for place, item in enumerate(items):
        apart = _apart(item, tolerance)
        if apart.form in groups:
            groups[apart.form].items.append((place, apart))
    return {
        member: item
        for form, group in groups.items()
        for member, item in _pairs(form, group, tolerance)
        if _is_certain(form, tolerance) or holds(item, member)
    }


def is_list_of_things(value: Value) -> bool:
    """Whether a list holds single things, such as text, perhaps in further lists: not what is compared by itself."""
    return isinstance(value, Items) and value.container == "list" and all(map(_is_thing, value.items))


def _is_thing(value: Value) -> bool:
    if isinstance(value, Items):
        return value.container != "set" and all(map(_is_thing, value.items))
    return isinstance(value, Scalar) or (isinstance(value, Array) and not value.shape)


def things_in(items: Sequence[Value | Numeric]) -> list[Value | Numeric]:
    """The single things in a list and the lists in it, one after the other."""
    things: list[Value | Numeric] = []
    for item in items:
        things.extend(things_in(item.items) if isinstance(item, Items) else [item])
    return things


def _is_certain(form: Hashable, tolerance: Tolerance) -> bool:
    """Whether members of a form are pairs only where they are equal."""
    return form == _NUMBER and _is_plain(tolerance)


def _is_plain(tolerance: Tolerance) -> bool:
    """Whether a number is equal only to those close to it."""
    return tolerance.sign == tolerance.scale == tolerance.labels == "exact"


def _apart(member: Member, tolerance: Tolerance) -> _Apart:
    match member:
        case Scalar(value=str() as text):
            return _Apart(("text", canonical(text, tolerance)))
        case Array(is_time=True):
            return _Apart(("times", member.dtype, member.shape, member.data))
        case Items(container="set"):
            parts = sorted((_apart(item, tolerance) for item in member.items), key=_sorting)
            return _joined("set", parts)
        case Mapping():
            entries = sorted(zip(map(repr, member.keys), member.values, strict=True), key=lambda entry: entry[0])
            return _joined(tuple(key for key, _ in entries), [_apart(value, tolerance) for _, value in entries])
        case _:
            return _of_numbers(member, tolerance)


def _of_numbers(member: Member, tolerance: Tolerance) -> _Apart:
    """A member that may be all numbers, or a list with some among its items."""
    if isinstance(member, np.ndarray):
        member = Numeric(values=member, dtype=member.dtype.name)
    numeric = member if isinstance(member, Numeric) else _numeric_of(member)
    if isinstance(numeric, Numeric):
        values = numeric.values
        ones = values.size == 1 or tolerance.shape == "squeeze"
        shape = tuple(length for length in values.shape if length != 1 or not ones)
        return _Apart(("numbers", shape), tuple(values.ravel().tolist()), (numeric.dtype,) * values.size)
    if isinstance(member, Items):
        return _joined("items", [_apart(item, tolerance) for item in member.items])
    return _Apart(("scalar", member.value) if isinstance(member, Scalar) else ("other", type(member).__name__))


def _numeric_of(member: Value) -> Numeric | None:
    """Its numbers; None for what has none, or is an integer that no array can hold."""
    if isinstance(member, Scalar) and isinstance(member.value, int) and abs(member.value) >= 2**63:
        return None
    numeric = as_numeric(member)
    return numeric if isinstance(numeric, Numeric) else None


def _joined(kind: Hashable, parts: Sequence[_Apart]) -> _Apart:
    return _Apart(
        (kind, tuple(part.form for part in parts)),
        tuple(number for part in parts for number in part.numbers),
        tuple(dtype for part in parts for dtype in part.dtypes),
    )


def _sorting(part: _Apart) -> tuple[str, list[tuple[float, float]]]:
    return repr(part.form), [(number.real, number.imag) for number in part.numbers]


def _pairs(form: Hashable, group: _Group, tolerance: Tolerance) -> Iterator[Pair]:
    """Members and items of one form, paired as they are nearest."""
    if not group.items:
        return
    if not group.members[0][1].numbers:
        yield from ((member, item) for (member, _), (item, _) in zip(group.members, group.items, strict=False))
    elif form == _NUMBER and _is_plain(tolerance) and not _has_complex(group):
        yield from _close(group, tolerance)
    else:
        yield from _nearest(group, tolerance)


def _has_complex(group: _Group) -> bool:
    return any(isinstance(apart.numbers[0], complex) for _, apart in (*group.members, *group.items))


def _close(group: _Group, tolerance: Tolerance) -> Iterator[Pair]:
    """Pairs of single numbers that are close: both sorted, the smallest that is close enough for each member."""
    members, items = (_in_order(side) for side in (group.members, group.items))
    if tolerance.nan == "equal":
        both = zip(_without_value(group.members), _without_value(group.items), strict=False)
        yield from both
    at = 0
    for number, dtype, member in members:
        while at < len(items):
            found, claimed, item = items[at]
            if found == number or abs(found - number) <= _reach(number, _coarsest(tolerance, claimed, dtype)):
                at += 1
                yield member, item
                break
            if found > number:
                break
            at += 1


def _in_order(side: list[tuple[int, _Apart]]) -> list[tuple[float, str, int]]:
    numbers = [(apart.numbers[0].real, apart.dtypes[0], place) for place, apart in side]
    return sorted((each for each in numbers if each[0] == each[0]), key=lambda each: each[0])


def _without_value(side: list[tuple[int, _Apart]]) -> list[int]:
    return [place for place, apart in side if apart.numbers[0] != apart.numbers[0]]


def _reach(number: float, allowed: Allowance) -> float:
    """How far from a number what is close to it may be; nothing is close to an infinity."""
    return allowed.atol + allowed.rtol * abs(number) if math.isfinite(number) else 0.0


@lru_cache(maxsize=256)
def _coarsest(tolerance: Tolerance, claimed: str, expected: str) -> Allowance:
    """The closeness for a dtype that an answer claims, which may have been made in the coarsest allowed."""
    return allowance(tolerance, tolerance.dtype if claimed in {"float64", "complex128"} else claimed, expected)


def _nearest(group: _Group, tolerance: Tolerance) -> Iterator[Pair]:
    """Pairs of members with numbers: the same ones first, then the nearest, as rows."""
    same: dict[tuple[complex, ...], list[int]] = defaultdict(list)
    for at, (_, apart) in enumerate(group.items):
        same[apart.numbers].append(at)
    left, taken = [], set()
    for place, apart in group.members:
        equal = same[apart.numbers]
        if equal:
            taken.add(at := equal.pop())
            yield place, group.items[at][0]
        else:
            left.append((place, apart))
    free = [each for at, each in enumerate(group.items) if at not in taken]
    if left and free:
        yield from _as_rows(left, free, tolerance)


def _as_rows(
    members: list[tuple[int, _Apart]], items: list[tuple[int, _Apart]], tolerance: Tolerance
) -> Iterator[Pair]:
    wanted, found = (np.array([apart.numbers for _, apart in side]) for side in (members, items))
    if "c" in (wanted.dtype.kind, found.dtype.kind):
        wanted, found = wanted.astype(np.complex128), found.astype(np.complex128)
    claimed, expected = (coarsest(dtype for _, apart in side for dtype in apart.dtypes) for side in (items, members))
    wanted, found = (as_rows(_as_it_counts(rows, tolerance), len(rows)) for rows in (wanted, found))
    order = paired(found, wanted, unit_of(wanted, _coarsest(tolerance, claimed, expected)))
    for (member, _), at in zip(members, order.tolist(), strict=True):
        if at >= 0:
            yield member, items[at][0]


def _as_it_counts(rows: np.ndarray, tolerance: Tolerance) -> np.ndarray:
    """Numbers without what doesn't count of each by itself."""
    if tolerance.labels == "any":
        return np.zeros(rows.shape)
    if tolerance.scale != "exact":
        rows = np.sign(rows)
    return np.abs(rows) if tolerance.sign != "exact" else rows
