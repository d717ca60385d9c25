import time

import pytest

from grader.notebook import Sought, find_sections
from grader.records import Cell, Notebook

HEADINGS = {"task-1": "Task 1", "task-2": "Task 2"}


def notebook(*cells: str) -> Notebook:
    """Cells by their sources; code where a source begins with `>>>`."""
    return Notebook(
        cells=tuple(
            Cell(index=index, kind="code", source=source[3:].lstrip(" "))
            if source.startswith(">>>")
            else Cell(index=index, kind="markdown", source=source)
            for index, source in enumerate(cells)
        )
    )


def sought(headings: dict[str, str]) -> tuple[Sought, ...]:
    return tuple(Sought(task=task, names=(name,)) for task, name in headings.items())


def cells(*sources: str, headings: dict[str, str] = HEADINGS) -> dict[str, tuple[int, ...] | str]:
    sections = find_sections(notebook(*sources), sought(headings))
    return {section.task: section.cells if section.found == "heading" else "whole" for section in sections}


MARKDOWN = [
    "## Task 1",
    "# Task 1",
    "###### task 1 ######",
    "##Task 1",
    "## TASK 1 - Forward pass",
    "## Task 1: forward",
    "## Task1",
    "## Task-1",
    "## Task 1.",
    "## Task 1 (a)",
    "## **Task 1**",
    "## [Task 1](#task-1)",
    "## <font color='red'>Task 1</font>",
    "## 📝 Task 1",
    "## Task\u00a01",
    "## Ｔａｓｋ　１：forward",
    "## Task&nbsp;1",
    "## T\u200bask 1",
    "Task 1\n======",
    "Task 1: forward\n---",
    "**Task 1**",
    "**Task 1: forward**",
    "**Task 1** forward pass",
    "__Task 1:__ forward",
    "***Task 1***",
    "<h2>Task 1</h2>",
    "<h2 style='color: red'>Task 1: forward</h2>",
    "<H2>\nTask 1\n</H2>",
    "<b>Task 1</b>",
    "<center><strong>Task 1</strong></center>",
    "Task 1",
    "Some words first.\n\n## Task 1\n\nMore words.",
]

NO_HEADINGS = [
    "## Task 10",
    "## Tasks 1 and 2",
    "## Task 1-2",
    "## Subtask 1",
    "## About Task 1",
    "In Task 1 we computed the forward pass.",
    "Task 1 was easier than I thought it would be.",
    "- [Task 1](#task-1)",
    "* Task 1",
    "1. Task 1",
    "| Task 1 | Task 2 |",
    "```\n## Task 1\n```",
    "~~~python\n# Task 1\n```\n# Task 1\n~~~",
    "    ## Task 1",
]


@pytest.mark.parametrize("heading", MARKDOWN)
def test_headings_in_markdown_open_a_section(heading):
    assert cells("intro", heading, ">>> x = 1")["task-1"] == (1, 2)


@pytest.mark.parametrize("text", NO_HEADINGS)
def test_what_is_no_heading_opens_none(text):
    assert cells("intro", text, ">>> x = 1")["task-1"] == "whole"


@pytest.mark.parametrize(
    "source",
    [
        "# Task 1",
        "#Task 1: forward",
        "### TASK 1",
        "# %% Task 1",
        "#%% Task 1",
        "#@title Task 1",
        "# ---- Task 1 ----",
        "\n\n# Task 1",
        "%matplotlib inline\n# Task 1",
        "%%time\n\n# by me\n# Task 1",
        "!pip list\n  # Task 1",
    ],
)
def test_comments_at_the_top_of_a_code_cell_open_a_section(source):
    assert cells(">>> import numpy", f">>> {source}\nx = 1", ">>> y = 2")["task-1"] == (1, 2)


@pytest.mark.parametrize(
    "source",
    [
        "# Task 10",
        "# Tasks 1",
        "x = 1  # Task 1",
        "if x:\n    # Task 1\n    pass",
        "s = '''\n# Task 1\n'''",
        "#!Task 1",
    ],
)
def test_other_comments_open_none(source):
    assert cells(f">>> {source}\nx = 1")["task-1"] == "whole"


@pytest.mark.parametrize(
    "source",
    [
        '"""Task 1"""',
        "'''Task 1: forward'''",
        '"""\nTask 1\n\nforward pass\n"""',
        '"""Task 1\nforward pass"""  # mine',
        'r"""Task 1"""',
        '"Task 1"',
        "# by me\n\n'## Task 1';",
        '"""by me"""\n# Task 1',
        '%matplotlib inline\n"""Task 1"""',
    ],
)
def test_a_string_alone_at_the_top_of_a_code_cell_opens_a_section(source):
    assert cells(">>> import numpy", f">>> {source}\nx = 1", ">>> y = 2")["task-1"] == (1, 2)


@pytest.mark.parametrize(
    "source",
    [
        'x = 1\n"""Task 1"""',
        '"""Task 10"""',
        '"""forward pass\nTask 1"""',
        'title = """Task 1"""',
        '"Task 1".upper()',
        '"""Task 1""".upper()',
        '"""Task 1\n""" + x',
        '"Task 1", x',
        'f"""Task 1"""',
        '"""Task 1',
        '"""by me"""\n"""Task 1"""',
    ],
)
def test_other_strings_open_none(source):
    assert cells(f">>> {source}\nx = 1")["task-1"] == "whole"


def test_comments_beneath_the_string_at_the_top_are_still_at_the_top():
    found = cells(">>> # Task 1\nx = 1", '>>> """\nwords\n"""\n# Task 2\ny = 1', ">>> z = 1")
    assert found == {"task-1": (0,), "task-2": (1, 2)}


def test_the_next_task_closes_a_section():
    assert cells("## Task 1", ">>> a", ">>> b", "## Task 2", ">>> c") == {"task-1": (0, 1, 2), "task-2": (3, 4)}


def test_other_headings_close_nothing():
    assert cells("## Task 1", ">>> a", "## Notes", ">>> b")["task-1"] == (0, 1, 2, 3)


def test_the_same_heading_again_continues_a_section():
    found = cells("## Task 1", ">>> a", "## Task 2", ">>> b", "## Task 1 (again)", ">>> c")
    assert found == {"task-1": (0, 1, 4, 5), "task-2": (2, 3)}


def test_sections_come_in_the_order_of_the_assignment():
    found = find_sections(notebook("## Task 2", ">>> b", "## Task 1", ">>> a"), sought(HEADINGS))
    assert [(section.task, section.cells) for section in found] == [("task-1", (2, 3)), ("task-2", (0, 1))]


def test_a_notebook_without_headings_is_one_section_of_every_task():
    assert cells(">>> a", ">>> b") == {"task-1": "whole", "task-2": "whole"}
    assert find_sections(notebook(">>> a", ">>> b"), sought(HEADINGS))[0].cells == (0, 1)


def test_only_the_task_without_a_heading_has_the_whole_notebook():
    assert cells(">>> a", "## Task 2", ">>> b") == {"task-1": "whole", "task-2": (1, 2)}


def test_a_table_of_contents_opens_nothing():
    contents = "# Contents\n## Task 1\nforward\n## Task 2\nbackward"
    found = cells(contents, ">>> import numpy", "## Task 1", ">>> a", "## Task 2", ">>> b")
    assert found == {"task-1": (2, 3), "task-2": (4, 5)}


def test_a_mention_without_code_is_dropped_where_the_task_has_code_elsewhere():
    assert cells("## Task 1", "## Task 2", ">>> b", "## Task 1", ">>> a") == {"task-1": (3, 4), "task-2": (1, 2)}


def test_a_section_may_have_no_code():
    assert cells("## Task 1", "words", "## Task 2", ">>> b") == {"task-1": (0, 1), "task-2": (2, 3)}


def test_one_cell_with_both_comments_belongs_to_both_tasks():
    assert cells(">>> # Task 1\nx = 1\n# Task 2\ny = 1", ">>> z = 1") == {"task-1": (0,), "task-2": (0, 1)}


def test_a_comment_below_code_keeps_the_cell_in_the_task_before():
    found = cells("## Task 1", ">>> x = 1\n# Task 2: backward\ny = 1", ">>> z = 1")
    assert found == {"task-1": (0, 1), "task-2": (1, 2)}


def test_a_remark_on_an_earlier_task_opens_nothing():
    found = cells("## Task 1", ">>> a = 1", "## Task 2", ">>> b = 1\n# Task 1 values again\nprint(a)", ">>> c")
    assert found == {"task-1": (0, 1), "task-2": (2, 3, 4)}


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("Exercise 2", "### EXERCISE 2: backward"),
        ("Aufgabe 2", "## Aufgabe 2 – Rückwärts"),
        ("과제 2", "## 과제2"),
        ("과제 2", "**과제 2의 풀이**"),
        ("문제 2", "# 문제 2."),
        ("Part B", "## Part B) backward"),
        ("Übung 2", "## U\u0308bung 2"),
    ],
)
def test_assignments_say_what_their_headings_look_like(name, heading):
    assert cells("intro", heading, ">>> x", headings={"t": name})["t"] == (1, 2)


def test_the_longest_name_that_fits_counts():
    found = cells("## Part B bonus", ">>> a", "## Part B", ">>> b", headings={"b": "Part B", "bonus": "Part B bonus"})
    assert found == {"b": (2, 3), "bonus": (0, 1)}


def test_part_b_is_no_part_of_a_word():
    assert cells("## Part Basics", ">>> a", headings={"b": "Part B"})["b"] == "whole"


@pytest.mark.parametrize("piece", ["#", "*", "<", "<b>", "[", " ", '"', '"""', "'\\\\"])
def test_long_lines_take_no_long_time(piece):
    line = piece * 100_000
    started = time.process_time()
    cells(line, f">>> # {line}", f">>> {line}", f">>> {line}\n" * 2, ">>> " + f'"""{piece}\n' * 10_000)
    assert time.process_time() - started < 1
