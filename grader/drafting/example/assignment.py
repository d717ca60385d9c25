"""A first assignment, to be changed into yours: one value, one function and one property, a task each."""

import torch
from torch import Tensor

from grader import Assignment, normal

# The id names the assignment in files and commands. The points are those of all checks below, added up.
first = Assignment("first", title="A first assignment", points=6)

# What the handout defines. The functions below get it as tensors, by the names of their parameters.
first.given(X=[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], w=[0.5, -0.25])

# A task begins at the heading of this name in the notebook: `## Task 1`, `# Task 1: Scores`, …
scores = first.task("Task 1", title="Scores")


# A value: what the variable `z` holds at the end of the task's section.
@scores.value(points=1)
def z(X: Tensor, w: Tensor) -> Tensor:
    """The score of each example."""
    return X @ w


softmax_task = first.task("Task 2", title="Softmax")


# A function: the student's `softmax` is called with these cases, and this one says what it should return.
@softmax_task.function(points=3, cases=[[1.0, 2.0, 3.0], normal(5, n=3, seed=1)])
def softmax(z: Tensor) -> Tensor:
    """Scores as probabilities."""
    return torch.softmax(z, dim=0)


basis = first.task("Task 3", title="An orthonormal basis")


# A property: what has many right answers. It returns whether the student's `Q` is one, and a sentence for the student.
@basis.property(points=2)
def orthonormal(Q: Tensor, X: Tensor) -> tuple[bool, str]:
    """The columns of Q are an orthonormal basis of what those of X span."""
    if Q.shape != X.shape:
        return False, "`Q` has to have the shape of `X`."
    unit = torch.allclose(Q.T @ Q, torch.eye(2), atol=1e-6)
    same = torch.allclose(Q @ (Q.T @ X), X, atol=1e-6)
    return unit and same, "`Q.T @ Q` has to be the identity, and `Q @ Q.T @ X` has to give `X` again."
