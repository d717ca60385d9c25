"""What is known of a value by syntax: which library made it, what it was computed with, and what it depends on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from grader.notebook.code.origins.functions import Class, Function

UseKind = Literal["name", "operation", "data", "method", "unclear", "unknown"]


@dataclass(frozen=True, slots=True)
class Use:
    """Something that a value was computed with, and the cell and line on which that stands.

    `kind`: a `name` by its dotted path; an `operation` of the library `name`, on values that it made; `data` is a name
    that made or converted data without computing anything; a `method` of whatever has it. `unclear` is what syntax
    can't tell (`getattr(np, name)`), which may be anything `of` a library, or of any; `unknown` a name that nothing in
    the notebook defines. Of these, `name` is the text.
    """

    kind: UseKind
    name: str
    cell: int
    line: int
    of: str = ""


class Value:
    """What a name may stand for at a place in a notebook.

    `uses` are its own; `needs` the values that it was computed from, each a group of alternatives of which one counts.
    `kinds` are the libraries whose object it is. `data`: it was written down, drawn or read, not computed. `path` is
    that of a module or of something in one. `choices` are the values of which it is one, where branches left several.
    `fields` are parts that are known one by one, by `.name` or `[key]`, each a group of alternatives.

    Everything that a value is computed from was made before it, and has a smaller `number`.
    """

    __slots__ = ("choices", "data", "fields", "function", "kinds", "made_of", "me", "needs", "number", "path", "uses")

    def __init__(
        self,
        number: int,
        *,
        uses: Iterable[Use] = (),
        needs: Iterable[tuple[Value, ...]] = (),
        kinds: frozenset[str] = frozenset(),
        data: bool = False,
        path: str = "",
        choices: tuple[Value, ...] = (),
    ) -> None:
        self.number = number
        self.uses = tuple(uses)
        self.needs = tuple(needs)
        self.kinds = kinds
        self.data = data
        self.path = path
        self.choices = choices
        self.fields: dict[str, tuple[Value, ...]] = {}
        self.function: Function | None = None
        self.made_of: Class | None = None
        self.me: Value | None = None
        """The object whose method it is."""

    def parts(self, seen: set[int] | None = None) -> list[tuple[Value, ...]]:
        """The value and all its known parts, as they are now: what whoever computes with it depends on."""
        if not self.fields and not self.choices:
            return [(self,)]
        seen = set() if seen is None else seen
        if id(self) in seen:
            return []
        seen.add(id(self))
        groups: list[tuple[Value, ...]] = [(self,)]
        for group in self.fields.values():
            groups.append(group)
            for value in group:
                groups += value.parts(seen)[1:]
        return groups


NO_KINDS: frozenset[str] = frozenset()


def kinds_of(values: Iterable[Value]) -> frozenset[str]:
    """The libraries whose objects are among values."""
    kinds = NO_KINDS
    for value in values:
        if value.kinds and value.kinds is not kinds:
            kinds = kinds | value.kinds if kinds else value.kinds
    return kinds


class Origin:
    """What a value was computed with, and all that it depends on, as they were when this was made."""

    def __init__(self, value: Value | None) -> None:
        """Gather it; nothing is known of the origin of None."""
        self.known = value is not None
        self._start = value.parts() if value is not None else []
        reached: dict[int, Value] = {}
        waiting = [each for group in self._start for each in group]
        while waiting:
            each = waiting.pop()
            if each.number not in reached:
                reached[each.number] = each
                waiting += [inner for group in each.needs for inner in group]
        self._reached = [reached[number] for number in sorted(reached)]

    @cached_property
    def uses(self) -> frozenset[Use]:
        """Everything that it may have been computed with, whatever branch was taken."""
        return frozenset([use for each in self._reached for use in each.uses])

    def nearest(self, matches: Callable[[Use], bool]) -> Use | None:
        """The first such use, going backwards from the value, that it depends on whatever branch was taken."""
        wanted = {use for use in self.uses if matches(use)}
        if not wanted:
            return None
        known: dict[int, tuple[int, Use]] = {}
        for each in self._reached:
            own = [(0, use) for use in each.uses if use in wanted]
            further = [(steps + 1, use) for group in each.needs for steps, use in _in_any_case(group, known)]
            if own or further:
                known[each.number] = min(own + further, key=_order)
        found = [nearest for group in self._start for nearest in _in_any_case(group, known)]
        return min(found, key=_order)[1] if found else None


def _in_any_case(group: Sequence[Value], known: Mapping[int, tuple[int, Use]]) -> list[tuple[int, Use]]:
    """The nearest use of a group of alternatives; none where one of them has none."""
    if any(each.number not in known for each in group) or not group:
        return []
    return [min((known[each.number] for each in group), key=_order)]


def _order(found: tuple[int, Use]) -> tuple[int, int, int]:
    steps, use = found
    return steps, use.cell, use.line
