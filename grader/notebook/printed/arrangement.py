"""How printed numbers are arranged: brackets, wrappers such as `tensor(…)`, and gaps, read into axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from grader.notebook.printed.tokens import Token

DEPTH = 16
"""Brackets nested deeper than this are no value."""

Container = Literal["tensor", "ndarray", "list", "scalar"]

_ARRAYS: dict[str, Container] = {
    "tensor": "tensor",
    "Parameter": "tensor",
    "array": "ndarray",
    "matrix": "ndarray",
    "np.array": "ndarray",
    "np.matrix": "ndarray",
}
_NUMBER_TYPES = ("float", "int", "uint", "complex", "longdouble", "clongdouble", "bool", "str")
_CLOSING = {"[": "]", "(": ")"}
_BOOLS = ("True", "False", "np.True_", "np.False_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranged:
    """Number tokens in C order, and where they stand: indices along each axis, and which axes have a gap.

    `exact` says that each number is printed in full.
    """

    numbers: tuple[str, ...]
    axes: tuple[tuple[int, ...], ...] = ()
    elided: tuple[bool, ...] = ()
    container: Container = "scalar"
    shape: tuple[int, ...] | None = None
    dtype: str = ""
    exact: bool = False


Found = tuple[tuple[Arranged, ...], int]
"""The value at a position, or its parts where it is none as a whole, and the position after it."""


class Reader:
    """Reads the value that starts at a token.

    Where one can't be read, all that was open when it broke off is marked as torn and not tried again, so that reading
    from one position after the other takes linear time.
    """

    def __init__(self, tokens: Sequence[Token], *, numbers: int) -> None:
        self.tokens = tokens
        self.numbers_left = numbers
        self._torn: set[int] = set()

    def read(self, position: int, depth: int = 0) -> Found | None:
        """The value whose first token is at `position`; None where there is none, or where it is torn."""
        token = self._at(position)
        if token is None or depth > DEPTH or position in self._torn:
            return None
        if token.kind in ("number", "masked") or token.text in _BOOLS:
            self.numbers_left -= 1
            text = token.text.removeprefix("np.").rstrip("_")
            return (Arranged(numbers=(text,)),), position + 1
        found: Found | None = None
        if token.kind == "name":
            found = self._wrapped(position, depth)
        elif token.text in _CLOSING:
            found = self._bracketed(position, depth)
        if found is None:
            self._torn.add(position)
        return found

    def _at(self, position: int) -> Token | None:
        return self.tokens[position] if position < len(self.tokens) else None

    def _is(self, position: int, text: str) -> bool:
        return position < len(self.tokens) and self.tokens[position].text == text

    def _bracketed(self, position: int, depth: int) -> Found | None:
        opening = self.tokens[position].text
        items: list[tuple[Arranged, ...]] = []
        gap: int | None = None
        commas = 0
        position += 1
        while not self._is(position, _CLOSING[opening]):
            token = self._at(position)
            if token is None or self.numbers_left <= 0:
                return None
            if token.text == ",":
                commas += 1
                position += 1
            elif token.kind == "ellipsis" and gap is None:
                gap = len(items)
                position += 1
            else:
                found = self.read(position, depth + 1)
                if found is None:
                    return None
                items.append(found[0])
                position = found[1]
        arranged = _in_parentheses(items, gap, commas) if opening == "(" else _in_brackets(items, gap, commas)
        return None if arranged is None else (arranged, position + 1)

    def _wrapped(self, position: int, depth: int) -> Found | None:
        name = self.tokens[position].text
        container = _ARRAYS.get(name)
        scalar = name.startswith("np.") and name.removeprefix("np.").rstrip("_0123456789") in _NUMBER_TYPES
        if not (container or scalar) or not self._is(position + 1, "("):
            return None
        found = self.read(position + 2, depth + 1)
        if found is None or len(found[0]) != 1:
            return None
        suffixes = self._suffixes(found[1])
        if suffixes is None:
            return None
        shape, dtype, end = suffixes
        inner = found[0][0]
        if container is None:
            return (replace(inner, exact=True, dtype=name.removeprefix("np.").rstrip("_")),), end
        return (_as_array(inner, container, shape, dtype),), end

    def _suffixes(self, position: int) -> tuple[tuple[int, ...] | None, str, int] | None:
        """The shape and dtype printed after an array's elements, and the position after its closing parenthesis."""
        shape: tuple[int, ...] | None = None
        dtype = ""
        open_brackets = 0
        for end in range(position, min(position + 60, len(self.tokens))):
            text = self.tokens[end].text
            if text == ")" and not open_brackets:
                return shape, dtype, end + 1
            if text in _ARRAYS:
                return None
            open_brackets += (text in _CLOSING) - (text in _CLOSING.values())
            if self._is(end + 1, "="):
                if text == "dtype" and (named := self._at(end + 2)) is not None:
                    dtype = named.text.removeprefix("torch.")[:40] if named.kind == "name" else ""
                elif text in ("shape", "size"):
                    shape = self._lengths(end + 3)
        return None

    def _lengths(self, position: int) -> tuple[int, ...]:
        lengths: list[int] = []
        while (token := self._at(position)) is not None and _is_length_or_comma(token):
            if token.text != ",":
                lengths.append(int(token.text))
            position += 1
        return tuple(lengths)


def _is_length_or_comma(token: Token) -> bool:
    return token.text == "," or (token.kind == "number" and token.text.isdecimal())


def _as_array(inner: Arranged, container: Container, shape: tuple[int, ...] | None, dtype: str) -> Arranged:
    array = replace(inner, container=container, dtype=dtype or inner.dtype)
    if shape is None:
        return array
    if not inner.numbers and 0 in shape:
        # Nothing was printed along any axis.
        return replace(array, shape=shape, axes=((),) * len(shape), elided=(False,) * len(shape))
    return replace(array, shape=shape) if could_be(shape, inner.axes, inner.elided) else array


def could_be(shape: tuple[int, ...], axes: tuple[tuple[int, ...], ...], elided: tuple[bool, ...]) -> bool:
    """Whether an array of this shape has these indices along its axes, with more only where there is a gap."""
    return len(shape) == len(axes) and all(
        length > len(axis) if gap else length == len(axis)
        for length, axis, gap in zip(shape, axes, elided, strict=True)
    )


def _in_parentheses(items: list[tuple[Arranged, ...]], gap: int | None, commas: int) -> tuple[Arranged, ...] | None:
    if gap is not None or not items or commas < len(items) - 1:
        return None
    if len(items) == 1 and not commas:
        return items[0]
    # A tuple of arrays is what `z1, a1` shows: values of their own.
    apart = any(item.axes and item.container != "list" for parts in items for item in parts)
    return _parts(items) if apart else _in_brackets(items, None, max(commas, 1))


def _in_brackets(items: list[tuple[Arranged, ...]], gap: int | None, commas: int) -> tuple[Arranged, ...] | None:
    if not items:
        return (Arranged(numbers=(), axes=((),), elided=(gap is not None,), container="list"),)
    parts = _parts(items)
    first = parts[0]
    alike = len(parts) == len(items) and all(_same_places(part, first) for part in parts[1:])
    if not alike:
        return parts if gap is None else None
    before = len(items) if gap is None else gap
    dtypes = {part.dtype for part in parts}
    return (
        Arranged(
            numbers=tuple(chain.from_iterable([part.numbers for part in parts])),
            axes=((*range(before), *range(before - len(items), 0)), *first.axes),
            elided=(gap is not None, *first.elided),
            container=_bracket_container(parts, commas),
            dtype=first.dtype if len(dtypes) == 1 else "",
            exact=all(part.exact for part in parts),
        ),
    )


def _same_places(one: Arranged, other: Arranged) -> bool:
    return one.axes == other.axes and one.elided == other.elided


def _parts(items: list[tuple[Arranged, ...]]) -> tuple[Arranged, ...]:
    return tuple(chain.from_iterable(items))


def _bracket_container(items: Sequence[Arranged], commas: int) -> Container:
    """NumPy prints no commas; a list has them, or holds what isn't NumPy's way to write a number (`4.0`)."""
    containers = {item.container for item in items}
    if containers != {"scalar"}:
        return items[0].container if len(containers) == 1 else "list"
    single = items[0].numbers[0] if len(items) == 1 else ""
    return "list" if commas or items[0].exact or single.endswith(".0") else "ndarray"
