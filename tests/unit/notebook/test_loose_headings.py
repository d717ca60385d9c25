"""Headings that aren't the assignment's own: taken for what they are, and never at the cost of a right hand-in."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader.notebook import Sought, find_sections
from grader.records import Cell, Notebook

TASKS = (
    Sought(task="task-1", names=("Task 1",), variables=(("a",),)),
    Sought(task="task-2", names=("Task 2",), variables=(("b",),)),
)
A, B = ">>>a = 1", ">>>b = 2"


def notebook(*sources: str, tags: dict[int, str] | None = None, ids: dict[int, str] | None = None) -> Notebook:
    """Cells by their sources; code where a source begins with `>>>`."""
    return Notebook(
        cells=tuple(
            Cell(
                index=index,
                kind="code" if source.startswith(">>>") else "markdown",
                source=source.removeprefix(">>>"),
                tags=(tags[index],) if tags and index in tags else (),
                grade_id=(ids or {}).get(index, ""),
            )
            for index, source in enumerate(sources)
        )
    )


def found(book: Notebook, tasks: tuple[Sought, ...] = TASKS) -> dict[str, tuple[int, ...] | str]:
    sections = find_sections(book, tasks)
    return {section.task: section.cells if section.found == "heading" else "whole" for section in sections}


def cells(*sources: str, tasks: tuple[Sought, ...] = TASKS) -> dict[str, tuple[int, ...] | str]:
    return found(notebook(*sources), tasks)


BOTH = {"task-1": (0, 1), "task-2": (2, 3)}
NEITHER = {"task-1": "whole", "task-2": "whole"}


@pytest.mark.parametrize(
    "headings",
    [
        ("Task I", "Task II"),
        ("Task one", "Task two: backward"),
        ("Task 1a", "Task 2a"),
        ("Task 1.1", "Task 2.1 Loss"),
        ("Task 1 (a)", "Task 2 (a)"),
        ("Task ❶", "Task ②"),
        ("Task 1️⃣", "Task 2️⃣"),
        ("Exercise 1", "EXERCISE 2: backward"),
        ("Question 1", "Question #2"),
        ("Question No. 1", "Question No. 2"),
        ("Problem 1", "Problem 2 (10 points)"),
        ("Assignment 1", "Assignment 2"),
        ("Part 1", "Part 2 - backward"),
        ("Part I", "Part II"),
        ("Ex. 1", "Exercise 2"),
        ("Q1", "Q2: backward"),
        ("First task", "Second task"),
        ("1st exercise", "2nd exercise"),
        ("Exercise 1", "Question 2"),
        ("Aufgabe 1", "Aufgabe 2 – rückwärts"),
        ("Übung 1", "Ubung 2"),
        ("Aufgabe Nr. 1", "Aufgabe Nr. 2"),
        ("1. Aufgabe", "2. Aufgabe: rückwärts"),
        ("Aufgabe eins", "Aufgabe zwei"),
        ("Exercice 1", "Exercice n° 2"),
        ("Ejercicio 1", "Ejercicio 2"),
        ("Tarea uno", "Tarea dos"),
        ("Exercício 1", "Exercicio 2"),
        ("Questão 1", "2ª questão"),
        ("Esercizio 1", "Esercizio 2"),
        ("Opdracht 1", "Opdracht 2"),
        ("Uppgift 1", "Uppgift 2"),
        ("Zadanie 1", "Zadanie 2"),
        ("1. feladat", "2. feladat"),
        ("1. Soru", "Soru 2"),
        ("Задание 1", "Задача №2"),
        ("Άσκηση 1", "Άσκηση 2"),
        ("תרגיל 1", "תרגיל 2"),
        ("السؤال ١", "السؤال ٢"),
        ("प्रश्न 1", "प्रश्न २"),
        ("과제 1", "과제2"),
        ("문제 1", "문제 2. 역전파"),
        ("문제 1-1", "문제 2-1"),
        ("제1과제", "제 2 과제"),
        ("1번 문제", "2번 문제"),
        ("问题1", "问题二：反向"),
        ("第一题", "第二题 反向"),
        ("任務 1", "任務 2"),
        ("課題１", "課題２"),
        ("問1", "問2 逆伝播"),
        ("第1問", "第2問"),
        ("Câu 1", "Bài tập 2"),
        ("Soal 1", "Soal 2"),
        ("ข้อ 1", "ข้อ 2"),
        ("Lab 3: Task 1", "Lab 3: Task 2"),
        ("HW3 Q1", "HW3 Q2"),
        ("1. Task 1", "2. Task 2"),
        ("2. Task 1", "3. Task 2"),
        ("1. Forward", "2. Backward"),
        ("1)", "2)"),
        ("(1) forward", "(2) backward"),
        ("1", "2"),
        ("I. Forward", "II. Backward"),
        ("一、正向", "二、反向"),
        ("1번", "2번"),
        ("Part A", "Part B"),
        ("Teil A: vorwärts", "Teil B: rückwärts"),
    ],
)
def test_other_forms_open_sections(headings: tuple[str, str]) -> None:
    first, second = headings
    assert cells(f"## {first}", A, f"## {second}", B) == BOTH
    assert cells(f"**{first}**", A, f"<h3>{second}</h3>", B) == BOTH
    assert cells(f">>># {first}\na = 1", ">>>print(a)", f">>># {second}\nb = 2", ">>>print(b)") == BOTH


@pytest.mark.parametrize(
    "headings",
    [
        ("Tasks 1 and 2", "Notes"),
        ("Task 1-2", "Notes"),
        ("Question about a", "Problem statement"),
        ("Task a is simple", "Task b is not"),
        ("1. Load", "1. Run"),
        ("2. Load", "1. Run"),
        ("1. Load", "3. Run"),
        ("2 layers", "1 loss"),
        ("2024", "2025"),
        ("Part I did", "Part V did"),
        ("Homework 1", "Notes"),
        ("Part 1", "Notes"),
        ("Q1", "Notes"),
        ("Part B", "Part C"),
        ("Question 1", "Question 7"),
        ("Exercise 2", "Exercise 1"),
        ("q1 = a", "q2 = b"),
        ("問題一覧", "문제 이해"),
    ],
)
def test_what_is_not_certain_opens_none(headings: tuple[str, str]) -> None:
    first, second = headings
    assert cells(f"## {first}", A, f"## {second}", B) == NEITHER
    assert cells(f">>># {first}\na = 1", f">>># {second}\nb = 2") == NEITHER


@pytest.mark.parametrize("loose", ["Question 2", "Aufgabe 2", "2. Load the data", "2)", "Part B", "Exercise II", "Q2"])
def test_a_looser_form_steals_nothing_where_there_is_a_task_of_its_own_name(loose: str) -> None:
    assert cells("## Task 1", f"## {loose}", A, "## Task 2", B) == {"task-1": (0, 1, 2), "task-2": (3, 4)}
    assert cells("## Task 1", A, f">>># {loose}\nb = 2") == {"task-1": (0, 1, 2), "task-2": "whole"}


@pytest.mark.parametrize("spelt", ["Task II", "Task two", "Task 2a", "Task 2.1"])
def test_another_numeral_or_a_part_counts_where_its_task_has_no_heading_of_its_own(spelt: str) -> None:
    assert cells("## Task 1", A, f"## {spelt}", B) == BOTH
    assert cells("## Task 1", f"## {spelt}", A, "## Task 2", B) == {"task-1": (0, 1, 2), "task-2": (3, 4)}


def test_numbered_lists_and_comments_below_code_are_no_headings() -> None:
    assert cells("1. forward\n2. backward", A, "2. backward\n---", B) == NEITHER
    assert cells(">>>a = 1\n# 1. forward\na", ">>>b = 2\n# 2. backward\nb") == NEITHER
    assert cells(">>># 1. load\n# 2. run\na = 1", ">>># 1. again\n# 2. again\nb = 2") == NEITHER
    assert cells("## Exercise 1\n## Exercise 2", A, B) == NEITHER


def test_questions_that_have_no_code_are_no_tasks() -> None:
    assert cells(A, B, "## Question 1\nWhy?", "## Question 2\nHow?") == NEITHER


def test_numbers_that_part_a_variable_from_its_task_are_no_tasks() -> None:
    by_version = (
        Sought(task="task-1", names=("Task 1",), variables=(("a_t",), ("a_n",))),
        Sought(task="task-2", names=("Task 2",), variables=(("b_t",), ("b_n",))),
    )
    code = ("## Part 1: PyTorch", ">>>a_t = b_t = 1", "## Part 2: NumPy", ">>>a_n = b_n = 1")
    assert cells(*code, tasks=by_version) == NEITHER
    assert cells("## 1. Imports", ">>>import numpy", "## 2. All of it", ">>>a = b = 1") == NEITHER


def test_a_number_alone_needs_the_last_assignment_in_its_section() -> None:
    assert cells("## Exercise 1", A, "## Exercise 2", B, ">>>a = 3")["task-1"] == (0, 1)
    assert cells("## 1. Start", A, "## 2. Finish", B, ">>>a = 3") == NEITHER


def test_the_word_that_counts_up_is_the_tasks() -> None:
    book = ("# Homework 1", "## Question 1", A, "## Question 2", B)
    assert cells(*book) == {"task-1": (1, 2), "task-2": (3, 4)}
    nested = ("## Part 1", "### Question 1", A, "### Question 2", "## Part 2", "### Question 1", B)
    assert cells(*nested) == {"task-1": (0, 1, 2, 3), "task-2": (4, 5, 6)}


def test_what_comes_after_the_tasks_is_borne_where_their_variables_vouch_for_them() -> None:
    book = ("## Exercise 1", A, "## Exercise 2", B, "## Exercise 3: discussion", ">>>print(a, b)")
    assert cells(*book) == {"task-1": (0, 1), "task-2": (2, 3, 4, 5)}
    questions = ("## Question 1", A, "## Question 2", ">>>x = 1", "## Question 3", B)
    assert cells(*questions) == NEITHER
    printed = ("## Question 1", ">>>print(1)", "## Question 2", ">>>print(2)", "## Question 3", ">>>print(3)")
    assert cells(*printed) == NEITHER


def test_two_languages_in_one_cell_are_one_heading() -> None:
    book = ("## Aufgabe 1\n## Exercise 1", A, "## Aufgabe 2\n## Exercise 2", B)
    assert cells(*book) == BOTH


def test_words_that_contradict_each_other_open_nothing() -> None:
    assert cells("## Exercise 1", "## Problem 1", A, "## Problem 2", "## Exercise 2", B) == NEITHER


LETTERED = tuple(
    Sought(task=name.replace(" ", "-").lower(), names=(name,), variables=((variable,),))
    for name, variable in (("Part A", "a"), ("Part B", "b"))
)


@pytest.mark.parametrize("headings", [("Part A", "Part B"), ("Teil A", "Teil B"), ("Part 1", "Part 2"), ("1.", "2.")])
def test_parts_with_letters_are_tasks_where_the_assignment_says_so(headings: tuple[str, str]) -> None:
    book = (f"## {headings[0]}", A, f"## {headings[1]}", B)
    assert cells(*book, tasks=LETTERED) == {"part-a": (0, 1), "part-b": (2, 3)}


PARTS = tuple(
    Sought(task=name, names=(name,), variables=((variable,),))
    for name, variable in (("Task 1", "a"), ("Task 2 (a)", "b"), ("Task 2 (b)", "c"))
)
C = ">>>c = 3"


@pytest.mark.parametrize(
    "headings",
    [
        ("Task 2 (a)", "Task 2 (b)"),
        ("Task 2a", "Task 2b"),
        ("Task 2 a)", "Task 2 b)"),
        ("Task 2.1", "Task 2.2"),
        ("Task 2 part a", "Task 2, part b"),
        ("Task II (i)", "Task II (ii)"),
        ("Task 2", "(b) gradient"),
        ("Task 2", "b) gradient"),
    ],
)
def test_parts_may_be_tasks_of_their_own(headings: tuple[str, str]) -> None:
    book = ("## Task 1", A, f"## {headings[0]}", B, f"### {headings[1]}", C)
    assert cells(*book, tasks=PARTS) == {"Task 1": (0, 1), "Task 2 (a)": (2, 3), "Task 2 (b)": (4, 5)}


def test_parts_belong_to_their_task_where_they_are_none_themselves() -> None:
    book = ("## Task 1", A, "## Task 2 (a)", B, "## Task 2 (b)", C)
    assert cells(*book) == {"task-1": (0, 1), "task-2": (2, 3, 4, 5)}
    assert cells("## Exercise 1", A, "## Exercise 2a", B, "## Exercise 2b", C)["task-2"] == (2, 3, 4, 5)


def test_an_undeclared_part_is_not_another_part() -> None:
    book = ("## Task 1", A, "## Task 2b", C, "## Task 2c", B)
    assert cells(*book, tasks=PARTS)["Task 2 (a)"] == "whole"


@pytest.mark.parametrize("tag", ["task-{}", "task{}", "grader:task-{}", "Task_{}", "grader: q{}", "exercise-{}", "q{}"])
def test_tags_and_grade_ids_are_headings(tag: str) -> None:
    marks = {0: tag.format(1), 2: tag.format(2)}
    book = (">>>a = 1", ">>>print(a)", ">>>b = 2", ">>>print(b)")
    assert found(notebook(*book, tags=marks)) == BOTH
    assert found(notebook(*book, ids=marks)) == BOTH


@pytest.mark.parametrize("ids", [("ex1-part-a", "ex2-part-b"), ("task1_solution", "task2_tests"), ("Q1a", "Q2b")])
def test_grade_ids_may_name_parts_and_purposes(ids: tuple[str, str]) -> None:
    book = (">>>a = 1", ">>>print(a)", ">>>b = 2", ">>>print(b)")
    assert found(notebook(*book, ids={0: ids[0], 2: ids[1]})) == BOTH


def test_a_copied_tag_takes_nothing_from_a_heading() -> None:
    book = notebook("## Task 1", A, "## Task 2", B, tags={1: "task-1", 3: "task-1"})
    assert found(book) == BOTH
    assert found(notebook(A, ">>>x = 1", B, tags={0: "task-1", 1: "task-2", 2: "task-1"})) == NEITHER


def test_ids_that_nbgrader_made_up_say_nothing() -> None:
    assert found(notebook(A, B, ids={0: "cell-1a2b3c", 1: "cell-2f3e4d"})) == NEITHER
    assert found(notebook(A, B, tags={0: "parameters", 1: "1"})) == NEITHER


def test_a_tag_fills_in_for_a_heading_that_is_missing() -> None:
    assert found(notebook("## Task 1", A, "## Backward", B, tags={2: "task-2"})) == BOTH


def test_all_names_of_a_task_are_its_own() -> None:
    tasks = (
        Sought(task="task-1", names=("Task 1", "Forward pass"), variables=()),
        Sought(task="task-2", names=("Task 2", "Backprop", "Station 2"), variables=()),
    )
    assert cells("## Forward pass", A, "## Backprop", B, tasks=tasks) == BOTH
    assert cells("## Task 1", A, "## Backprop: gradients", B, tasks=tasks) == BOTH
    assert cells("## Task 1", A, "## Station II", B, tasks=tasks) == BOTH


def test_tasks_without_a_number_are_found_by_name_alone() -> None:
    tasks = (Sought(task="f", names=("Forward",)), Sought(task="b", names=("Backward",)))
    assert cells("## 1.", A, "## 2.", B, tasks=tasks) == {"f": "whole", "b": "whole"}
    assert cells("## Forward", A, "## Exercise 2", B, tasks=tasks) == {"f": (0, 1, 2, 3), "b": "whole"}


words = st.sampled_from(
    ["Task", "Exercise", "Question", "Part", "Aufgabe", "과제", "問", "Q", "Homework", "", "Lab 3:", "2. Task", "Note"]
)
ordinals = st.sampled_from(
    ["1", "2", "3", "I", "II", "two", "B", "2a", "2 (a)", "2.1", "１", "②", "1.", "2)", "10", ""]
)
titles = st.builds(lambda word, ordinal: f"{word} {ordinal}".strip(), words, ordinals) | st.text(max_size=20)
lines = st.builds(lambda mark, title: mark + title, st.sampled_from(["## ", "# ", "**", "", "<b>", "1. "]), titles)
assignments = st.sampled_from(["a = 1", "b = 2", "a = b = 3", "x = 1", "print(a)", ""])
code = st.builds(lambda line, statement: f">>>{line}\n{statement}", lines | st.just(""), assignments)
sources = st.lists(code | lines, min_size=1, max_size=8)
some_tasks = st.sampled_from([TASKS, LETTERED, PARTS])


@given(sources, some_tasks)
@example(["## Exercise 1", "## 1.", ">>>", "## Exercise 2"], TASKS)
def test_any_notebook_has_one_section_a_task_in_order(texts: list[str], tasks: tuple[Sought, ...]) -> None:
    book = notebook(*texts)
    sections = find_sections(book, tasks)
    assert [section.task for section in sections] == [task.task for task in tasks]
    for section in sections:
        assert list(section.cells) == sorted(set(section.cells))
        assert set(section.cells) <= {cell.index for cell in book.cells}
        if section.found == "whole":
            assert section.cells == tuple(range(len(texts)))
    assert find_sections(book, tasks) == sections


@given(st.lists(titles, min_size=1, max_size=6), some_tasks)
def test_sections_are_disjoint_where_each_cell_has_one_heading(texts: list[str], tasks: tuple[Sought, ...]) -> None:
    """One heading a cell names one task at most, so that no cell is in two sections."""
    headings = ["## " + " ".join(text.split()) for text in texts]
    sections = find_sections(notebook(*(cell for text in headings for cell in (text, ">>>x = 1"))), tasks)
    covered = [index for section in sections if section.found == "heading" for index in section.cells]
    assert len(covered) == len(set(covered))


exact = st.lists(
    st.sampled_from(["## Task 1", "## Task 2", A, B, ">>># Task 1\na = 1", "words"]), min_size=1, max_size=6
)
loose_titles = titles.filter(lambda title: "task" not in title.casefold())


@given(exact, st.lists(st.tuples(st.integers(0, 5), loose_titles), max_size=4))
def test_looser_forms_change_nothing_where_a_task_has_a_heading(texts: list[str], added: list[tuple[int, str]]) -> None:
    if not any("Task" in text for text in texts):
        texts = ["## Task 1", *texts]
    with_loose = list(texts)
    for place, title in added:
        index = place % len(texts)
        line = "# " + " ".join(title.split())
        code_cell = with_loose[index].startswith(">>>")
        with_loose[index] = f">>>{line}\n{with_loose[index][3:]}" if code_cell else f"{with_loose[index]}\n\n{line}"
    assert cells(*with_loose) == cells(*texts)
