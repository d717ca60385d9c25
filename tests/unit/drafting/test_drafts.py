"""Drafts say what a solution says: tasks, points, graphs, gradients, functions; and name what they can't tell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.assignment.loading import load
from grader.drafting import draft
from grader.errors import NotebookRejected, UsageError
from tests.command_line import ROOT

GOLDEN = Path(__file__).parents[2] / "golden"


def module_of(text: str, **provided: str) -> str:
    return draft(
        text.encode("utf-8"), "solution.py", {f"{name}.py": source for name, source in provided.items()}
    ).module


def notebook(cells: Sequence[tuple[str, dict[str, Any]]]) -> bytes:
    """A notebook of code cells, and of text where that begins with a heading or gives a reason."""
    code = {"cell_type": "code", "outputs": [], "execution_count": None}
    written = [
        ({"cell_type": "markdown"} if source.startswith(("## ", "Because")) else code)
        | {"source": source, "metadata": metadata}
        for source, metadata in cells
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": written}).encode()


def loads(module: str, folder: Path) -> dict[str, float]:
    """Load a module, and give the points of its checks."""
    (folder / "assignment.py").write_text(module, encoding="utf-8")
    return {check.id: float(check.points) for task in load(folder).spec.tasks for check in task.checks}


SIMPLE = """\
# %% [markdown]
# # Sums and squares
# ## Task 1: Adding up
# %%
import numpy as np
x = np.array([1.0, 2.0, 3.0])
# the sum of x
total = x.sum()  # points: 2
scratch = total + 1
# %% [markdown]
# ## Task 2
# %%
half = np.float64(total) / 2
squares = half * x**2  # points: 0.5
"""


def test_headings_are_tasks_and_their_titles(tmp_path: Path) -> None:
    module = module_of(SIMPLE)
    assert 'task("Task 1", title="Adding up")' in module
    assert 'title="Sums and squares"' in module
    assert loads(module, tmp_path) == {"total": 2, "squares": 0.5}


def test_the_graph_is_what_the_code_says_and_comments_are_titles() -> None:
    module = module_of(SIMPLE)
    assert 'def total(x):\n    """The sum of x."""\n    x = x.detach().numpy()\n    return x.sum()\n' in module
    assert "def squares(total, x):\n    total, x = (each.detach().numpy() for each in (total, x))\n" in module
    assert module.count("scratch") == 1
    assert "# - Task 1: left out `scratch`. Say `# points: 1` behind what counts." in module


@pytest.mark.parametrize("name", ["first", "amara", "bo", "dmitri", "esperanza", "rosa", "uma"])
def test_right_hand_ins_of_the_sample_class_make_drafts_that_load(name: str, tmp_path: Path) -> None:
    path = ROOT / "submissions" / f"{name}.ipynb"
    points = loads(draft(path.read_bytes(), path.name, {}).module, tmp_path)
    assert {"a2.torch", "loss.torch", "dw1.torch", "dw1.numpy"} <= points.keys()


@pytest.mark.parametrize("name", ["first.ipynb", "ada.py"])
def test_a_draft_comes_out_as_it_must(name: str) -> None:
    path = next(path for path in ROOT.rglob(f"submissions/{name}") if ".venv" not in path.parts)
    expected = GOLDEN / f"draft-{path.stem}.py"
    module = draft(path.read_bytes(), path.name, {}).module
    if os.environ.get("GRADER_UPDATE_GOLDEN"):
        expected.write_text(module, encoding="utf-8")
    assert module == expected.read_text(encoding="utf-8")


def test_gradients_by_autograd_are_gradients() -> None:
    module = module_of(
        "# Task 1\nimport torch\nw = torch.tensor([1.0, 2.0], requires_grad=True)\nloss = (w**2).sum()\n"
        "dw, = torch.autograd.grad(loss, [w])\nprint(loss, dw)\n"
    )
    assert 'task_1.gradient("dw", of="loss", by="w", points=1)' in module


def test_points_of_tests_go_to_what_they_test_and_only_solutions_are_asked_for(tmp_path: Path) -> None:
    solution = (
        "import numpy as np\nx = np.array([1.0, 2.0])\ny = x + 1\n### BEGIN SOLUTION\nz = y * 2\n### END SOLUTION"
    )
    cells = [
        (f"# Exercise 1\n{solution}", {"nbgrader": {"solution": True, "grade": False}}),
        ("assert z.sum() == 10", {"nbgrader": {"solution": False, "grade": True, "points": 3}}),
    ]
    module = draft(notebook(cells), "solution.ipynb", {}).module
    assert loads(module, tmp_path) == {"z": 3}
    assert "SOLUTION" not in module


def test_points_of_a_tag_are_shared_out_by_what_its_cell_computes(tmp_path: Path) -> None:
    cells = [("# Task 1\nx = [1.0, 2.0]\na = sum(x)\nb = max(x)", {"tags": ["points:3"]})]
    assert loads(draft(notebook(cells), "solution.ipynb", {}).module, tmp_path) == {"a": 1.5, "b": 1.5}


def test_functions_are_called_with_what_the_solution_calls_them_with(tmp_path: Path) -> None:
    module = module_of(
        "# Task 1\nimport numpy as np\n"
        "def scaled(x, by):  # points: 2\n    return np.asarray(x) * by\n"
        "scaled(np.random.randn(4, 3), 2.5)\n"
    )
    assert "cases=[(normal(4, 3, n=3, seed=1), 2.5)]" in module
    assert loads(module, tmp_path) == {"scaled": 2}


def test_a_function_whose_cases_cannot_be_told_is_named_with_its_line() -> None:
    drafted = draft(b"# Task 1\ndef f(a, b):  # points: 1\n    return a + b\n", "solution.py", {})
    assert "cases=[...])  # TODO" in drafted.module
    assert [(note.cell, note.line) for note in drafted.notes] == [(0, 2)]
    assert "# - cell 0, line 2: `f`" in drafted.module


def test_names_that_the_handout_provides_are_imported_from_there() -> None:
    text = "# Task 1\nx = [1.0, 2.0]\ny = doubled(x)  # points: 1\n"
    helpers = "def doubled(x):\n    return 2 * x\n"
    assert "from provided.helpers import doubled" in module_of(text, prelude="from helpers import *\n", helpers=helpers)
    missing = draft(text.encode(), "solution.py", {})
    assert any("defines `doubled`" in note.message for note in missing.notes)


def test_a_layer_without_numbers_is_no_given(tmp_path: Path) -> None:
    module = module_of(
        "# Task 1\nimport torch\nx = torch.arange(6.0).reshape(2, 3) - 3\n"
        "relu = torch.nn.ReLU()\ny = relu(x)  # points: 1\n"
    )
    assert "given(x=torch.arange(6.0).reshape(2, 3) - 3)" in module
    assert loads(module, tmp_path) == {"y": 1}


def test_what_is_drawn_at_random_is_each_students_own(tmp_path: Path) -> None:
    module = module_of("# Task 1\nimport numpy as np\nW = np.random.randn(2, 3)\ny = W.sum(axis=0)  # points: 1\n")
    assert 'given_by_student("W", shape=(2, 3))' in module
    assert loads(module, tmp_path) == {"y": 1}


def test_what_is_changed_in_loops_is_computed_by_the_whole_loop(tmp_path: Path) -> None:
    module = module_of(
        "# Task 1\nimport numpy as np\nx = np.array([1.0, 2.0])\nv = np.zeros(2)\n"
        "for step in range(3):\n    v = v + x\nnorm = np.sqrt((v**2).sum())  # points: 1\n"
    )
    assert loads(module, tmp_path) == {"norm": 1}
    assert "    for step in range(3):\n        v = v + x\n" in module


def test_a_draft_is_the_same_however_names_are_hashed(tmp_path: Path) -> None:
    code = (
        "import pathlib; from grader.drafting import draft; "
        "print(draft(pathlib.Path('submissions/chloe.ipynb').read_bytes(), 'chloe.ipynb', {}).module)"
    )
    drafts = set()
    for seed in ("1", "2", "3"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        process = subprocess.run(
            [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, check=True
        )
        drafts.add(process.stdout)
    assert len(drafts) == 1


@pytest.mark.parametrize("text", ["# Task 1\nimport numpy\n", "# %% [markdown]\n# ## Task 1\n# %%\nx = 1\n"])
def test_a_solution_that_asks_for_nothing_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(UsageError, match="points: 2"):
        module_of(text)


def test_what_is_no_notebook_is_refused() -> None:
    with pytest.raises(NotebookRejected):
        draft(b"%PDF-1.7", "solution.pdf", {})


@pytest.mark.parametrize(
    ("headings", "names", "titles"),
    [
        (["## 과제 1: 순전파", "## 과제 2: 역전파"], ["과제 1", "과제 2"], ["순전파", "역전파"]),
        (["# Aufgabe I", "# Aufgabe II – Rückwärts"], ["Aufgabe I", "Aufgabe II"], ["", "Rückwärts"]),
        (["**Exercice 2 (a)** Softmax", "**Exercice 2 (b)**"], ["Exercice 2 (a)", "Exercice 2 (b)"], ["Softmax", ""]),
        (["### 第1問 行列", "### 第2問 勾配"], ["第1問", "第2問"], ["行列", "勾配"]),
        (["## 1. Sums", "## 2. Products"], ["1.", "2."], ["Sums", "Products"]),
        (["# Lab 3", "## Q1. Sums (2 points)", "## Q2. Products"], ["Q1", "Q2"], ["Sums", "Products"]),
        (["## Part A: Sums", "## Part B: Products"], ["Part A", "Part B"], ["Sums", "Products"]),
        (["## Warming up", "## Going on"], ["Warming up", "Going on"], ["", ""]),
        (["## Warming up (2 points)", "## Going on [3 pts]"], ["Warming up", "Going on"], ["", ""]),
        (["## Aufgabe 1 (3 Punkte)", "## Aufgabe 2: Summen (1,5 Punkte)"], ["Aufgabe 1", "Aufgabe 2"], ["", "Summen"]),
        (["## 과제 1 (3점)", "## 과제 2: 합 [배점: 2]"], ["과제 1", "과제 2"], ["", "합"]),
        (["## Exercise 1 – 3 points", "## Exercise 2: Sums [3 pts]"], ["Exercise 1", "Exercise 2"], ["", "Sums"]),
    ],
)
def test_tasks_are_found_in_whatever_way_a_course_numbers_them(
    headings: list[str], names: list[str], titles: list[str], tmp_path: Path
) -> None:
    cells = [
        f"# %% [markdown]\n# {heading}\n# %%\nv{at} = sum([{at}.0, 2.0]) * 2\n" for at, heading in enumerate(headings)
    ]
    module = module_of("\n".join(cells))
    loads(module, tmp_path)
    tasks = load(tmp_path).spec.tasks
    assert [task.heading for task in tasks] == names
    assert [task.title if task.title != task.heading else "" for task in tasks] == titles


NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)
    def forward(self, x):
        return self.layer(x)
"""
LOOP = """
for _ in range(5):
    opt.zero_grad()
    loss = nn.functional.cross_entropy(model(X), y)
    loss.backward()
    opt.step()
"""
SGD = "opt = torch.optim.SGD(model.parameters(), lr=0.5)"
TRAINED = {
    "a layer": f"model = nn.Linear(2, 2)\n{SGD}{LOOP}",
    "a class of one's own": f"{NET}model = Net()\n{SGD}{LOOP}",
    "a list of parameters": f"{NET}model = Net()\nw = [*model.parameters()]\nopt = torch.optim.SGD(w){LOOP}",
    "a schedule": f"{NET}model = Net()\n{SGD}\nplan = torch.optim.lr_scheduler.StepLR(opt, 1)\n{LOOP}    plan.step()\n",
    "layers in a row": f"inner = nn.Linear(2, 2)\nmodel = nn.Sequential(inner, nn.ReLU())\n{SGD}{LOOP}",
    "a function that is given both": (
        f"{NET}def fit(model, opt):{LOOP.replace(chr(10), chr(10) + '    ')}\nmodel = Net()\n{SGD}\nfit(model, opt)\n"
    ),
    "a function that makes the optimiser": (
        f"{NET}def fit(model):\n    {SGD}{LOOP.replace(chr(10), chr(10) + '    ')}\nmodel = Net()\nfit(model)\n"
    ),
    "a function that takes the notebook's": (
        f"{NET}model = Net()\n{SGD}\ndef fit(X, y):{LOOP.replace(chr(10), chr(10) + '    ')}\nfit(X, y)\n"
    ),
    "a class that trains itself": (
        "class Own:\n    def __init__(self):\n        self.w = torch.randn(2, 2)\n"
        "    def __call__(self, X):\n        return X @ self.w\n"
        "    def improve(self, X, y):\n        for _ in range(5):\n            self.w -= 0.1 * (X.T @ (X @ self.w))\n"
        "model = Own()\nmodel.improve(X, y)\n"
    ),
}


@pytest.mark.parametrize("how", TRAINED)
def test_what_is_computed_of_something_trained_is_a_property_with_a_note(how: str, tmp_path: Path) -> None:
    text = (
        "# Task 1\nimport torch\nfrom torch import nn\nX = torch.tensor([[0.0, 1.0], [1.0, 0.0]])\n"
        f"y = torch.tensor([1, 0])\n{TRAINED[how]}\nright = model(X).argmax(1) == y  # points: 1\n"
        "acc = right.float().mean()  # points: 1\n"
    )
    drafted = draft(text.encode(), "solution.py", {})
    assert loads(drafted.module, tmp_path) == {"right_holds": 1, "acc_holds": 1}
    assert sum("comes of training" in note.message for note in drafted.notes) == 2


def test_what_is_trained_without_random_numbers_is_a_value(tmp_path: Path) -> None:
    text = (
        "# Task 1\nimport torch\nX = torch.tensor([1.0, 2.0])\nw = torch.zeros(2, requires_grad=True)\n"
        "opt = torch.optim.SGD([w], lr=0.1)\nfor _ in range(5):\n    loss = ((w - X) ** 2).sum()\n"
        "    opt.zero_grad()\n    loss.backward()\n    opt.step()\nw_end = w.detach() * 1  # points: 1\n"
    )
    module = module_of(text)
    assert loads(module, tmp_path) == {"w_end": 1}
    assert "opt.step()" in module


def test_a_function_without_parameters_that_draws_makes_its_results_random() -> None:
    text = (
        "# Task 1\nimport numpy as np\ndef start():\n    return np.random.randn(3)\n"
        "total = start().sum()  # points: 1\n"
    )
    drafted = draft(text.encode(), "solution.py", {})
    assert any("`total` depends on random numbers" in note.message for note in drafted.notes)


def test_tables_stay_tables_whatever_is_done_with_them_later(tmp_path: Path) -> None:
    module = module_of(
        "# Task 1\nimport numpy as np\nimport pandas as pd\n"
        "df = pd.DataFrame({'g': ['a', 'b', 'a'], 'v': [1.0, 2.0, 3.0]})\n"
        "clean = df[df['v'] > 1]  # points: 1\nmean = clean['v'].mean()  # points: 1\n"
        "far = clean[clean['v'] > mean]  # points: 1\nmost = clean['g'].value_counts().idxmax()  # points: 1\n"
        "said = f'{len(clean)} rows, most of them {most}'  # points: 1\nlogs = np.log(clean['v'])  # points: 1\n"
        "high = logs[logs > 1].index.tolist()  # points: 1\nboth = said + str(len(high))  # points: 1\n"
        "# %%\nclean['w'] = np.where(clean['v'] > 2, 'hi', 'lo')\nhi = (clean['w'] == 'hi').sum()\n"
    )
    assert sum(loads(module, tmp_path).values()) == 8
    assert "clean = clean.detach().numpy()" not in module


@pytest.mark.parametrize(
    ("drawn", "shape"),
    [
        ("rng.normal(size=(N, 3)) * np.array([1.0, 5.0, 10.0]) + 2", "(40, 3)"),
        ("rng.normal(0, 1, (N, 3))", "(40, 3)"),
        ("np.abs(np.random.randn(N, 1)) + np.random.rand(3)", "(40, 3)"),
        ("rng.uniform(-1, 1, N)", "(40,)"),
        ("rng.normal(size=(N, 2)) @ np.eye(2) + rng.normal()", "(40, 2)"),
        ("rng.integers(0, 2, size=N)", "(40,)"),
    ],
)
def test_shapes_of_what_is_drawn_are_those_that_numpy_makes(drawn: str, shape: str, tmp_path: Path) -> None:
    module = module_of(
        f"# Task 1\nimport numpy as np\nrng = np.random.default_rng(0)\nN = 40\nX = {drawn}\n"
        "m = X.mean(axis=0)  # points: 1\n"
    )
    assert f'given_by_student("X", shape={shape})' in module
    assert loads(module, tmp_path) == {"m": 1}


def test_a_shape_that_cannot_be_told_is_named() -> None:
    text = (
        "# Task 1\nimport numpy as np\nn = int(input())\nX = np.random.randn(n, 3) + 1\n"
        "m = X.mean(axis=0)  # points: 1\n"
    )
    drafted = draft(text.encode(), "solution.py", {})
    assert 'given_by_student("X", shape=...)  # TODO: write its shape' in drafted.module
    assert any("shape of `X` can't be told" in note.message and note.line == 4 for note in drafted.notes)


def test_a_variable_that_is_set_anew_is_read_as_it_stands_where_it_is_used(tmp_path: Path) -> None:
    module = module_of(
        "# %%\nimport numpy as np\nA = np.array([[2.0, 1.0], [1.0, 3.0]])\n# %% [markdown]\n# ## Task 1\n# %%\n"
        "B = A.copy()\nB[0, 0] = 5\nx = np.linalg.solve(B, np.ones(2))  # points: 1\n"
        "A = A / np.linalg.norm(A)  # points: 1\ny = A @ x  # points: 1\n"
        "for k in range(3):\n    x = x - 0.1 * (B @ x - 1)\n"
        "# %% [markdown]\n# ## Task 2\n# %%\ncond = np.linalg.cond(A)  # points: 1\nA = A * 2\n"
        "norm = np.linalg.norm(A)  # points: 1\n"
    )
    assert loads(module, tmp_path) == {"x": 1, "A": 1, "y": 1, "cond": 1, "norm": 1}
    values = load(tmp_path).reference.evaluate().values
    A = np.array([[2.0, 1.0], [1.0, 3.0]])
    B = A.copy()
    B[0, 0] = 5
    A = A / np.linalg.norm(A)
    y = A @ np.linalg.solve(B, np.ones(2))
    assert [float(np.round(number, 9)) for number in values["y"]] == [float(np.round(number, 9)) for number in y]
    assert float(values["norm"]) == pytest.approx(2)


def test_a_local_variable_never_has_a_parameters_name(tmp_path: Path) -> None:
    module = module_of(
        "# Task 1\nimport torch\nimport numpy as np\na_t = torch.tensor([1.0, 2.0])\nz_t = a_t * 2  # points: 1\n"
        "z_n = a_t.numpy() * 2  # points: 1\nz = np.array([3.0, 4.0]).sum()\ny_t = z_t * z  # points: 1\n"
        "y_n = z_n * z  # points: 1\n"
    )
    assert loads(module, tmp_path) == {"z.torch": 1, "z.numpy": 1, "y.torch": 1, "y.numpy": 1}
    assert "return z * z_here" in module


def test_defaults_of_parameters_are_kept_and_cases_pass_what_they_are() -> None:
    module = module_of(
        "# Task 1\nimport numpy as np\ndef ridge(X, y, lam=0.1, *, steps=3):  # points: 2\n"
        "    return X.T @ y * lam\nridge(np.array([[1.0, 2.0]]), np.array([1.0]))\n"
    )
    assert "def ridge(X, y, lam=0.1, *, steps=3):" in module
    assert "([[1.0, 2.0]], [1.0], 0.1)" in module
    assert "varying_shape" not in module
    assert "no case can pass: `steps`" in " ".join(module.split())


INTEGRAL = "# Task 1\nimport numpy as np\ndef area(f, n):  # points: 2\n    return f(n)\n"


@pytest.mark.parametrize("passed", ["np.sin", "lambda x: x", "helper", "abs", "math.sin"])
def test_functions_are_no_arguments_of_cases(passed: str) -> None:
    text = f"{INTEGRAL}import math\ndef helper(x):\n    return x\narea({passed}, 3)\n"
    drafted = draft(text.encode(), "solution.py", {})
    assert "cases=[...])  # TODO: write its cases" in drafted.module
    assert any(note.line == 8 and "passes a function" in note.message for note in drafted.notes)
    assert any("no call that can be a case" in note.message for note in drafted.notes)


def test_every_call_and_assertion_makes_a_case(tmp_path: Path) -> None:
    text = (
        "# Task 1\ndef clip(v, low):\n    if low < 0:\n        raise ValueError(low)\n    return max(v, low)\n"
        "assert clip(3, 5) == 5\nassert clip(7, 5) == 7\nprint(clip(3, 5))\n"
        "### BEGIN HIDDEN TESTS\nassert clip(-1, 0) == 0\n### END HIDDEN TESTS\n"
        "try:\n    clip(1, -1)\nexcept ValueError:\n    pass\nelse:\n    assert False\n"
        "with pytest.raises(ValueError):\n    clip(2, -1)\n"
        "try:\n    print(clip(3, -1))\nexcept ValueError as error:\n    print(error)\n"
    )
    drafted = draft(text.encode(), "solution.py", {})
    cases = "(3, 5), (7, 5), (-1, 0), raises(ValueError, 1, -1), raises(ValueError, 2, -1)"
    assert cases in " ".join(drafted.module.split())
    assert loads(drafted.module, tmp_path) == {"clip": 1}
    assert sum("has to raise ValueError" in note.message for note in drafted.notes) == 2
    assert any("may have to raise" in note.message and "(ValueError, 3, -1)" in note.remedy for note in drafted.notes)


def test_functions_of_lists_get_lists_and_those_of_numbers_numbers(tmp_path: Path) -> None:
    module = module_of(
        "# Task 1\ndef firsts(values, n):  # points: 1\n    return (values + [0])[:n]\n"
        "assert firsts([1.0, 2.0, 3.0], 2) == [1.0, 2.0]\nassert firsts([4.0, 5.0], 1) == [4.0]\n"
    )
    assert 'arguments="list"' in module
    assert loads(module, tmp_path) == {"firsts": 1}


def test_a_function_of_columns_is_called_with_what_it_is_applied_to(tmp_path: Path) -> None:
    module = module_of(
        "# Task 1\nimport numpy as np\ndef normalize(X):  # points: 1\n"
        "    return (X - X.mean(axis=0)) / X.std(axis=0)\n"
        "raw = np.random.randn(40, 3) * 5\nmoved = raw + np.array([1.0, 2.0, 3.0])\nX = normalize(moved)\n"
    )
    assert "cases=[normal(40, 3, n=3, seed=1)]" in module
    assert loads(module, tmp_path) == {"normalize": 1}
    guessed = module_of("# Task 1\ndef normalize(X):  # points: 1\n    return (X - X.mean(axis=0)) / X.std(axis=0)\n")
    assert "cases=[normal(3, 4, n=3, seed=1)]" in guessed


@pytest.mark.parametrize(
    ("code", "signs"),
    [
        ("vals, V = np.linalg.eigh(A)\nasked = V", "columns"),
        ("vals, V = np.linalg.eig(A)\norder = np.argsort(vals)\nV = V[:, order]\nasked = V[:, :1].copy()", "columns"),
        ("asked, R = np.linalg.qr(A)", "columns"),
        ("Q, asked = np.linalg.qr(A)", "rows"),
        ("U, s, asked = np.linalg.svd(A)", "rows"),
        ("U, s, Vt = np.linalg.svd(A)\nasked = Vt[:1].T", "columns"),
        ("asked = -np.linalg.eigh(A)[1][:, -1]", "whole"),
        ("vals, V = np.linalg.eigh(A)\nasked = V[:, np.argmax(vals)]", "whole"),
        ("U, s, Vt = np.linalg.svd(A)\nasked = A @ Vt.T", "columns"),
        ("asked = torch.linalg.eigh(torch.tensor([[2.0, 1.0], [1.0, 3.0]])).eigenvectors", "columns"),
        ("vals, V = np.linalg.eigh(A)\nasked = vals[::-1]", ""),
        ("U, s, Vt = np.linalg.svd(A)\nasked = U @ np.diag(s) @ Vt", ""),
    ],
)
def test_vectors_of_decompositions_are_compared_up_to_their_signs(code: str, signs: str, tmp_path: Path) -> None:
    text = f"# Task 1\nimport numpy as np\nimport torch\nA = np.array([[2.0, 1.0], [1.0, 3.0]])\n{code}  # points: 1\n"
    drafted = draft(text.encode(), "solution.py", {})
    points = loads(drafted.module, tmp_path)
    assert points["asked"] in (1, 0.5, pytest.approx(1 / 3, abs=1e-3))
    (quantity,) = (check for task in load(tmp_path).spec.tasks for check in task.checks if check.id == "asked")
    assert quantity.tolerance.sign == (signs or "exact")
    assert any("`asked`" in note.message and "sign" in note.message for note in drafted.notes) == (
        bool(signs) or "Vt" in code
    )


def test_points_of_a_heading_are_its_tasks_and_shared_out_by_checks_that_have_none(tmp_path: Path) -> None:
    module = module_of(
        "# %% [markdown]\n# ## Task 1 (3 points)\n# %%\nx = [1.0, 2.0]\na = sum(x) * 2\nb = max(x) * 2\n"
        "# %% [markdown]\n# ## Task 2: Both\n# (4 Punkte)\n# %%\nc = a + b  # Punkte: 1\nd = a - b\n"
        "# %% [markdown]\n# ## Task 3\n# %%\ne = c + d  # 점수: 2,5\n"
    )
    assert loads(module, tmp_path) == {"a": 1.5, "b": 1.5, "c": 1, "d": 3, "e": 2.5}


def test_points_that_do_not_add_up_are_named() -> None:
    text = "# %% [markdown]\n# ## Task 1 (3 points)\n# %%\na = sum([1.0, 2.0]) * 2  # points: 2\n"
    drafted = draft(text.encode(), "solution.py", {})
    assert any("says 3 points, and what is asked in it has 2" in note.message for note in drafted.notes)


def test_what_is_left_out_is_named_once_a_task() -> None:
    text = (
        "# %% [markdown]\n# ## Task 1\n# %%\ndef double(x):\n    return 2 * x\n"
        "def fit(X):\n    return double(X), [1.0]\nW, losses = fit(3.0)\ntotal = sum(losses)  # points: 1\n"
        "# %% [markdown]\n# ## Task 2\n# %%\ntotal = total + 1  # points: 1\nlast = total * 2  # points: 1\n"
    )
    drafted = draft(text.encode(), "solution.py", {})
    said = [note for note in drafted.notes if "left out" in note.message]
    assert [note.message for note in said] == [
        "Task 1: left out `double`, `fit`, `W`, `losses`.",
        "`total` is asked for in Task 1 already, so that it was left out here.",
    ]
    assert said[0].remedy == "Say `# points: 1` behind what counts."


def test_what_no_program_can_judge_is_a_persons(tmp_path: Path) -> None:
    graded = {"solution": True, "grade": True}
    cells = [
        ("## Task 1\n\nWhy is it exact for lines?", {}),
        ("Because it is one.", {"nbgrader": graded | {"grade_id": "why-so", "points": 2}}),
        ("plt.plot([1.0, 2.0])", {"nbgrader": graded | {"grade_id": "plot", "points": 1}}),
        (
            "x = [1.0, 2.0]\ntotal = sum(x) * 2  # points: 1\nshow(x)  # points: 0.5",
            {"nbgrader": {"solution": True}},
        ),
        ("model = Net()  # points: 2", {"nbgrader": {"solution": True}}),
    ]
    drafted = draft(notebook(cells), "solution.ipynb", {})
    points = loads(drafted.module, tmp_path)
    assert points == {"why_so": 2, "plot": 1, "total": 1, "shown_3_3": 0.5, "model": 2}
    assert 'task_1.person("why_so", title="Why is it exact for lines?", points=2)' in drafted.module
    assert sum("a person judges it" in note.message for note in drafted.notes) == 4


def test_cells_that_test_the_same_add_their_points(tmp_path: Path) -> None:
    tests = {"solution": False, "grade": True}
    cells = [
        ("## Task 1", {}),
        ("def double(x):\n    return 2 * x", {"nbgrader": {"solution": True}}),
        ("assert double(2) == 4", {"nbgrader": tests | {"points": 1}}),
        ("### BEGIN HIDDEN TESTS\nassert double(3) == 6\n### END HIDDEN TESTS", {"nbgrader": tests | {"points": 2}}),
    ]
    module = draft(notebook(cells), "solution.ipynb", {}).module
    assert loads(module, tmp_path) == {"double": 3}
    assert "cases=[2, 3]" in module


def test_a_cell_that_is_no_python_is_named_with_its_line() -> None:
    broken = "# %% [markdown]\n# ## Task 1\n# %%\nx = [1.0]\ny = sum(x) *\n"
    with pytest.raises(UsageError, match=r"cell 1, line 2: invalid syntax"):
        module_of(broken)
    drafted = draft(f"{broken}# %%\nz = 2 * max([1.0, 2.0])  # points: 1\n".encode(), "solution.py", {})
    (note,) = (note for note in drafted.notes if "no Python" in note.message)
    assert (note.cell, note.line, note.remedy) == (1, 2, "Mend it, and draft again into another folder.")


def test_points_of_a_training_are_for_what_it_assigns(tmp_path: Path) -> None:
    text = (
        f"# Task 1\nimport torch\nfrom torch import nn\nX = torch.tensor([[0.0, 1.0]])\n{NET}"
        "def epoch(model, opt):\n    loss = (model(X) ** 2).sum()\n    loss.backward()\n    opt.step()\n"
        f"    return loss.item()\nmodel = Net()\n{SGD}\nhistory = [epoch(model, opt) for _ in range(3)]  # points: 2\n"
        "verdict = 'good' if history[-1] < 1 else 'bad'  # points: 1\n"
    )
    drafted = draft(text.encode(), "solution.py", {})
    assert loads(drafted.module, tmp_path) == {"history_holds": 2, "verdict_holds": 1}
    assert "return bool(verdict)" in drafted.module


def test_lists_of_unequal_lists_are_arguments(tmp_path: Path) -> None:
    module = module_of(
        "# Task 1\ndef flat(rows):  # points: 1\n    return [x for row in rows for x in row]\n"
        "assert flat([[1, 2], [3]]) == [1, 2, 3]\nassert flat([]) == []\n"
    )
    assert loads(module, tmp_path) == {"flat": 1}


def test_signs_are_free_through_assignments_of_several_names(tmp_path: Path) -> None:
    drafted = draft(
        b"# Task 1\nimport numpy as np\nA = np.array([[2.0, 1.0], [1.0, 3.0]])\nw, V = np.linalg.eigh(A)\n"
        b"order = np.argsort(w)[::-1]\nw, V = w[order], V[:, order]  # points: 2\n",
        "solution.py",
        {},
    )
    assert drafted.module.count('tolerance=Tolerance(sign="columns")') == 1
    assert ["`V`" in note.message for note in drafted.notes if "sign" in note.message] == [True]


def test_what_a_function_gives_may_be_text_for_some_numbers(tmp_path: Path) -> None:
    module = module_of(
        "# Task 1\ndef fizz(n):  # points: 1\n    if n % 15 == 0:\n        return 'FizzBuzz'\n"
        "    return 'Fizz' if n % 3 == 0 else n\ndef test_fizz():\n    assert fizz(3) == 'Fizz'\n"
        "    assert fizz(4) == 4\ntest_fizz()\n"
    )
    assert "cases=[3, 4], varying_shape=True" in module
    assert loads(module, tmp_path) == {"fizz": 1}


def test_gradients_of_what_is_changed_by_hand_are_those_at_their_place(tmp_path: Path) -> None:
    module = module_of(
        "# Task 1\nimport torch\nx = torch.tensor([1.0, 2.0])\nw = torch.tensor([0.5, 0.25], requires_grad=True)\n"
        "cost = ((w * x) ** 2).sum()  # points: 1\ncost.backward()\ngrad = w.grad.clone()  # points: 1\n"
        "with torch.no_grad():\n    w -= 0.1 * w.grad\nnew = (w * x).sum().item()  # points: 1\n"
    )
    assert loads(module, tmp_path) == {"cost": 1, "grad": 1, "new": 1}
    values = load(tmp_path).reference.evaluate().values
    assert [float(number) for number in values["grad"]] == pytest.approx([1.0, 2.0])
    assert float(values["new"]) == pytest.approx(0.4 + 2 * 0.05)


def test_what_a_function_changes_in_place_is_changed_where_it_is_called(tmp_path: Path) -> None:
    module = module_of(
        "# Task 1\nimport numpy as np\nw = {'a': np.zeros(2)}\nv = np.zeros(2)\ndef step(w, v):\n"
        "    w['a'] += 1.0\n    v -= 2.0\n    return 0.0\nfor _ in range(3):\n    step(w, v)\nstep(w, v)\n"
        "a = w['a'] * 1  # points: 1\nb = v * 1  # points: 1\n"
    )
    assert loads(module, tmp_path) == {"a": 1, "b": 1}
    values = load(tmp_path).reference.evaluate().values
    assert [float(values[name][0]) for name in "ab"] == [4, -8]


def test_points_of_a_heading_are_also_those_of_its_texts(tmp_path: Path) -> None:
    essay = {"nbgrader": {"solution": True, "grade": True, "points": 2, "grade_id": "why"}}
    cells = [
        ("## Task 1 (5 points)", {}),
        ("x = [1.0, 2.0]\ntotal = sum(x) * 2", {}),
        ("Because they add up.", essay),
        ("## Task 2: Discussion (4 points)", {}),
        ("Because I say so.", {}),
    ]
    assert loads(draft(notebook(cells), "s.ipynb", {}).module, tmp_path) == {"total": 3, "why": 2, "answer_to_2": 4}


def test_what_a_statement_binds_in_passing_has_none_of_its_points() -> None:
    module = module_of(
        "# Task 1\nwith open('data.txt') as file:\n    text = file.read()  # points: 1\n"
        "total = 0\nfor number in [1.0, 2.0]:\n    total += number  # points: 2\n"
    )
    assert "points=3" in module
    assert "def text()" in module
    assert "def total()" in module
    assert "def file(" not in module
    assert "def number(" not in module


def test_points_inside_a_statement_are_all_counted(tmp_path: Path) -> None:
    module = module_of(
        "# Task 1\ndef double(x):\n    # points: 2\n    return 2 * x\nassert double(2) == 4\na = b = 0\n"
        "for k in range(3):\n    a += k  # points: 1\n    b -= k  # points: 2\n"
    )
    assert loads(module, tmp_path) == {"double": 2, "a": 1.5, "b": 1.5}
    assert "points: " not in module.split("# What")[0]
