"""Environments of a class, with an older Python and NumPy than the grader's own: made once, and kept in `build/`."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import ROOT

PINS = Path(__file__).with_suffix(".txt")
REQUIRED = "GRADER_REQUIRE_CLASS_PYTHON"
"""Set where a missing environment is a failure, rather than a reason to skip."""

WITH_NUMPY = "with-numpy"
WITHOUT_NUMPY = "without-numpy"

_OLD_ENOUGH = "import sys, venv, ensurepip; sys.exit(not (3, 9) <= sys.version_info < (3, 11))"


def class_python(environment: str) -> Path:
    """The interpreter of one of the two environments; skips the test where no older Python is to be had."""
    old = next(_old_pythons(), None)
    if old is None:
        _give_up("there is no Python 3.9 or 3.10 with venv, neither with pyenv nor on the PATH")
    digest = hashlib.sha256(PINS.read_bytes() + os.fsencode(old)).hexdigest()[:12]
    folder = ROOT / "build" / "class-python" / digest
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:  # several processes run tests at once; one makes it, the others wait
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "ready").exists():
            _make(old, folder)
            (folder / "ready").touch()
    return folder / environment / "bin" / "python"


def installed_pythons() -> dict[tuple[int, ...], Path]:
    """All that pyenv has put here, by their versions, the oldest first."""
    found = Path.home().glob(".pyenv/versions/[0-9].*/bin/python")
    return dict(sorted((tuple(map(int, path.parents[1].name.split(".")[:2])), path) for path in found))


def _old_pythons() -> Iterator[Path]:
    installed = installed_pythons().values()
    named = (shutil.which(name) for name in ("python3.9", "python3.10"))
    for path in (*installed, *(Path(found) for found in named if found)):
        if subprocess.run([path, "-c", _OLD_ENOUGH], capture_output=True, check=False).returncode == 0:
            yield path


def _make(old: Path, folder: Path) -> None:
    complete, bare = folder / WITH_NUMPY, folder / WITHOUT_NUMPY
    for each in (complete, bare):
        shutil.rmtree(each, ignore_errors=True)
    _run(old, "-m", "venv", complete)
    pip = ("-m", "pip", "--disable-pip-version-check", "--quiet")
    _run(complete / "bin/python", *pip, "install", "--constraint", PINS, "ipython", "ipykernel", "numpy")
    shutil.copytree(complete, bare, symlinks=True, copy_function=os.link)
    _run(bare / "bin/python", *pip, "uninstall", "--yes", "numpy")


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        _give_up(f"`{' '.join(map(str, command))}` failed: {(done.stderr or done.stdout)[-1000:]}")


def _give_up(reason: str) -> None:
    if os.environ.get(REQUIRED):
        pytest.fail(reason)
    pytest.skip(reason)
