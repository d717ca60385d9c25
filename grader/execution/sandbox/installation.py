"""Where the interpreter of the class lives, and what else of the machine student code may read."""

from __future__ import annotations

import functools
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from grader.errors import ExecutionUnavailable

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store")
SETTINGS = (
    *("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/etc/timezone", "/etc/fonts", "/etc/mime.types"),
    *("/etc/magic", "/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/os-release", "/etc/debian_version"),
)
MACHINE = ("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/loadavg", "/proc/version", "/sys/devices/system")

_ASK = """
import json, sys, sysconfig
print(json.dumps([sys.executable, list(sys.version_info[:2]), [sys.prefix, sys.exec_prefix, sys.base_prefix,
    sys.base_exec_prefix, sysconfig.get_path("stdlib")]]))
"""
_ASK_SECONDS = 20.0
_TOO_WIDE = {Path("/", name) for name in ("", "home", "root", "etc", "var", "tmp", "proc", "sys", "dev", "run")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """An interpreter, its version, and the folders that hold it with its packages."""

    python: str
    version: tuple[int, int]
    folders: tuple[str, ...]


@functools.cache
def find_installation(python: str) -> Installation:
    """Ask an interpreter where it lives, once for the seal and the engine. Raises ExecutionUnavailable where it doesn't
    answer."""
    remedy = f"Check that `{python} -c 1` works."
    try:
        # -I: neither the folder where we happen to be nor the user's settings have a say.
        told = subprocess.run(  # noqa: S603  # the interpreter that the instructor named
            [python, "-I", "-c", _ASK], capture_output=True, text=True, timeout=_ASK_SECONDS, check=True
        )
        executable, version, prefixes = json.loads(told.stdout)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise ExecutionUnavailable(f"No interpreter could be started: {python}: {error}.", remedy=remedy) from error
    folders = [Path(prefix) for prefix in [*prefixes, Path(executable).resolve().parent] if prefix]
    wide = next((folder for folder in folders if folder.resolve() in _TOO_WIDE | _ours()), None)
    if wide is not None:
        raise ExecutionUnavailable(f"{python} is installed right in {wide}, all of which students could then read.")
    return Installation(python=python, version=(version[0], version[1]), folders=_outermost(folders))


def _ours() -> set[Path]:
    """Folders that are somebody's, and no installation: our home and where we are, with all above them."""
    places = {Path.home().resolve(), Path.cwd().resolve()}
    return places | {parent for place in places for parent in place.parents}


def _outermost(folders: list[Path]) -> tuple[str, ...]:
    """Each folder under its own name and its real one, without those that lie inside another."""
    named = {*folders, *(folder.resolve() for folder in folders)}
    inner = {folder for folder in named if any(other in folder.parents for other in named) or _in_system(folder)}
    return tuple(sorted(str(folder) for folder in named - inner))


def _in_system(folder: Path) -> bool:
    return any(str(folder) == path or str(folder).startswith(path + "/") for path in SYSTEM)
