"""A class with an older Python and NumPy than the grader's own, graded by `--python` as its students would expect."""

from __future__ import annotations

import json
import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from tests.class_python import WITH_NUMPY, WITHOUT_NUMPY, class_python
from tests.command_line import ASSIGNMENT, RIGHT, grader, results, write_assignment, write_notebook

pytestmark = pytest.mark.xdist_group("class-python")  # one worker makes the environments

OLD = (  # `np.float_` went with NumPy 2, and so did the plain look of its scalars
    "import numpy as np\nx = np.array([1.0, 2.0, 3.0], dtype=np.float_)\ntotal = x.sum()",
    "squares = x**2\nassert repr(squares[1]) == '4.0'\nget_ipython().run_line_magic('timeit', '-n1 -r1 pass')",
)
NEW = (RIGHT[0], "try:\n    squares = x**2\nexcept* ValueError:  # Python 3.11's\n    pass")
PLAIN = ("x = [1.0, 2.0, 3.0]\ntotal = sum(x)", "squares = [each**2 for each in x]")
TORCH = (RIGHT[0], "import torch\nsquares = torch.tensor([1.0, 4.0, 9.0])")


def grade(folder: Path, engine: str, *more: object) -> dict[str, Any]:
    arguments = ["grade", "class", "--out", "out", "--json", "--engine", engine]
    process = grader(*arguments, *more, cwd=folder)
    assert process.stdout, process.stderr
    document: dict[str, Any] = json.loads(process.stdout)
    return document | {"exit_status": process.returncode}


def checks(result: dict[str, Any]) -> dict[str, tuple[str, float | None]]:
    return {check["id"]: (check["verdict"], check["points"]) for task in result["tasks"] for check in task["checks"]}


@pytest.mark.parametrize("engine", ["warm", pytest.param("kernel", marks=pytest.mark.soak)])
def test_a_class_is_graded_on_its_own_python_and_numpy(engine: str, tmp_path: Path) -> None:
    for student, cells in {"amara": OLD, "bo": NEW, "chloe": PLAIN, "dmitri": TORCH}.items():
        write_notebook(tmp_path / "class" / f"{student}.ipynb", cells)
    bare = os.path.relpath(class_python(WITHOUT_NUMPY), tmp_path / "reference")
    write_assignment(tmp_path / "reference", ASSIGNMENT.replace("points=4)", f"points=4, python={bare!r})"))
    document = grade(tmp_path, engine, "--python", class_python(WITH_NUMPY))
    assert document["exit_status"] == 1, "what isn't installed is our fault, and some checks wait for it"
    assert document["not_installed"] == ["torch"], "what the grader has is no reason for the class to have it"
    graded = results(tmp_path / "out")
    assert [result["execution"]["engine"] for result in graded.values()] == [engine] * 4
    assert {student: result["points"] for student, result in graded.items()} == {
        "amara": 4,
        "bo": 1,  # the class's Python can't read it, and its student would have seen that
        "chloe": 4,
        "dmitri": 1,
    }
    assert graded["amara"]["execution"]["status"] == "completed"
    assert graded["bo"]["execution"]["cells"][1]["error"]["name"] == "SyntaxError"
    assert checks(graded["dmitri"])["squares"] == ("unmarked", None)
    provenance = graded["amara"]["provenance"]
    assert provenance["python"].startswith(("3.9.", "3.10."))
    assert provenance["numpy"].startswith("1.")
    assert provenance["torch"] is None
    assert provenance["grader"] == version("grader")
    assert provenance["marked_with"]["torch"] == version("torch")

    again = grade(tmp_path, engine)  # on the interpreter that the assignment names: without NumPy
    assert again["counts"]["executed"] == 4, "what ran in another environment says nothing of this one"
    assert "numpy" in again["not_installed"]
    graded = results(tmp_path / "out")
    assert graded["amara"]["provenance"]["numpy"] is None
    for student in ("amara", "bo", "dmitri"):
        assert checks(graded[student]) == {"total": ("unmarked", None), "squares": ("unmarked", None)}
        assert "missing-package" in {flag["code"] for flag in graded[student]["flags"]}
    assert graded["chloe"]["points"] == 4
