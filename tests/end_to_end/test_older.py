"""Hand-ins that were written for older versions and other places, through the real command line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.command_line import ROOT, grader, results
from tests.hostile_archives import written

Cells = list[tuple[str, str]]
DATA = b"1,2,3\n4,5,6\n"
SETTING_UP = """\
!pip install -q numpy==1.16 torch
%tensorflow_version 2.x
import numpy as np
from google.colab import drive
drive.mount('/content/drive')
get_ipython().magic('matplotlib notebook')
!wget -q https://example.org/data/x.csv"""


def cells() -> Cells:
    document = json.loads((ROOT / "submissions" / "amara.ipynb").read_bytes())
    return [(cell["cell_type"], "".join(cell["source"])) for cell in document["cells"]]


def notebook(content: Cells) -> bytes:
    return json.dumps({"cells": [{"cell_type": kind, "source": source} for kind, source in content]}).encode()


def older(wrong: str = "") -> bytes:
    """The right hand-in as it would have been written on Colab, some years ago; or with a mistake of its own."""
    stacked = "X_n = np.loadtxt('/content/drive/MyDrive/hw1/x.csv', delimiter=',', dtype=np.float)"
    text = [
        (
            kind,
            source.replace("X_n = np.vstack([x1, x2])", stacked).replace(
                "np.maximum(0, z1_n)", wrong or "np.maximum(0, z1_n)"
            ),
        )
        for kind, source in cells()
    ]
    code = next(at for at, (kind, _) in enumerate(text) if kind == "code")
    return notebook([*text[:code], ("code", SETTING_UP), *text[code:]])


def hopeless() -> bytes:
    """One that asks, in cells of their own, for what nothing can stand in for."""
    lost = [("code", "np.zeros(3).itemset(0, 1)"), ("code", "open('/content/never-handed-in.csv')")]
    return notebook([*cells(), *lost, ("code", "later = np.Inf")])


@pytest.fixture(scope="module", params=["warm", pytest.param("kernel", marks=pytest.mark.soak)])
def graded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("older")
    hand_ins = {"right": older(), "wrong": older("-z1_n"), "hopeless": hopeless(), "modern": notebook(cells())}
    for student, content in hand_ins.items():
        written(folder / "work" / student / "hw.ipynb", content)
        written(folder / "work" / student / "x.csv", DATA)
    options = ("--reference", ROOT / "reference", "--out", "out", "--engine", request.param)
    process = grader("grade", "work", *options, cwd=folder)
    assert process.returncode == 0, process.stderr[-2000:]
    found = {name: {**document, "out": folder / "out"} for name, document in results(folder / "out").items()}
    assert found.keys() == hand_ins.keys()
    return found


def flags(document: dict[str, Any], code: str) -> list[str]:
    return [flag["message"] for flag in document["flags"] if flag["code"] == code]


def lost(document: dict[str, Any]) -> set[str]:
    checks = (check for task in document["tasks"] for check in task["checks"])
    return {check["id"] for check in checks if check["points"] != check["max_points"]}


def test_one_that_was_written_for_colab_and_older_numpy_keeps_full_marks_with_flags(
    graded: dict[str, dict[str, Any]],
) -> None:
    right = graded["right"]
    assert (right["points"], right["execution"]["status"]) == (20, "completed"), lost(right)
    told = " ".join(flags(right, "bridged"))
    for words in (
        *("line 1: `pip install` did nothing", "line 2: `%tensorflow_version`", "line 4: `google.colab`"),
        *(
            "line 6: `get_ipython().magic`",
            "line 7: `wget`",
            "`np.float` is no longer in NumPy; it was taken as `float`",
        ),
        "`/content/drive/MyDrive/hw1/x.csv` is a place on another machine",
    ):
        assert words in told, told
    assert not flags(right, "missing-file")


def test_students_are_told_what_was_bridged(graded: dict[str, dict[str, Any]]) -> None:
    page = (graded["right"]["out"] / "feedback" / "right.html").read_text(encoding="utf-8")
    assert "is no longer in NumPy" in page
    assert "It costs nothing." in page


def test_one_that_is_wrong_loses_only_what_it_should(graded: dict[str, dict[str, Any]]) -> None:
    assert lost(graded["wrong"]) == {"a1.numpy"}, "what follows from it keeps its points"
    assert flags(graded["wrong"], "bridged") == flags(graded["right"], "bridged")


def test_what_cannot_be_bridged_is_told_with_its_line_and_later_cells_run(graded: dict[str, dict[str, Any]]) -> None:
    document = graded["hopeless"]
    assert document["points"] == 20
    (version,), (file,) = flags(document, "older-environment"), flags(document, "missing-file")
    assert "line 1, seems to be written for another version of a library: 'numpy.ndarray' object has no" in version
    assert "line 1, looks for a file that isn't there" in file
    assert "provided by the assignment" in file
    assert "`np.Inf` is no longer in NumPy" in " ".join(flags(document, "bridged"))
    assert document["execution"]["cells"][-1]["status"] == "ok"


def test_one_of_today_has_no_such_flags(graded: dict[str, dict[str, Any]]) -> None:
    codes = {flag["code"] for flag in graded["modern"]["flags"]}
    assert not codes & {"bridged", "missing-file", "older-environment"}
