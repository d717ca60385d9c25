"""What student code runs on: the class's interpreter and all that is installed for it, and what the handout provides.

Stored executions are good only for the same.
"""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel, ValidationError

from grader.errors import UsageError

NAMED = ("torch", "numpy", "ipython", "ipykernel")
"""Packages whose versions are written beside every mark."""

OLDEST = (3, 9)
"""The oldest Python that the code inside a student's process is written for."""

ANSWER_SECONDS = 30.0
ANSWER_BYTES = 1024**2

_NEEDED = {"kernel": ("IPython", "ipykernel")}
"""Modules without which an engine can't run a notebook; IPython alone for those that aren't named."""

_ANOTHER = "Name the interpreter of the class with --python, such as path/to/venv/bin/python."

_QUESTION = """
import json, sys
facts = {"version": list(sys.version_info[:2]), "text": sys.version.split()[0], "executable": sys.executable or ""}
if sys.version_info >= (3, 9):
    import sysconfig
    from importlib.metadata import distributions
    from importlib.util import find_spec
    facts["platform"] = sys.implementation.name + " on " + sysconfig.get_platform()
    facts["modules"] = [name for name in ("IPython", "ipykernel") if find_spec(name)]
    facts["packages"] = packages = {}
    for found in distributions():
        packages.setdefault((found.metadata["Name"] or "").lower(), str(found.version))
print("\\n" + json.dumps(facts))
"""
"""Any Python 3 can read it, so that one that is too old can say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassEnvironment:
    """The interpreter of the class, as it calls itself, and the version of everything that student code may meet."""

    python: str
    versions: Mapping[str, str]


class _Answer(BaseModel):
    version: tuple[int, int]
    text: str
    executable: str
    platform: str = ""
    modules: tuple[str, ...] = ()
    packages: dict[str, str] = {}


def interpreter(named: str | None, assigned: str | None, reference: Path) -> str:
    """The interpreter to use: the one that was named; else the assignment's, from its folder; else the grader's own.

    A bare name is looked up on the PATH, as a shell does. Symbolic links are kept: a virtual environment's interpreter
    is one, and knows its environment by the place of the link.
    """
    if named:
        found = shutil.which(named) if os.path.basename(named) == named else None
        return os.path.abspath(found or os.path.expanduser(named))
    return os.path.abspath(reference.resolve() / assigned) if assigned else sys.executable


def class_environment(python: str, *, engine: str) -> ClassEnvironment:
    """Ask an interpreter what it is and what is installed for it.

    Raises UsageError where it is none, or can't run notebooks in this engine.
    """
    answer = _answer(python, _said(python).splitlines())
    if answer.version < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise UsageError(f"{python} is Python {answer.text}; a class's has to be {oldest} or newer.", remedy=_ANOTHER)
    missing = [module for module in _NEEDED.get(engine, ("IPython",)) if module not in answer.modules]
    if missing:
        raise UsageError(
            f"{python} has no {' and no '.join(missing)}, without which the engine {engine!r} runs no notebook.",
            remedy=f"Install it: {shlex.join([python, '-m', 'pip', 'install', *map(str.lower, missing)])}",
        )
    versions = {**dict(sorted(answer.packages.items())), "python": answer.text, "platform": answer.platform}
    return ClassEnvironment(python=answer.executable or python, versions=versions)


def named_versions(versions: Mapping[str, str]) -> dict[str, str]:
    """Those of student code's environment that a reader wants to know first, as far as they are there."""
    return {name: versions[name] for name in ("python", *NAMED) if name in versions}


@functools.cache
def own_versions() -> dict[str, str]:
    """What marks are made with: the grader, its Python, and the libraries that references compute with."""
    return {"python": platform.python_version(), **{name: version(name) for name in ("grader", "torch", "numpy")}}


def _answer(python: str, said: Sequence[bytes]) -> _Answer:
    # Others may have written, too: a wrapper, or what the site customises.
    answers = [line for line in said if line.startswith(b'{"version"')]
    with suppress(ValidationError, IndexError):
        return _Answer.model_validate_json(answers[-1])
    first = next((line.decode("utf-8", "replace").strip() for line in said if line.strip()), "")
    raise UsageError(f"{python} is no Python 3{f': it says {first[:80]!r}' if first else ''}.", remedy=_ANOTHER)


def _said(python: str) -> bytes:
    """All that the interpreter says to the question, in a bounded time and length."""
    with _asked(python) as process:
        timer = threading.Timer(ANSWER_SECONDS, _kill, (process.pid,))
        timer.start()
        try:
            assert process.stdout is not None
            said = process.stdout.read(ANSWER_BYTES)
            late = not timer.is_alive()
        finally:
            timer.cancel()
            _kill(process.pid)
    if late:
        raise UsageError(f"{python} didn't say what it is within {ANSWER_SECONDS:.0f} s.", remedy=_ANOTHER)
    return said


def _asked(python: str) -> subprocess.Popen[bytes]:
    if os.path.isdir(python):
        inside = os.path.join(python, "bin", "python")
        remedy = f"Name the interpreter in it: {inside}" if os.path.exists(inside) else _ANOTHER
        raise UsageError(f"{python} is a folder.", remedy=remedy)
    try:
        return subprocess.Popen(  # noqa: S603  # the instructor named it
            [python, "-I", "-c", _QUESTION],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise UsageError(f"{python} can't be executed: {error.strerror}.", remedy=_ANOTHER) from error


def _kill(session: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(session, signal.SIGKILL)


def folder_digest(folder: Path | None) -> str:
    """A digest of all files in a folder, names and contents; "" where there is none."""
    if folder is None:
        return ""
    digest = hashlib.sha256()
    for path in _files(folder):
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode("utf-8", "surrogateescape"))
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)
