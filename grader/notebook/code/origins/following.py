"""A notebook's cells gone through in order, and what asked for variables come from at the end of some of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from grader.notebook.code.facts import CONVENTIONAL, SOURCE_CHARACTERS
from grader.notebook.code.magics import parse_cell
from grader.notebook.code.origins.expressions import TooLong
from grader.notebook.code.origins.statements import Statements
from grader.notebook.code.origins.values import Origin, Value
from grader.notebook.joining import EMPTIED
from grader.records import NoPath, read_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for after a cell: the path of a variable, "" for what that cell shows.

    `called`: of a function, what it gives for any arguments.
    """

    after_cell: int
    path: str
    called: bool = False


def origins(
    cells: Iterable[tuple[int, str]],
    asked: Collection[Asked],
    *,
    is_input: Callable[[str], bool],
    is_answer: Callable[[str], bool] = lambda name: True,
    preparing: Collection[int] = (),
    uncertain: Collection[int] = (),
    prelude: str = "",
) -> Mapping[Asked, Origin]:
    """What each of these comes from; nothing for what isn't there, or where following it would take too long.

    `is_input` tells of a name whether it is an input of the assignment's. What `preparing` cells assign is an input,
    too, unless `is_answer` says that it is asked for under this name. Cells that are `uncertain` may have run in
    part: what they set is only one of what it may be. What the `prelude` defines is followed no further.
    """
    found: dict[Asked, Origin] = {}
    following = _begun(is_input, prelude)
    last = max((each.after_cell for each in asked), default=-1)
    try:
        for index, source in cells:
            if index > last:
                break
            following.is_answer = is_answer if index in preparing else None
            _go_through(following, index, source, uncertain=index in uncertain)
            for each in asked:
                if each.after_cell == index:
                    found[each] = Origin(_value(following, each))
    except (TooLong, RecursionError):
        pass
    return found


def _begun(is_input: Callable[[str], bool], prelude: str) -> Statements:
    following = Statements(is_input)
    if prelude and (tree := parse_cell(prelude)) is not None:
        following.block(tree.body)
    names = following.scope.names
    for name, values in names.items():
        if not any(value.path for value in values):
            names[name] = (following.new(data=True),)
    _name_modules(following)
    return following


def _name_modules(following: Statements) -> None:
    for name, module in CONVENTIONAL.items():
        following.scope.names.setdefault(name, (following.new(path=module, data=True),))


def _go_through(following: Statements, index: int, source: str, *, uncertain: bool) -> None:
    tree = parse_cell(source) if len(source) <= SOURCE_CHARACTERS else None
    following.cell, following.shown = index, []
    if source == EMPTIED:
        following.scope.names.clear()
        _name_modules(following)
    if tree is None:
        return
    if uncertain:
        following.maybe(tree.body)
    else:
        following.block(tree.body)


def _value(following: Statements, asked: Asked) -> Value | None:
    if not asked.path:
        return following.one_of(following.shown) if following.shown else None
    try:
        path = read_path(asked.path)
    except NoPath:
        return None
    there = following.scope.find(path.root)
    if not there:
        return None
    value = following.one_of(there)
    for sign, key in path.steps:
        value = (
            following.attribute(value, str(key))
            if sign == "."
            else following.item(value, f"[{key!r}]", following.plain)
        )
    return following.called(value, [], {}) if asked.called else value
