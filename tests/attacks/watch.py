"""What is there before and after: processes, files, objects of the kernel's, sockets, mounts, memory."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

_RANDOM = re.compile(r"[a-zA-Z0-9_]{8}$")
_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run", "/run/lock")
_PROC = Path("/proc")


def snapshot(*, without: Iterable[int] = ()) -> Counter[str]:
    """What is there now, with random names made alike, so that an engine's own next process or folder is no news."""
    found: Counter[str] = Counter()
    found.update(_processes({os.getpid(), 1, *without}))
    for folder in _FOLDERS:
        with suppress(OSError):
            found.update(f"file {folder}/{_RANDOM.sub('*', name)}" for name in os.listdir(folder))
    for kind in ("shm", "msg", "sem"):
        with suppress(OSError):
            lines = (_PROC / "sysvipc" / kind).read_text().splitlines()[1:]
            found.update({f"System V {kind}": len(lines)})
    found.update(_sockets())
    found.update({"mounts": len(Path("/proc/self/mounts").read_text().splitlines())})
    return found


def settle(before: Counter[str], seconds: float, look: Callable[[], Counter[str]]) -> tuple[str, ...]:
    """Wait until nothing is there that wasn't before, at most so long; what still is."""
    deadline = time.monotonic() + seconds
    while (left := look() - before) and time.monotonic() < deadline:
        time.sleep(0.05)
    return tuple(sorted(f"{name} ({count})" for name, count in left.items()))


def _processes(without: set[int]) -> Iterable[str]:
    for name in os.listdir(_PROC):
        if not name.isdigit() or int(name) in without:
            continue
        with suppress(OSError, IndexError):
            status = (_PROC / name / "stat").read_text()
            comm = status[status.index("(") + 1 : status.rindex(")")]
            state = status[status.rindex(")") + 2]
            owner = (_PROC / name).stat().st_uid
            yield f"process {comm if state != 'Z' else 'defunct'} of {owner}"


def _sockets() -> Iterable[str]:
    for kind in ("tcp", "tcp6", "udp", "udp6"):
        with suppress(OSError):
            for line in (_PROC / "net" / kind).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] in ("0A", "07"):  # listens, or is a bound datagram socket
                    yield f"socket {kind} {fields[1]}"
    with suppress(OSError):
        for line in (_PROC / "net/unix").read_text().splitlines()[1:]:
            if "@" in line:
                yield "abstract socket"


def sweep() -> None:
    """Remove what attacks have left where nothing held them back: processes, folders, objects of the kernel's."""
    for name in os.listdir(_PROC):
        with suppress(OSError):
            orphan = name.isdigit() and (_PROC / name / "stat").read_text().rpartition(")")[2].split()[1] == "1"
            if orphan and int(name) != os.getpid():
                os.kill(int(name), signal.SIGKILL)
    for folder in filter(_was_used, Path("/tmp").glob("grader-*")):
        subprocess.run(["chattr", "-R", "-f", "-i", str(folder)], check=False, capture_output=True)
        subprocess.run(["chmod", "-R", "u+rwx", str(folder)], check=False, capture_output=True)
        subprocess.run(["rm", "-rf", str(folder)], check=False, capture_output=True)
    for kind in ("shm", "msg", "sem"):
        subprocess.run(["ipcrm", f"--all={kind}"], check=False)
    for queue in Path("/dev/mqueue").iterdir():
        queue.unlink()


def _was_used(folder: Path) -> bool:
    """Whether an execution has been there: nothing lies in the working folder of an engine's own."""
    work = folder / "work"
    return not work.is_dir() or bool(os.listdir(work))


def resident_bytes() -> int:
    """How much memory this process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def peak_bytes() -> int:
    """How much it has held at most since `forget_peak`."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def forget_peak() -> None:
    """Begin to count anew."""
    Path("/proc/self/clear_refs").write_text("5")
