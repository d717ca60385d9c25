"""An assignment is its folder: what is in it decides the digest, and loading it leaves no trace."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

from grader.assignment import sources as reading
from grader.assignment.loading import load
from grader.errors import AssignmentError

MODULE = """
from grader import Assignment
from layers import double

a = Assignment("a", title="A", points=1)
a.given(x=[1.0, 2.0])
a.task("Task 1").value(points=1, name="y")(lambda x: double(x))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "reference"
    folder.mkdir()
    (folder / "assignment.py").write_text(MODULE)
    (folder / "layers.py").write_text("def double(x):\n    return 2 * x\n")
    return folder


def test_sources_are_the_texts_and_leave_out_what_is_hidden_cached_or_binary(folder: Path) -> None:
    for name in (".git/config", "__pycache__/layers.pyc", ".hidden"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x")
    (folder / "provided").mkdir()
    (folder / "provided" / "täglich.csv").write_text("1,2\n")
    (folder / "weights.npy").write_bytes(b"\x93NUMPY\0")
    (folder / "latin.txt").write_bytes(b"\xe9")
    loaded = load(folder)
    assert list(loaded.sources) == ["assignment.py", "layers.py", "provided/täglich.csv"]
    assert loaded.sources["assignment.py"] == MODULE


def test_the_digest_changes_with_any_file_and_with_nothing_else(folder: Path, tmp_path: Path) -> None:
    digests = [load(folder).spec.digest]
    assert len(digests[0]) == 64
    for change in (
        lambda: (folder / "layers.py").write_text("def double(x):\n    return 3 * x\n"),
        lambda: (folder / "weights.npy").write_bytes(b"\0"),
        lambda: (folder / "weights.npy").rename(folder / "heavy.npy"),
        lambda: (folder / "empty.txt").write_text(""),
    ):
        change()
        digests.append(load(folder).spec.digest)
    assert len(set(digests)) == len(digests)
    (folder / ".hidden").write_text("x")
    os.utime(folder / "layers.py", (0, 0))
    moved = folder.rename(tmp_path / "elsewhere")
    assert load(moved).spec.digest == digests[-1]


def test_what_is_run_is_what_was_read_however_quickly_it_changes(folder: Path) -> None:
    for factor in ("2", "3", "4"):
        (folder / "layers.py").write_text(f"def double(x):\n    return {factor} * x\n")
        (folder / "assignment.py").write_text(MODULE.replace("double(x))", f"{factor} * double(x))"))
        loaded = load(folder)
        assert loaded.reference.worlds()[0].values["y"][0] == int(factor) ** 2


def test_loading_leaves_paths_modules_and_the_folder_as_they_were(folder: Path) -> None:
    load(folder)
    before = (sys.path[:], sys.dont_write_bytecode, set(sys.modules), sorted(folder.rglob("*")))
    load(folder)
    assert (sys.path[:], sys.dont_write_bytecode, set(sys.modules), sorted(folder.rglob("*"))) == before
    assert "layers" not in sys.modules
    assert not (folder / "__pycache__").exists()


def test_neighbouring_modules_of_one_name_belong_to_their_own_folders(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "assignment.py").write_text(MODULE)
    (other / "layers.py").write_text("def double(x):\n    return -x\n")
    first, second = load(folder), load(other)
    assert first.reference.worlds()[0].values["y"].tolist() == [2, 4]
    assert second.reference.worlds()[0].values["y"].tolist() == [-1, -2]


LATE = """
from grader import Assignment

a = Assignment("a", title="A", points=1)
a.given(x=[1.0, 2.0])

def y(x):
    from layers import double
    return double(x)

a.task("Task 1").value(points=1)(y)
"""


def test_a_function_may_import_its_neighbours_when_it_is_called(folder: Path) -> None:
    (folder / "assignment.py").write_text(LATE)
    (folder / "layers.py").write_text("def double(x):\n    import factors\n    return factors.TWO * x\n")
    (folder / "factors.py").write_text("TWO = 2\n")
    reference = load(folder).reference
    before = (sys.path[:], set(sys.modules))
    assert reference.evaluate({"x": torch.tensor([5.0])}).values["y"].tolist() == [10]
    assert reference.evaluate({"y": _imports_factors}).values["y"].tolist() == [2, 4]
    assert (sys.path[:], set(sys.modules)) == before


def _imports_factors(x: torch.Tensor) -> torch.Tensor:
    import factors

    return x * factors.TWO


@pytest.mark.parametrize("module", [MODULE, LATE])
def test_neighbours_that_are_imported_late_belong_to_their_own_folders(
    folder: Path, tmp_path: Path, module: str
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for place, factor in ((folder, 2), (other, -1)):
        (place / "assignment.py").write_text(module)
        (place / "layers.py").write_text("def double(x):\n    import factors\n    return factors.F * x\n")
        (place / "factors.py").write_text(f"F = {factor}\n")
    first, second = load(folder).reference, load(other).reference
    for _ in range(2):
        assert first.evaluate().values["y"].tolist() == [2, 4]
        assert second.evaluate().values["y"].tolist() == [-1, -2]


def test_a_neighbour_is_not_mistaken_for_a_module_that_was_there_before(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "assignment.py").write_text(LATE)
    reference = load(folder).reference
    another = ModuleType("layers")
    monkeypatch.setitem(sys.modules, "layers", another)
    assert reference.evaluate().values["y"].tolist() == [2, 4]
    assert sys.modules["layers"] is another


def test_a_module_may_define_dataclasses_and_constants(load_source) -> None:
    loaded = load_source("""
        from __future__ import annotations
        from dataclasses import dataclass
        import torch
        from grader import Assignment

        @dataclass
        class Rate:
            value: float

        RATE = torch.tensor(Rate(0.1).value)
        a = Assignment("a", title="A", points=1)
        a.given(x=1.0)
        a.task("Task 1").value(points=1, name="y")(lambda x: RATE * x)
    """)
    assert loaded.reference.worlds()[0].values["y"] == 0.1


def test_a_relative_folder_is_loaded_like_any(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    (folder / "layers.py").write_text("def double(x):\n    return x / [0]\n")
    with pytest.raises(AssignmentError) as caught:
        load(Path("reference"))
    assert (Path(caught.value.file).name, caught.value.line) == ("layers.py", 2)
    (folder / "layers.py").write_text("def double(x):\n    return None\n")
    with pytest.raises(AssignmentError) as caught:
        load(Path("reference"))
    assert (caught.value.file, caught.value.line) == (os.path.join("reference", "assignment.py"), 7)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("nowhere", "There is no such folder. Name the reference folder"),
        ("reference/assignment.py", "This is no folder"),
        ("empty", "The folder holds no assignment.py. Write the assignment in assignment.py."),
    ],
)
def test_a_folder_that_holds_no_assignment_is_said_so(folder: Path, path: str, says: str) -> None:
    (folder.parent / "empty").mkdir()
    with pytest.raises(AssignmentError) as caught:
        load(folder.parent / path)
    assert says in str(caught.value)
    assert caught.value.file == str(folder.parent / path)
    assert caught.value.line is None


def test_neighbours_in_a_folder_without_init_belong_to_it_too(folder: Path) -> None:
    (folder / "nets").mkdir()
    (folder / "layers.py").rename(folder / "nets" / "layers.py")
    (folder / "assignment.py").write_text(MODULE.replace("from layers", "from nets.layers"))
    assert load(folder).reference.worlds()[0].values["y"].tolist() == [2, 4]
    assert not {"nets", "nets.layers"} & set(sys.modules)


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file that nobody can read, not even root")
def test_a_file_that_cannot_be_read_is_named(folder: Path) -> None:
    (folder / "data.bin").symlink_to("/proc/self/mem")
    with pytest.raises(AssignmentError, match="This can't be read: Input/output error") as caught:
        load(folder)
    assert caught.value.file == str(folder / "data.bin")


@pytest.mark.parametrize("bound", ["MOST_FILES", "MOST_BYTES"])
def test_a_folder_that_is_too_large_is_refused(folder: Path, bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, bound, 1)
    with pytest.raises(AssignmentError, match="holds more than"):
        load(folder)
