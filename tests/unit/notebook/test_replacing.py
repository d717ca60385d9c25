"""Values that are replaced when graded: put in where a cell assigns them, with all else left as it was."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.notebook import replace_assigned

TWO = {"EPOCHS": "2"}


@pytest.mark.parametrize(
    ("source", "graded"),
    [
        ("EPOCHS = 100", "EPOCHS = 2"),
        ("EPOCHS=100  # many", "EPOCHS=2  # many"),
        ("EPOCHS: int = 100", "EPOCHS: int = 2"),
        ("batch, EPOCHS = 8, 100\nx = 1", "batch, EPOCHS = 8, 2\nx = 1"),
        ("(a, (EPOCHS, b)) = 1, [100, 3]", "(a, (EPOCHS, b)) = 1, [2, 3]"),
        ("n = EPOCHS = 100", "n = EPOCHS = 2"),
        ("EPOCHS = (\n    50\n    + 50\n)\nprint(EPOCHS)", "EPOCHS = (\n    2\n)\nprint(EPOCHS)"),
        ("if True:\n    EPOCHS = 100", "if True:\n    EPOCHS = 2"),
        ("EPOCHS = 1; EPOCHS = 100", "EPOCHS = 2; EPOCHS = 2"),
        ("%matplotlib inline\nEPOCHS = 100\n!ls", "%matplotlib inline\nEPOCHS = 2\n!ls"),
        ("%time EPOCHS = 100", "%time EPOCHS = 2"),
        ("%%time\nEPOCHS = 100", "%%time\nEPOCHS = 2"),
        ("s = '과제'; EPOCHS = 100; t = '끝'", "s = '과제'; EPOCHS = 2; t = '끝'"),
        # what stays
        ("EPOCHS = 2", "EPOCHS = 2"),
        ("epochs = 100", "epochs = 100"),
        ("def f():\n    EPOCHS = 100", "def f():\n    EPOCHS = 100"),
        ("train(EPOCHS=100)", "train(EPOCHS=100)"),
        ("EPOCHS += 1", "EPOCHS += 1"),
        ("x = 'EPOCHS = 100'  # EPOCHS = 100", "x = 'EPOCHS = 100'  # EPOCHS = 100"),
        ("EPOCHS = = 100", "EPOCHS = = 100"),
        ("%%bash\nEPOCHS=100", "%%bash\nEPOCHS=100"),
        ("*a, EPOCHS = values", "*a, EPOCHS = values"),
    ],
)
def test_a_cell_as_it_is_graded(source: str, graded: str) -> None:
    assert replace_assigned(source, TWO)[0] == graded


def test_what_was_replaced_is_told_as_it_was_written() -> None:
    _, replaced = replace_assigned("EPOCHS = 10 * 10", TWO)
    assert [(each.name, each.before, each.after) for each in replaced] == [("EPOCHS", "10 * 10", "2")]
    assert replace_assigned("EPOCHS = 2", TWO)[1] == ()


@given(st.text(max_size=200))
def test_any_text_goes_through_and_text_without_the_name_is_untouched(source: str) -> None:
    graded, replaced = replace_assigned(source, TWO)
    assert replaced or graded == source


@given(st.lists(st.sampled_from(["EPOCHS = 9", "x = 1", "# EPOCHS = 3", "if x:\n  EPOCHS, y = 1, 2", "s = 'é'"])))
def test_the_other_statements_stay_as_they_are(statements: list[str]) -> None:
    source = "\n".join(statements)
    graded = ast.dump(ast.parse(replace_assigned(source, TWO)[0]))
    wanted = source.replace("EPOCHS = 9", "EPOCHS = 2").replace("EPOCHS, y = 1, 2", "EPOCHS, y = 2, 2")
    assert graded == ast.dump(ast.parse(wanted))
