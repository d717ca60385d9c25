"""Below `reveal="values"`, a student's file holds nothing of the reference: no number, difference, ratio or shape."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pytest

from tests.command_line import grader, write_assignment, write_notebook

ASSIGNMENT = '''
import torch
from grader import Assignment

secret = Assignment("secret", title="Secret numbers", points=7)
secret.given(x=[1.2345678, 9.8765432, 5.5512345])
only = secret.task("Task 1", title="Numbers")


@only.value(points=1)
def squares(x):
    """Every element squared."""
    return x**2


@only.value(points=1)
def total(x):
    """The sum of the squares."""
    return (x**2).sum()


@only.value(points=1)
def table(x):
    """All products."""
    return x[:, None] * x


@only.value(points=1)
def printed(x):
    """The product of all."""
    return x.prod()


@only.value(points=1)
def grid(squares):
    """The squares in columns."""
    return squares[:, None] * torch.tensor([1.0, 3.0])


@only.value(points=1)
def pair(x):
    """Two arrays by name."""
    return {"first": x + 1, "second": x * 7}


@only.function(points=1, cases=[([1.2345678, 9.8765432],)])
def cubed(v):
    """The cubes."""
    return v**3
'''
WRONG = """squares = [2.0, 3.0, 4.0]
total = 7.0
table = [[1.0, 2.0], [3.0, 4.0]]
print('printed: 77.7')
grid = [[2.0, 5.0], [3.0, -50.0], [0.75, -900.0]]
pair = {"first": [9.0, 8.0, 7.0], "second": [0.5, 0.25, -1.0]}

def cubed(v):
    return [2.5, -4.5]
"""
X = np.array([1.2345678, 9.8765432, 5.5512345])
GIVEN = {
    "squares": (np.array([2.0, 3.0, 4.0]), X**2),
    "total": (np.array(7.0), (X**2).sum()),
    "printed": (np.array(77.7), X.prod()),
    "grid": (np.array([[2.0, 5.0], [3.0, -50.0], [0.75, -900.0]]), (X**2)[:, None] * [1, 3]),
    "first": (np.array([9.0, 8.0, 7.0]), X + 1),
    "second": (np.array([0.5, 0.25, -1.0]), X * 7),
    "cubed": (np.array([2.5, -4.5]), X[:2] ** 3),
}
OTHER = ASSIGNMENT.replace("1.2345678", "2.7182818").replace("9.8765432", "8.1415927").replace("5.5512345", "4.6692016")


def secrets() -> set[str]:
    """Every expected number, difference and ratio, to four significant digits."""
    numbers = list((X[:, None] * X).ravel())
    for given, expected in GIVEN.values():
        numbers += [*np.ravel(expected), *np.ravel(given - expected), *np.ravel(given / expected)]
        numbers += [*np.ravel(expected / given), *np.ravel(abs(given - expected) / expected)]
    return {f"{abs(number):#.4g}".rstrip(".") for number in numbers}


def numbers_in(text: str) -> set[str]:
    """All numbers in a page's text and attributes, to four significant digits."""
    found = re.findall(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?", text)
    return {f"{abs(float(number)):#.4g}".rstrip(".") for number in found if "." in number or len(number) > 3}


Pages = Mapping[tuple[str, str], str]
"""A student's page, by how much it reveals and whose right numbers those are."""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """The page of a hand-in that is wrong in everything, by two references that differ in their numbers."""
    folder = tmp_path_factory.mktemp("reveal")
    write_notebook(folder / "class" / "amara.ipynb", (WRONG,))
    made = {}
    for whose, source in (("ours", ASSIGNMENT), ("others", OTHER)):
        write_assignment(folder / "reference", source)
        for reveal in ("places", "marks", "values"):
            command = ("grade", "class", "--reference", "reference", "--out", whose, "--reveal", reveal)
            process = grader(*command, cwd=folder)
            assert process.returncode == 0, process.stderr
            text = (folder / whose / "feedback" / "amara.html").read_text(encoding="utf-8")
            made[reveal, whose] = re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
    return made


def test_a_students_page_tells_nothing_of_the_reference_unless_it_is_told_to(pages: Pages) -> None:
    for reveal in ("places", "marks"):
        text = pages[reveal, "ours"]
        assert not numbers_in(text) & secrets(), reveal
        assert not re.search(r"\(3, 3\)|3×3|3 × 3|1e-0?7|1\.3e-0?6", text), reveal
        assert "0 of 7" in text
        assert text.count('role="img"') == {"places": 6, "marks": 0}[reveal], "pictures are there, or none at all"
    told = numbers_in(pages["values", "ours"]) & secrets()
    assert {f"{number:#.4g}" for number in X**2} <= told, "the test can see what it looks for"


@pytest.mark.parametrize(("reveal", "same"), [("places", True), ("marks", True), ("values", False)])
def test_a_students_page_is_the_same_whatever_the_right_numbers_are(reveal: str, same: bool, pages: Pages) -> None:
    """Nothing of them is in a word, a coordinate or a colour."""
    one, other = (re.sub(r"\d+\.\d seconds", "", pages[reveal, whose]) for whose in ("ours", "others"))
    assert (one == other) is same
