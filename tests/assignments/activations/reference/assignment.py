"""Activation functions, their derivatives, and the backward pass of a three-layer network, in NumPy."""

import torch
from torch import Tensor

from grader import Assignment, Tolerance, normal

activations = Assignment("activations", title="Activations and backpropagation", points=14)
edges = [-2.0, -0.5, 0.0, 0.5, 2.0]

first = activations.task("Task 1", title="Activation functions and their derivatives")


@first.function(points=1, cases=[edges, normal(3, 4, n=3, seed=1)])
def relu(z: Tensor) -> Tensor:
    """Rectified linear unit."""
    return torch.relu(z)


@first.function(points=1, cases=[edges, normal(3, 4, n=3, seed=2)])
def sigmoid(z: Tensor) -> Tensor:
    """Logistic function."""
    return torch.sigmoid(z)


@first.function(points=2, cases=[edges, normal(3, 4, n=3, seed=3)])
def d_relu(z: Tensor) -> Tensor:
    """Derivative of the rectified linear unit; at 0 it is 0."""
    return (z > 0).double()


@first.function(points=2, cases=[edges, normal(3, 4, n=3, seed=4)])
def d_sigmoid(z: Tensor) -> Tensor:
    """Derivative of the logistic function."""
    return torch.sigmoid(z) * (1 - torch.sigmoid(z))


second = activations.task("Task 2", title="Backward pass", tolerance=Tolerance(rtol=1e-6, atol=1e-9))
shapes = {"W1": (3, 5), "b1": (5,), "W2": (5, 4), "b2": (4,), "W3": (4, 2), "b3": (2,)}
params = {name: normal(*shape, seed=at).arrays()[0] for at, (name, shape) in enumerate(shapes.items())}
labels = torch.eye(2)[[0, 1, 1, 0, 1, 0]]


@second.function(points=8, cases=[(normal(6, 3, n=2, seed=5), labels, params)], credit="leaves")
def backward_pass(x: Tensor, y: Tensor, params: dict[str, Tensor]) -> dict[str, Tensor]:
    """Gradients of the mean cross-entropy by each parameter, under its name with a d before it."""
    p = {name: value.clone().requires_grad_() for name, value in params.items()}
    hidden = torch.relu(x @ p["W1"] + p["b1"])
    hidden = torch.sigmoid(hidden @ p["W2"] + p["b2"])
    loss = -(y * torch.log_softmax(hidden @ p["W3"] + p["b3"], dim=1)).sum() / len(x)
    return {f"d{name}": grad for name, grad in zip(p, torch.autograd.grad(loss, list(p.values())), strict=True)}
