"""Below `reveal="values"`, a student's file holds nothing of the reference: no number, difference, ratio or shape."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from tests.command_line import grader, write_assignment, write_notebook

ASSIGNMENT = '''
from grader import Assignment

secret = Assignment("secret", title="Secret numbers", points=4)
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
'''
WRONG = "squares = [2.0, 3.0, 4.0]\ntotal = 7.0\ntable = [[1.0, 2.0], [3.0, 4.0]]\nprint('printed: 77.7')"
X = np.array([1.2345678, 9.8765432, 5.5512345])
GIVEN = {
    "squares": (np.array([2.0, 3.0, 4.0]), X**2),
    "total": (np.array(7.0), (X**2).sum()),
    "printed": (np.array(77.7), X.prod()),
}


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


def page(tmp_path: Path, reveal: str) -> str:
    process = grader(*("grade", "class", "--reference", "reference", "--out", "out", "--reveal", reveal), cwd=tmp_path)
    assert process.returncode == 0, process.stderr
    text = (tmp_path / "out" / "feedback" / "amara.html").read_text(encoding="utf-8")
    return re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)


def test_a_students_page_tells_nothing_of_the_reference_unless_it_is_told_to(tmp_path: Path) -> None:
    write_assignment(tmp_path / "reference", ASSIGNMENT)
    write_notebook(tmp_path / "class" / "amara.ipynb", (WRONG,))
    for reveal in ("places", "marks"):
        text = page(tmp_path, reveal)
        assert not numbers_in(text) & secrets(), reveal
        assert not re.search(r"\(3, 3\)|3×3|3 × 3|1e-0?7|1\.3e-0?6", text), reveal
        assert "0 of 4" in text
    told = numbers_in(page(tmp_path, "values")) & secrets()
    assert {f"{number:#.4g}" for number in X**2} <= told, "the test can see what it looks for"
