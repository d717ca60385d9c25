"""`grader doctor` on machines of several kinds, each of which it really examines."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from tests.attacks import machines
from tests.command_line import ROOT, UNSEALABLE, grader

PROBES = frozenset(
    {"files", "home", "writing", "environment", "processes", "signals", "network", "sockets", "leftovers"}
    | {"number-of-processes", "memory", "disk"}
)
DOCTOR = (sys.executable, "-m", "grader", "doctor")


def examined(command: Sequence[str]) -> tuple[int, dict[str, Any]]:
    process = subprocess.run([*command, "--json"], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert process.stdout, process.stderr
    return process.returncode, json.loads(process.stdout)


def on_machine(name: str) -> tuple[int, dict[str, Any]]:
    if problem := machines.missing():
        pytest.skip(problem)
    return examined(machines.command(machines.MACHINES[name], DOCTOR))


def wrong(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [finding for finding in told["findings"] if finding["ok"] is False]


def by_name(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {finding["name"]: finding for finding in told["findings"]}


def kept_in(told: dict[str, Any], engine: str) -> set[str]:
    """The probes that are said to be kept in."""
    found = [finding for finding in told["findings"] if finding["name"].startswith(f"{engine}.")]
    assert all(finding["ok"] == finding["says"].startswith("Kept in: ") for finding in found), found
    return {finding["name"].partition(".")[2] for finding in found if finding["ok"]}


@functools.cache
def nowhere() -> tuple[int, dict[str, Any]]:
    """On a machine where nothing can be sealed."""
    return examined([*UNSEALABLE, *DOCTOR])


def test_this_machine_is_examined_with_both_engines() -> None:
    status, told = examined(DOCTOR)
    if told["seal"] is None:
        pytest.skip("nothing can be sealed here")
    assert (status, told["sealed"]) == (0, True), wrong(told)
    for engine in ("warm", "kernel"):
        assert kept_in(told, engine) == PROBES, wrong(told)


def test_a_user_seals_by_namespaces() -> None:
    status, told = on_machine("user")
    assert (status, told["sealed"], told["seal"]) == (0, True, "namespaces"), wrong(told)
    assert kept_in(told, "warm") == PROBES, wrong(told)
    assert by_name(told)["seal.landlock"]["ok"]


def test_a_container_with_default_privileges_seals_by_landlock() -> None:
    status, told = on_machine("user-without-namespaces")
    assert (status, told["sealed"], told["seal"]) == (0, True, "landlock"), wrong(told)
    for engine in ("warm", "kernel"):
        assert kept_in(told, engine) == PROBES, wrong(told)
    found = by_name(told)
    assert not found["namespaces"]["ok"]
    assert "docs/container.md" in found["namespaces"]["remedy"]
    assert "above" in found["seal.namespaces"]["remedy"]


def test_where_nothing_can_be_sealed_it_says_what_to_do_and_grade_refuses() -> None:
    status, told = nowhere()
    assert (status, told["sealed"], told["seal"]) == (3, False, None)
    names = {finding["name"] for finding in wrong(told)}
    assert {"namespaces", "landlock", "seal.namespaces", "seal.landlock"} <= names
    assert all(finding["remedy"] for finding in wrong(told))

    shown = subprocess.run([*UNSEALABLE, *DOCTOR], cwd=ROOT, capture_output=True, text=True, check=False)
    assert shown.returncode == 3
    assert "can't seal student code in" in shown.stdout
    assert "--unsafe" in shown.stdout

    grade = [*UNSEALABLE, sys.executable, "-m", "grader", "grade", "submissions"]
    refused = subprocess.run(grade, cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 3
    assert "grader doctor" in refused.stderr


def test_programs_can_rely_on_the_form_of_the_answer() -> None:
    _, told = nowhere()
    assert set(told) == {"schema", "sealed", "seal", "findings"}
    assert told["schema"] == "grader.doctor/1"
    assert all(set(finding) == {"name", "ok", "says", "remedy"} for finding in told["findings"])
    assert {finding["name"] for finding in told["findings"]} == {
        *("python", "user", "bubblewrap", "libseccomp", "namespaces", "landlock", "cgroups"),
        *("seal.namespaces", "seal.landlock"),
    }


def test_an_interpreter_that_runs_no_notebook_is_named_in_one_line() -> None:
    process = grader("doctor", "--python", "/bin/false")
    assert process.returncode == 2
    assert process.stderr.count("\n") == 1
    assert "/bin/false" in process.stderr
