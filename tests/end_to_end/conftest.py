"""The sample class, graded once through the real command line for all tests that look at what comes of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.command_line import SAMPLE_LIMITS, grader


@pytest.fixture(scope="session")
def sample_class(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The folder that `grader grade` wrote for `submissions/`, and the finished process."""
    out = tmp_path_factory.mktemp("sample-class") / "results"
    arguments = ["grade", "submissions", "--reference", "reference", "--out", out]
    return out, grader(*arguments, *SAMPLE_LIMITS, "--json")
