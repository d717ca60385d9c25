"""What stands in the wrong order, isn't defined at all, or comes out differently each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from grader.assignment.loading import Loaded
from grader.marking import mark_submission
from grader.records import Execution, Flag, Notebook
from tests.in_process import execute, notebook
from tests.unit.marking.test_mark import load_source

VALUES = """
@one.value(points=1)
def s(x):
    'Sum.'
    return x.sum()


@one.value(points=1)
def t(s):
    'Twice.'
    return 2 * s
"""


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    return load_source(tmp_path, VALUES, points=2)


def counted(handed_in: Notebook, counts: Sequence[int | None]) -> Notebook:
    numbers = iter(counts)
    cells = (replace(cell, execution_count=next(numbers)) if cell.kind == "code" else cell for cell in handed_in.cells)
    return replace(handed_in, cells=tuple(cells))


def flags(loaded: Loaded, handed_in: Notebook, code: str, *more: Execution) -> list[Flag]:
    execution = execute(loaded.spec, handed_in)
    grade = mark_submission(loaded.spec, loaded.reference, handed_in, (execution, *more))
    return [flag for flag in grade.flags if flag.code == code]


START = "import numpy as np\nx = np.array([1.0, 2.0, 4.0])"


def test_a_cell_that_was_run_before_one_above_it_that_it_needs_is_told(loaded: Loaded) -> None:
    handed_in = counted(notebook(START, "k = 1", "s = x.sum() * k", "t = 2 * s"), [1, 5, 2, 3])
    (flag,) = flags(loaded, handed_in, "out-of-order")
    assert flag.cell == 2
    assert str(flag.message).startswith("Cell 2 was last run before cell 1, which stands above it and sets `k`")


def test_a_cell_that_was_run_after_one_below_it_that_sets_what_it_reads_is_told(loaded: Loaded) -> None:
    handed_in = counted(notebook(START, "s = x.sum()", "x = x * 1", "t = 2 * s"), [1, 3, 2, 4])
    (flag,) = flags(loaded, handed_in, "out-of-order")
    assert flag.cell == 1
    assert str(flag.message).startswith("Cell 1 was last run after cell 2, which stands below it and sets `x`")


@pytest.mark.parametrize(
    ("cells", "counts"),
    [
        ((START, "s = x.sum()", "t = 2 * s"), [1, 2, 3]),
        ((START, "s = x.sum()", "t = 2 * s"), [None, None, None]),
        ((START, "s = x.sum()", "t = 2 * s"), [7, 1, 1]),
        ((START, "plotted = 1", "s = x.sum()", "t = 2 * s"), [1, 9, 2, 3]),
        (("import numpy as np", "x = np.array([1.0, 2.0, 4.0])", "s = x.sum()", "t = 2 * s"), [9, 1, 2, 3]),
        (("def f(v):\n    return v.sum()", START, "s = f(x)", "t = 2 * s"), [9, 1, 2, 3]),
        ((START, "a = 1", "s = x.sum()\nt = 2 * s", "b = a"), [1, 9, 2, 3]),
    ],
)
def test_an_order_that_makes_no_difference_is_not_told(
    loaded: Loaded, cells: tuple[str, ...], counts: list[int]
) -> None:
    assert flags(loaded, counted(notebook(*cells), counts), "out-of-order") == []


def test_an_order_is_not_told_where_the_notebook_shows_what_a_fresh_run_gives(loaded: Loaded) -> None:
    cells = (START, "k = 1", "s = x.sum() * k\nprint(s)", "t = 2 * s")
    same = counted(notebook(*cells, saved={2: "7.0"}), [1, 5, 2, 3])
    assert flags(loaded, same, "out-of-order") == []
    shown = notebook(START, "k = 1", "s = x.sum() * k", "t = 2 * s\nprint(t)", saved={3: "14.0"})
    assert flags(loaded, counted(shown, [1, 5, 2, 3]), "out-of-order") == []
    other = counted(notebook(*cells, saved={2: "14.0"}), [1, 5, 2, 3])
    assert [flag.cell for flag in flags(loaded, other, "out-of-order")] == [2]


def test_a_name_that_no_cell_defines_is_told_with_its_line(loaded: Loaded) -> None:
    (flag,) = flags(loaded, notebook(START, "s = x.sum()\n\nt = factor * s"), "undefined-name")
    assert (flag.cell, str(flag.message)) == (1, "Cell 1, line 3, uses `factor`, which no cell before it defines.")


def test_a_name_that_only_a_later_cell_defines_is_told_with_that_cell(loaded: Loaded) -> None:
    handed_in = notebook(START, "def f(v):\n    return two * v", "s = x.sum()\nt = f(s)", "two = 2", "t = f(s)")
    (flag,) = flags(loaded, handed_in, "undefined-name")
    assert flag.cell == 2
    assert str(flag.message) == (
        "Cell 1, line 2, uses `two`, which no cell before it defines, only cell 3 further down."
    )


@pytest.mark.parametrize(
    "cells",
    [
        (START, "s = missing_file\n", "raise NameError(\"name 'invented' is not defined\")"),
        (START, "raise ValueError()\ns = 1", "t = 2 * s"),
        (START, "s = x.sum()\ndel s", "t = 2 * s"),
        (START, "from nowhere import s", "t = 2 * s"),
    ],
)
def test_a_name_that_a_cell_above_would_have_defined_is_not_told(loaded: Loaded, cells: tuple[str, ...]) -> None:
    told = [str(flag.message) for flag in flags(loaded, notebook(*cells), "undefined-name")]
    assert not [message for message in told if "missing_file" not in message]


def seeded(handed_in: Notebook, seed: int) -> Notebook:
    cells = (replace(cell, source=cell.source.replace("SEEDED", str(seed))) for cell in handed_in.cells)
    return replace(handed_in, cells=tuple(cells))


def again(loaded: Loaded, handed_in: Notebook, seed: int) -> Execution:
    return replace(execute(loaded.spec, seeded(handed_in, seed)), purpose="repeat")


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ((START, "s = x.sum() + random.random()\nt = 2 * s"), [("s", 2)]),
        ((START, "s = x.sum()\nt = 2 * s + random.random()"), [("t", 2)]),
        ((START, "s = x.sum()\nt = 2 * s", "print(random.random())"), [(None, 3)]),
        ((START, "s = x.sum()\nt = 2 * s", "print(x)"), []),
        ((START, "s = x.sum()\nt = 2 * s", "import time\nprint(time.time(), random.random())"), []),
        ((START, "s = x.sum() + random.random() * 1e-9\nt = 2 * s", "print(s)"), []),
    ],
)
def test_what_comes_out_differently_each_time_is_told(
    loaded: Loaded, cells: tuple[str, ...], told: list[tuple[str | None, int]]
) -> None:
    handed_in = notebook("import random\nrandom.seed(SEEDED)", *cells)
    first, second = seeded(handed_in, 1), again(loaded, handed_in, 2)
    found = flags(loaded, first, "not-reproducible", second)
    assert [(flag.check, flag.cell) for flag in found] == told
    assert flags(loaded, first, "not-reproducible") == []
