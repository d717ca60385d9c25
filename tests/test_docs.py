"""The pages in docs/ tell the truth where that can be tried."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.records import Limits
from tests.attacks.catalogue import ATTACKS, FAMILIES
from tests.command_line import ROOT

PAGES = sorted((ROOT / "docs").glob("*.md"))
SECURITY = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
TABLE = "".join(line for line in SECURITY.splitlines() if line.startswith("|"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_links_to_is_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    assert all((page.parent / link).exists() for link in links)


def test_the_security_page_names_every_family_of_attacks_and_no_other() -> None:
    named = set(re.findall(r"`(\w+)\.py`", TABLE))
    assert named == {family.__name__.rpartition(".")[2] for family in FAMILIES}
    assert "over two hundred hostile notebooks" in SECURITY
    assert len(ATTACKS) > 200


def test_the_security_page_names_files_that_are_there() -> None:
    named = re.findall(r"`((?:tests|grader)/[\w/.]+)`", SECURITY)
    assert len(named) > 5
    assert all((ROOT / name).exists() for name in named)


def test_the_security_page_states_the_limits() -> None:
    limits = Limits()
    stated = (
        f"{limits.cell_seconds:.0f} s a cell, {limits.total_seconds:.0f} s an execution, "
        f"{limits.memory_bytes >> 30} GiB of memory, {limits.processes} processes and threads, "
        f"{limits.disk_bytes >> 20} MB of disk, {limits.output_bytes // 10**6} MB of output"
    )
    assert stated in SECURITY
