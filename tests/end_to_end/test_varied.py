"""Hand-ins are run with other numbers in the givens: what is right by chance shows, and nobody is accused wrongly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_output

from grader.notebook import read
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


@pytest.fixture(scope="module")
def cheated(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, dict[str, Any]]:
    """Results of hand-ins that are right, but for one answer that is typed in."""
    folder = tmp_path_factory.mktemp("cheated")
    for number, (_, place, code) in enumerate(TYPED_IN.values()):
        write_sample(folder / "class" / f"s{number:02}.ipynb", {place: code})
    done = grader("grade", folder / "class", "--reference", SAMPLE, "--out", folder / "out")
    assert done.returncode == 0, done.stderr
    return results(folder / "out")


@pytest.mark.parametrize("how", TYPED_IN)
def test_answers_that_are_typed_in_are_found_out_and_no_other(how: str, cheated: Mapping[str, dict[str, Any]]) -> None:
    result = cheated[f"s{list(TYPED_IN).index(how):02}"]
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
    mistake: str, tmp_path: Path
) -> None:
    check, changed, cause = HIDDEN[mistake]
    write_sample(tmp_path / "class" / "s.ipynb", changed)
    done = grader("grade", tmp_path / "class", "--reference", SAMPLE, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    (result,) = results(tmp_path / "out").values()
    assert result["points"] == 20
    claimed = [flag for flag in result["flags"] if flag["code"] in CLAIMS]
    assert [(flag["code"], flag["check"]) for flag in claimed] == [("hidden-bug", check)], "once, where it begins"
    assert claimed[0]["message"].endswith(f"is right with the handout's numbers, but not with others. {cause}")
    page = (tmp_path / "out" / "feedback" / "s.html").read_text(encoding="utf-8")
    assert "is right with the handout" in page


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


def test_however_the_data_is_written_down_nobody_is_accused(tmp_path: Path) -> None:
    for number, write in enumerate(AS_IT_CAME.values()):
        write_sample(tmp_path / "class" / f"s{number}.ipynb", {}, data=write)
    done = grader("grade", tmp_path / "class", "--reference", SAMPLE, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    found = results(tmp_path / "out")
    assert {result["points"] for result in found.values()} == {20}
    flags = {name: [flag["code"] for flag in result["flags"]] for name, result in found.items()}
    assert not [name for name, codes in flags.items() if CLAIMS & set(codes)]
    names = dict(zip(AS_IT_CAME, (flags[f"s{number}"] for number in range(len(AS_IT_CAME))), strict=True))
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


def test_what_is_shown_by_chance_is_not_called_left_over(tmp_path: Path) -> None:
    for number, code in enumerate(SHOWN.values()):
        path = write_sample(tmp_path / "class" / f"s{number}.ipynb", {})
        handed_in = nbformat.read(path, 4)
        saved = "[9, 9, 9, 9, 9]" if "set(" in code else "0.123456"
        handed_in.cells.append(new_code_cell(code, outputs=[new_output("stream", text=saved + "\n")]))
        nbformat.write(handed_in, path)
    done = grader("grade", tmp_path / "class", "--reference", SAMPLE, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    found = results(tmp_path / "out")
    stale = [
        how
        for number, how in enumerate(SHOWN)
        if "stale-output" in [flag["code"] for flag in found[f"s{number}"]["flags"]]
    ]
    assert stale == []


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


def test_a_class_without_numbers_to_vary_hears_nothing_of_it(tmp_path: Path) -> None:
    reference = ROOT / "tests" / "assignments" / "flowers"
    path = next((reference / "submissions").glob("ada.*"))
    assert read(path.read_bytes(), path.name).code_cells
    done = grader("grade", path, "--reference", reference / "reference", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    (result,) = results(tmp_path / "out").values()
    assert "not-varied" not in [flag["code"] for flag in result["flags"]]
