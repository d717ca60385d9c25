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
    z1 = x @ params["W1"] + params["b1"]
    a1 = torch.relu(z1)
    z2 = a1 @ params["W2"] + params["b2"]
    a2 = torch.sigmoid(z2)
    dz3 = (torch.softmax(a2 @ params["W3"] + params["b3"], dim=1) - y) / len(x)
    dz2 = (dz3 @ params["W3"].T) * d_sigmoid(z2)
    dz1 = (dz2 @ params["W2"].T) * d_relu(z1)
    weights = {"dW1": x.T @ dz1, "dW2": a1.T @ dz2, "dW3": a2.T @ dz3}
    return {**weights, "db1": dz1.sum(dim=0), "db2": dz2.sum(dim=0), "db3": dz3.sum(dim=0)}
