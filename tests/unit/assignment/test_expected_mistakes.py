"""Authors name mistakes that they expect, with words of their own; one that is none is refused at its line."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from grader.assignment.loading import Loaded, load
from grader.errors import AssignmentError
from grader.marking import mark_submission
from grader.marking.weaknesses import examine
from tests.in_process import execute, notebook

SOURCE = """\
import torch
from grader import Assignment

a = Assignment("a", title="A", points=3)
a.given(x=[[1.0, -2.0], [3.0, 4.0]])
t = a.task("Task 1")


@t.value(points=1)
def p(x):
    return torch.softmax(x, dim=1)


@t.value(points=1)
def top(p):
    return p.max()


@t.function(points=1, cases=[[-1.0, 0.5, 2.0]])
def relu(z):
    return torch.relu(z)


"""
EXPECTED = """\
@a.mistake(p, "Each row is an example: let its probabilities sum to one, not those of {a class}.")
def over_examples(x):
    return torch.softmax(x, dim=0)


@a.mistake(relu, "That is 6 of a kind.")
def relu6(z):
    return torch.clamp(z, 0, 1)


@a.mistake("top", "The smallest is taken.")
def smallest(p, x):
    return p.min()
"""


def loaded(folder: Path, mistakes: str) -> Loaded:
    (folder / "assignment.py").write_text(SOURCE + textwrap.dedent(mistakes), encoding="utf-8")
    return load(folder)


def said(assignment: Loaded, source: str) -> dict[str, list[tuple[str, str]]]:
    code = notebook("import numpy as np\nx = np.array([[1.0, -2.0], [3.0, 4.0]])\n" + source)
    grade = mark_submission(assignment.spec, assignment.reference, code, (execute(assignment.spec, code),))
    return {check.id: [(each.code, str(each.message)) for each in check.diagnoses] for check in grade.checks}


def test_the_authors_words_are_said_word_by_word_in_place_of_ours(tmp_path: Path) -> None:
    assignment = loaded(tmp_path, EXPECTED)
    found = said(assignment, "p = np.exp(x) / np.exp(x).sum(axis=0)\ntop = p.max()")
    words = "Each row is an example: let its probabilities sum to one, not those of {a class}."
    assert found["p"] == [("authors", words)]


def test_validate_counts_them(tmp_path: Path) -> None:
    with_them, without = loaded(tmp_path, EXPECTED), loaded(tmp_path, "")
    counted, before = (examine(each.spec, each.reference) for each in (with_them, without))
    assert counted.tried == before.tried + 3
    unseen = """
    @a.mistake(relu, "Negative numbers above minus one are kept.")
    def leaky(z):
        return torch.where(z > -1, z, torch.zeros(()))
    """
    found = examine(*(lambda each: (each.spec, each.reference))(loaded(tmp_path, unseen)))
    (weakness,) = [each for each in found.unseen if each.mistake.startswith("Negative")]
    assert (weakness.quantity, weakness.line) == ("relu", SOURCE.count("\n") + 3)


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        ('@a.mistake(p, "Wrong.")\ndef q(x):\n    return torch.exp(x) / torch.exp(x).sum(1, True)', "is none"),
        ('@a.mistake("relu", "Wrong.")\ndef q(z):\n    return z.clamp(min=0)', "is none"),
        ('@a.mistake("pp", "Wrong.")\ndef q(x):\n    return x', "'pp', which is no quantity"),
        ('@a.mistake(p, "Wrong.")\ndef q(y):\n    return y', "parameter 'y'"),
        ('@a.mistake(p, "Wrong.")\ndef q(top):\n    return top', "parameter 'top'"),
        ('@a.mistake("relu", "Wrong.")\ndef q(x):\n    return x', "parameter 'x'"),
        ('@a.mistake(p, "Wrong.")\ndef q(x):\n    return x @ torch.ones(3)', "raised RuntimeError"),
        ('@a.mistake(relu, "Wrong.")\ndef q(z):\n    return z @ torch.ones(7)', "called with case 1, raised"),
        ('@a.mistake(p, "")\ndef q(x):\n    return x', "says is ''"),
        ('@a.mistake(3, "Wrong.")\ndef q(x):\n    return x', "names no quantity"),
    ],
)
def test_what_is_no_mistake_is_refused_with_its_line(tmp_path: Path, mistake: str, message: str) -> None:
    with pytest.raises(AssignmentError, match=message) as refused:
        loaded(tmp_path, mistake)
    assert SOURCE.count("\n") < (refused.value.line or 0) <= SOURCE.count("\n") + 3
    assert refused.value.remedy
