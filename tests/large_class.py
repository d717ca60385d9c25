"""A class of 120 at the sample assignment: hand-ins with known slips, executed and marked as any other.

Slips are drawn by how often they are made, each version by itself; some students make one that is theirs alone. Some
copy from each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from grader.assignment.loading import Loaded, load
from grader.marking import mark_submission
from grader.records import Result, Student, Submission
from tests.command_line import ROOT
from tests.in_process import execute, notebook

SIZE = 120

_CELLS = """\
import numpy as np
import torch
x1 = [1.0, 2.0, 3.0]
x2 = [4.0, 5.0, 6.0]
w1 = [[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8], [0.9, 1.0, 1.1, 1.2]]
w2 = [[0.2, 0.3], [0.4, 0.5], [0.6, 0.7], [0.8, 0.9]]
y1, y2 = [0, 1], [1, 0]
===
## Task 1
===
x_t, y_t = torch.tensor([x1, x2]), torch.tensor([y1, y2], dtype=torch.float32)
w1_t, w2_t = torch.tensor(w1, requires_grad=True), torch.tensor(w2)
z1_t = x_t @ w1_t
a1_t = torch.relu(z1_t)
z2_t = a1_t @ w2_t
a2_t = torch.softmax(z2_t, dim=1)
===
x, y, w1_n, w2_n = np.array([x1, x2]), np.array([y1, y2]), np.array(w1), np.array(w2)
z1_n = x @ w1_n
a1_n = np.maximum(z1_n, 0)
z2_n = a1_n @ w2_n
a2_n = np.exp(z2_n) / np.exp(z2_n).sum(axis=1, keepdims=True)
===
## Task 2
===
loss_t = -(y_t * torch.log(a2_t)).sum()
loss_t.backward()
dw1_t = w1_t.grad
===
loss_n = -np.sum(y * np.log(a2_n))
dz1 = ((a2_n - y) @ w2_n.T) * (z1_n > 0)
dw1_n = x.T @ dz1
"""

Slip = tuple[str, str]

COMMON: Sequence[tuple[Slip, int]] = (
    (("softmax(z2_t, dim=1)", "softmax(z2_t, dim=0)"), 12),
    (("sum(axis=1, keepdims=True)", "sum(axis=0, keepdims=True)"), 14),
    (("-np.sum(y * np", "-np.mean(y * np"), 18),
    (("torch.log(a2_t)).sum()", "torch.log(a2_t)).mean()"), 20),
    (("x.T @ dz1", "dz1.T @ x"), 9),
    (("(a2_n - y)", "(y - a2_n)"), 8),
    (("torch.relu(z1_t)", "torch.sigmoid(z1_t)"), 5),
    (("np.maximum(z1_n, 0)", "1 / (1 + np.exp(-z1_n))"), 4),
    (("x1 = [1.0, 2.0, 3.0]", "x1 = [1.0, 2.0, 3.5]"), 2),
    (("loss_n = -np.sum", "loss_n = np.sum"), 7),
    (("z1_n = x @ w1_n", "z1 = x @ w1_n; z1_n = z1[:1]"), 2),
    (("dw1_t = w1_t.grad", "gradient = w1_t.grad"), 5),
)
"""Slips, and in how many of 120 hand-ins each is."""

_OWN = ("z1_n = {}x @ w1_n", "z2_n = {}a1_n @ w2_n", "loss_n = {}-np.sum", "dw1_n = {}x.T", "z2_t = {}a1_t @ w2_t")

COPIERS = (17, 63)
"""Two who share three wrong values that nobody else has."""


@cache
def sample() -> Loaded:
    return load(ROOT / "reference")


@cache
def large_class() -> tuple[Result, ...]:
    """The results of the class, in order."""
    random = np.random.default_rng(7)
    slips: list[list[Slip]] = [[] for _ in range(SIZE)]
    for slip, times in COMMON:
        for student in random.choice(SIZE, size=times, replace=False):
            slips[student].append(slip)
    for student in random.choice(SIZE, size=30, replace=False):
        slips[student].append(_own(_OWN[student % len(_OWN)], float(random.uniform(0.2, 3))))
    for student in COPIERS:
        slips[student] = [_own(_OWN[place], 0.37 + place) for place in (0, 1, 2)]
    return tuple(_result(number, each) for number, each in enumerate(slips))


def _own(line: str, number: float) -> Slip:
    return line.format(""), line.format(
        f"{number:.3f} * np.tanh({number:.2f}) + " if "_n" in line else f"{number:.3f} + "
    )


def _result(number: int, slips: Sequence[Slip]) -> Result:
    text = _CELLS
    for before, after in slips:
        text = text.replace(before, after, 1)
    handed_in = notebook(*(cell.strip() for cell in text.split("===\n")))
    loaded = sample()
    execution = execute(loaded.spec, handed_in)
    student = Student(id=f"s{number:03}", name=f"Student {number}")
    return Result(
        submission=Submission(student=student, attempt=1, path=f"{student.id}.ipynb", sha256="", slug=student.id),
        notebook=None,
        plan=None,
        executions=(execution,),
        grade=mark_submission(loaded.spec, loaded.reference, handed_in, (execution,)),
        marked_at="2026-01-02T03:04:05+00:00",
    )
