"""One source of decisions for all generators: bytes (which a coverage-guided fuzzer mutates) or hypothesis' draws."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Choices(Protocol):
    """Decides between possibilities."""

    def below(self, number: int) -> int:
        """A number from zero up to, and without, this one."""


class FromBytes:
    """Decides by bytes, one or more for each decision. Where they have run out, it is always the first possibility."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def below(self, number: int) -> int:
        size = ((number - 1).bit_length() + 7) // 8
        taken = self._data[self._at : self._at + size]
        self._at += size
        return int.from_bytes(taken, "little") % number


class FromDraw:
    """Decides as hypothesis does, which shrinks towards the first possibilities."""

    def __init__(self, draw: Callable[[st.SearchStrategy[int]], int]) -> None:
        self._draw = draw

    def below(self, number: int) -> int:
        return self._draw(st.integers(0, number - 1))


def pick(choices: Choices, options: Sequence[T]) -> T:
    """One of the options."""
    return options[choices.below(len(options))]


def some(choices: Choices, most: int, make: Callable[[], Any]) -> list[Any]:
    """So many, at most, of what `make` gives."""
    return [make() for _ in range(choices.below(most + 1))]
