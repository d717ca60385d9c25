"""What ARCHITECTURE.md says of the house, held against the code."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import grader
from tests.command_line import ROOT


def loaded_by(statement: str) -> set[str]:
    """The top-level modules that are imported once a statement has run in a fresh process."""
    code = f"{statement}\nimport sys\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(process.stdout.split())


def test_imports_run_one_way() -> None:
    linter = Path(sys.prefix) / "bin" / "lint-imports"
    process = subprocess.run([linter], capture_output=True, text=True, check=False, cwd=ROOT)
    assert process.returncode == 0, process.stdout


def test_the_process_that_runs_a_batch_never_imports_torch() -> None:
    assert "torch" not in loaded_by("import grader.cli.grade, grader.cli.show, grader.cli.outline")


def test_marking_knows_no_torch_until_it_is_given_a_reference() -> None:
    # The process that runs a batch imports it, too, where a worker has failed.
    assert "torch" not in loaded_by("import grader.marking")


def test_naming_the_package_imports_nothing_heavy() -> None:
    assert not {"torch", "numpy", "nbconvert", "sqlalchemy"} & loaded_by("import grader")


def test_the_public_names_are_these() -> None:
    assert set(grader.__all__) == {
        *("Assignment", "Tolerance", "__version__"),
        *("call", "hidden", "integers", "normal", "raises", "uniform", "version"),
    }


def test_every_room_is_on_the_map() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = {path.name for path in (ROOT / "grader").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert {f"{room}/" for room in rooms} <= set(re.findall(r"`([\w/]+/)`", text))


def test_every_file_that_the_map_names_is_there() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:grader/)?\w+/[\w/]*\.py)`", text)
    assert len(named) > 5
    for name in named:
        assert (ROOT / "grader" / name.removeprefix("grader/")).is_file(), name
