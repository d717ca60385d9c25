"""An outline says what marking goes by, and why a heading doesn't count."""

from __future__ import annotations

import pytest

from grader.notebook import Heading, Sought, find_sections, outline
from grader.records import Cell, Notebook

TASKS = (
    Sought(task="task-1", names=("Task 1", "Warm-up"), variables=(("a",),)),
    Sought(task="task-2", names=("Task 2",), variables=(("b",),)),
)


def notebook(*sources: str, tags: tuple[str, ...] = ()) -> Notebook:
    cells = [
        Cell(
            index=index,
            kind="code" if source.startswith(">>>") else "markdown",
            source=source[source.startswith(">>>") * 3 :],
        )
        for index, source in enumerate(sources)
    ]
    return Notebook(cells=(*cells, Cell(index=len(cells), kind="code", source="a = b = 1", tags=tags)))


def headings(book: Notebook, tasks: tuple[Sought, ...] = TASKS) -> list[Heading]:
    return list(outline(book, tasks).headings)


def test_what_opens_a_section_is_told_with_its_line_and_form() -> None:
    taken = headings(notebook("Some words come first.\n\n## **Task 1** forward", ">>>a = 1\n# Task 2\nb = 2"))
    assert [(each.cell, each.line, each.kind, each.task, each.form, each.taken) for each in taken] == [
        (0, 3, "heading", "task-1", "name", True),
        (1, 2, "comment", "task-2", "name", True),
    ]
    assert headings(notebook("## Warm-up"))[0].name == "Warm-up"
    assert headings(notebook("## Aufgabe 1: vorwärts"))[0].name == "aufgabe 1"


def test_lines_below_a_string_at_the_top_keep_their_numbers() -> None:
    (found, _) = headings(notebook('>>>"""\nTask 1\n\nforward\n"""\na = 1\n# Task 2\nb = 2'))
    assert found.line == 1
    assert headings(notebook('>>>"""\nTask 1\n\nforward\n"""\na = 1\n# Task 2\nb = 2'))[1].line == 7


@pytest.mark.parametrize(
    ("sources", "form"),
    [
        (["## Task I"], "spelling"),
        (["## Aufgabe 1"], "other-word"),
        (["## 1.", ">>>a = 1", "## 2."], "number"),
        (["## Part A", ">>>a = 1", "## Part B"], "letter"),
    ],
)
def test_forms_are_told(sources: list[str], form: str) -> None:
    book = notebook(*sources[:-1], sources[-1])
    tasks = tuple(Sought(task=each.task, names=each.names) for each in TASKS)
    assert [each.form for each in headings(book, tasks) if each.taken] == [form] * len(sources[::2])


def test_tags_and_grade_ids_are_told() -> None:
    (found,) = headings(notebook(">>>x = 1", tags=("hide", "task-1")))
    assert (found.cell, found.line, found.kind, found.form, found.taken) == (1, 0, "tag", "tag", True)


@pytest.mark.parametrize(
    ("sources", "text", "why"),
    [
        (["## Task 1", "## Exercise 2"], "Exercise 2", "there are surer headings in this notebook"),
        (["## Task 1", "## Notes"], "Notes", "it names no task"),
        (["## Task 1", "## Task 7"], "Task 7", "there are surer headings in this notebook"),
        (["## Question 1", ">>>a = 1", "## Question 7"], "Question 7", "they go on to 7, and the tasks to 2"),
        (["## Question 2", ">>>b = 1", "## Question 1"], "Question 1", "they don't come in the order of"),
        (["## 1. Load"], "1. Load", "they don't number exactly the assignment's tasks"),
        (
            [">>>a = 1", "## Question 1", "words", "## Question 2"],
            "Question 1",
            "there is no code for task-1 below them",
        ),
        (["## Question 1", ">>>b = 1\na = 1", "## Question 2", ">>>x = 1"], "Question 2", ""),
        (["# Homework 1", "## Problem 1", ">>>a = 1", "## Problem 2", ">>>b = 1"], "Homework 1", "one heading with"),
        (["# Homework 1", "## Problem 1", ">>>x = 1", "## Problem 7"], "Problem 7", "they go on to 7"),
        (["## Part 1"], "Part 1", "one heading with 'part' alone says too little"),
        (
            ["## Task 1", ">>>x = 1\n# Task 1 values again"],
            "Task 1 values again",
            "it is a remark on a task that is open",
        ),
        (["## Task 1\n## Task 2", "## Task 1", "x", "## Task 2"], "Task 1", "it is one of a list of tasks"),
        (["## Exercise 1\n## Exercise 2"], "Exercise 1", "its cell names several tasks at once"),
        ([">>>x = 1\n# Exercise 1"], "Exercise 1", "it stands below other code, or in a list"),
    ],
)
def test_why_a_heading_does_not_count_is_told(sources: list[str], text: str, why: str) -> None:
    found = next(each for each in headings(notebook(*sources)) if each.text == text)
    assert found.taken is (not why)
    assert found.why.startswith(why)


def test_a_variable_that_is_assigned_elsewhere_is_named() -> None:
    book = notebook(">>>b = 1", "## Question 1", ">>>a = 1", "## Question 2", ">>>x = 1", ">>># end")
    tasks = (TASKS[0], Sought(task="task-2", names=("Task 2",), variables=(("c", "b"),)))
    book = Notebook(cells=book.cells[:-1])
    why = {each.why for each in headings(book, tasks) if not each.taken}
    assert why == {"c of task-2 is assigned elsewhere, in cell 0"}


def test_without_tasks_all_that_looks_like_a_heading_is_told() -> None:
    found = headings(
        notebook("# Perceptron", "## Aufgabe 2 b", ">>># 3. load\n# words\nx = 1", tags=("q4", "hide")), ()
    )
    assert [(each.text, each.name, each.why, each.taken) for each in found] == [
        ("Perceptron", "", "", False),
        ("Aufgabe 2 b", "aufgabe 2", "", False),
        ("3. load", "3", "", False),
        ("q 4", "q 4", "", False),
    ]


def test_the_outline_has_the_sections_that_marking_goes_by() -> None:
    book = notebook("## Exercise 1", ">>>a = 1", "## Exercise 2")
    assert outline(book, TASKS).sections == find_sections(book, TASKS)


def test_what_is_told_of_a_long_heading_is_bounded() -> None:
    (found,) = headings(notebook("## Task 1 " + "x" * 10_000))
    assert len(found.text) <= 200
