"""Putting other numbers in where a cell writes the givens down: all else of it stays as it was written.

A given is written down where its variable is assigned, and in every list of its numbers: many students type the data in
again, in rows of a matrix, in columns, or all in one row.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.notebook.code.bindings import SCOPES
from grader.notebook.code.magics import without_magics
from grader.notebook.code.outline import statements
from grader.notebook.code.replacing import assigned_values
from grader.notebook.code.spans import Spans
from grader.notebook.syntax import parse_python
from grader.records import OtherNumbers, Variation

OTHER = "_other_numbers"
"""What a varied run calls for an expression that a given's variable gets: it gives the other numbers, in the same kind
of value, where the expression has the handout's, and else what it got."""

_CHARACTERS = 200_000
_MOST_NUMBERS = 5_000
_LARGEST = 1e300
_LISTED = re.compile(r"[\[(]\s*[-+]?[.\d][\d.eE]*\s*\]?\s*,").search
"""Whether a cell may hold a list of numbers; few do, and to look at every expression takes long."""
_FEWEST_FLAT = 4
_FEWEST_WHOLE = 3


Place = tuple[str, int]
"""Which number is meant: of which given, and at which place among its numbers, in C order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """Where a cell writes givens down: spans of its text, each with the number that stands there (`whole` ones without
    a point), or with the given whose variable gets what the expression there comes to."""

    source: str
    numbers: tuple[tuple[int, int, Place, bool], ...] = ()
    expressions: tuple[tuple[int, int, str], ...] = ()

    @property
    def givens(self) -> frozenset[str]:
        """The givens that are written down."""
        return frozenset([*(place[0] for *_, place, _ in self.numbers), *(given for *_, given in self.expressions)])

    def with_numbers(self, variation: Variation) -> str:
        """The cell with other numbers."""
        others = {each.given: each for each in variation}
        edits = [
            (begin, end, _written(others[given].after[at], whole=whole))
            for begin, end, (given, at), whole in self.numbers
        ]
        edits += [(begin, end, self._exchanged(begin, end, others[given])) for begin, end, given in self.expressions]
        code = self.source
        for begin, end, text in sorted(edits, reverse=True):
            code = code[:begin] + text + code[end:]
        return code

    def _exchanged(self, begin: int, end: int, other: OtherNumbers) -> str:
        """An expression whose numbers are exchanged when it runs: it computes them, or takes them from elsewhere."""
        return f"{OTHER}({self.source[begin:end]}, {other.shape!r}, {other.before!r}, {other.after!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenDown:
    """What the statements that make some variables write down: the givens whose numbers they have, all numbers, and
    whether there are lists of others, or conditions, so that other numbers may take another way."""

    givens: frozenset[str] = frozenset()
    numbers: frozenset[float] = frozenset()
    others: bool = False


@dataclass(frozen=True, slots=True)
class _Literal:
    """Numbers that are written out in nested lists or tuples: the constants, in C order."""

    shape: tuple[int, ...]
    constants: tuple[ast.expr, ...]
    values: tuple[float, ...]
    listed: bool


def find_data(source: str, variation: Variation, variables: Mapping[str, str]) -> Data:
    """Where a cell writes down the givens that have other numbers, in a variation as in all others.

    `variables` maps names of variables to the givens that they hold. Nothing is found where a cell is no Python.
    """
    if len(source) > _CHARACTERS or not (_LISTED(source) or any(name in source for name in variables)):
        return Data(source=source)
    plain = without_magics(source)
    tree = parse_python(plain)
    if tree is None:
        return Data(source=source)
    cell = _Cell({each.given: each for each in variation})
    for statement in statements(tree, past=SCOPES):
        cell.name(statement, variables)
    cell.look_for(tree if _LISTED(source) else None)
    return cell.data(source, Spans(source, plain))


def written_down(
    source: str, variation: Variation, variables: Mapping[str, str], names: Collection[str]
) -> WrittenDown:
    """What a cell's statements that assign, change or define these names write down.

    Nothing where the cell is no Python, or too long.
    """
    tree = parse_python(without_magics(source)) if len(source) <= _CHARACTERS else None
    if tree is None:
        return WrittenDown()
    cell = _Cell({each.given: each for each in variation})
    made = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and _makes(node, names)]
    for node in made:
        cell.name(node, variables)
        cell.look_into(node)
    literals = (_literal(each) for node in made for each in ast.walk(node))
    numbers = frozenset(each.values[0] for each in literals if each is not None and not each.shape)
    # What runs under a condition may not run with other numbers.
    depends = bool(made) and any(isinstance(node, ast.Try | ast.If | ast.Assert) for node in ast.walk(tree))
    return WrittenDown(givens=frozenset(cell.givens), numbers=numbers, others=cell.has_others or depends)


def _makes(node: ast.stmt, names: Collection[str]) -> bool:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return name in names
        case ast.Assign(targets=targets):
            return any(_root(each) in names for target in targets for each in _targets(target))
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            return _root(target) in names
        case ast.Expr(value=ast.Call(func=ast.Attribute() as changed)):
            return _root(changed) in names
    return False


def _targets(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        for each in target.elts:
            yield from _targets(each)
    else:
        yield target


def _root(target: ast.expr) -> str:
    while isinstance(target, ast.Attribute | ast.Subscript | ast.Starred):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""


class _Cell:
    """Goes through a cell's tree, and notes where givens are written down."""

    def __init__(self, others: Mapping[str, OtherNumbers]) -> None:
        self._others = others
        self._named: dict[ast.AST, str] = {}
        self._numbers: list[tuple[ast.expr, Place]] = []
        self._expressions: list[tuple[ast.expr, str]] = []
        self.givens: set[str] = set()
        self.has_others = False

    def name(self, statement: ast.stmt, variables: Mapping[str, str]) -> None:
        """Know which given an expression is meant to be, where a statement assigns it to the given's variable."""
        for name, value in assigned_values(statement):
            if variables.get(name) in self._others:
                self._named[value] = variables[name]

    def look_for(self, tree: ast.AST | None) -> None:
        """Look into a whole tree, or else only into what givens' variables get."""
        for node in [*self._named] if tree is None else [tree]:
            self.look_into(node)

    def look_into(self, node: ast.AST) -> None:
        """Look at a node, and into it where it isn't a given's numbers."""
        given = self._named.get(node)
        literal = _literal(node) if given is not None or isinstance(node, ast.List | ast.Tuple) else None
        places = None if literal is None else _meant(literal, self._others, given)
        if literal is not None and places is not None:
            self._numbers += zip(literal.constants, places, strict=True)
            self.givens.update(place[0] for place in places)
            return
        self.has_others |= literal is not None and bool(literal.shape) and _telling(literal)
        before = len(self._numbers)
        counted = _counted(node)
        for child in ast.iter_child_nodes(node):
            if child is not counted:
                self.look_into(child)
        if given is not None and literal is None and len(self._numbers) == before:
            assert isinstance(node, ast.expr)
            self._expressions.append((node, given))
            self.givens.add(given)

    def data(self, source: str, spans: Spans) -> Data:
        """What was found, by its spans in the cell's text."""
        return Data(
            source=source,
            numbers=tuple((*spans.of(node), place, _is_whole(node)) for node, place in self._numbers),
            expressions=tuple((*spans.of(node), given) for node, given in self._expressions),
        )


def _counted(node: ast.AST) -> ast.AST | None:
    """The list that a loop goes through, or by which something is indexed: numbers that count, and are no data."""
    match node:
        case ast.For(iter=found) | ast.comprehension(iter=found) | ast.Subscript(slice=found):
            return found if isinstance(found, ast.List | ast.Tuple) else None
    return None


def _literal(node: ast.AST) -> _Literal | None:
    """The numbers that an expression is made of; None where it is something else, or not in a rectangle."""
    if isinstance(node, ast.List | ast.Tuple):
        items = [_literal(item) for item in node.elts[: _MOST_NUMBERS + 1]]
        known = [item for item in items if item is not None]
        if not known or len(known) < len(node.elts) or len({item.shape for item in known}) > 1:
            return None
        constants = tuple(constant for item in known for constant in item.constants)
        if len(constants) > _MOST_NUMBERS:
            return None
        values = tuple(value for item in known for value in item.values)
        shape = (len(known), *known[0].shape)
        return _Literal(shape, constants, values, isinstance(node, ast.List))
    sign, inner = (-1, node.operand) if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else (1, node)
    value = inner.value if isinstance(inner, ast.Constant) else None
    if not isinstance(value, int | float) or isinstance(value, bool) or abs(value) > _LARGEST:
        return None
    assert isinstance(node, ast.expr)
    return _Literal((), (node,), (sign * float(value),), listed=False)


def _meant(literal: _Literal, others: Mapping[str, OtherNumbers], given: str | None) -> tuple[Place, ...] | None:
    """The numbers that a literal writes down. Without the name of a given's variable, it must be clear that a given is
    meant: numbers that could be axes, or those of two givens, aren't touched."""
    if given is not None:
        return _as_written(literal, others[given])
    if not literal.shape or not _telling(literal):
        return None
    found = [places for other in others.values() if (places := _as_written(literal, other)) is not None]
    if len(found) == 1:
        return found[0]
    return None if found else _in_columns(literal, others)


def _telling(literal: _Literal) -> bool:
    """Whether numbers are such that nobody writes them by chance."""
    whole = all(map(_is_whole, literal.constants))
    return len(set(literal.values)) > 1 and not (whole and (len(literal.values) < _FEWEST_WHOLE or not literal.listed))


def _as_written(literal: _Literal, other: OtherNumbers) -> tuple[Place, ...] | None:
    """Which of a given's numbers stand where in a literal that has all of them; None where it has not."""
    count = len(other.before)
    if len(literal.values) != count:
        return None
    same = literal.shape == other.shape or _longest(literal.shape) == _longest(other.shape) == count
    flat = len(literal.shape) == 1 and count >= _FEWEST_FLAT
    if (same or flat) and literal.values == other.before:
        return tuple((other.given, at) for at in range(count))
    if len(other.shape) == 2 and literal.shape == other.shape[::-1]:
        rows, columns = other.shape
        turned = [row * columns + column for column in range(columns) for row in range(rows)]
        if literal.values == tuple(other.before[at] for at in turned):
            return tuple((other.given, at) for at in turned)
    return None


def _longest(shape: Sequence[int]) -> int:
    return max(shape, default=1)


def _in_columns(literal: _Literal, others: Mapping[str, OtherNumbers]) -> tuple[Place, ...] | None:
    """What a matrix is whose columns are givens."""
    if len(literal.shape) != 2 or literal.shape[0] < 2:
        return None
    vectors = [other for other in others.values() if len(other.shape) == 1]
    found = [[other.given for other in vectors if other.before == column] for column in _columns(literal)]
    if any(len(each) != 1 for each in found):
        return None
    return tuple((given, row) for row in range(literal.shape[0]) for (given,) in found)


def _columns(literal: _Literal) -> Iterator[tuple[float, ...]]:
    width = literal.shape[1]
    for column in range(width):
        yield literal.values[column::width]


def _is_whole(node: ast.expr) -> bool:
    """Whether a whole number stands there, without a point."""
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(inner, ast.Constant) and isinstance(inner.value, int)


def _written(number: float, *, whole: bool) -> str:
    """A number as Python writes it, whole where a whole one was written."""
    return str(int(number)) if whole and number == int(number) else repr(float(number))
