"""What a student's variable might hold: plain values, arrays, and objects that lie about themselves."""

from __future__ import annotations

from collections import namedtuple
from decimal import Decimal
from typing import Any

import numpy as np

from tests.fuzz.choices import Choices, pick, some
from tests.fuzz.generators import NUMBERS, TEXTS

Point = namedtuple("Point", "x y")


class Liar(list[Any]):
    """A list that says other things of itself than it holds."""

    def __len__(self) -> int:
        return -1

    def __iter__(self) -> Any:
        raise SystemExit

    __class__ = property(lambda self: dict)  # type: ignore[assignment]


class Raiser:
    """An object that raises whatever it is asked."""

    def __getattribute__(self, name: str) -> Any:
        raise KeyboardInterrupt


class LazyArray(np.ndarray):  # type: ignore[type-arg]
    """An array whose conversion raises."""

    def astype(self, *arguments: Any, **options: Any) -> Any:
        raise MemoryError


LongName = type("N" * 150, (), {})
MarkedName = type(",:[{" * 40, (), {})
StrangeName = type("\U0001f600" * 100, (), {})


def _arrays() -> list[Any]:
    return [
        np.arange(3),
        np.array(2.5, dtype=np.float16),
        np.zeros((0, 4)),
        np.ones((2, 2), order="F")[::-1],
        np.array([1 + 2j]),
        np.array(["a", "\ud800"]),
        np.array([None, [1, float("nan")], {2: 3}], dtype=object),
        np.array(["2020"], dtype="datetime64"),
        np.array([(1, 2.0)], dtype=[("a", int), ("b", float)]),
        np.ones(2).view(LazyArray),
        np.ones((1, 1)).view(np.matrix),
        np.broadcast_to(1.0, (10**9,)),
        np.ones((1,) * 30),
        np.longdouble(1) / 3,
        np.float32("nan"),
        np.int64(7),
        np.bool_(True),
        np.array([True, False]),
        np.ma.masked_array([1.0], mask=[True]),
    ]


def _odd() -> list[Any]:
    odd = [Raiser(), Liar([1, 2]), LongName(), MarkedName(), StrangeName(), object, b"bytes", Decimal(1), iter([]), ...]
    return [
        *odd,
        Point(1, 2),
        range(3),
        {1, "a"},
        frozenset([2]),
        1j,
        float("-inf"),
        {np.int64(3): 1},
        {(1, 2): 3},
        None,
    ]


def value(choices: Choices, depth: int = 4) -> Any:
    """A value of any kind; containers may hold themselves."""
    kind = choices.below(10 if depth else 6)
    if kind == 0:
        return pick(choices, (None, True, False, float("nan")))
    if kind == 1:
        return pick(choices, NUMBERS)
    if kind == 2:
        return pick(choices, TEXTS) * pick(choices, (1, 1, 2, 50))
    if kind in (3, 4):
        return pick(choices, _arrays())
    if kind == 5:
        return pick(choices, _odd())
    items = some(choices, 5, lambda: value(choices, depth - 1))
    if kind == 6:
        return items * pick(choices, (1, 1, 2, 30))
    if kind == 7:
        return tuple(items)
    if kind == 8:
        items.append(items)
        return items
    return {key: item for item in items if (key := _key(choices)) is not Ellipsis}


def _key(choices: Choices) -> Any:
    keys = (
        0,
        True,
        "k",
        "\ud800",
        2.5,
        None,
        float("nan"),
        1j,
        np.float64(1),
        np.int64(2),
        (1,),
        b"b",
        10**1001,
        Point(1, 2),
    )
    return pick(choices, keys)
