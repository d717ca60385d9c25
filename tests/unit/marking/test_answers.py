"""Which capture answers a check: by where it stands and what it is called, never because it is right."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from grader.assignment.loading import Loaded, load
from grader.marking.answers import Absent, Answer, find_answers
from grader.marking.trace import Trace
from grader.records import Array
from tests.in_process import execute, notebook

TORCH = """
import torch
x1, x2 = [1.0, 2.0, 3.0], [4.0, 5.0, 6.0]
w1 = [[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8], [0.9, 1.0, 1.1, 1.2]]
w2 = [[0.2, 0.3], [0.4, 0.5], [0.6, 0.7], [0.8, 0.9]]
z1_t = torch.tensor([x1, x2]) @ torch.tensor(w1)
a1_t = torch.relu(z1_t)
z2_t = a1_t @ torch.tensor(w2)
a2_t = torch.softmax(z2_t, dim=1)
"""
NUMPY = """
import numpy as np
z1_n = np.array([x1, x2]) @ np.array(w1)
a1_n = np.maximum(z1_n, 0)
z2_n = a1_n @ np.array(w2)
e = np.exp(z2_n - z2_n.max(axis=1, keepdims=True))
a2_n = e / e.sum(axis=1, keepdims=True)
"""


@cache
def assignment() -> Loaded:
    return load(Path(__file__).parents[3] / "reference")


def answers(*cells: str) -> Mapping[str, Answer | Absent]:
    loaded = assignment()
    handed_in = notebook(*cells)
    shapes = {name: array.shape for name, array in loaded.reference.worlds()[0].values.items()}
    execution = execute(loaded.spec, handed_in)
    return find_answers(Trace(spec=loaded.spec, notebook=handed_in, execution=execution), shapes)


def found(answer: Answer | Absent) -> tuple[str, str, int | None]:
    assert isinstance(answer, Answer), answer
    return answer.found.kind, answer.found.name, answer.found.cell


def absent(answer: Answer | Absent) -> str:
    assert isinstance(answer, Absent), answer
    return answer.verdict


def test_the_agreed_name_counts_as_it_stood_at_the_end_of_the_section() -> None:
    given = answers("## Task 1", TORCH, NUMPY, "## Task 2", "a1_t = None\nz1_n = z1_n * 0")
    assert found(given["a1.torch"]) == ("variable", "a1_t", 1)
    z1 = given["z1.numpy"]
    assert isinstance(z1, Answer)
    assert isinstance(z1.value, Array)
    assert np.frombuffer(z1.value.data, z1.value.dtype).max() > 12


def test_a_variable_that_comes_after_its_section_counts_and_is_late() -> None:
    given = answers("## Task 1", TORCH, "## Task 2", NUMPY)
    a2 = given["a2.numpy"]
    assert isinstance(a2, Answer)
    assert a2.late


def test_a_gap_that_nobody_filled_in_is_no_answer() -> None:
    given = answers("## Task 1", "a1_n = None\na2_n = ...")
    assert absent(given["a1.numpy"]) == "missing"


def test_either_agreed_name_counts() -> None:
    given = answers("## Task 2", "import numpy as np\ndw1_n = np.ones((3, 4))")
    assert found(given["dw1.numpy"])[1] == "dw1_n"
    given = answers("## Task 2", "import numpy as np\ndL_dw1_n = np.ones((3, 4))")
    assert found(given["dw1.numpy"])[1] == "dL_dw1_n"


def test_another_name_counts_where_it_speaks_of_the_quantity_and_has_its_kind_and_shape() -> None:
    renamed = NUMPY.replace("a2_n", "a2_numpy")
    assert found(answers("## Task 1", TORCH, renamed)["a2.numpy"]) == ("other-name", "a2_numpy", 2)
    assert found(answers("## Task 1", TORCH, NUMPY.replace("a2_n", "A2"))["a2.numpy"])[1] == "A2"
    for wrong in ("a2_torch", "probabilities", "a22"):
        assert absent(answers("## Task 1", TORCH, NUMPY.replace("a2_n", wrong))["a2.numpy"]) == "missing", wrong


@pytest.mark.parametrize(
    "theft",
    [
        "a2_np = a2_t",
        "a2_np = a2_t.detach().numpy()",
        "import numpy as np\na2_np = np.array(a2_t)",
        "b = a2_t\na2_np = b.numpy()",
        "print(a2_t)",
        "print('a2 numpy:', a2_t.numpy())",
        "print('a2 (numpy)', a2_t.detach().numpy())",
        "b = a2_t\nprint('a2_n =', b.numpy())",
        "import numpy as np\nprint('numpy a2', np.round(a2_t.numpy(), 4))",
        "for v in [a2_t.numpy()]:\n    print('a2_n', v)",
        "def show():\n    return a2_t.numpy() + 0\nprint('numpy a2', show())",
        "def show():\n    return a2_t.numpy() + 0\na2_np = show()",
        "a2_np = [[float(v) for v in row] for row in a2_t]",
        "def show(n, v): print(n, v.numpy())\nshow('a2 numpy', a2_t)",
        "def show(n, v):\n    print(n, v.numpy())\nfor n, v in {'a2 numpy': a2_t}.items():\n    show(n, v)",
        "import sys\nsys.stdout.write(f'a2 as numpy:\\n{a2_t.numpy()}\\n')",
        "class o: pass\no.a = torch.softmax(z2_t, dim=1)\na2_np = o.a.detach().numpy()",
        "def model(x): return torch.softmax(x, dim=1)\nz = torch.tensor([[10.0, 11.88]])\na2_np = model(z).numpy()",
    ],
)
def test_a_numpy_check_is_never_credited_from_the_torch_cell(theft: str) -> None:
    given = answers("## Task 1", TORCH, theft)
    assert absent(given["a2.numpy"]) == "missing"
    assert found(given["a2.torch"])[0] == "variable"


def test_labelled_prints_count_where_there_is_no_variable() -> None:
    printing = NUMPY.replace(
        "a2_n = e / e.sum(axis=1, keepdims=True)", "print('a2:', e / e.sum(axis=1, keepdims=True))"
    )
    assert found(answers("## Task 1", TORCH, printing)["a2.numpy"]) == ("printed", "a2", 2)


def test_prints_without_labels_count_in_order_where_their_number_leaves_no_doubt() -> None:
    cell = """
import numpy as np
print(np.array([x1, x2]) @ np.array(w1))
print(np.maximum(np.array([x1, x2]) @ np.array(w1), 0))
"""
    given = answers("## Task 1", TORCH, cell)
    assert found(given["z1.numpy"])[0] == "printed"
    assert found(given["a1.numpy"])[0] == "printed"
    given = answers("## Task 1", TORCH, cell + "print(np.ones((2, 4)))")
    assert absent(given["z1.numpy"]) == "missing"


def test_what_a_failed_or_unreached_cell_would_have_made_was_not_run() -> None:
    failed = answers("## Task 1", "import numpy as np\n1 / 0\nz1_n = np.ones((2, 4))")["z1.numpy"]
    assert absent(failed) == "not-run"
    assert isinstance(failed, Absent)
    assert failed.reason == "cell-failed"
    assert "ZeroDivisionError" in failed.detail
    unreached = answers("## Task 1", "raise SystemExit", "z1_n = 1")["z1.numpy"]
    assert absent(unreached) == "not-run"
    assert absent(answers("## Task 1", "1 / 0")["z1.numpy"]) == "missing"


def test_a_process_that_dies_takes_nothing_from_what_was_there_before() -> None:
    given = answers("## Task 1", TORCH, NUMPY, "raise SystemExit", "## Task 2", "loss_n = 1")
    assert found(given["a2.torch"])[0] == "variable"
    assert found(given["a2.numpy"])[0] == "variable"
    assert absent(given["loss.numpy"]) == "not-run"


def test_a_cell_of_endless_prints_and_chains_is_answered_in_seconds() -> None:
    chain = "v0 = 1\n" + "\n".join(f"v{i} = v{i - 1}" for i in range(1, 300))
    prints = "for i in range(200): print(i + 0.5)\nif 0:\n" + "    print(v299)\n" * 300
    begun = time.monotonic()
    answers("## Task 1", chain, prints, "## Task 2", prints)
    assert time.monotonic() - begun < 20, "it takes half a second where nothing else runs; once it took half a minute"
