"""Exercises what nearly every notebook uses, so that executions find it imported and its caches filled."""

from __future__ import annotations

import sys
from typing import Any

_CELLS = (
    "import math\n1 + 1",
    "print([x for x in range(3)])",
    "def f(x):\n    return g(x)\nf(1)",
)


class _Nowhere:
    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        pass


def warm_up(shell: Any) -> None:
    """Run a little of everything, and leave the shell as it was."""
    streams = sys.stdout, sys.stderr
    attributes = {name: value for name, value in shell.user_ns.items() if name.startswith("__")}
    sys.stdout = sys.stderr = _Nowhere()
    try:
        for cell in _CELLS:
            shell.run_cell(cell, store_history=True)
        _numpy()
        _torch()
    finally:
        sys.stdout, sys.stderr = streams
        shell.reset(new_session=True)
        shell.user_ns.update(attributes)  # of a module, which `__main__` stays; spawned processes ask for `__spec__`
        shell.execution_count = 1


def _numpy() -> None:
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None:
        array = numpy.arange(6.0).reshape(2, 3)
        repr(array @ array.T), str(numpy.exp(array).sum(axis=1, keepdims=True)), numpy.maximum(array, 0).mean()
        str(numpy.random.rand(2)), str(array > 1), str(numpy.array([1, 2]))


def _torch() -> None:
    torch: Any = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)
        tensor = torch.arange(6.0).reshape(2, 3).requires_grad_(True)
        loss = torch.softmax(torch.relu(tensor @ tensor.T), dim=1).log().sum()
        loss.backward()
        repr(tensor), str(tensor.grad), str(loss.item()), tensor.detach().numpy()
