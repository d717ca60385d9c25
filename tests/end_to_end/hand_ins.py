"""A right hand-in of the sample, of which single steps can be written otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

DATA = """x1 = [1.0, 2.0, 3.0]
x2 = [4.0, 5.0, 6.0]
w1 = [[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8], [0.9, 1.0, 1.1, 1.2]]
w2 = [[0.2, 0.3], [0.4, 0.5], [0.6, 0.7], [0.8, 0.9]]
y1, y2 = [0, 1], [1, 0]
"""
STEPS = {
    "z1_t": "z1_t = torch.stack([x1_t, x2_t]) @ w1_t",
    "relu_t": "a1_t = torch.relu(z1_t)",
    "z2_t": "z2_t = a1_t @ w2_t",
    "softmax_t": "a2_t = torch.softmax(z2_t, dim=1)",
    "z1": "z1_n = X @ np.array(w1)",
    "relu": "a1_n = np.maximum(z1_n, 0)",
    "z2": "z2_n = a1_n @ np.array(w2)",
    "softmax": "e = np.exp(z2_n - z2_n.max(axis=1, keepdims=True))\na2_n = e / e.sum(axis=1, keepdims=True)",
    "loss_t": "z_t = torch.relu(torch.stack([x1_t, x2_t]) @ w1_t) @ w2_t\n"
    "loss_t = -(Y_t * torch.log_softmax(z_t, dim=1)).sum()",
    "gradient_t": "(dw1_t,) = torch.autograd.grad(loss_t, w1_t)",
    "loss": "loss_n = -np.sum(Y * np.log(a2_n))",
    "mask": "dz1 = da1 * (z1_n > 0)",
    "gradient": "dL_dw1_n = X.T @ dz1",
}


def write_sample(path: Path, instead: Mapping[str, str], *, data: Callable[[str], str] = lambda data: data) -> Path:
    """Write a hand-in of the sample with other code for some of its steps, and its data written down otherwise."""
    steps = {**STEPS, **instead}

    def of(*names: str) -> str:
        return "\n".join(steps[name] for name in names)

    cells = [
        new_code_cell("import numpy as np\nimport torch"),
        new_code_cell(data(DATA)),
        new_markdown_cell("## Task 1"),
        new_code_cell(
            "x1_t, x2_t = torch.tensor(np.array([x1, x2]))\n"
            "w1_t = torch.tensor(np.array(w1), requires_grad=True)\nw2_t = torch.tensor(np.array(w2))\n"
            + of("z1_t", "relu_t", "z2_t", "softmax_t")
        ),
        new_code_cell("X = np.array([x1, x2])\n" + of("z1", "relu", "z2", "softmax")),
        new_markdown_cell("## Task 2"),
        new_code_cell("Y = np.array([y1, y2])\nY_t = torch.tensor(Y)\n" + of("loss_t", "gradient_t")),
        new_code_cell(of("loss") + "\ndz2 = a2_n - Y\nda1 = dz2 @ np.array(w2).T\n" + of("mask", "gradient")),
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells), path)
    return path
