"""Right hand-ins that are written otherwise get full marks: transformations of those of the three samples."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grader.notebook import read
from tests.command_line import ROOT, grader
from tests.variations.transformations import TRANSFORMATIONS, Cell, Cells

SAMPLES = {
    "mlp": (ROOT / "reference", ROOT / "submissions", ROOT / "submissions" / "expected.toml", 20),
    **{
        name: (folder / "reference", folder / "submissions", folder / "expected.toml", points)
        for name, points in (("activations", 14), ("flowers", 16))
        for folder in [ROOT / "tests" / "assignments" / name]
    },
}
NO_LONGER_RIGHT = {("uma", "headings_are_missing")}
"""Overwrites its answers after their sections, which only headings tell apart."""
FEW = ("cells_are_split", "headings_are_html", "every_value_is_computed_in_a_class")


@cache
def variations() -> dict[tuple[str, str, str], Cells]:
    """Every variation of every right hand-in, by sample, hand-in and transformation."""
    made = {}
    for sample, (_, submissions, expected, points) in SAMPLES.items():
        stated = tomllib.loads(expected.read_text(encoding="utf-8"))
        for name in sorted(name for name, entry in stated.items() if entry["points"] == points):
            (path,) = submissions.glob(f"{name}.*")
            handed_in = read(path.read_bytes(), path.name)
            cells = [Cell(cell.kind, cell.source) for cell in handed_in.cells if cell.kind != "raw"]
            for change, transform in TRANSFORMATIONS.items():
                changed = transform(list(cells))
                if changed != cells and (name, change) not in NO_LONGER_RIGHT:
                    made[sample, name, change] = changed
    return made


def _write(folder: Path, sample: str, chosen: Any) -> int:
    folder.mkdir(parents=True)
    count = 0
    for (of, name, change), cells in variations().items():
        if of == sample and chosen(change):
            written = [
                new_code_cell(cell.source) if cell.kind == "code" else new_markdown_cell(cell.source) for cell in cells
            ]
            nbformat.write(new_notebook(cells=written), folder / f"{name}-{change}.ipynb")
            count += 1
    return count


CLAIMS = {"hard-coded", "hidden-bug", "stale-output", "not-reproducible", "forbidden-name", "similar"}
"""Flags that say something against a student."""


def _lost(tmp_path: Path, sample: str, chosen: Any) -> dict[str, list[str]]:
    """By variation, the checks that lost points, with what was said, and what was claimed of it."""
    reference, _, _, points = SAMPLES[sample]
    _write(tmp_path / "hand-ins", sample, chosen)
    out = tmp_path / "results"
    process = grader("grade", tmp_path / "hand-ins", "--reference", reference, "--out", out, timeout=580)
    assert process.returncode == 0, process.stdout[-3000:] + process.stderr[-3000:]
    lost = {}
    for path in sorted(out.glob("results/*/result.json")):
        result = json.loads(path.read_text(encoding="utf-8"))
        checks = [check for task in result["tasks"] for check in task["checks"]]
        claimed = [flag["message"] for flag in result["flags"] if flag["code"] in CLAIMS]
        if result["points"] != points or (claimed and "esperanza" not in path.parent.name):
            lost[path.parent.name] = [c["message"] for c in checks if c["points"] != c["max_points"]] + claimed
    return lost


def test_there_are_two_hundred_variations_of_all_three_samples() -> None:
    assert len(variations()) >= 200
    by_sample = Counter(sample for sample, _, _ in variations())
    assert min(by_sample[sample] for sample in SAMPLES) >= 50
    by_change = Counter(change for _, _, change in variations())
    assert set(by_change) == set(TRANSFORMATIONS)


def test_a_few_variations_get_full_marks(tmp_path: Path) -> None:
    assert _lost(tmp_path, "mlp", FEW.__contains__) == {}


@pytest.mark.soak
@pytest.mark.parametrize("sample", SAMPLES)
def test_all_variations_get_full_marks(tmp_path: Path, sample: str) -> None:
    assert _lost(tmp_path, sample, lambda change: True) == {}


def test_rules_accuse_no_variation_of_a_right_hand_in(tmp_path: Path) -> None:
    reference = tmp_path / "reference"
    shutil.copytree(SAMPLES["mlp"][0], reference)
    module = reference / "assignment.py"
    ruled = module.read_text(encoding="utf-8").replace("import Assignment", "import Assignment, version")
    ruled = ruled.replace('"numpy": "{}_n"', '"numpy": version("{}_n", forbid="torch")').replace(
        "points=20,", 'points=20,\n    broken_rules="lose",', 1
    )
    module.write_text(ruled, encoding="utf-8")
    _write(tmp_path / "hand-ins", "mlp", FEW.__contains__)
    breach = [
        new_markdown_cell("## Task 1"),
        new_code_cell("import torch\nz1_t = torch.relu(torch.ones(2, 4))\nz1_n = z1_t.numpy()"),
    ]
    nbformat.write(new_notebook(cells=breach), tmp_path / "hand-ins" / "breach.ipynb")
    out = tmp_path / "results"
    process = grader("grade", tmp_path / "hand-ins", "--reference", reference, "--out", out, "--vary", 0, timeout=580)
    assert process.returncode == 0, process.stderr[-3000:]
    flagged = {}
    for path in out.glob("results/*/result.json"):
        result = json.loads(path.read_text(encoding="utf-8"))
        codes = [flag["code"] for flag in result["flags"]]
        flagged[path.parent.name] = {"forbidden-name", "rule-unclear"}.intersection(codes)
    assert flagged.pop("breach") == {"forbidden-name"}
    assert not any(flagged.values())
