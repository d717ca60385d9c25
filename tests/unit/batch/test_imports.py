"""What a class imports is imported once for all: what many do, and torch where anybody does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.batch import common_imports
from tests.command_line import write_notebook


def hand_ins(folder: Path, *cells: str) -> Sequence[Path]:
    return [write_notebook(folder / f"s{number}.ipynb", (cell,)) for number, cell in enumerate(cells)]


def test_what_many_import_comes_first_and_what_one_does_is_left_to_it(tmp_path: Path) -> None:
    class_ = hand_ins(tmp_path, *["import numpy as np\nfrom scipy import stats"] * 2, "import numpy", "import sympy")
    assert common_imports(class_, None) == ("numpy", "scipy")


def test_torch_is_imported_for_all_where_one_needs_it_and_for_nobody_where_none_does(tmp_path: Path) -> None:
    without = hand_ins(tmp_path / "without", *["import numpy as np"] * 5)
    assert common_imports(without, None) == ("numpy",)
    assert common_imports([*without, *hand_ins(tmp_path / "with", "import torch")], None) == ("numpy", "torch")


def test_what_is_provided_is_not_imported_before_it_is_there(tmp_path: Path) -> None:
    provided = tmp_path / "provided"
    provided.mkdir()
    (provided / "helper.py").write_text("ONE = 1\n", encoding="utf-8")
    class_ = hand_ins(tmp_path / "class", *["import numpy\nimport helper, own"] * 3)
    assert common_imports(class_, provided) == ("numpy",)
