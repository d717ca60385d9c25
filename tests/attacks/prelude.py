"""What stands before every attack: the facts that it may count on, and a few tools for hostile code."""

from __future__ import annotations

import json
from collections.abc import Mapping

PRELUDE = '''
import contextlib, ctypes, errno, glob, json, math, mmap, os, re, resource, signal, socket, stat, struct, subprocess
import sys, tempfile, threading, time, types

bait = types.SimpleNamespace(**json.loads(FACTS))
stolen, granted, held, found, note = "", False, 0, "", ""
pattern = re.compile(b"GRADER" + b"BAIT[0-9a-f]{32}")
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
ignored = contextlib.suppress(Exception)

def secrets(data):
    return " ".join(sorted({secret.decode() for secret in pattern.findall(data)}))

def read(path, size=1 << 20):
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            return os.read(descriptor, size)
        finally:
            os.close(descriptor)
    except OSError:
        return b""

def loot(*places):
    data = b""
    for place in places:
        data += read(place)
        for folder, _, names in os.walk(place):
            data += b" ".join(read(os.path.join(folder, name)) for name in names[:200])
    return secrets(data)

def call(name, *arguments):
    """A system call by its name: what it returns, or minus the error's number."""
    numbers = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    result = libc.syscall(ctypes.c_long(bait.numbers[name]), *numbers)
    return -ctypes.get_errno() if result == -1 else result

def others():
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) not in (1, os.getpid())]

def parent_of(pid):
    with open("/proc/%d/stat" % pid) as file:
        return int(file.read().rpartition(")")[2].split()[1])

def ancestors():
    found, pid = [], os.getppid()
    with ignored:
        while pid > 1:
            found.append(pid)
            pid = parent_of(pid)
    return [*found, *([bait.parent] if bait.parent not in found else [])]

def students():
    """Other executions: their processes stand in a folder that holds what an honest notebook has written."""
    own = os.stat(".").st_ino
    return [pid for pid in others() if os.path.exists("/proc/%d/cwd/mine.txt" % pid)
            and os.stat("/proc/%d/cwd" % pid).st_ino != own]

def patiently(attempt):
    """Try until it gives something, or the time is nearly over."""
    deadline = time.monotonic() + bait.patience
    while time.monotonic() < deadline:
        with ignored:
            result = attempt()
            if result:
                return result
        time.sleep(0.02)
    return attempt()

def lift_limits():
    for name in ("DATA", "AS", "NPROC", "FSIZE", "STACK", "MEMLOCK", "MSGQUEUE", "CPU"):
        what = getattr(resource, "RLIMIT_" + name)
        for limit in (resource.RLIM_INFINITY, resource.getrlimit(what)[1]):
            with ignored:
                resource.setrlimit(what, (limit, limit))
                break

lift_limits()
'''


def prelude(facts: Mapping[str, object]) -> str:
    """The first cell of an attack."""
    return f"FACTS = {json.dumps(facts)!r}\n{PRELUDE}"
