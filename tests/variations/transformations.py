"""What right hand-ins may look like instead: each transformation takes the cells of one, and gives those of another.

A transformation that changes nothing of a hand-in makes no variation of it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.variations.rewriting import SUMMED_PRODUCT, InPlace, LoopVariables, Products, Steps, rewritten


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a hand-in: `code` or `markdown`."""

    kind: str
    source: str


Cells = list[Cell]
TRANSFORMATIONS: dict[str, Callable[[Cells], Cells]] = {}
_HEADING = re.compile(r"^#+ *(?:\*\*)?((?:Task|task) (\d))\b(.*)$", re.MULTILINE)
_LISTED = {"z1_n", "a1_n", "z2_n", "a2_n", "dL_dw1_n", "dw1_n"}


def transformation(change: Callable[[Cells], Cells]) -> Callable[[Cells], Cells]:
    TRANSFORMATIONS[change.__name__] = change
    return change


def _code(cells: Cells, change: Callable[[str], str]) -> Cells:
    return [Cell(cell.kind, change(cell.source)) if cell.kind == "code" else cell for cell in cells]


def _headed(cells: Cells, write: Callable[[str, str], Cell | None]) -> Cells:
    """Other headings for those in text cells of their own; `write` gets the task's number, and what comes after it."""
    made: Cells = []
    for cell in cells:
        match = _HEADING.search(cell.source) if cell.kind == "markdown" else None
        made.append(write(match[2], match[3]) or cell if match else cell)
    return made


@transformation
def loop_variables_have_other_names(cells: Cells) -> Cells:
    return _code(cells, lambda source: rewritten(source, LoopVariables))


@transformation
def products_are_summed_in_comprehensions(cells: Cells) -> Cells:
    return [Cell("code", SUMMED_PRODUCT), *_code(cells, lambda source: rewritten(source, Products()))]


@transformation
def every_value_is_computed_in_a_function(cells: Cells) -> Cells:
    steps = Steps(classes=False)
    return _code(cells, lambda source: rewritten(source, steps))


@transformation
def every_value_is_computed_in_a_class(cells: Cells) -> Cells:
    steps = Steps(classes=True)
    return _code(cells, lambda source: rewritten(source, steps))


@transformation
def values_are_scaled_in_place(cells: Cells) -> Cells:
    return _code(cells, lambda source: source if "torch" in source else rewritten(source, InPlace()))


@transformation
def double_precision_in_torch(cells: Cells) -> Cells:
    if not any("torch" in cell.source for cell in cells) or any("float32" in cell.source for cell in cells):
        return cells
    return [Cell("code", "import torch\ntorch.set_default_dtype(torch.float64)"), *cells]


@transformation
def single_precision_in_numpy(cells: Cells) -> Cells:
    return _code(cells, lambda source: re.sub(r"\bnp\.array\((\w+)\)", r"np.array(\1, dtype=np.float32)", source))


@transformation
def answers_are_lists(cells: Cells) -> Cells:
    assigned = {name for cell in cells for name in _LISTED if re.search(rf"^{name} =", cell.source, re.MULTILINE)}
    last = {"dL_dw1_n", "dw1_n"} & assigned
    if not last:
        return cells
    conversions = "\n".join(f"{name} = np.asarray({name}).tolist()" for name in sorted(last))
    return [*cells, Cell("code", conversions)]


@transformation
def cells_are_split(cells: Cells) -> Cells:
    made: Cells = []
    for cell in cells:
        made += _split(cell) if cell.kind == "code" else [cell]
    return made


def _split(cell: Cell) -> Cells:
    try:
        tree = ast.parse(cell.source)
    except SyntaxError:
        return [cell]
    lines = cell.source.split("\n")
    starts = [_first_line(statement) for statement in tree.body]
    pieces = [lines[start:end] for start, end in zip([0, *starts[1:]], [*starts[1:], len(lines)], strict=False)]
    return [Cell("code", "\n".join(piece)) for piece in pieces] if len(set(starts)) == len(starts) > 1 else [cell]


def _first_line(statement: ast.stmt) -> int:
    decorators = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)]) - 1


@transformation
def cells_are_merged(cells: Cells) -> Cells:
    made: Cells = []
    for cell in cells:
        plain = cell.kind == "code" and not cell.source.lstrip().startswith("%%")
        if plain and made and made[-1].kind == "code":
            made[-1] = Cell("code", f"{made[-1].source}\n{cell.source}")
        else:
            made.append(cell)
    return made


@transformation
def extra_cells_stand_between(cells: Cells) -> Cells:
    made: Cells = []
    for number, cell in enumerate(cells):
        made += [
            cell,
            Cell("markdown", f"A remark on step {number}."),
            Cell("code", f"scratch_{number} = {number} * 2\nscratch_{number}"),
        ]
    return made


@transformation
def the_notebook_ends_in_an_error(cells: Cells) -> Cells:
    return [*cells, Cell("code", "1 / 0"), Cell("code", "print('done')")]


@transformation
def everything_is_printed(cells: Cells) -> Cells:
    names = "print(sorted(name for name in globals() if not name.startswith('_')))"
    return [*cells, Cell("code", names)]


@transformation
def headings_are_bold(cells: Cells) -> Cells:
    return _headed(cells, lambda number, rest: Cell("markdown", f"**Task {number}{rest}**"))


@transformation
def headings_are_html(cells: Cells) -> Cells:
    return _headed(cells, lambda number, rest: Cell("markdown", f"<center><h2>TASK {number}{rest}</h2></center>"))


@transformation
def headings_are_comments(cells: Cells) -> Cells:
    made: Cells = []
    waiting = ""
    for cell in cells:
        match = _HEADING.search(cell.source) if cell.kind == "markdown" else None
        if match:
            waiting = f"# ---- Task {match[2]}{match[3]} ----\n"
        elif waiting and cell.kind == "code":
            made.append(Cell("code", waiting + cell.source))
            waiting = ""
        else:
            made.append(cell)
    return made


@transformation
def headings_are_german(cells: Cells) -> Cells:
    return _headed(cells, lambda number, rest: Cell("markdown", f"## Aufgabe {number}{rest}"))


@transformation
def headings_are_korean(cells: Cells) -> Cells:
    return _headed(cells, lambda number, rest: Cell("markdown", f"## 과제 {number}"))


@transformation
def headings_are_roman(cells: Cells) -> Cells:
    return _headed(cells, lambda number, rest: Cell("markdown", f"## Task {'I' * int(number)}{rest}"))


@transformation
def headings_are_missing(cells: Cells) -> Cells:
    made = [cell for cell in cells if not (cell.kind == "markdown" and _HEADING.search(cell.source))]
    return [Cell("markdown", "# My solution"), *made] if len(made) < len(cells) else cells
