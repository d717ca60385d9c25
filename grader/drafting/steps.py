"""A solution's code as one list of statements, each with what it binds, changes and reads."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.drafting.markers import Marks, read_marks
from grader.notebook import Sought, outline
from grader.notebook.code.bindings import find_bindings
from grader.notebook.code.magics import without_magics
from grader.notebook.code.outline import Outline
from grader.notebook.syntax import parse_python
from grader.records import Cell, Notebook

RANDOM = "<random>"
"""Stands for the state of random generators: draws read it, seeds change it."""
GRADIENTS = "<gradients>"
"""Stands for what `backward()` leaves: it changes that, and whatever looks at a `.grad`, or steps, reads it."""

_DRAWS = re.compile(
    r"random|randn|rand|randint|randperm|randn_like|rand_like|multinomial|bernoulli|shuffle|default_rng|(?:Lazy)?Linear"
    r"|Bilinear|Conv(?:Transpose)?\dd|Dense|Embedding|LSTM|GRU|RNN|Transformer\w*|MultiheadAttention"
    r"|(?:normal|uniform|xavier_\w+|kaiming_\w+)_"
)
CHANGING = frozenset(
    {
        *("append", "extend", "insert", "add", "update", "pop", "remove"),
        *("sort", "reverse", "clear", "fill", "fit", "setdefault"),
    }
)
"""Methods that change what they are called on."""
_BUILTINS = frozenset(dir(builtins))
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_SIMPLE = (ast.Assign, ast.AnnAssign)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A statement at module level; `source` is all of its cell, `task` the heading that it stands under, or "".

    `binds` are names that it binds anew, `changes` those that it may change; `reads` what it needs to have been there.
    `asked` says whether it stands where students write their own; None where nothing says. `drawing`: a function or a
    class, calls of which draw random numbers. `trains`: it improves something step by step; `improved` are those of
    `changes` that only what it calls tells.
    """

    node: ast.stmt
    source: str
    cell: int
    task: str
    binds: frozenset[str]
    changes: frozenset[str]
    reads: frozenset[str]
    points: str = ""
    comment: str = ""
    asked: bool | None = None
    drawing: bool = False
    trains: bool = False
    improved: frozenset[str] = frozenset()

    @property
    def line(self) -> int:
        """The line of the cell that it begins on."""
        return self.node.lineno

    @property
    def defines(self) -> frozenset[str]:
        """What it binds or changes."""
        return self.binds | self.changes

    @property
    def written(self) -> frozenset[str]:
        """What it binds or changes by its own text."""
        return self.defines - self.improved

    @property
    def passing(self) -> frozenset[str]:
        """What it binds only in passing: files that it opens, elements that it goes through."""
        found: set[str] = set()
        for each in ast.walk(self.node):
            match each:
                case ast.For(target=target) | ast.withitem(optional_vars=ast.expr() as target):
                    found |= {part.id for part in ast.walk(target) if isinstance(part, ast.Name)}
        return frozenset(found)

    @property
    def in_order(self) -> tuple[str, ...]:
        """What it binds or changes, as it is written."""
        names = [each for each in ast.walk(self.node) if isinstance(each, ast.Name) and each.id in self.defines]
        placed = sorted(names, key=lambda each: (each.lineno, each.col_offset))
        return tuple(dict.fromkeys([*(each.id for each in placed), *sorted(self.defines)]))

    @property
    def value(self) -> ast.expr | None:
        """What the one name that it binds is from then on; None for all other statements."""
        match self.node:
            case (
                ast.Assign(targets=[ast.Name()], value=value)
                | ast.AnnAssign(target=ast.Name(), value=ast.expr() as value)
            ):
                return value
        return None

    @property
    def draws(self) -> bool:
        """Whether it draws random numbers."""
        return RANDOM in self.reads


def read_steps(notebook: Notebook, places: Places, solutions: Mapping[int, bool]) -> tuple[Step, ...]:
    """All statements in order, with the heading that each is below.

    `solutions` tells of cells whether students write what is in them, where that is known.
    """
    parsed = [(cell, *found) for cell in notebook.code_cells if (found := _parsed(cell.source))]
    marks = {cell.index: read_marks(source) for cell, source, _ in parsed}
    marked = bool(solutions) or any(each.solution for each in marks.values())
    steps: list[Step] = []
    for cell, source, tree in parsed:
        for node in (part for statement in tree.body for part in _split(statement)):
            step = _step(node, source, cell, places.task(cell, node.lineno))
            steps.append(_with_marks(step, marks[cell.index], marked, solutions.get(cell.index)))
    return tuple(steps)


def unread_cells(notebook: Notebook) -> Iterator[tuple[int, int, str]]:
    """The code cells that are no Python, each with the line and the reason that Python gives."""
    for cell in notebook.code_cells:
        if _parsed(cell.source) is None:
            try:
                ast.parse(without_magics(cell.source))
            except SyntaxError as error:
                yield cell.index, error.lineno or 1, error.msg
            except (ValueError, RecursionError, MemoryError):
                yield cell.index, 1, "it can't be read"
            else:
                yield cell.index, 1, "it is too long"


def _parsed(source: str) -> tuple[str, ast.Module] | None:
    for text in (source, without_magics(source)):
        if (tree := parse_python(text)) is not None:
            return text, tree
    return None


class Places:
    """Which task each line of a notebook belongs to."""

    def __init__(self, notebook: Notebook, headings: Sequence[str]) -> None:
        found = outline(notebook, [Sought(task=heading, names=(heading,)) for heading in headings])
        self._tasks: dict[int, list[str]] = {}
        for section in found.sections:
            if section.found == "heading" or len(headings) == 1:
                for index in section.cells:
                    self._tasks.setdefault(index, []).append(section.task)
        self._headings: dict[int, list[tuple[int, str]]] = {}
        for heading in found.headings:
            if heading.taken:
                self._headings.setdefault(heading.cell, []).append((heading.line, heading.task))

    def end(self, cell: Cell) -> str:
        """The heading of these that what follows a cell is below, or "" for none."""
        return self.task(cell, cell.source.count("\n") + 2)

    def task(self, cell: Cell, line: int) -> str:
        """The heading of these that a line is below, or "" for none."""
        named = self._headings.get(cell.index, [])
        above = [task for at, task in named if at < line]
        # What comes before the first heading of its cell goes on with the task of the cell before.
        open_before = [task for task in self._tasks.get(cell.index, []) if task not in dict(named).values()]
        return next(iter([*above[::-1], *open_before]), "")


def _with_marks(step: Step, marks: Marks, marked: bool, solution: bool | None) -> Step:
    first, last = step.line, step.node.end_lineno or step.line
    if isinstance(step.node, ast.FunctionDef | ast.ClassDef):
        inside = any(line in marks.solution for line in range(first, last + 1))
        last = max(first, step.node.body[0].lineno - 1)
    else:
        inside = first in marks.solution
    asked = (inside or (not marks.solution and bool(solution))) if marked else None
    points = marks.points_at(first, last) or marks.points_at(first, step.node.end_lineno or last)
    return replace(step, points=points, comment=marks.comment_at(first, last), asked=asked)


def _split(statement: ast.stmt) -> Iterator[ast.stmt]:
    """`a, b = c, d` and `a = b = c` as one statement a name, where that is the same."""
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)) if _apart(targets, values):
            for target, value in zip(targets, values, strict=True):
                yield ast.copy_location(ast.Assign(targets=[target], value=value), statement)
        case _:
            yield statement


def _apart(targets: list[ast.expr], values: list[ast.expr]) -> bool:
    names = {target.id for target in targets if isinstance(target, ast.Name)}
    read = {node.id for value in values for node in ast.walk(value) if isinstance(node, ast.Name)}
    starred = any(isinstance(value, ast.Starred) for value in values)
    return len(names) == len(targets) == len(values) and not starred and not names & read


def _step(node: ast.stmt, source: str, cell: Cell, task: str) -> Step:
    binds, changes = _bound(node)
    reads = free_names(node)
    if isinstance(node, ast.Expr) and seeds_numbers(node):
        changes |= {RANDOM}
    elif not isinstance(node, (*_FUNCTIONS, ast.ClassDef)) and draws_numbers(node):
        reads |= {RANDOM}
    if not isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        attributes = _attributes(node)
        reads |= {GRADIENTS} if attributes & {"grad", "step"} else set()
        changes |= (
            {GRADIENTS} if attributes & {"backward", "zero_grad"} or ".grad.zero_(" in ast.unparse(node) else set()
        )
    return Step(node=node, source=source, cell=cell.index, task=task, binds=binds, changes=changes, reads=reads)


def draws_numbers(node: ast.AST) -> bool:
    """Whether code draws random numbers by what it calls by name."""
    shuffles = any(
        isinstance(each, ast.keyword) and each.arg == "shuffle" and getattr(each.value, "value", None) is True
        for each in ast.walk(node)
    )
    return shuffles or any(_DRAWS.fullmatch(name) for name in _attributes(node) | free_names(node))


def seeds_numbers(node: ast.AST) -> bool:
    """Whether code seeds the generators that all share."""
    return bool({"manual_seed", "seed"} & _attributes(node))


def _attributes(node: ast.AST) -> set[str]:
    return {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}


def _bound(node: ast.stmt) -> tuple[frozenset[str], frozenset[str]]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return frozenset({name}), frozenset()
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return frozenset(alias.asname or alias.name.partition(".")[0] for alias in aliases), frozenset()
    bindings = list(find_bindings(Outline(ast.Module(body=[node], type_ignores=[]))))
    whole = frozenset(binding.name for binding in bindings if binding.whole)
    part = frozenset(binding.name for binding in bindings if not binding.whole) - _gradient_settings(node)
    changed = frozenset(_changed_by_calls(node)) | part
    return (whole, changed - whole) if isinstance(node, _SIMPLE) else (frozenset(), changed | whole)


def _gradient_settings(node: ast.stmt) -> frozenset[str]:
    """`w.requires_grad = True` and `w.grad = None` change no numbers."""
    match node:
        case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=name), attr="requires_grad" | "grad")]):
            return frozenset({name})
    return frozenset()


def _changed_by_calls(node: ast.stmt) -> Iterator[str]:
    for call in ast.walk(node):
        match call:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)):
                in_place = method.endswith("_") and not method.startswith("_") and method != "requires_grad_"
                if method in CHANGING or in_place:
                    yield name


def free_names(node: ast.AST) -> frozenset[str]:
    """The names that a statement needs to have been there, at any depth; none of Python's own."""
    loads: set[str] = set()
    own: set[str] = set()
    inner = isinstance(node, (*_FUNCTIONS, ast.ClassDef))
    for each in ast.walk(node):
        match each:
            case ast.Name(id=name, ctx=ast.Load()):
                loads.add(name)
            case ast.Name(id=name) if inner:
                own.add(name)
            case ast.comprehension(target=target):
                own.update(part.id for part in ast.walk(target) if isinstance(part, ast.Name))
            case ast.arg(arg=name):
                own.add(name)
            case ast.AugAssign(target=ast.Name(id=name)):
                loads.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) if each is not node or inner:
                own.add(name)
    return frozenset(loads - own - _BUILTINS)
