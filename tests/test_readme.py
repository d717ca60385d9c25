"""The README tells the truth where that can be tried."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from grader.assignment.loading import load
from tests.command_line import ROOT, grader, write_assignment

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


def test_the_assignment_in_the_readme_loads_and_adds_up(tmp_path: Path) -> None:
    source = BLOCKS[0]
    spec = load(write_assignment(tmp_path / "reference", source)).spec
    assert [check.id for check in spec.checks] == [
        f"{quantity}.{version}" for quantity in ("a", "loss", "dw") for version in ("torch", "numpy")
    ]


def test_the_further_examples_in_the_readme_load_with_it(tmp_path: Path) -> None:
    imports = re.search(r"`(from grader import Assignment, Tolerance.*?)`", README)
    assert imports
    source = f"{imports[1]}\n" + "\n".join(BLOCKS).replace("points=6", "points=20")
    folder = write_assignment(tmp_path / "reference", source)
    np.save(folder / "x_test.npy", np.ones((10, 2)))
    np.save(folder / "y_test.npy", np.ones(10))
    spec = load(folder).spec
    assert {check.id for check in spec.checks} >= {"relu.numpy", "generalises.torch"}


def test_every_option_in_the_readme_is_one() -> None:
    helps = "".join(grader(command, "--help").stdout for command in ("init", "grade", "calibrate", "show", "validate"))
    known = set(re.findall(r"--[a-z-]+", helps))
    named = set(re.findall(r"`(?:grader \w+ .*?)?(--[a-z-]+)", README))
    assert named
    assert named <= known


def test_every_file_that_the_readme_links_to_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert len(links) > 4
    assert all((ROOT / link).exists() for link in links)
