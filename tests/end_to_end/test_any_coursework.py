"""What real courses ask for besides variables, through the real command line.

Each right hand-in keeps its marks, however it is written, and each wrong one loses only what it should.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import grader, write_notebook

ASSIGNMENT = '''
import numpy as np
import pandas as pd
import torch
from torch import nn

from grader import Assignment, Tolerance, call, hidden, normal, raises

work = Assignment("work", title="Any coursework", points=26, replaced={"EPOCHS": 2})
work.given(X=[[1.0, 2.0], [3.0, 5.0]])
work.given_by_student("W", shape=(2, 3))

one = work.task("Task 1", title="Functions")


@one.function(points=2, cases=[[-1.0, 2.0], normal(3, 4, seed=1)], scalar_only="accept")
def relu(x):
    """Works for numbers, and perhaps for arrays."""
    return torch.relu(x)


@one.function(points=2, cases=[4.0, raises(ValueError, -1.0)])
def root(x):
    """The root, or a ValueError."""
    if x < 0:
        raise ValueError("negative")
    return x.sqrt()


@one.function(points=2, cases=[[1.0, 2.0, 3.0]])
def describe(x):
    """Mean and spread."""
    return x.mean(), x.std(correction=0)


@one.function(points=2, cases=[normal(4, 3, seed=1)], construct=(3, 2), load_state=True, arguments="tensor")
class Net(nn.Module):
    """A linear layer, then a ReLU."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.layer = nn.Linear(inputs, outputs)

    def forward(self, x):
        return torch.relu(self.layer(x))


two = work.task("Task 2", title="Values")


@two.value(points=2, names='grads["dX"]')
def dX(X):
    """A value under a key."""
    return 2 * X


@two.value(points=2)
def product(X, W):
    """Of the student's own draw."""
    return X @ W


@two.value(points=1, tolerance=Tolerance(case="any", space="any"))
def answer():
    """Text."""
    return "gradient descent"


@two.value(points=2, tolerance=Tolerance(sign="columns"))
def vectors(X):
    """Eigenvectors, up to sign."""
    return torch.linalg.eigh(X @ X.T).eigenvectors


@two.value(points=1, tolerance=Tolerance(labels="any"))
def clusters():
    """Labels, whatever they are called."""
    return torch.tensor([0, 0, 1, 2, 1])


@two.value(points=1)
def big():
    """An integer beyond 64 bits."""
    return 3**50


@two.value(points=1)
def days():
    """Dates."""
    return np.array(["2024-01-01", "2024-03-01"], dtype="datetime64[D]")


@two.value(points=1)
def kinds():
    """A set."""
    return {"a", "b"}


@two.value(points=2, tolerance=Tolerance(order="rows"))
def table():
    """A table."""
    return pd.DataFrame({"mean": [1.5, 4.0]}, index=["x", "y"])


three = work.task("Task 3", title="Properties")


@three.property(points=2, q="Q")
def orthogonal(q):
    """Q is orthogonal."""
    return torch.allclose(q.T @ q, torch.eye(len(q)), atol=1e-6), "The columns of Q have to be orthonormal."


@three.property(points=3, found=call("predict", hidden("x.npy")))
def predicts(found, y=hidden("y.npy")):
    """Labels that nobody sees are predicted."""
    return (found.flatten() == y).double().mean()
'''

PRELUDE = "import numpy as np\n\n\ndef double(x):\n    return 2 * x\n"

FUNCTIONS = """# Task 1
import torch
def relu(x):
    return np.maximum(x, 0)
def root(x):
    if x < 0:
        raise ValueError("no")
    return x ** 0.5
def describe(x):
    return np.mean(x), np.std(x)
class Net(torch.nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.layer = torch.nn.Linear(inputs, outputs)
    def forward(self, x):
        return torch.relu(self.layer(x))
"""
VALUES = """# Task 2
import pandas as pd
X = np.array([[1.0, 2.0], [3.0, 5.0]])
grads = {"dX": double(X)}
W = np.random.default_rng().normal(size=(2, 3))
product = X @ W
answer = "gradient descent"
vectors = np.linalg.eigh(X @ X.T)[1]
clusters = [0, 0, 1, 2, 1]
big = 3 ** 50
days = np.array(["2024-01-01", "2024-03-01"], dtype="datetime64[D]")
kinds = {"a", "b"}
table = pd.DataFrame({"mean": [1.5, 4.0]}, index=["x", "y"])
"""
PROPERTIES = """# Task 3
EPOCHS = 1000
Q = np.linalg.qr(np.random.default_rng().normal(size=(3, 3)))[0]
for epoch in range(EPOCHS):
    import time; time.sleep(0.05)
def predict(x):
    return (x.sum(axis=1) > 0).astype(int)
"""
FULL = 26


@dataclass(frozen=True)
class HandIn:
    """A hand-in, as replacements in the right one; `lost` are the points that it loses, by check."""

    changes: dict[str, str] = field(default_factory=dict)
    lost: dict[str, float] = field(default_factory=dict)
    flags: tuple[str, ...] = ()

    def cells(self) -> list[str]:
        text = "\0".join((FUNCTIONS, VALUES, PROPERTIES))
        for before, after in self.changes.items():
            assert text.count(before) >= 1, before
            text = text.replace(before, after)
        return text.split("\0")


HAND_INS = {
    "plain": HandIn(),
    # right, in unexpected ways
    "for-numbers": HandIn({"return np.maximum(x, 0)": "return x if x > 0 else 0.0"}),
    "own-error": HandIn({'raise ValueError("no")': "class Negative(ValueError): pass\n        raise Negative(x)"}),
    "list-result": HandIn({"return np.mean(x), np.std(x)": "return [float(x.mean()), x.std().item()]"}),
    "other-layer": HandIn({"self.layer": "self.fc1"}),
    "functional": HandIn({"torch.relu(self.layer(x))": "self.layer(x).clamp(min=0)"}),
    "frame-gradient": HandIn({'{"dX": double(X)}': "pd.DataFrame({'dX': [0]}).to_dict(); grads['dX'] = torch.tensor(X * 2)"}),
    "object-key": HandIn({'grads = {"dX": double(X)}': "grads = {}\nfor name in ['dX', 'dY']:\n    grads[name] = X + X"}),
    "float32-draw": HandIn({"normal(size=(2, 3))": "normal(size=(2, 3)).astype('float32')"}),
    "shouted": HandIn({'"gradient descent"': '"  Gradient   DESCENT "'}),
    "turned": HandIn({"vectors = np.linalg.eigh(X @ X.T)[1]": "vectors = np.linalg.eigh(X @ X.T)[1] * [-1, 1]"}),
    "named-clusters": HandIn({"[0, 0, 1, 2, 1]": "np.array([7, 7, 3, 5, 3])"}),
    "list-of-dates": HandIn({'np.array(["2024-01-01", "2024-03-01"], dtype="datetime64[D]")': "[pd.Timestamp('2024-01-01'), pd.Timestamp('2024-03-01')]"}),
    "list-for-set": HandIn({'kinds = {"a", "b"}': 'kinds = frozenset("ba")'}),
    "rows-turned": HandIn({'{"mean": [1.5, 4.0]}, index=["x", "y"]': '{"n": [2, 1], "mean": [4.0, 1.5]}, index=["y", "x"]'}),
    "identity": HandIn({"Q = np.linalg.qr": "Q = np.eye(3); np.linalg.qr"}),
    "list-of-labels": HandIn({"return (x.sum(axis=1) > 0).astype(int)": "return [[int(sum(row) > 0)] for row in x.tolist()]"}),
    "annotated": HandIn({"EPOCHS = 1000": "BATCH, EPOCHS = 8, 1000"}),
    "other-epochs": HandIn({"EPOCHS": "ROUNDS", "1000": "10"}, {}, ("not-replaced",)),
    "timed": HandIn({"EPOCHS = 1000": "%time EPOCHS = 1_000"}),
    # wrong
    "hangs": HandIn({"return np.maximum(x, 0)": "while True: pass"}, {"relu": 2}),
    "dies": HandIn({"return x ** 0.5": "import os; os._exit(1)"}, {"root": 1}),
    "no-error": HandIn({'raise ValueError("no")': "return 0.0"}, {"root": 1}),
    "variance": HandIn({"np.std(x)": "np.var(x)"}, {"describe": 2}),
    "no-relu": HandIn({"torch.relu(self.layer(x))": "self.layer(x)"}, {"Net": 2}),
    "half-gradient": HandIn({"double(X)": "X"}, {"dX": 2}),
    "own-double": HandIn({"double(X)": "(lambda double: double(X))(lambda x: 3 * x)"}, {"dX": 2}),
    "other-weights": HandIn({"product = X @ W": "product = X @ np.random.default_rng().normal(size=(2, 3))"}, {"product": 2}),
    "zeros": HandIn({"np.random.default_rng().normal(size=(2, 3))\nproduct": "np.zeros((2, 3))\nproduct"}, {"product": 2}, ("given-changed",)),
    "other-text": HandIn({'"gradient descent"': '"gradient ascent"'}, {"answer": 1}),
    "transposed": HandIn({"vectors = np.linalg.eigh(X @ X.T)[1]": "vectors = np.linalg.eigh(X @ X.T)[1][:, ::-1]"}, {"vectors": 2}),
    "merged-clusters": HandIn({"[0, 0, 1, 2, 1]": "[0, 0, 1, 1, 1]"}, {"clusters": 1}),
    "float-power": HandIn({"big = 3 ** 50": "big = int(3.0 ** 50)"}, {"big": 1}),
    "other-day": HandIn({"2024-03-01": "2024-03-02"}, {"days": 1}),
    "more": HandIn({'kinds = {"a", "b"}': 'kinds = {"a", "b", "c"}'}, {"kinds": 1}),
    "other-index": HandIn({'index=["x", "y"]': 'index=["x", "z"]'}, {"table": 2}),
    "skewed": HandIn({"Q = np.linalg.qr": "Q = 2 * np.linalg.qr"}, {"orthogonal": 2}),
    "no-matrix": HandIn({"Q = np.linalg.qr": "Q = object(); np.linalg.qr"}, {"orthogonal": 2}),
    "constant": HandIn({"return (x.sum(axis=1) > 0).astype(int)": "return np.zeros(len(x))"}, {"predicts": 1.5}),
    "raises": HandIn({"return (x.sum(axis=1) > 0).astype(int)": "return x.nothing()"}, {"predicts": 3}),
    "missing": HandIn({"def predict(x)": "def forecast(x)"}, {"predicts": 3}),
    "mutates": HandIn({"return np.maximum(x, 0)": "x *= (x > 0)\n    return x"}, {}, ("mutates-argument",)),
    "remembers": HandIn({"return np.maximum(x, 0)": "seen.append(1)\n    return np.maximum(x, 0) + (len(seen) > 2)\nseen = []"}, {}, ("keeps-state",)),
}  # fmt: skip


class Class:
    """The class, graded once by each engine that is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.results = cache(self._grade)
        reference = folder / "reference"
        (reference / "provided").mkdir(parents=True)
        (reference / "assignment.py").write_text(ASSIGNMENT, encoding="utf-8")
        (reference / "provided" / "prelude.py").write_text(PRELUDE, encoding="utf-8")
        _hide_data(reference)
        (folder / "hand-ins").mkdir()
        for name, hand_in in HAND_INS.items():
            write_notebook(folder / "hand-ins" / f"{name}.ipynb", hand_in.cells(), headings=False)

    def _grade(self, engine: str) -> dict[str, dict[str, Any]]:
        out = self._folder / engine
        process = grader(
            "grade",
            self._folder / "hand-ins",
            "--reference",
            self._folder / "reference",
            "--out",
            out,
            "--engine",
            engine,
        )
        assert process.returncode == 0, process.stdout + process.stderr
        paths = {path.parent.name: path for path in out.glob("results/*/result.json")}
        return {name: json.loads(path.read_text(encoding="utf-8")) for name, path in paths.items()}

    def page(self, engine: str, name: str) -> str:
        self.results(engine)
        return (self._folder / engine / "feedback" / f"{name}.html").read_text(encoding="utf-8")


def _hide_data(reference: Path) -> None:
    import numpy as np

    x = np.random.default_rng(3).normal(size=(20, 2))
    x[:10] = abs(x[:10])
    x[10:] = -abs(x[10:])
    np.save(reference / "x.npy", x)
    np.save(reference / "y.npy", (x.sum(axis=1) > 0).astype(int))


@pytest.fixture(scope="module")
def class_of(tmp_path_factory: pytest.TempPathFactory) -> Class:
    return Class(tmp_path_factory.mktemp("any-coursework"))


def _cases() -> list[Any]:
    return [
        pytest.param(
            engine,
            name,
            id=f"{engine}-{name}",
            marks=[pytest.mark.xdist_group(f"any-{engine}"), *([pytest.mark.soak] if engine == "kernel" else [])],
        )
        for engine in ("warm", "kernel")
        for name in HAND_INS
    ]


@pytest.mark.parametrize(("engine", "name"), _cases())
def test_a_hand_in_loses_just_what_it_should(class_of: Class, engine: str, name: str) -> None:
    result = class_of.results(engine)[name]
    checks = [check for task in result["tasks"] for check in task["checks"]]
    lost = {c["id"]: c["max_points"] - (c["points"] or 0) for c in checks if c["points"] != c["max_points"]}
    hand_in = HAND_INS[name]
    if "keeps-state" not in hand_in.flags:
        assert lost == pytest.approx(hand_in.lost), [check["message"] for check in checks]
        assert result["points"] == pytest.approx(FULL - sum(hand_in.lost.values()))
    assert set(hand_in.flags) <= {flag["code"] for flag in result["flags"]}


@pytest.mark.xdist_group("any-warm")
def test_pages_say_what_was_replaced_and_which_cases_failed_and_nothing_of_the_reference(class_of: Class) -> None:
    page = class_of.page("warm", "variance")
    assert "<code>EPOCHS = 1000</code>" in page
    assert "<code>EPOCHS = 2</code>" in page
    assert "<code>case 1 [1]</code>: another value than is asked for." in page
    assert "0.81649" not in page
    page = class_of.page("warm", "skewed")
    assert "The columns of Q have to be orthonormal." in page
    assert "takes too long" in class_of.page("warm", "hangs")
    assert "no.nothing" not in page
