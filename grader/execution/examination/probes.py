"""The notebooks that try to break out: each cell does so in one way, and what came of it is looked at from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from textwrap import dedent

from grader.execution.examination.baits import SLEEP, VARIABLE, Baits
from grader.records import Limits

LIMITS = Limits(
    cell_seconds=10.0, total_seconds=30.0, memory_bytes=512 * 1024**2, disk_bytes=16 * 1024**2, processes=32
)
"""Small enough to be passed in a moment, large enough for a kernel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A cell that tries something. `deed` goes on from "student code can …".

    `succeeded` is asked once all is over, with what the cell has printed. `shows` is what it has to have printed for
    its failure to mean anything.
    """

    name: str
    deed: str
    code: str
    succeeded: Callable[[str], bool]
    shows: str = ""


def notebooks(baits: Baits) -> tuple[tuple[Probe, ...], ...]:
    """All of them; those that pass limits pass LIMITS. The last cell of each may cost it its process."""
    return (
        (*_files(baits), *_processes(baits), *_network(baits), _daemon(baits), _memory()),
        (_number(),),
        (_disk(),),
    )


def _files(baits: Baits) -> tuple[Probe, ...]:
    def reads(printed: str) -> bool:
        return baits.secret in printed

    reading = "print(open(PATH).read())"
    at_home = Probe(
        name="home", deed="read your home folder", code=_code(reading, PATH=str(baits.file_at_home)), succeeded=reads
    )
    writing = """
        import contextlib, os
        for folder in FOLDERS:
            with contextlib.suppress(OSError), open(os.path.join(folder, NAME), "w") as file:
                file.write("written")
    """
    return (
        Probe(name="files", deed="read your files", code=_code(reading, PATH=str(baits.file)), succeeded=reads),
        *([at_home] if baits.file_at_home else []),
        Probe(
            name="writing",
            deed="write where others find it",
            code=_code(writing, FOLDERS=[str(folder) for folder in baits.folders], NAME=baits.secret),
            succeeded=lambda printed: baits.wrote(),
        ),
    )


def _processes(baits: Baits) -> tuple[Probe, ...]:
    pid = baits.process.pid
    environment = """
        import contextlib, os
        print(os.environ)
        for process in ("self", os.getppid(), 1, PID):
            with contextlib.suppress(OSError):
                print(open(f"/proc/{process}/environ").read())
    """
    return (
        Probe(
            name="environment",
            deed="read your environment variables",
            code=_code(environment, PID=pid),
            succeeded=lambda printed: f"{VARIABLE}={baits.secret}" in printed or f"'{baits.secret}'" in printed,
        ),
        Probe(
            name="processes",
            deed="see your processes",
            code=_code('print(open(f"/proc/{PID}/cmdline").read())', PID=pid),
            succeeded=lambda printed: baits.secret in printed,
        ),
        Probe(
            name="signals",
            deed="end your processes",
            code=_code("import os, signal\nos.kill(PID, signal.SIGKILL)", PID=pid),
            succeeded=lambda printed: baits.signalled(),
        ),
    )


def _network(baits: Baits) -> tuple[Probe, ...]:
    calling = """
        import socket
        socket.create_connection(("127.0.0.1", PORT), 2).close()
    """
    by_name = """
        import socket
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect("\\0" + NAME)
    """
    network = Probe(
        name="network",
        deed="reach the network, this machine's own included",
        code=_code(calling, PORT=baits.port),
        succeeded=lambda printed: baits.called(),
    )
    return (
        *([network] if baits.port else []),
        Probe(
            name="sockets",
            deed="reach abstract sockets",
            code=_code(by_name, NAME=baits.abstract),
            succeeded=lambda printed: baits.called_by_name(),
        ),
    )


def _number() -> Probe:
    many = LIMITS.processes * 3
    code = """
        import os, signal, time
        children = []
        try:
            while len(children) < MANY:
                child = os.fork()
                if child == 0:
                    try:
                        time.sleep(20)
                    finally:
                        os._exit(0)
                children.append(child)
            time.sleep(1)
            print(len(children))
        finally:
            for child in children:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
    """
    return Probe(
        name="number-of-processes",
        deed="have more processes than the limit",
        code=_code(code, MANY=many),
        succeeded=lambda printed: str(many) in printed.split(),
    )


def _daemon(baits: Baits) -> Probe:
    code = """
        import os, sys
        reading, writing = os.pipe()
        if os.fork() == 0:
            try:
                os.setsid()
                if os.fork() == 0:
                    os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", SLEEP, NAME])
            finally:
                os._exit(0)
        os.close(writing)
        os.read(reading, 1)  # ends when the new program has begun
        print("started")
    """
    return Probe(
        name="leftovers",
        deed="leave a process behind",
        code=_code(code, SLEEP=SLEEP, NAME=baits.secret),
        succeeded=lambda printed: baits.survived(),
        shows="started",
    )


def _memory() -> Probe:
    code = """
        import os, time
        reading, writing = os.pipe()
        for _ in range(5):  # none of them takes too much by itself
            if os.fork() == 0:
                try:
                    hog = b"\\1" * SHARE
                    os.write(writing, b"1")
                    time.sleep(10)
                finally:
                    os._exit(0)
        os.close(writing)
        held = b""
        while len(held) < 5 and (piece := os.read(reading, 5)):
            held += piece
        time.sleep(6)
        print("held" if len(held) == 5 else "refused")
    """
    return Probe(
        name="memory",
        deed="use more memory than the limit",
        code=_code(code, SHARE=LIMITS.memory_bytes * 9 // 40),
        succeeded=lambda printed: "held" in printed.split(),
    )


def _disk() -> Probe:
    code = """
        import time
        for number in range(8):  # none of them is too large by itself
            with open(str(number), "wb") as file:
                for _ in range(SIZE >> 20):
                    file.write(bytes(1 << 20))
        time.sleep(3)
        print("written")
    """
    return Probe(
        name="disk",
        deed="use more disk than the limit",
        code=_code(code, SIZE=LIMITS.disk_bytes // 2),
        succeeded=lambda printed: "written" in printed.split(),
    )


def _code(text: str, **constants: object) -> str:
    lines = [f"{name} = {value!r}" for name, value in constants.items()]
    return "\n".join([*lines, dedent(text).strip()]) + "\n"
