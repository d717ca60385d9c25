"""A class that hands in everything but plain notebooks: the same marks, through the real command line."""

from __future__ import annotations

import csv
import json
import tomllib
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.command_line import ROOT, grader, results
from tests.hostile_archives import damaged, encrypted, tarred, with_link_in_zip, written, zipped

EXPECTED: dict[str, dict[str, Any]] = tomllib.loads(
    (ROOT / "submissions" / "expected.toml").read_text(encoding="utf-8")
)
DATA = b"1,2,3\n4,5,6\n"
HELPER = b"""\
def softmax(z, np):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
"""
WRONG_HELPER = HELPER.replace(b"axis=1", b"axis=0")

Cells = list[tuple[str, str]]
Graded = tuple[dict[str, dict[str, Any]], CompletedProcess[str], Path]


def sample(student: str) -> bytes:
    return (ROOT / "submissions" / f"{student}.ipynb").read_bytes()


def cells(student: str) -> Cells:
    return [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(sample(student))["cells"]]


def notebook(content: Cells) -> bytes:
    return json.dumps({"cells": [{"cell_type": kind, "source": source} for kind, source in content]}).encode()


def percent(content: Cells) -> bytes:
    pieces = [
        "# %%\n" + source if kind == "code" else "# %% [markdown]\n# " + source.replace("\n", "\n# ")
        for kind, source in content
    ]
    return "\n\n".join(pieces).encode()


def exported(content: Cells) -> bytes:
    pieces = [
        f"# In[{number}]:\n\n\n{source}" if kind == "code" else "# " + source.replace("\n", "\n# ")
        for number, (kind, source) in enumerate(content)
    ]
    return ("#!/usr/bin/env python\n# coding: utf-8\n\n" + "\n\n\n".join(pieces)).encode()


def plain(content: Cells) -> bytes:
    pieces = [
        source if kind == "code" else "# " + source.replace("\n", "\n# ").lstrip("# ") for kind, source in content
    ]
    return "\n\n".join(pieces).encode()


def fenced(content: Cells, language: str, front: str = "") -> bytes:
    pieces = [f"```{language}\n{source}\n```" if kind == "code" else source for kind, source in content]
    return (front + "\n\n".join([*pieces, "```bash\nexit 1\n```", "```r\nstop()\n```"])).encode()


def with_files(content: Cells) -> bytes:
    """The hand-in with its data read from a file, and its softmax from a module."""
    code = notebook(content).decode()
    code = code.replace("X_n = np.vstack([x1, x2])", "X_n = np.loadtxt('data/x.csv', delimiter=',')")
    return code.replace(
        "a2_n = exp_z / exp_z.sum(axis=1, keepdims=True)", "from helper import softmax\\na2_n = softmax(z2_n, np)"
    ).encode()


def in_two(content: Cells) -> tuple[bytes, bytes]:
    """A notebook for each task: the first assigns a builtin, the second begins anew, with the forward pass again."""
    second = next(at for at, (_, source) in enumerate(content) if source.startswith("## Task 2"))
    again = [(kind, source) for kind, source in content[:second] if kind == "code"]
    check = ("code", "assert 'only_in_one' not in globals()\nassert sum([1]) == 1")
    first = [*content[:second], ("code", "only_in_one, sum = 1, None")]
    return notebook(first), notebook([check, *again, *content[second:]])


def hand_in_all(folder: Path) -> None:
    amara = cells("amara")
    front = "---\ntitle: !!python/object/apply:os._exit [1]\njupyter: python3\n---\n\n"
    one, two = in_two(amara)
    wrong_one, _ = in_two([(kind, source.replace("np.maximum(0, z1_n)", "-z1_n")) for kind, source in amara])
    files: dict[str, bytes] = {
        "percent.py": percent(amara),
        "exported.py": exported(amara),
        "plain.py": plain(amara),
        "markdown.md": fenced(amara, "python"),
        "quarto.qmd": fenced(amara, "{python}", front),
        "rmarkdown.Rmd": fenced(amara, "{python chunk, echo=TRUE}", front),
        "misnamed.ipynb": percent(amara),
        "wrong-percent.py": percent(cells("farid")),
        "wrong-markdown.md": fenced(cells("hiro"), "python"),
        "folder/hw.ipynb": with_files(amara),
        "folder/helper.py": HELPER,
        "folder/data/x.csv": DATA,
        "wrong-folder/hw.ipynb": with_files(amara),
        "wrong-folder/helper.py": WRONG_HELPER,
        "wrong-folder/data/x.csv": DATA,
        "lacking/hw.ipynb": with_files(amara),
        "lacking/helper.py": HELPER,
        "zipped.zip": zipped({"hw/work.ipynb": with_files(amara), "hw/helper.py": HELPER, "hw/data/x.csv": DATA}),
        "tarred.tar.gz": tarred({"hw.ipynb": sample("amara")}),
        "two/task1.ipynb": one,
        "two/task2.ipynb": two,
        "two-zipped.zip": zipped({"part-a.ipynb": one, "part-b.ipynb": two}),
        "wrong-two/task1.ipynb": wrong_one,
        "wrong-two/task2.ipynb": two,
        "drafts/hw.ipynb": sample("amara"),
        "drafts/draft.ipynb": sample("farid"),
        "encrypted.zip": encrypted(),
        "damaged.zip": damaged(),
        "no-archive.zip": b"I could not pack it, sorry",
        "linked.zip": with_link_in_zip("/etc"),
        "report.zip": zipped({"report.pdf": b"%PDF-1.7"}),
        "README.md": b"# The class\n\nNo code.\n",
    }
    for name, content in files.items():
        written(folder / "work" / name, content)
    of_class = {
        "Ann Lee_1_assignsubmission_file/hw.ipynb": sample("amara"),
        "Bob Lee_2_assignsubmission_file/hw.zip": zipped({"hw.ipynb": sample("giulia")}),
        "__MACOSX/._x": b"x",
        "../outside.ipynb": sample("amara"),
    }
    written(folder / "class.zip", zipped(of_class))


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    folder = tmp_path_factory.mktemp("forms")
    hand_in_all(folder)
    command = ("grade", "work", "class.zip", "--reference", ROOT / "reference", "--out", "out", "--jobs", "2")
    process = grader(*command, cwd=folder)
    assert process.returncode == 0, process.stderr[-2000:]
    assert "Traceback" not in process.stdout + process.stderr
    found = {
        document["student"]["id"]: document for document in results(folder / "out").values() if document["attempt"] == 1
    }
    return found, process, folder


def lost(document: dict[str, Any]) -> set[str]:
    checks = (check for task in document["tasks"] for check in task["checks"])
    return {check["id"] for check in checks if check["points"] != check["max_points"]}


RIGHT = (
    *("percent", "exported", "plain", "markdown", "quarto", "rmarkdown", "misnamed"),
    *("folder", "zipped", "tarred", "two", "two-zipped", "Ann Lee_1_assignsubmission_file"),
)
NUMPY = {f"{quantity}.numpy" for quantity in ("z1", "a1", "z2", "a2", "loss", "dw1")}
SOFTMAX = {"a2.numpy"}


def costly(student: str) -> set[str]:
    """The checks for which a hand-in of the sample class loses points."""
    checks = EXPECTED[student]["checks"].items()
    return {check for check, entry in checks if entry["verdict"] != "follow-through"}


@pytest.mark.parametrize("student", RIGHT)
def test_right_ones_keep_full_marks_in_any_form(graded: Graded, student: str) -> None:
    document = graded[0][student]
    assert (document["points"], document["execution"]["status"]) == (20, "completed"), lost(document)


@pytest.mark.parametrize(
    ("student", "checks"),
    [
        ("wrong-percent", costly("farid")),
        ("wrong-markdown", costly("hiro")),
        ("Bob Lee_2_assignsubmission_file", costly("giulia")),
        ("wrong-folder", SOFTMAX),
        ("lacking", NUMPY),
        ("wrong-two", {"a1.numpy"}),
    ],
)
def test_wrong_ones_lose_only_what_they_should(graded: Graded, student: str, checks: set[str]) -> None:
    assert lost(graded[0][student]) == checks


@pytest.mark.parametrize(
    ("student", "words"),
    [
        ("encrypted", "password"),
        ("damaged", "damaged"),
        ("no-archive", "no archive"),
        ("linked", "no list of cells"),
        ("report", "no notebook in the archive (report.pdf)"),
    ],
)
def test_what_cannot_be_read_is_rejected_with_the_reason(graded: Graded, student: str, words: str) -> None:
    document = graded[0][student]
    assert (document["execution"]["status"], document["points"]) == ("rejected", 0)
    assert words in document["execution"]["reason"]


def test_every_hand_in_has_a_row_and_nothing_else_has(graded: Graded) -> None:
    found, process, folder = graded
    with (folder / "out" / "grades.csv").open(newline="", encoding="utf-8") as file:
        rows = [row["student"] for row in csv.DictReader(file)]
    assert set(rows) == found.keys()
    assert len(rows) == len(found) + 1, "drafts are two attempts"
    assert rows.count("drafts") == 2
    assert "README" not in found
    assert "lead out" in process.stdout
    assert not list(folder.parent.glob("**/outside*"))


def test_what_was_mended_is_said(graded: Graded) -> None:
    assert "task1.ipynb, task2.ipynb" in graded[0]["two"]["submission"]["repairs"][0]
    assert "though its name ends in .ipynb" in graded[0]["misnamed"]["submission"]["repairs"][0]


@pytest.mark.soak
def test_grading_again_executes_nothing_and_another_helper_its_student_alone(graded: Graded) -> None:
    _, _, folder = graded
    command = ("grade", "work", "class.zip", "--reference", ROOT / "reference", "--out", "out", "--json")
    helper = folder / "work" / "wrong-folder" / "helper.py"
    helper.write_bytes(HELPER + b"\n")
    try:
        again = json.loads(grader(*command, cwd=folder).stdout)
    finally:
        helper.write_bytes(WRONG_HELPER)
    assert again["counts"]["executed"] == 1
    points = {(row["student"], row["attempt"]): row["points"] for row in again["submissions"]}
    assert points["wrong-folder", 1] == 20


@pytest.mark.soak
def test_the_kernel_finds_the_same_files_and_parts(tmp_path: Path) -> None:
    one, two = in_two(cells("amara"))
    for name, content in {
        "folder/hw.ipynb": with_files(cells("amara")),
        "folder/helper.py": HELPER,
        "folder/data/x.csv": DATA,
        "two/task1.ipynb": one,
        "two/task2.ipynb": two,
    }.items():
        written(tmp_path / "work" / name, content)
    process = grader(
        "grade", "work", "--reference", ROOT / "reference", "--out", "out", "--engine", "kernel", cwd=tmp_path
    )
    assert process.returncode == 0, process.stderr
    assert {name: document["points"] for name, document in results(tmp_path / "out").items()} == {
        "folder": 20,
        "two": 20,
    }
