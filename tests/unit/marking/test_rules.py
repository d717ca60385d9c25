"""What answers may be computed with: breaches are found, and nobody is accused of one that isn't there."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.assignment.loading import Loaded, load
from grader.errors import AssignmentError
from grader.marking import mark_submission
from grader.records import CallResult, CallsMade, Flag, Grade, Scalar
from tests.in_process import execute, notebook
from tests.unit.marking.test_mark import mark, verdicts

ASSIGNMENT = """
import torch
from grader import Assignment, version
a = Assignment("a", title="A", points=4, broken_rules="{policy}",
               versions={{"torch": "{{}}_t", "numpy": version("{{}}_n", forbid=["torch"])}})
a.given(X=[[1.0, 2.0], [3.0, 4.0]], b=[1.0, 1.0])
one = a.task("Task 1", title="One", forbid={{"numpy": "numpy.linalg.inv"}})


@one.value(points=1)
def z(X):
    'The product.'
    return X @ X


@one.value(points=1, require={{"numpy": ["numpy.linalg.solve"]}})
def s(X, b):
    'The solution.'
    return torch.linalg.solve(X, b)
"""
SOLVED = "s_t = torch.linalg.solve(X_t, b_t)\ns_n = np.linalg.solve(X, b)"
START = f"""import numpy as np
import torch
X = np.array([[1.0, 2.0], [3.0, 4.0]])
b = np.ones(2)
X_t, b_t = torch.tensor(X), torch.tensor(b)
z_t = X_t @ X_t
{SOLVED}"""

RIGHT = {
    "plainly": "z_n = X @ X",
    "compared afterwards": "z_n = X @ X\nassert np.allclose(z_n, z_t.numpy())\nprint(np.abs(z_n - z_t.numpy()).max())",
    "a given from a tensor": "X = torch.tensor([[1.0, 2.0], [3.0, 4.0]]).numpy()\nz_n = X @ X",
    "an input from a tensor": "A = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64).numpy()\nz_n = A @ A",
    "an input that was stacked": (
        "A_t = torch.stack([torch.tensor([1., 2.]), torch.tensor([3., 4.])])\nA = A_t.detach().numpy()\nz_n = A @ A"
    ),
    "an input that was scaled": "A_t = torch.tensor([[10., 20.], [30., 40.]]) / 10\nA = A_t.numpy()\nz_n = A @ A",
    "a given computed by the handout": "X = torch.sqrt(torch.tensor(X) ** 2).numpy()\nz_n = X @ X",
    "shapes of tensors": "z_n = (X @ X).reshape(X_t.shape[0], X_t.size(1))[:len(X_t)]",
    "a helper": "def product(p, q):\n    return p @ q\nz_n = product(X, X)",
    "a helper that checks itself": (
        "def product(p, q):\n    made = p @ q\n    assert torch.is_tensor(torch.tensor(made))\n"
        "    print((torch.tensor(p) @ torch.tensor(q)).numpy() - made)\n    return made\nz_n = product(X, X)"
    ),
    "a helper for both kinds": (
        "def to_numpy(v):\n    if isinstance(v, torch.Tensor):\n        return v.detach().numpy()\n"
        "    return np.array(v)\nz_n = to_numpy(X) @ to_numpy(X)"
    ),
    "a helper of both versions, called with arrays": (
        "def square(v):\n    return v @ v\nz_t = square(X_t)\nz_n = square(X)"
    ),
    "a helper that was another before": (
        "def f(v):\n    return torch.tensor(v) @ torch.tensor(v)\nz_t = f(X)\ndef f(v):\n    return v @ v\nz_n = f(X)"
    ),
    "both from one function": "def both():\n    return X_t @ X_t, X @ X\nz_t, z_n = both()",
    "both in one dict": "found = {}\nfound['t'] = X_t @ X_t\nfound['n'] = X @ X\nz_n = found['n']",
    "both in one object": (
        "class Net:\n    def __init__(self):\n        self.t = X_t @ X_t\n        self.n = X @ X\n"
        "    def torch_one(self):\n        return torch.relu(self.t)\n    def numpy_one(self):\n        return self.n\n"
        "net = Net()\nz_n = net.numpy_one()"
    ),
    "a name that was a tensor before": "z_n = X_t @ X_t\nz_n = X @ X",
    "in a branch": "if torch.is_tensor(X_t):\n    z_n = X @ X",
    "a branch that isn't taken": "z_n = X @ X\nif False:\n    z_n = (X_t @ X_t).numpy()",
    "overwritten in a loop": "for A in [X_t, X]:\n    z_n = None\nz_n = X @ X",
    "shadowed by a parameter": "def f(torch):\n    return torch @ torch\nz_n = f(X)",
    "shadowed by a variable": "torch = X\nz_n = torch @ torch",
    "shadowed in a comprehension": (
        "z_n = np.array([[sum(torch * c for torch, c in zip(r, k)) for k in X.T] for r in X])"
    ),
    "loops": (
        "z_n = np.zeros((2, 2))\nfor i in range(2):\n    for j in range(2):\n        for k in range(2):\n"
        "            z_n[i, j] += X[i, k] * X[k, j]"
    ),
    "an alias of numpy": "import numpy\nm = numpy.matmul\nz_n = m(X, X)",
    "a lambda": "f = lambda v: v @ v\nz_n = f(X)",
    "the inverse elsewhere": "z_n = X @ X\ninverse = np.linalg.inv(X)",
    "seeds and settings": "torch.manual_seed(0)\ntorch.set_printoptions(precision=4)\nz_n = X @ X",
    "under no_grad": "with torch.no_grad():\n    z_n = X @ X",
    "weights of a layer": ("layer = torch.nn.Linear(2, 2)\nW = layer.weight.detach().numpy()\nz_n = X @ X + 0 * W"),
    "batches of a loader": (
        "from torch.utils.data import DataLoader, TensorDataset\n"
        "for (batch,) in DataLoader(TensorDataset(X_t), batch_size=2):\n    B = batch.numpy()\nz_n = B @ B"
    ),
    "weights of a module": (
        "class Net(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.fc = torch.nn.Linear(2, 2)\n    def forward(self, v):\n        return self.fc(v)\n"
        "net = Net()\nW = net.fc.weight.detach().numpy()\nz_n = X @ X + 0 * W"
    ),
    "a later cell's mistake": "z_n = X @ X",
}
BREACHES = {
    "converted": "z_n = z_t.numpy()",
    "detached": "z_n = z_t.detach().cpu().numpy()",
    "in an array": "z_n = np.asarray(z_t)",
    "item by item": "z_n = np.array([[z_t[i, j].item() for j in range(2)] for i in range(2)])",
    "by a list": "z_n = np.asarray(z_t.tolist())",
    "computed there": "z_n = torch.matmul(torch.tensor(X), torch.tensor(X)).numpy()",
    "by operators": "A = torch.tensor(X)\nz_n = (A @ A).numpy()",
    "by methods": "A = torch.from_numpy(X)\nz_n = A.mm(A).numpy()",
    "through a helper": "def f(v):\n    v = torch.tensor(v)\n    return (v @ v).numpy()\nz_n = f(X)",
    "through two helpers": (
        "def g(v):\n    return torch.mm(v, v)\ndef f(v):\n    return g(torch.tensor(v)).numpy()\nz_n = f(X)"
    ),
    "through a lambda": "f = lambda v: torch.mm(torch.tensor(v), torch.tensor(v)).numpy()\nz_n = f(X)",
    "through a class": (
        "class F:\n    def go(self, v):\n        self.v = torch.tensor(v)\n        return (self.v @ self.v).numpy()\n"
        "z_n = F().go(X)"
    ),
    "through another name": "found = z_t\nother = found\nz_n = other.numpy()",
    "by a layer": "layer = torch.nn.Identity()\nz_n = layer(X_t @ X_t).numpy()",
    "by a gradient": (
        "P = torch.tensor(X, requires_grad=True)\n((P @ P @ P).trace() / 3).backward()\nz_n = P.grad.numpy().T"
    ),
    "under an alias": "import torch as numpy_\nz_n = numpy_.mm(numpy_.tensor(X), numpy_.tensor(X)).numpy()",
    "from an import": "from torch import mm as product, tensor as t\nz_n = product(t(X), t(X)).numpy()",
    "imported in a function": (
        "def f():\n    import torch as u\n    return u.mm(u.tensor(X), u.tensor(X)).numpy()\nz_n = f()"
    ),
    "by getattr": "z_n = getattr(torch, 'mm')(torch.tensor(X), torch.tensor(X)).numpy()",
    "by __import__": "z_n = __import__('torch').mm(X_t, X_t).numpy()",
    "element by element": (
        "z_n = np.zeros((2, 2))\nfor i in range(2):\n    for j in range(2):\n"
        "        z_n[i, j] = torch.dot(X_t[i], X_t[:, j])"
    ),
    "in either branch": "if X.sum() > 0:\n    z_n = z_t.numpy()\nelse:\n    z_n = torch.mm(X_t, X_t).numpy()",
    "appended": "rows = []\nfor r in X_t:\n    rows.append((r @ X_t).numpy())\nz_n = np.array(rows)",
    "by einsum": "z_n = torch.einsum('ij,jk->ik', X_t, X_t).numpy()",
    "unpacked": "z_n, other = z_t.numpy(), 1",
    "by a path": "kept = {'z': z_t}\nz_n = kept['z'].numpy()",
    "with a global": "def f():\n    global z_n\n    z_n = z_t.numpy()\nf()",
    "in a comprehension": "z_n = np.array([(r @ X_t).numpy() for r in X_t])",
    "with out=": "z_n = np.empty((2, 2))\nnp.copyto(z_n, z_t.numpy())\nz_n = z_n + 0 * z_t.numpy()",
    "updated": "z_n = np.zeros((2, 2))\nz_n += z_t.numpy()",
    "sliced into": "z_n = np.zeros((2, 2))\nz_n[:] = z_t.numpy()",
    "through map": "z_n = np.array(list(map(lambda r: (r @ X_t).numpy(), X_t)))",
    "the inverse": "z_n = np.linalg.inv(np.linalg.inv(X @ X))",
    "the inverse under an alias": "import numpy.linalg as la\nz_n = la.inv(la.inv(X @ X))",
    "the inverse by a name": "inv = np.linalg.inv\nz_n = inv(inv(X @ X))",
    "the inverse from an import": "from numpy.linalg import inv as f\nz_n = f(f(X @ X))",
}
UNCLEAR = {
    "getattr": "name = 'm' + 'm'\nz_n = getattr(torch, name)(torch.tensor(X), torch.tensor(X)).numpy()",
    "exec": "exec('z_n = z_t.numpy()')",
    "eval": "z_n = eval('z_t.numpy()')",
    "a star": "from torch import *\nz_n = mm(tensor(X), tensor(X)).numpy()",
    "a condition": "z_n = X @ X\nif X.sum() > 100:\n    z_n = z_t.numpy()",
}


def ruled(folder: Path, policy: str = "flag") -> Loaded:
    (folder / "assignment.py").write_text(ASSIGNMENT.format(policy=policy), encoding="utf-8")
    return load(folder)


def flags(grade: Grade, check: str = "z.numpy") -> list[Flag]:
    codes = {"forbidden-name", "required-name", "rule-unclear"}
    return [flag for flag in grade.flags if flag.code in codes and flag.check == check]


@pytest.mark.parametrize("case", RIGHT)
def test_nobody_is_accused_of_a_breach_that_is_not_there(tmp_path: Path, case: str) -> None:
    grade = mark(ruled(tmp_path, "lose"), notebook(START, RIGHT[case], "y = z_t.numpy()\nz_n = z_n + 0"))
    assert flags(grade) == []
    assert verdicts(grade)["z.numpy"] == ("correct", 1)


@pytest.mark.parametrize("case", BREACHES)
def test_a_breach_is_flagged_with_its_cell_and_line(tmp_path: Path, case: str) -> None:
    grade = mark(ruled(tmp_path), notebook(START, BREACHES[case]))
    (flag,) = flags(grade)
    assert (flag.code, flag.cell in {0, 1}) == ("forbidden-name", True)
    assert f"cell {flag.cell}, line " in str(flag.message)
    assert verdicts(grade)["z.numpy"] == ("correct", 1)


@pytest.mark.parametrize("case", BREACHES)
def test_a_breach_loses_the_points_of_its_check_where_the_assignment_says_so(tmp_path: Path, case: str) -> None:
    grade = mark(ruled(tmp_path, "lose"), notebook(START, BREACHES[case]))
    assert verdicts(grade) == {
        "z.torch": ("correct", 1),
        "z.numpy": ("incorrect", 0),
        "s.torch": ("correct", 1),
        "s.numpy": ("correct", 1),
    }
    check = next(check for check in grade.checks if check.id == "z.numpy")
    assert check.reason == "broken-rule"


@pytest.mark.parametrize("case", UNCLEAR)
def test_what_syntax_cannot_tell_is_left_to_a_person_and_costs_nothing(tmp_path: Path, case: str) -> None:
    grade = mark(ruled(tmp_path, "lose"), notebook(START, UNCLEAR[case]))
    (flag,) = flags(grade)
    assert flag.code == "rule-unclear"
    assert verdicts(grade)["z.numpy"] == ("correct", 1)


def test_what_is_required_is_looked_for_in_what_the_answer_depends_on(tmp_path: Path) -> None:
    loaded = ruled(tmp_path, "lose")
    inverted = "z_n = X @ X\ns_n = np.linalg.pinv(X) @ b\nassert np.allclose(s_n, np.linalg.solve(X, b))"
    grade = mark(loaded, notebook(START, inverted))
    (flag,) = flags(grade, "s.numpy")
    assert (flag.code, flag.cell) == ("required-name", 1)
    assert verdicts(grade)["s.numpy"] == ("incorrect", 0)
    for right in (
        "from numpy.linalg import solve\ns_n = solve(X, b)",
        "import numpy.linalg as la\ndef f(A, c):\n    return la.solve(A, c)\ns_n = f(X, b)",
        "from scipy import linalg\nfrom helpers_of_the_course import solved\ns_n = solved(X, b)",
    ):
        made = right if "helpers" not in right else "s_n = np.linalg.solve(X, b)"
        assert flags(mark(loaded, notebook(START, f"z_n = X @ X\n{made}")), "s.numpy") == []


SETUP = "features = torch.sqrt(X_t * X_t).numpy()\nz_n = features"


@pytest.mark.parametrize(
    ("cells", "accused"),
    [
        ((START, SETUP, "## Task 1", f"{SOLVED}\nz_n = features @ features"), False),
        ((START, "## Task 1", SETUP, f"{SOLVED}\nz_n = features @ features"), True),
        ((START, "z_n = z_t.numpy()", "## Task 1", SOLVED), True),
        ((START, "found = z_t.numpy()", "## Task 1", f"{SOLVED}\nz_n = found"), False),
        ((START, "def f():\n    return z_t.numpy()", "## Task 1", f"{SOLVED}\nz_n = f()"), True),
    ],
)
def test_what_stands_before_all_tasks_gets_the_data_ready(
    tmp_path: Path, cells: tuple[str, ...], accused: bool
) -> None:
    grade = mark(ruled(tmp_path), notebook(*cells))
    assert [flag.code for flag in flags(grade)] == ["forbidden-name"] * accused


def test_the_nearest_use_is_named(tmp_path: Path) -> None:
    grade = mark(ruled(tmp_path), notebook(START, "A = X + 0\n\nz_n = z_t.numpy()"))
    (flag,) = flags(grade)
    assert str(flag.message) == (
        "`z_n` is computed with values of `torch` in cell 1, line 3, where `torch` is not to be used."
    )


FUNCTION = """
import torch
from grader import Assignment
a = Assignment("a", title="A", points=1, broken_rules="lose")
one = a.task("Task 1", title="One")


@one.function(points=1, cases=[[1.0, -1.0], [0.5, 2.0]], forbid=["numpy.maximum", "torch"])
def relu(x):
    'Rectified.'
    return torch.relu(x)
"""


@pytest.mark.parametrize(
    ("code", "accused"),
    [
        ("import numpy as np\ndef relu(x):\n    return np.where(x > 0, x, 0)", False),
        ("import numpy as np\nrelu = lambda x: np.maximum(x, 0)", True),
        ("import numpy as np\ndef relu(x):\n    return np.maximum(x, 0)", True),
        ("import torch\ndef relu(x):\n    return torch.relu(torch.tensor(x)).numpy()", True),
        ("import torch\ndef relu(x):\n    return torch.tensor(x).clamp(min=0).numpy()", True),
        ("import numpy as np\nimport torch\ndef relu(x):\n    return x * (x > 0)\nprint(torch.ones(1))", False),
    ],
)
def test_functions_have_rules_too(tmp_path: Path, code: str, accused: bool) -> None:
    (tmp_path / "assignment.py").write_text(FUNCTION, encoding="utf-8")
    loaded, handed_in = load(tmp_path), notebook(code)
    (asked,) = loaded.spec.checks[0].calls
    results = tuple(CallResult(status="returned", value=Scalar(value=0.0)) for _ in range(asked.count))
    made = CallsMade(calls=asked, after_cell=0, found="relu", results=results)
    execution = replace(execute(loaded.spec, handed_in), calls=(made,))
    grade = mark_submission(loaded.spec, loaded.reference, handed_in, (execution,))
    found = [flag.code for flag in grade.flags if flag.code == "forbidden-name"]
    assert found == (["forbidden-name"] if accused else [])


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ('forbid=["np.linalg.inv"]', "'numpy.linalg.inv'"),
        ("forbid=7", "no list of names"),
        ('forbid=["numpy linalg"]', "no dotted name"),
        ('forbid={"numpie": ["torch"]}', "numpie"),
        ('forbid="numpy", require="numpy.linalg.solve"', "both required and forbidden"),
    ],
)
def test_rules_that_cannot_be_meant_are_refused_at_their_line(tmp_path: Path, written: str, message: str) -> None:
    text = FUNCTION.replace('forbid=["numpy.maximum", "torch"]', written)
    (tmp_path / "assignment.py").write_text(text, encoding="utf-8")
    with pytest.raises(AssignmentError) as caught:
        load(tmp_path)
    assert caught.value.line == 8
    assert message in f"{caught.value} {caught.value.remedy}"


UNRELATED = (
    "aside = torch.relu(X_t)",
    "print(z_t.numpy())",
    "def unused(v):\n    return torch.mm(v, v)",
    "import torch.nn as nn\nlayer = nn.Linear(2, 2)",
    "for step in range(3):\n    total = X_t.sum() * step",
    "class Unused:\n    def go(self):\n        return torch.ones(2)",
    "this is no Python",
    "exec('q = 1')",
    "difference = np.abs(z_t.numpy()).sum()",
    "from math import *",
    "raise ValueError('here')",
)


@settings(max_examples=60, deadline=None)
@given(
    case=st.sampled_from([*RIGHT, *BREACHES]),
    before=st.lists(st.sampled_from(UNRELATED), max_size=3),
    after=st.lists(st.sampled_from(UNRELATED), max_size=3),
)
def test_unrelated_cells_change_no_verdict(
    tmp_path_factory: pytest.TempPathFactory, case: str, before: list[str], after: list[str]
) -> None:
    loaded = ruled(tmp_path_factory.mktemp("assignment"))
    code = RIGHT.get(case) or BREACHES[case]
    alone = mark(loaded, notebook(START, code))
    among = mark(loaded, notebook(START, *before, code, *after))
    assert [flag.code for flag in flags(among)] == [flag.code for flag in flags(alone)]
    assert verdicts(among)["z.numpy"] == verdicts(alone)["z.numpy"]
    assert Fraction(1) == verdicts(among)["z.numpy"][1]
