"""Rehearses an execution, so that real ones find imported what nearly every notebook uses, and caches filled.

A copy of a process pays for each page that it is the first to write to: what the interpreter learns of code (its own
instructions made special, methods looked up) is better learnt before there are copies.
"""

from __future__ import annotations

import math
import os
import random
import sys
from typing import Any

from .calls import Caller
from .captures import Captures, use_one_thread
from .frames import encode
from .libraries import Libraries
from .objects import Objects
from .performance import Performance
from .stream import Stream
from .student import perform

_TIMES = 8
"""So often CPython 3.11 calls a function before it makes its instructions special."""
_CELLS = (
    "import math, random\ntotal = 0.0\n1 + 1",
    "values = [x / 3 for x in range(3)]\nprint('values:', values)\nprint(f'{sum(values):.4f}')\nlen(values)",
    "def f(x):\n    return g(x)\n \nf(1)",
)
_NUMPY = (
    "import numpy as np\nnp.random.seed(0)\na = np.arange(6.0).reshape(2, 3)\nb = np.random.rand(3, 2)\nd = np.array([1, 2])",
    "c = np.maximum(a @ b, 0)\nprint('c', c, c.shape)\nprint(np.exp(c).sum(axis=1, keepdims=True), a > 1, d)\nc.mean()",
)
_TORCH = (
    "import torch\nimport torch.nn.functional as F\ntorch.manual_seed(0)\n"
    "t = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)\nu = torch.arange(4.0).reshape(2, 2)",
    "loss = torch.softmax(torch.relu(t @ u.T), dim=1).log().mean()\nloss.backward()\nw = t.grad.clone()\n"
    "print(t, w, f'{loss.item():.4f}')\nt.detach().numpy()",
)
_DUE: dict[str, Any] = {"names": ["total", "values", "a", "b", "c", "d", "t", "u", "w", "loss"], "calls": []}


def warm_up(session: Any, limits: dict[str, int], *, thoroughly: bool) -> None:
    """Run a notebook that uses a little of everything once, or a few times over, and leave the session as it was."""
    use_one_thread()
    cells = [*_CELLS, *(_NUMPY if "numpy" in sys.modules else ()), *(_TORCH if "torch" in sys.modules else ())]
    plan = {"cells": [{"code": code, "due": _DUE, "ahead": None} for code in cells], "careful_after": 0.0}
    shell = session.shell
    attributes = {name: value for name, value in shell.user_ns.items() if name.startswith("__")}
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        for _ in range(_TIMES if thoroughly else 1):
            stream = Stream(nowhere)
            session.connect(stream)
            perform(session, plan, Captures(shell.user_ns, limits), Caller(shell.user_ns, limits), stream)
            session.disconnect()
            _rehearse_calls(limits)
    finally:
        os.close(nowhere)
        shell.reset(new_session=True)
        _forget(shell)
        shell.user_ns.update(attributes)  # of a module, which `__main__` stays; spawned processes ask for `__spec__`
        shell.execution_count = 1
        for name in [name for name in vars(sys) if name.startswith("last_")]:
            delattr(sys, name)


def _rehearse_calls(limits: dict[str, int]) -> None:
    """Call a function as students' are called: in a copy, and here, where what is learnt of the code stays."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return
    array = numpy.ones((2, 3))
    tree = {"kind": "array", "dtype": "float64", "shape": [2, 3], "container": "ndarray", "tensor": 0}
    case = {"kind": "sequence", "container": "tuple", "items": [tree]}
    inputs = b"".join(encode([{"name": "0", "identity": 0, "value": case}], [("float64", (2, 3), array.tobytes())]))
    asked = {"names": ["f"], "count": 1, "constructed": False, "method": "", "seconds": 1.0, "elementwise": True}
    asked["stand_ins"] = []
    streams, generators = (sys.stdout, sys.stderr), (random.getstate(), numpy.random.get_state())
    Caller({"f": numpy.abs}, limits).make(asked, inputs, 1.0)
    for function in (numpy.abs, math.exp):
        Performance(function, asked, Objects(inputs), limits, Libraries()).give(0, lambda *told: None)
        sys.stdout, sys.stderr = streams
    random.setstate(generators[0])
    numpy.random.set_state(generators[1])


def _forget(shell: Any) -> None:
    """Take back what a reset leaves of the last cells and results."""
    last = {"_": "", "__": "", "___": ""}
    shell.user_ns.update(last)
    vars(shell.displayhook).update(last)
    history = shell.history_manager
    for name in ("_i", "_ii", "_iii", "_i00"):
        setattr(history, name, "")
    history.db_input_cache.clear()
    history.output_hist_reprs.clear()
    shell.InteractiveTB.tb = None
