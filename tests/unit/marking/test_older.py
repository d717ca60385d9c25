"""Flags for what was bridged, by the class's versions, and for what could not be."""

from __future__ import annotations

import pytest

from grader.marking.older import FLAGS, bridged, not_bridged
from grader.records import Cell, CellError, CellRun, Execution, Notebook, Output

NEW = {"python": "3.11.7", "ipython": "9.18.1", "numpy": "2.4.6"}
OLD = {"python": "3.9.1", "ipython": "8.18.1", "numpy": "1.22.0"}


def messages(*sources: str, versions: dict[str, str] = NEW, ran: int = 99) -> list[str]:
    cells = tuple(Cell(index=at, kind="code", source=source) for at, source in enumerate(sources))
    runs = tuple(CellRun(index=at, status="ok" if at < ran else "not-run") for at in range(len(cells)))
    execution = Execution(status="completed", engine="", seconds=0, seed=0, cells=runs, environment=versions)
    flags = list(bridged(Notebook(cells=cells), execution))
    assert {flag.code for flag in flags} <= {"bridged"}
    return [str(flag.message) for flag in flags]


def test_a_name_is_told_with_its_cell_and_line_and_what_it_was_taken_as() -> None:
    assert messages("x = 1", "import numpy as np\ny = np.float(1)\nz = np.float(2)") == [
        "Cell 1, line 2 and 1 more: `np.float` is no longer in NumPy; it was taken as `float`. It costs nothing."
    ]


@pytest.mark.parametrize(
    ("source", "on_new", "on_old"),
    [
        ("np.float", True, False),
        ("np.Inf", True, False),
        ("np.rank(x)", True, True),
        ("np.in1d(x, y)", True, False),
        ("np.bool", False, False),
        ("get_ipython().magic('time')", True, False),
        ("from collections import Mapping", True, False),
        ("from google.colab import drive", True, True),
        ("!pip install torch", True, True),
        ("open('/content/x.csv')", True, True),
    ],
)
def test_what_the_classs_version_still_has_is_not_told(source: str, on_new: bool, on_old: bool) -> None:
    assert (bool(messages(source)), bool(messages(source, versions=OLD))) == (on_new, on_old)
    assert messages("np.bool", versions={"numpy": "1.26.4"})


def test_what_did_not_run_is_not_told_and_many_are_bounded() -> None:
    assert messages("np.float", "np.Inf", ran=1) == messages("np.float", "x")
    assert len(messages(*["np.float\nnp.Inf"] * FLAGS)) == FLAGS


def test_a_students_words_stay_within_their_quotation() -> None:
    (told,) = messages("open('/content/a`b" + "c" * 500 + ".csv')")
    assert told.startswith("Cell 0, line 1: `/content/a'b")
    assert told.count("`") == 2
    assert len(told) < 250


def failed(name: str, message: str, traceback: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    output = Output(kind="error", error_name=name, error_message=message, traceback=traceback)
    run = CellRun(index=4, status="error", outputs=(output,), error=CellError(name=name, message=message))
    execution = Execution(status="error", engine="", seconds=0, seed=0, cells=(run,))
    return [(flag.code, str(flag.message)) for flag in not_bridged(execution)]


def test_a_file_that_is_not_there_is_told_with_its_line_and_what_helps() -> None:
    traceback = ("\x1b[31mFileNotFoundError\x1b[39m", "Cell \x1b[32mIn[3]\x1b[39m, line 2\x1b[39m\n  1 x")
    ((code, told),) = failed("FileNotFoundError", "[Errno 2] No such file or directory: 'x.csv'", traceback)
    assert code == "missing-file"
    assert told.startswith("Cell 4, line 2, looks for a file that isn't there: [Errno 2] No such file")
    assert told.endswith("It is found if it is handed in with the notebook, or provided by the assignment.")


@pytest.mark.parametrize(
    ("name", "message", "helps"),
    [
        ("ImportError", "\n`load_boston` has been removed from scikit-learn since version 1.2.", "another data set"),
        ("AttributeError", "`np.cast` was removed in the NumPy 2.0 release.", "version that is installed"),
        ("AttributeError", "'numpy.ndarray' object has no attribute 'itemset'", "array[index]"),
        ("TypeError", "only 0-dimensional arrays can be converted to Python scalars", "array.item()"),
        ("UnpicklingError", "Weights only load failed. This file", "weights_only=False"),
        ("IndexError", "invalid index of a 0-dim tensor. Use `tensor.item()`", "loss.item()"),
        ("AttributeError", "'DataFrame' object has no attribute 'append'", "pandas.concat"),
    ],
)
def test_what_cannot_be_bridged_is_told_with_what_helps(name: str, message: str, helps: str) -> None:
    ((code, told),) = failed(name, message)
    assert code == "older-environment"
    assert helps in told


def test_a_mistake_of_the_students_own_is_no_matter_of_versions() -> None:
    assert failed("AttributeError", "module 'numpy' has no attribute 'arrange'") == []
    assert failed("ValueError", "operands could not be broadcast together") == []
