"""The README tells the truth where that can be tried."""

from __future__ import annotations

import re
from pathlib import Path

from grader.assignment.loading import load
from tests.command_line import ROOT, grader, write_assignment

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_assignment_in_the_readme_loads_and_adds_up(tmp_path: Path) -> None:
    (source,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    spec = load(write_assignment(tmp_path / "reference", source)).spec
    assert [check.id for check in spec.checks] == [
        f"{quantity}.{version}" for quantity in ("a", "loss", "dw") for version in ("torch", "numpy")
    ]


def test_every_option_in_the_readme_is_one() -> None:
    known = set(re.findall(r"--[a-z-]+", grader("grade", "--help").stdout + grader("show", "--help").stdout))
    named = set(re.findall(r"`(?:grader \w+ .*?)?(--[a-z-]+)", README))
    assert named
    assert named <= known


def test_every_file_that_the_readme_links_to_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert len(links) > 4
    assert all((ROOT / link).exists() for link in links)
