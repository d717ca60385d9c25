"""The machines that attacks run on are what they say."""

from __future__ import annotations

import functools
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.attacks import machines
from tests.attacks.machines import MACHINES, Machine

pytestmark = pytest.mark.skipif(bool(machines.missing()), reason=machines.missing() or "-")

PROBE = """
import ctypes, json, os, socket, sys
import numpy
libc = ctypes.CDLL(None, use_errno=True)
def tries(attempt):
    child = os.fork()
    if child == 0:
        os._exit(0 if attempt() else 1)
    return os.waitpid(child, 0)[1] == 0
def can_open(path):
    try:
        os.close(os.open(path, os.O_WRONLY))
    except OSError:
        return False
    return True
def own_proc():
    if libc.unshare(0x10000000 | 0x20000 | 0x20000000):  # users, mounts, processes
        return False
    child = os.fork()
    if child == 0:
        os._exit(0 if libc.mount(b"proc", b"/proc", b"proc", 0, None) == 0 else 1)
    return os.waitpid(child, 0)[1] == 0
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
for name in ("/usr/written", "/etc/written", "/tmp/written"):
    try:
        open(name, "w").close()
    except OSError:
        pass
print(json.dumps({
    "user": os.getuid(),
    "rights": int(status["CapEff"], 16),
    "bounding": int(status["CapBnd"], 16),
    "filtered": status["Seccomp"].strip() == "2",
    "no_new_privileges": status["NoNewPrivs"].strip() == "1",
    "namespaces": tries(lambda: libc.unshare(0x10000000) == 0),
    "processes_of_its_own": tries(own_proc),
    "clone3": -1 if libc.syscall(435, None, 0) == -1 and ctypes.get_errno() == 38 else 0,
    "processes": sum(name.isdigit() for name in os.listdir("/proc")),
    "interfaces": [name for _, name in socket.if_nameindex()],
    "core_pattern": can_open("/proc/sys/kernel/core_pattern"),
    "home_of_root": os.stat("/root").st_mode & 0o777,
    "reference": os.access("reference", os.R_OK),
    "root": os.stat("/").st_dev,
}))
"""

SYS_ADMIN, SYS_PTRACE = 1 << 21, 1 << 19


@functools.cache
def probe(name: str) -> dict[str, Any]:
    told = machines.run(MACHINES[name], "-c", PROBE, seconds=60)
    assert told.returncode == 0, told.stderr
    answer: dict[str, Any] = json.loads(told.stdout)
    return answer


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_a_machine_is_what_it_says(machine: Machine) -> None:
    found = probe(machine.name)
    assert found["user"] == machine.user
    assert bool(found["rights"]) is (machine.user == 0)
    assert bool(found["bounding"] & SYS_ADMIN) is not machine.contained
    assert bool(found["bounding"] & SYS_PTRACE) is not machine.contained
    assert found["filtered"] is machine.contained
    assert found["no_new_privileges"] is False
    assert found["namespaces"] is not machine.contained
    assert found["processes_of_its_own"] is not machine.contained
    assert (found["clone3"] == -1) is machine.contained
    assert found["core_pattern"] is (machine.name == "root")
    assert found["reference"] is True


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_what_happens_on_a_machine_stays_there(machine: Machine) -> None:
    found = probe(machine.name)
    assert found["processes"] <= 4
    assert found["interfaces"] == ["lo"]
    assert found["root"] != os.stat("/").st_dev
    assert not [path for path in ("/usr/written", "/etc/written", "/tmp/written") if Path(path).exists()]


@pytest.mark.parametrize(
    ("name", "seal"),
    [
        ("root", "namespaces"),
        ("user", "namespaces"),
        ("root-in-container", "landlock"),
        ("user-without-namespaces", "landlock"),
    ],
)
def test_each_machine_lets_us_have_another_seal(name: str, seal: str) -> None:
    code = "import sys; from grader.execution import find_seal; print(find_seal(sys.executable))"
    told = machines.run(MACHINES[name], "-c", code, seconds=120)
    assert told.stdout.strip() == seal, told.stderr
