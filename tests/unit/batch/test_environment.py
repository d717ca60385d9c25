"""What the class's interpreter says of itself, and what is told of one that can't run notebooks."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

from grader.assignment.spec import Spec
from grader.batch import class_environment, environment, interpreter
from grader.batch.environment import OLDEST
from grader.errors import UsageError
from tests.class_python import WITH_NUMPY, WITHOUT_NUMPY, class_python, installed_pythons
from tests.unit.reports.sample_results import SPEC


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def refusal(python: str | Path, engine: str = "kernel") -> str:
    with pytest.raises(UsageError) as caught:
        class_environment(str(python), engine=engine)
    assert str(python) in caught.value.message
    assert caught.value.remedy
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_graders_own_interpreter_is_asked_like_any_other() -> None:
    own = class_environment(sys.executable, engine="kernel")
    assert own.python == sys.executable
    assert {name: own.versions[name] for name in ("numpy", "torch", "ipykernel")} == {
        name: version(name) for name in ("numpy", "torch", "ipykernel")
    }
    assert own.versions["python"] == ".".join(map(str, sys.version_info[:3]))
    assert own.versions["platform"].startswith("cpython on ")


def test_a_class_has_its_own_python_and_packages_and_the_place_of_its_link_is_kept() -> None:
    python = class_python(WITH_NUMPY)
    assert python.resolve() != python, "a virtual environment's interpreter is a link"
    found = class_environment(str(python), engine="kernel")
    assert found.python == str(python)
    assert found.versions["python"].startswith(("3.9.", "3.10."))
    assert found.versions["numpy"].startswith("1.")
    assert found.versions["ipython"].startswith("8.")
    assert not {"torch", "grader"} & set(found.versions)
    without = class_environment(str(class_python(WITHOUT_NUMPY)), engine="kernel")
    assert {**without.versions, "numpy": found.versions["numpy"]} == found.versions


def test_a_wrapper_that_says_more_is_seen_through(tmp_path: Path) -> None:
    wrapper = script(tmp_path / "python", f'echo Loading modules; echo "{{}}"; exec {sys.executable} "$@"')
    assert class_environment(wrapper, engine="kernel").python == sys.executable


def test_neither_our_environment_nor_our_folder_changes_what_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "extra-1.0.dist-info").mkdir()
    (tmp_path / "extra-1.0.dist-info" / "METADATA").write_text("Name: extra\nVersion: 1.0\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert "extra" not in class_environment(sys.executable, engine="kernel").versions


def test_what_is_no_interpreter_is_refused_with_what_to_do(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "absent")
    (tmp_path / "text").write_text("print(1)")
    assert "Permission denied" in refusal(tmp_path / "text")
    assert "is no Python 3" in refusal("/bin/ls")
    assert "is no Python 3" in refusal(script(tmp_path / "silent", "exit 0"))
    assert "it says 'Unknown option: -I'" in refusal(script(tmp_path / "two", "echo Unknown option: -I >&2; exit 2"))


def test_a_folder_is_answered_with_the_interpreter_in_it(tmp_path: Path) -> None:
    venv = class_python(WITH_NUMPY).parents[1]
    assert str(venv / "bin" / "python") in refusal(venv)
    assert "--python" in refusal(tmp_path)


def test_one_that_is_too_old_is_refused_with_its_version(tmp_path: Path) -> None:
    said = script(tmp_path / "python", """echo '{"version": [3, 8], "text": "3.8.18", "executable": "/python3.8"}'""")
    assert "is Python 3.8.18; a class's has to be 3.9 or newer" in refusal(said)


@pytest.mark.parametrize(
    ("version", "python"), [each for each in installed_pythons().items() if each[0] < OLDEST], ids=str
)
def test_real_pythons_that_are_too_old_are_refused(version: tuple[int, ...], python: Path) -> None:
    assert ("3.9 or newer" if version >= (3, 4) else "is no Python 3") in refusal(python)


def test_what_an_engine_needs_is_named_where_it_is_missing(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path], check=True)
    python = tmp_path / "bin" / "python"
    assert f"{python} -m pip install ipython ipykernel" in refusal(python)
    (site,) = tmp_path.glob("lib/python3.*/site-packages")
    (site / "IPython").mkdir()
    (site / "IPython" / "__init__.py").touch()
    assert "has no ipykernel, without which the engine 'kernel'" in refusal(python)
    assert class_environment(str(python), engine="warm").python == str(python), "IPython is all that it needs"


def test_one_that_never_answers_or_never_stops_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "ANSWER_SECONDS", 0.5)
    mark = f"9876.{os.getpid()}1"
    assert "didn't say what it is within" in refusal(script(tmp_path / "sleeps", f"sleep {mark} & sleep {mark}"))
    monkeypatch.setattr(environment, "ANSWER_SECONDS", 30.0)
    began = time.monotonic()
    assert "is no Python 3" in refusal(script(tmp_path / "floods", f"sleep {mark} & exec yes"))
    assert time.monotonic() - began < 10
    time.sleep(0.1)
    assert mark not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout


def test_the_command_line_goes_before_the_assignment_and_that_before_our_own(tmp_path: Path) -> None:
    reference = tmp_path / "reference"
    asks: Spec = replace(SPEC, python="../venv/bin/python")
    assert interpreter("python3", asks.python, reference).endswith("/python3"), "a bare name is looked up on the PATH"
    assert interpreter("./python3", asks.python, reference) == os.path.join(os.getcwd(), "python3")
    assert interpreter(None, asks.python, reference) == str(tmp_path / "venv/bin/python")
    assert interpreter(None, "/opt/python", reference) == "/opt/python"
    assert interpreter(None, None, reference) == sys.executable
