"""A two-layer perceptron on a batch of two: forward pass, loss, and the gradient of the first weights."""

import torch
from torch import Tensor

from grader import Assignment

mlp = Assignment(
    "mlp",
    title="Two-layer perceptron",
    points=20,
    versions={"torch": "{}_t", "numpy": "{}_n"},
)

mlp.given(
    x1=[1.0, 2.0, 3.0],
    x2=[4.0, 5.0, 6.0],
    w1=[[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8], [0.9, 1.0, 1.1, 1.2]],
    w2=[[0.2, 0.3], [0.4, 0.5], [0.6, 0.7], [0.8, 0.9]],
    y1=[0, 1],
    y2=[1, 0],
)

forward = mlp.task("Task 1", title="Forward pass")


@forward.value(points=1)
def z1(x1: Tensor, x2: Tensor, w1: Tensor) -> Tensor:
    """Hidden layer before its activation, one row an example."""
    return torch.stack([x1, x2]) @ w1


@forward.value(points=1)
def a1(z1: Tensor) -> Tensor:
    """Hidden layer after ReLU."""
    return torch.relu(z1)


@forward.value(points=1)
def z2(a1: Tensor, w2: Tensor) -> Tensor:
    """Scores of the two classes, one row an example."""
    return a1 @ w2


@forward.value(points=2)
def a2(z2: Tensor) -> Tensor:
    """Class probabilities, one row an example."""
    return torch.softmax(z2, dim=1)


backward = mlp.task("Task 2", title="Backward pass")


@backward.value(points=2)
def loss(a2: Tensor, y1: Tensor, y2: Tensor) -> Tensor:
    """Cross-entropy, summed over the batch."""
    return -torch.sum(torch.stack([y1, y2]) * torch.log(a2))


backward.gradient("dw1", of=loss, by="w1", points=3, also={"numpy": "dL_dw1_n"})
