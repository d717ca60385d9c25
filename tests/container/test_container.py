"""The container for those who can't seal: each step of its recipe, and each command of its page, as plain commands."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.attacks import machines
from tests.command_line import ROOT
from tests.container.recipe import Command, read_commands, read_instructions, read_run

RECIPE = read_instructions((ROOT / "Containerfile").read_text(encoding="utf-8"))
COMMANDS = read_commands((ROOT / "docs" / "container.md").read_text(encoding="utf-8"))
RUNS = [line for line in COMMANDS if line.split()[1] == "run"]
EXPECTED = tomllib.loads((ROOT / "submissions" / "expected.toml").read_text(encoding="utf-8"))
A_FEW = ("amara", "first", "tomasz")
TEACHER = 1000

pytestmark = pytest.mark.xdist_group("container")  # one worker builds the image


@dataclass(frozen=True, kw_only=True)
class Built:
    """What came of the steps, and of each command by its line. `course` is the folder that was mounted."""

    steps: list[dict[str, Any]]
    runs: dict[str, dict[str, Any]]
    course: Path


def build(folder: Path, lines: Iterable[str], hand_ins: Iterable[str], *, installed: str) -> Built:
    """Build the image and run commands in containers of it, with a part of the sample class as the course."""
    if problem := missing():
        pytest.skip(problem)
    course = make_course(folder / "course", hand_ins)
    lines = list(lines)
    order = {"installed": installed, "runs": [as_contained(read_run(line), course) for line in lines]}
    command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"]
    done = subprocess.run(
        [*command, sys.executable, "-m", "tests.container.image"],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    steps = [each for each in told if "step" in each]
    if any(each["status"] and "Temporary failure resolving" in each["told"] for each in steps):
        pytest.skip("Debian's packages can't be reached")
    assert done.returncode == 0, (steps[-1:], done.stderr[-2000:])
    runs = [each for each in told if "run" in each]
    return Built(steps=steps, runs=dict(zip(lines, runs, strict=True)), course=course)


def missing() -> str:
    """Why the image can't be imitated here; empty where it can."""
    if shutil.which("apt-get") is None:
        return "no Debian"
    if Path(sys.base_prefix) == Path("/usr"):
        return "the system's own Python can't stand for the image's"
    return machines.missing()


def make_course(folder: Path, hand_ins: Iterable[str]) -> Path:
    """A folder that belongs to who grades."""
    shutil.copytree(ROOT / "reference", folder / "reference", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "submissions").mkdir()
    for name in hand_ins:
        shutil.copy(ROOT / "submissions" / f"{name}.ipynb", folder / "submissions")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, TEACHER, TEACHER)
    return folder


def as_contained(command: Command, course: Path) -> dict[str, object]:
    """What an engine makes of a command's options."""
    known = {"--rm", "--user", "--volume", "--userns", "--security-opt"}
    assert {name for name, _ in command.options} <= known
    assert command.image == "grader"
    loosened = set(command.all_of("--security-opt"))
    assert loosened <= {"seccomp=unconfined", "apparmor=unconfined", "systempaths=unconfined", "unmask=ALL"}
    settings: dict[str, object] = {
        "arguments": command.arguments,
        "filtered": "seccomp=unconfined" not in loosened,
        "hidden": not loosened & {"systempaths=unconfined", "unmask=ALL"},
    }
    for volume in command.all_of("--volume"):
        source, _, target = volume.rpartition(":")
        assert source == "${PWD}"
        settings["volume"] = (str(course), target)
    for user in command.all_of("--user"):
        settings["user"] = user
    return settings


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The image made out of what is installed for the tests, and what the page says first."""
    folder = tmp_path_factory.mktemp("container")
    return build(folder, RUNS[:2], A_FEW, installed=sysconfig.get_path("purelib"))


@pytest.fixture(scope="module")
def built_from_nothing(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("container"), RUNS, EXPECTED, installed="")


def points(built: Built) -> dict[str, float]:
    with open(built.course / "results" / "grades.csv", encoding="utf-8-sig", newline="") as file:
        return {row["student"]: float(row["points"]) for row in csv.DictReader(file)}


def test_the_recipe_is_made_of_instructions_that_engines_and_tests_know() -> None:
    assert [each.argument for each in RECIPE if each.name == "FROM"] == ["python:3.11-slim"]
    assert {each.name for each in RECIPE} <= {"FROM", "ARG", "ENV", "RUN", "COPY", "USER", "WORKDIR", "ENTRYPOINT"}
    copied = [name for each in RECIPE if each.name == "COPY" for name in each.words[:-1]]
    assert all((ROOT / name).exists() for name in copied)
    names = [each.name for each in RECIPE]
    assert "RUN" not in names[names.index("USER") :]


def test_the_page_builds_this_recipe() -> None:
    built = {line for line in COMMANDS if line.split()[1] == "build"}
    assert built == {f"{engine} build --tag grader --file Containerfile ." for engine in ("docker", "podman")}
    assert len(built) + len(RUNS) == len(COMMANDS)


@pytest.mark.soak
def test_every_step_succeeds(built: Built) -> None:
    assert [each["step"] for each in built.steps] == [each.argument for each in RECIPE if each.name == "RUN"]
    assert all(each["status"] == 0 for each in built.steps), built.steps


@pytest.mark.soak
def test_with_default_privileges_it_seals_by_landlock(built: Built) -> None:
    told = built.runs[RUNS[0]]
    assert read_run(RUNS[0]).arguments == ("doctor",)
    assert told["status"] == 0, told
    assert told["stdout"].strip().endswith("This machine seals student code in, by landlock.")


@pytest.mark.soak
def test_with_default_privileges_it_grades(built: Built) -> None:
    told = built.runs[RUNS[1]]
    assert read_run(RUNS[1]).arguments[0] == "grade"
    assert told["status"] == 0, told
    assert points(built) == {name: EXPECTED[name]["points"] for name in A_FEW}


@pytest.mark.soak
def test_every_step_succeeds_from_nothing(built_from_nothing: Built) -> None:
    assert all(each["status"] == 0 for each in built_from_nothing.steps)
    assert any(
        "Successfully installed" in each["told"] and "torch" in each["told"] for each in built_from_nothing.steps
    )


@pytest.mark.soak
@pytest.mark.parametrize("line", RUNS)
def test_every_command_of_the_page_does_what_it_says(line: str, built_from_nothing: Built) -> None:
    told = built_from_nothing.runs[line]
    assert told["status"] == 0, told
    if "doctor" in line:
        seal = "namespaces" if "seccomp=unconfined" in line else "landlock"
        assert told["stdout"].strip().endswith(f"This machine seals student code in, by {seal}.")
    else:
        assert points(built_from_nothing) == {name: stated["points"] for name, stated in EXPECTED.items()}
