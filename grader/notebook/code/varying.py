"""Putting other numbers in where a cell writes the givens down: all else of it stays as it was written.

A given is written down where its variable is assigned, and in every list of its numbers: many students type the data in
again, in rows of a matrix, in columns, or all in one row.
"""

from __future__ import annotations

import ast
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
_FEWEST_FLAT = 4
_FEWEST_WHOLE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Varied:
    """A cell with other numbers, and the givens that it writes down, each once."""

    code: str
    givens: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenDown:
    """What the statements that make some variables write down: the givens whose numbers they have, all numbers, and
    whether there are lists of others, or anything that may come from elsewhere than what is written."""

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


def vary(source: str, variation: Variation, variables: Mapping[str, str]) -> Varied:
    """A cell in which the givens that are written down have other numbers.

    `variables` maps names of variables to the givens that they hold. Cells that are no Python stay as they are.
    """
    if len(source) > _CHARACTERS:
        return Varied(code=source)
    plain = without_magics(source)
    tree = parse_python(plain)
    if tree is None:
        return Varied(code=source)
    cell = _Cell(Spans(source, plain), source, {each.given: each for each in variation})
    for statement in statements(tree, past=SCOPES):
        for name, value in assigned_values(statement):
            if variables.get(name) in cell.others:
                cell.named[value] = variables[name]
    cell.visit(tree)
    return cell.varied()


def written_down(
    source: str, variation: Variation, variables: Mapping[str, str], names: Collection[str]
) -> WrittenDown:
    """What a cell's statements that assign, change or define these names write down.

    Nothing where the cell is no Python, or too long.
    """
    tree = parse_python(without_magics(source)) if len(source) <= _CHARACTERS else None
    if tree is None:
        return WrittenDown()
    cell = _Cell(Spans(source, source), source, {each.given: each for each in variation})
    made = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and _makes(node, names)]
    for node in made:
        for name, value in assigned_values(node):
            if variables.get(name) in cell.others:
                cell.named[value] = variables[name]
        cell.visit(node)
    literals = (_literal(each) for node in made for each in ast.walk(node))
    numbers = frozenset(each.values[0] for each in literals if each is not None and not each.shape)
    return WrittenDown(givens=frozenset(cell.givens), numbers=numbers, others=cell.has_others)


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


class _Cell(ast.NodeVisitor):
    """Goes through a cell, and notes what is written in another's place."""

    def __init__(self, spans: Spans, source: str, others: Mapping[str, OtherNumbers]) -> None:
        self._spans = spans
        self._source = source
        self.others = others
        self.named: dict[ast.expr, str] = {}
        self._edits: list[tuple[int, int, str]] = []
        self.givens: dict[str, None] = {}
        self.has_others = False

    def varied(self) -> Varied:
        """The cell as it is now."""
        code = self._source
        for begin, end, text in sorted(self._edits, reverse=True):
            code = code[:begin] + text + code[end:]
        return Varied(code=code, givens=tuple(self.givens))

    def visit(self, node: ast.AST) -> None:
        """Look at an expression, and into it where it isn't a given's numbers."""
        given = self.named.get(node) if isinstance(node, ast.expr) else None
        literal = _literal(node)
        if literal is not None and self._replace(literal, given):
            return
        self.has_others |= literal is not None and bool(literal.shape) and _telling(literal)
        before = len(self._edits)
        self.generic_visit(node)
        if given is not None and len(self._edits) == before and literal is None:
            assert isinstance(node, ast.expr)
            self._wrap(node, given)

    def _replace(self, literal: _Literal, given: str | None) -> bool:
        found = _meant(literal, self.others, given)
        if found is None:
            return False
        names, numbers = found
        self.givens.update(dict.fromkeys(names))
        for constant, number in zip(literal.constants, numbers, strict=True):
            self._edits.append((*self._spans.of(constant), _written(number, constant)))
        return True

    def _wrap(self, node: ast.expr, given: str) -> None:
        """Have an expression's numbers exchanged when it runs: it computes them, or takes them from elsewhere."""
        begin, end = self._spans.of(node)
        other = self.others[given]
        inner = self._source[begin:end]
        text = f"{OTHER}({inner}, {other.shape!r}, {other.before!r}, {other.after!r})"
        self._edits.append((begin, end, text))
        self.givens[given] = None


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


def _meant(
    literal: _Literal, others: Mapping[str, OtherNumbers], given: str | None
) -> tuple[tuple[str, ...], tuple[float, ...]] | None:
    """The givens that a literal writes down, and its other numbers. Without the name of a given's variable, it must be
    clear that it is meant: numbers that could be axes, or those of two givens, aren't touched."""
    if given is not None:
        numbers = _as_written(literal, others[given])
        return None if numbers is None else ((given,), numbers)
    if not literal.shape or not _telling(literal):
        return None
    found = {other.given: numbers for other in others.values() if (numbers := _as_written(literal, other)) is not None}
    if len(set(found.values())) == 1:
        return tuple(found), next(iter(found.values()))
    return None if found else _in_columns(literal, others)


def _telling(literal: _Literal) -> bool:
    """Whether numbers are such that nobody writes them by chance."""
    whole = all(isinstance(each, ast.Constant) and isinstance(each.value, int) for each in literal.constants)
    return len(set(literal.values)) > 1 and not (whole and (len(literal.values) < _FEWEST_WHOLE or not literal.listed))


def _as_written(literal: _Literal, other: OtherNumbers) -> tuple[float, ...] | None:
    """A given's other numbers in the arrangement of a literal that has the handout's; None where it has not."""
    if len(literal.values) != len(other.before):
        return None
    same = literal.shape == other.shape or _longest(literal.shape) == _longest(other.shape) == len(literal.values)
    flat = len(literal.shape) == 1 and len(literal.values) >= _FEWEST_FLAT
    if (same or flat) and literal.values == other.before:
        return other.after
    turned = len(other.shape) == 2 and literal.shape == other.shape[::-1]
    if turned and literal.values == _transposed(other.before, other.shape):
        return _transposed(other.after, other.shape)
    return None


def _longest(shape: Sequence[int]) -> int:
    return max(shape, default=1)


def _transposed(values: Sequence[float], shape: tuple[int, ...]) -> tuple[float, ...]:
    rows, columns = shape
    return tuple(values[row * columns + column] for column in range(columns) for row in range(rows))


def _in_columns(
    literal: _Literal, others: Mapping[str, OtherNumbers]
) -> tuple[tuple[str, ...], tuple[float, ...]] | None:
    """What a matrix is whose columns are givens."""
    if len(literal.shape) != 2 or literal.shape[0] < 2:
        return None
    columns = list(_columns(literal))
    found = [[other for other in others.values() if len(other.shape) == 1 and other.before == c] for c in columns]
    if any(len(each) != 1 for each in found):
        return None
    givens = [each[0] for each in found]
    numbers = tuple(given.after[row] for row in range(literal.shape[0]) for given in givens)
    return tuple(dict.fromkeys(given.given for given in givens)), numbers


def _columns(literal: _Literal) -> Iterator[tuple[float, ...]]:
    width = literal.shape[1]
    for column in range(width):
        yield literal.values[column::width]


def _written(number: float, instead_of: ast.expr) -> str:
    """A number as Python writes it, whole where a whole one was written."""
    inner = instead_of.operand if isinstance(instead_of, ast.UnaryOp) else instead_of
    whole = isinstance(inner, ast.Constant) and isinstance(inner.value, int)
    return str(int(number)) if whole and number == int(number) else repr(float(number))
