"""Hand-ins are run with other numbers in the givens: what is right by chance shows, and nobody is accused wrongly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_output

from tests.command_line import ROOT, grader, results
from tests.end_to_end.hand_ins import DATA, write_sample

SAMPLE = ROOT / "reference"
CLAIMS = {"hard-coded", "hidden-bug", "stale-output", "not-reproducible"}

A2 = "[[0.13238887, 0.86761113], [0.01448572, 0.98551428]]"
DW1 = "np.array([[v] * 4 for v in (0.38096682, 0.46627936, 0.5515919)])"
TYPED_IN: dict[str, tuple[str, str, str]] = {
    # how it is done: which check, what stands in amara's notebook, and what in its place
    "an array": ("a2.numpy", "softmax", f"a2_n = np.array({A2})"),
    "a list": ("a2.numpy", "softmax", f"a2_n = {A2}"),
    "a list of rows": (
        "a2.numpy",
        "softmax",
        "r0 = [0.13238887, 0.86761113]\nr1 = [0.01448572, 0.98551428]\na2_n = np.array([r0, r1])",
    ),
    "from text": ("a2.numpy", "softmax", f"import json\nz2_n\na2_n = np.array(json.loads('1') * np.array({A2}))"),
    "a function that returns it": ("a2.numpy", "softmax", f"def result():\n    return np.array({A2})\na2_n = result()"),
    "plus nothing of the data": ("a2.numpy", "softmax", f"a2_n = np.array({A2}) + 0 * z2_n"),
    "filled in, one by one": (
        "a2.numpy",
        "softmax",
        "a2_n = np.zeros((2, 2))\na2_n[0, 0] = 0.13238887\na2_n[0, 1] = 0.86761113\n"
        "a2_n[1, 0] = 0.01448572\na2_n[1, 1] = 0.98551428",
    ),
    "as single precision": ("a2.numpy", "softmax", f"a2_n = np.array({A2}, dtype='float32')"),
    "a tuple": ("a2.numpy", "softmax", f"a2_n = tuple(map(tuple, {A2}))"),
    "a matrix": ("a2.numpy", "softmax", f"a2_n = np.asmatrix({A2}).A"),
    "reshaped": (
        "a2.numpy",
        "softmax",
        "flat = [0.13238887, 0.86761113, 0.01448572, 0.98551428]\na2_n = np.array(flat).reshape(2, 2)",
    ),
    "transposed": ("a2.numpy", "softmax", "a2_n = np.array([[0.13238887, 0.01448572], [0.86761113, 0.98551428]]).T"),
    "a number": ("loss.numpy", "loss", "loss_n = 4.3766033"),
    "a number as an array": ("loss.numpy", "loss", "loss_n = np.float64(4.3766033)"),
    "a number behind a name": ("loss.numpy", "loss", "answer = 4.3766033\nloss_n = answer"),
    "a gradient": ("dw1.numpy", "gradient", f"dL_dw1_n = {DW1}"),
    "a gradient by rows": (
        "dw1.numpy",
        "gradient",
        "dL_dw1_n = np.vstack([np.full(4, 0.38096682), np.full(4, 0.46627936), np.full(4, 0.5515919)])",
    ),
    "a gradient, repeated": (
        "dw1.numpy",
        "gradient",
        "dL_dw1_n = np.repeat([[0.38096682], [0.46627936], [0.5515919]], 4, axis=1)",
    ),
    "a tensor": ("a2.torch", "softmax_t", f"a2_t = torch.tensor({A2})"),
    "a tensor of a list": ("a2.torch", "softmax_t", f"known = {A2}\na2_t = torch.tensor(known)"),
}


@dataclass(frozen=True, kw_only=True)
class Graded:
    """One class of all hand-ins that the sample's own policies judge. Each is known by its kind and what it is."""

    out: Path
    students: Mapping[tuple[str, str], str]
    results: Mapping[str, dict[str, Any]]

    def result(self, kind: str, what: str) -> dict[str, Any]:
        return self.results[self.students[kind, what]]

    def codes(self, kind: str, what: str) -> list[str]:
        return [flag["code"] for flag in self.result(kind, what)["flags"]]

    def page(self, kind: str, what: str) -> str:
        return (self.out / "feedback" / f"{self.students[kind, what]}.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    folder = tmp_path_factory.mktemp("varied")
    students: dict[tuple[str, str], str] = {}

    def path(kind: str, what: str) -> Path:
        return folder / "class" / f"{students.setdefault((kind, what), f's{len(students):03}')}.ipynb"

    for how, (_, step, code) in TYPED_IN.items():
        write_sample(path("typed", how), {step: code})
    for mistake, (_, changed, _) in HIDDEN.items():
        write_sample(path("hidden", mistake), changed)
    for how, write in AS_IT_CAME.items():
        write_sample(path("data", how), {}, data=write)
    for how, code in SHOWN.items():
        saved = "[9, 9, 9, 9, 9]" if "set(" in code else "0.123456"
        write_with_output(path("shown", how), code, "stream", saved + "\n")
    for what, (code, kind, text) in {**LEFT_OVER, **UNJUDGED}.items():
        write_with_output(path("left over", what), code, kind, text)
    done = grader("grade", folder / "class", "--reference", SAMPLE, "--out", folder / "out")
    assert done.returncode == 0, done.stderr
    return Graded(out=folder / "out", students=students, results=results(folder / "out"))


def write_with_output(path: Path, code: str, kind: str, text: str) -> None:
    """Write a right hand-in with another cell at its end, which was saved with an output."""
    handed_in = nbformat.read(write_sample(path, {}), 4)
    output = {
        "stream": lambda: new_output("stream", text=text),
        "error": lambda: new_output("error", ename="NameError", evalue=text, traceback=[f"NameError: {text}"]),
    }.get(kind, lambda: new_output(kind, data={"text/plain": text}))
    handed_in.cells.append(new_code_cell(code, outputs=[output()]))
    nbformat.write(handed_in, path)


@pytest.mark.parametrize("how", TYPED_IN)
def test_answers_that_are_typed_in_are_found_out_and_no_other(how: str, graded: Graded) -> None:
    result = graded.result("typed", how)
    check = TYPED_IN[how][0]
    claimed = [(flag["code"], flag["check"]) for flag in result["flags"] if flag["code"] in CLAIMS]
    assert claimed == [("hard-coded", check)]
    assert result["points"] == 20, "by default it is a thing to look at"


HIDDEN: dict[str, tuple[str, dict[str, str], str]] = {
    "no activation": ("a1.numpy", {"relu": "a1_n = z1_n"}, "`relu` is left out."),
    "no derivative of the activation": (
        "dw1.numpy",
        {"mask": "dz1 = da1"},
        "The derivative of `relu` is missing from the chain rule.",
    ),
}


@pytest.mark.parametrize("mistake", HIDDEN)
def test_a_mistake_that_the_handouts_numbers_hide_is_explained_and_costs_nothing_unless_it_is_to(
    mistake: str, graded: Graded
) -> None:
    check, _, cause = HIDDEN[mistake]
    result = graded.result("hidden", mistake)
    assert result["points"] == 20
    claimed = [flag for flag in result["flags"] if flag["code"] in CLAIMS]
    assert [(flag["code"], flag["check"]) for flag in claimed] == [("hidden-bug", check)], "once, where it begins"
    assert claimed[0]["message"].endswith(f"is right with the handout's numbers, but not with others. {cause}")
    assert "is right with the handout" in graded.page("hidden", mistake)


def strict(folder: Path) -> Path:
    text = (SAMPLE / "assignment.py").read_text(encoding="utf-8")
    reference = folder / "reference"
    reference.mkdir()
    (reference / "assignment.py").write_text(
        text.replace("    points=20,\n", '    points=20,\n    varied="require",\n', 1)
    )
    return reference


def test_an_assignment_may_require_that_values_are_right_with_other_numbers_too(tmp_path: Path) -> None:
    reference = strict(tmp_path)
    write_sample(tmp_path / "class" / "hidden.ipynb", {"relu": "a1_n = z1_n"})
    write_sample(tmp_path / "class" / "right.ipynb", {})
    write_sample(tmp_path / "class" / "typed.ipynb", {"loss": "loss_n = 4.3766033"})
    done = grader("grade", tmp_path / "class", "--reference", reference, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    found = results(tmp_path / "out")
    assert {name: result["points"] for name, result in found.items()} == {"hidden": 19, "right": 20, "typed": 18}
    checks = {check["id"]: check for task in found["typed"]["tasks"] for check in task["checks"]}
    assert checks["loss.numpy"]["verdict"] == "incorrect"
    assert checks["loss.numpy"]["message"].endswith("it is typed in.")
    checks = {check["id"]: check for task in found["hidden"]["tasks"] for check in task["checks"]}
    assert [diagnosis["message"] for diagnosis in checks["a1.numpy"]["diagnoses"]] == ["`relu` is left out."]


WEIGHTS = DATA[DATA.index("w1 =") : DATA.index("y1, y2")]
W2 = "w2 = [[0.2, 0.3], [0.4, 0.5], [0.6, 0.7], [0.8, 0.9]]\n"


def weights(code: str) -> Callable[[str], str]:
    return lambda data: data.replace(WEIGHTS, code)


AS_IT_CAME: dict[str, Callable[[str], str]] = {
    "as lists": lambda data: data,
    "as arrays": lambda data: data.replace("w1 = [[", "w1 = np.array([[").replace("1.2]]", "1.2]])"),
    "computed": weights("w1 = np.arange(1, 13).reshape(3, 4) / 10\nw2 = (np.arange(2, 10) / 10).reshape(4, 2)\n"),
    "evenly spaced": weights(f"w1 = np.linspace(0.1, 1.2, 12).reshape(3, 4)\n{W2}"),
    "of other names": lambda data: (
        data.replace("x1 =", "first =").replace("x2 =", "second =") + "\nx1, x2 = first, second"
    ),
    "computed under another name": weights(f"v = np.arange(1, 13).reshape(3, 4) / 10\nw1 = v.tolist()\n{W2}"),
    "from text": weights(
        "words = '.1 .2 .3 .4 .5 .6 .7 .8 .9 1. 1.1 1.2'.split()\n"
        f"w1 = np.array([float(word) for word in words]).reshape(3, 4)\n{W2}"
    ),
    "with a seed beside it": lambda data: data + "\nnp.random.seed(0)\nnoise = np.random.rand(3)",
    "in a file of its own making": lambda data: data + "\nnp.save('w1.npy', np.array(w1))\nw1 = np.load('w1.npy')",
}


def test_however_the_data_is_written_down_nobody_is_accused(graded: Graded) -> None:
    found = {how: graded.result("data", how) for how in AS_IT_CAME}
    assert {result["points"] for result in found.values()} == {20}
    names = {how: [flag["code"] for flag in result["flags"]] for how, result in found.items()}
    assert not [how for how, codes in names.items() if CLAIMS & set(codes)]
    assert names["in a file of its own making"] == ["not-varied"], "what it wrote would be found by the next run"
    assert not names["computed"]
    assert not names["as arrays"]


HONEST: dict[str, dict[str, str]] = {
    "asserts the handout's numbers halfway": {
        "loss": "loss_n = 0.0\nassert np.isclose(a2_n[0, 0], 0.13238887)\nloss_n -= np.sum(Y * np.log(a2_n))"
    },
    "begins with zeros, and asserts": {
        "z1": "z1_n = np.zeros((2, 4))\nassert np.isclose(X.sum(), 21)\nz1_n = X @ np.array(w1)"
    },
    "tries the handout's numbers": {
        "loss": "loss_n = 0.0\ntry:\n    assert np.isclose(a2_n[0, 0], 0.13238887)\n"
        "    loss_n -= np.sum(Y * np.log(a2_n))\nexcept AssertionError:\n    print('odd')"
    },
    "counts from one": {
        "z1": "z1_n = np.zeros((2, 4))\nfor k in [1, 2, 3]:\n    z1_n += np.outer(X[:, k - 1], np.array(w1)[k - 1])"
    },
    "keeps things in a temporary file": {
        "gradient": "import os, tempfile\npath = os.path.join(tempfile.gettempdir(), 'dw1.npy')\n"
        "if not os.path.exists(path):\n    np.save(path, X.T @ dz1)\ndL_dw1_n = np.load(path)"
    },
}


def test_nobody_is_accused_of_working_carefully(tmp_path: Path) -> None:
    for number, changed in enumerate(HONEST.values()):
        write_sample(tmp_path / "class" / f"s{number}.ipynb", changed)
    done = grader("grade", tmp_path / "class", "--reference", strict(tmp_path), "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    found = results(tmp_path / "out")
    claimed = {
        how: [flag["message"] for flag in found[f"s{number}"]["flags"] if flag["code"] in CLAIMS]
        for number, how in enumerate(HONEST)
    }
    assert claimed == {how: [] for how in HONEST}
    assert {result["points"] for result in found.values()} == {20}


SHOWN: dict[str, str] = {
    "past Python": "import os, random\nos.system(f'echo {random.random()}')",
    "by another program": "import random, subprocess\nsubprocess.run(['echo', str(random.random())])",
    "after waiting": "import asyncio, random\nawait asyncio.sleep(0)\nprint(random.random())",
    "with its own source": "import inspect, random\ndef f(): pass\ninspect.getsource(f)\nprint(random.random())",
    "in the order of a set": "words = ['a', 'b', 'c', 'd', 'e']\nprint([words.index(w) for w in set(words)])",
}


def test_what_is_shown_by_chance_is_not_called_left_over(graded: Graded) -> None:
    assert [how for how in SHOWN if "stale-output" in graded.codes("shown", how)] == []


RESULT = "execute_result"
LEFT_OVER: dict[str, tuple[str, str, str]] = {
    # what it is: the code as it was handed in, the kind of the output that was saved with it, and its text
    "a number": ("print(loss_n)", "stream", "4.9120117\n"),
    "a number beside words": ("print('loss:', loss_n)", "stream", "loss: 3.0021\n"),
    "a number of few digits": ("print(f'{loss_n:.2f}')", "stream", "4.40\n"),
    "a number in scientific notation": ("print(f'{loss_n:.3e}')", "stream", "1.024e-03\n"),
    "a number of several": ("print('loss', loss_n, 'of', len(X))", "stream", "loss 4.3766033 of 3\n"),
    "a sign": ("print(-loss_n)", "stream", "4.376603323\n"),
    "a percentage": ("print(f'{100 * a2_n[0, 1]:.1f} %')", "stream", "13.2 %\n"),
    "a count": ("print(len(X), 'examples')", "stream", "3 examples\n"),
    "what an expression gives": ("loss_n", RESULT, "np.float64(2.0794415416798357)"),
    "an array": ("print(a2_n)", "stream", "[[0.5 0.5]\n [0.5 0.5]]\n"),
    "one element of an array": ("print(z1_n)", "stream", "[[3.8 4.4 5.0 5.6]\n [8.3 9.8 11.3 13.8]]\n"),
    "an array that an expression gives": ("X", RESULT, "array([[1., 2., 3.],\n       [4., 5., 7.]])"),
    "an array of another shape": ("X", RESULT, "array([[1., 2., 3.]])"),
    "a transposed array": ("X", RESULT, "array([[1., 4.],\n       [2., 5.],\n       [3., 6.]])"),
    "a tensor": ("print(a1_t.detach())", "stream", "tensor([[3., 4., 5., 6.]], dtype=torch.float64)\n"),
    "a shape": ("a1_n.shape", RESULT, "(4, 2)"),
    "one line of several": ("for k in range(4):\n    print('step', k)", "stream", "step 0\nstep 1\nstep 5\nstep 3\n"),
    "a list": ("[k**2 for k in range(4)]", RESULT, "[0, 1, 8, 27]"),
    "a longer list": ("[k**2 for k in range(4)]", RESULT, "[0, 1, 4, 9, 16]"),
    "a dictionary": ("print({'rows': 2, 'columns': 4})", "stream", "{'rows': 4, 'columns': 2}\n"),
    "seeded numbers": ("print(np.random.default_rng(0).random())", "stream", "0.7739560485559633\n"),
    "what is displayed": ("display(Y_t)", "display_data", "tensor([[1, 0],\n        [0, 1]])"),
}
UNJUDGED: dict[str, tuple[str, str, str]] = {
    "a yes": ("bool(np.allclose(a2_n.sum(axis=1), 1))", RESULT, "False"),
    "a word": ("print('done')", "stream", "failed\n"),
    "a text": ("'softmax over ' + 'rows'", RESULT, "'softmax over columns'"),
    "lines that are no more": ("for k in range(2):\n    print(k)", "stream", "0\n1\n2\n3\n"),
    "what is no longer shown": ("quiet = loss_n", "stream", "4.3766\n"),
    "an error that is mended": ("mended = loss_n", "error", "name 'loss' is not defined"),
}
"""What is compared is number by number: other words, and more or fewer of them, may be a warning or a version's."""


@pytest.mark.parametrize("what", LEFT_OVER)
def test_outputs_that_are_left_over_from_other_code_are_found_and_nothing_else(what: str, graded: Graded) -> None:
    result = graded.result("left over", what)
    assert [flag["code"] for flag in result["flags"] if flag["code"] in CLAIMS] == ["stale-output"]
    assert result["points"] == 20, "it is a thing to look at"


@pytest.mark.parametrize("what", UNJUDGED)
def test_outputs_that_differ_in_more_than_numbers_are_not_called_left_over(what: str, graded: Graded) -> None:
    assert "stale-output" not in graded.codes("left over", what)


def test_without_further_runs_nothing_is_said(tmp_path: Path) -> None:
    write_sample(tmp_path / "class" / "s.ipynb", {"relu": "a1_n = z1_n"})
    command = ("grade", tmp_path / "class", "--reference", SAMPLE, "--out", tmp_path / "out")
    assert grader(*command, "--vary", "0", "--repeat", "0").returncode == 0
    (result,) = results(tmp_path / "out").values()
    assert not result["flags"]
    assert (result["provenance"]["policies"]["vary"], result["provenance"]["policies"]["repeat"]) == (0, 0)
    assert grader(*command, "--vary", "1", "--repeat", "0").returncode == 0
    (result,) = results(tmp_path / "out").values()
    assert [flag["code"] for flag in result["flags"]] == ["hidden-bug"]
