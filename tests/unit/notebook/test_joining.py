"""Several files that are one notebook."""

from __future__ import annotations

import pytest

from grader.notebook import Part, Sought, find_sections, join, tasks_of
from grader.notebook.joining import EMPTIED
from grader.records import Cell, Notebook

TASKS = [Sought(task=f"t{number}", names=(f"Task {number}",)) for number in (1, 2, 3)]


def notebook(*sources: str, repairs: tuple[str, ...] = ()) -> Notebook:
    cells = [
        Cell(index=index, kind="markdown" if source.startswith("## ") else "code", source=source, execution_count=index)
        for index, source in enumerate(sources)
    ]
    return Notebook(cells=tuple(cells), repairs=repairs)


def test_each_file_begins_a_section_of_its_own_in_an_empty_namespace() -> None:
    first = Part(name="task1.ipynb", heading="Task 1", notebook=notebook("import os", "## Task 1", "x = 1"))
    second = Part(
        name="task2.ipynb", heading="Task 2", notebook=notebook("import os", "## Task 2", "x = 2", repairs=("Mended.",))
    )
    joined = join([first, second])
    assert [cell.source for cell in joined.code_cells] == ["import os", "x = 1", EMPTIED, "import os", "x = 2"]
    assert [cell.index for cell in joined.cells] == list(range(len(joined.cells)))
    assert len({cell.id for cell in joined.cells}) == len(joined.cells)
    one, two = find_sections(joined, TASKS[:2])
    sources = [{joined.cells[index].source for index in section.cells} for section in (one, two)]
    assert "x = 1" in sources[0]
    assert EMPTIED not in sources[0]
    assert {EMPTIED, "x = 2"} <= sources[1]
    assert "task1.ipynb, task2.ipynb" in joined.repairs[0]
    assert joined.repairs[1] == "task2.ipynb: Mended."


def test_counts_of_runs_go_on_from_file_to_file() -> None:
    parts = [Part(name=f"{n}.ipynb", heading=f"Task {n}", notebook=notebook("", "x = 1", "x = 2")) for n in (1, 2)]
    counts = [cell.execution_count for cell in join(parts).code_cells if cell.execution_count]
    assert counts == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("sources", "name", "tasks"),
    [
        (("## Task 1", "x = 1", "## Task 3"), "hw.ipynb", ("t1", "t3")),
        (("# Task 2\nx = 1",), "task1.ipynb", ("t2",)),
        (("x = 1",), "task1.ipynb", ("t1",)),
        (("x = 1",), "hw3_Task-2_final.ipynb", ("t2",)),
        (("x = 1",), "homework.ipynb", ()),
        (("x = 1",), "task10.ipynb", ()),
    ],
)
def test_tasks_are_known_by_headings_and_else_by_the_files_name(
    sources: tuple[str, ...], name: str, tasks: tuple[str, ...]
) -> None:
    assert tasks_of(notebook(*sources), name, TASKS) == tasks
