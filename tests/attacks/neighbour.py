"""An honest notebook, which runs beside attacks and after them, and has to keep its marks."""

from __future__ import annotations

import numpy as np

from grader.records import Array, CapturePoint, Execution, Plan, Run, Scalar, Source
from tests.attacks.attack import code

_GIVENS = code("""
    import time
    import numpy as np
    with open("mine.txt", "w") as file:
        file.write({secret!r})
    X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    w1 = np.arange(1, 13).reshape(3, 4) / 10
    w2 = np.arange(2, 10).reshape(4, 2) / 10
    y = np.array([[0.0, 1.0], [1.0, 0.0]])
    time.sleep({pause})
""")
_FORWARD = code("""
    z1 = X @ w1
    a1 = np.maximum(z1, 0)
    z2 = a1 @ w2
    a2 = np.exp(z2 - z2.max(axis=1, keepdims=True))
    a2 /= a2.sum(axis=1, keepdims=True)
    print(a2)
""")
_BACKWARD = code("""
    loss = -(y * np.log(a2)).sum()
    dw1 = X.T @ (((a2 - y) @ w2.T) * (z1 > 0))
    with open("mine.txt") as file:
        mine = file.read()
    import subprocess, threading
    said = []
    speaker = threading.Thread(target=lambda: said.append(subprocess.run(["echo", "7"], capture_output=True).stdout))
    speaker.start()
    speaker.join()
    number = int(said[0])
""")
_NAMES = ("z1", "a1", "z2", "a2", "loss", "dw1", "mine", "number")

_EXPECTED = {
    "a2": [[0.13238887, 0.86761113], [0.01448572, 0.98551428]],
    "dw1": [[0.38096682] * 4, [0.46627936] * 4, [0.5515919] * 4],
}


def plan(secret: str, pause: float, first: tuple[str, ...] = ()) -> Plan:
    """What an honest student hands in. `first` are cells that look for what others have left, in `found`."""
    cells = (*first, _GIVENS.format(secret=secret, pause=pause), _FORWARD, _BACKWARD)
    points = (CapturePoint(after_cell=len(cells) - 1, names=(*_NAMES, "found")),)
    sources = tuple(Source(index=index, code=text) for index, text in enumerate(cells))
    return Plan(cells=sources, main=Run(seed=1, captures=points))


def lost_marks(execution: Execution, secret: str) -> list[str]:
    """What is not as an honest notebook has it: nothing where it keeps full marks."""
    if execution.status != "completed":
        errors = [f"{cell.error.name}: {cell.error.message}" for cell in execution.cells if cell.error]
        return [f"{execution.status}: {execution.reason or errors}"]
    values = {each.name: each.value for each in execution.captures}
    lost = [name for name in _NAMES if name not in values]
    for name, expected in _EXPECTED.items():
        value = values.get(name)
        if not isinstance(value, Array) or not np.allclose(
            np.frombuffer(value.data, value.dtype).reshape(value.shape), expected, rtol=1e-6
        ):
            lost.append(f"{name} is {value}")
    if values.get("number") != Scalar(value=7):
        lost.append("it couldn't start a program")
    if values.get("mine") != Scalar(value=secret):
        lost.append("its own file was changed")
    if not any("0.8676" in output.text for cell in execution.cells for output in cell.outputs):
        lost.append("its output is lost")
    return lost
