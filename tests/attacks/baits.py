"""What attacks are after: files with secrets in them, all in places where a grader's machine has such files.

Everything here is made in a root that is thrown away afterwards; see machines.py.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import sys
import sysconfig
import uuid
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

COURSE = Path("/srv/course")
REFERENCE, SUBMISSIONS = COURSE / "reference", COURSE / "submissions"
SOLUTION = REFERENCE / "solution.py"
GRADEBOOK = COURSE / "results/gradebook.sqlite"
SETUID_READER, FOR_ROOT_ONLY = Path("/srv/tools/reader"), Path("/srv/tools/for-root")
WORLD_READABLE = tuple(Path(place) for place in ("/etc/grading", "/var/lib/grading", "/opt/grading", "/run/grading"))
TEMPORARY = tuple(Path(place, "of-another-program.txt") for place in ("/tmp", "/var/tmp", "/dev/shm"))
SITE = Path(sysconfig.get_paths()["purelib"])
LIBRARY = Path(sysconfig.get_paths()["stdlib"])
_INSTALLED = {place for prefix in map(Path, (sys.base_prefix, sys.prefix)) for place in (prefix, *prefix.parents)}
_POISONED = LIBRARY / "colorsys.py"
_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/etc", "/opt", "/", "/mnt", "/var/lib", "/usr/local/bin", "/srv")


def new_secret() -> str:
    """A text that nobody can guess, and that can be told from all others."""
    return "GRADERBAIT" + uuid.uuid4().hex


def lay_as_root(owner: int) -> None:
    """What only root can put there: files of the machine's, and folders that belong to whoever grades."""
    for place in WORLD_READABLE:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(new_secret())
    shadow = Path("/etc/shadow")
    shadow.write_text(f"root:{new_secret()}:20000:0:99999:7:::\n")
    shadow.chmod(0o600 if owner else 0o640)
    SETUID_READER.parent.mkdir()
    shutil.copy("/bin/cat", SETUID_READER)
    SETUID_READER.chmod(0o4755)
    FOR_ROOT_ONLY.write_text(new_secret())
    FOR_ROOT_ONLY.chmod(0o600)
    COURSE.mkdir()
    os.chown(COURSE, owner, owner)


@dataclass(kw_only=True)
class Baits:
    """The files that belong to whoever grades. `make` puts them there, anew where they have been changed."""

    home: Path
    folders: tuple[Path, ...] = ()
    _contents: dict[Path, bytes] = field(default_factory=dict)
    _library: dict[Path, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wanted = [COURSE, REFERENCE, SUBMISSIONS, self.home, SITE, LIBRARY, Path.cwd()]
        self.folders = (*wanted, *(Path(folder) for folder in _FOLDERS))
        files = [SOLUTION, REFERENCE / "provided/data.csv", SUBMISSIONS / "ada.ipynb", *TEMPORARY]
        files += [self.home / name for name in (".ssh/id_ed25519", ".netrc", ".aws/credentials", ".bash_history")]
        self._contents = {path: new_secret().encode() for path in files}
        self._library = {_POISONED: _POISONED.read_bytes()}
        self.make()

    def make(self) -> None:
        """Put everything where it belongs, and nothing else."""
        for name in ("reference", "submissions", "results"):
            with suppress(OSError):
                (COURSE / name).chmod(0o700)
            shutil.rmtree(COURSE / name, ignore_errors=True)
        for path, content in self._contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            path.write_bytes(content)
            path.chmod(0o600)
        _make_gradebook()
        for path, content in self._library.items():
            if path.read_bytes() != content:
                path.write_bytes(content)

    def fingerprint(self) -> dict[str, str]:
        """What each bait is like: where it is changed, an attack got there."""
        paths = [*self._contents, GRADEBOOK, *self._library, COURSE, REFERENCE, SUBMISSIONS]
        return {str(path): _likeness(path) for path in paths}

    def planted(self, nonce: str) -> tuple[str, ...]:
        """Where files lie that bear an attack's nonce, in their name or in what they hold."""
        named = [folder / nonce for folder in self.folders]
        named += [folder / f"left_{nonce}.py" for folder in (SITE, LIBRARY)]
        found = [path for path in named if os.path.lexists(path)]
        for folder, inner, names in os.walk(self.home):
            inner[:] = [name for name in inner if Path(folder, name) not in _INSTALLED]
            paths = (Path(folder, name) for name in names)
            found += [path for path in paths if path.is_file() and nonce.encode() in path.read_bytes()[:10_000]]
        return tuple(map(str, found))

    def clear(self, nonce: str) -> None:
        """Remove what an attack has planted."""
        places = [SITE, LIBRARY, Path("/tmp"), Path("/var/tmp"), Path("/run"), Path("/run/lock"), Path("/dev/shm")]
        left = [
            folder / f"left{joint}{nonce}{end}" for folder in places for joint in "_-" for end in ("", ".py", ".pth")
        ]
        for path in (*map(Path, self.planted(nonce)), *left):
            with suppress(OSError):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for compiled in (LIBRARY / "__pycache__").glob("colorsys.*"):
            if b"left" in compiled.read_bytes():
                compiled.unlink()


def _make_gradebook() -> None:
    GRADEBOOK.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(GRADEBOOK)) as database, database:
        database.execute("CREATE TABLE grades (student TEXT, points REAL, remark TEXT)")
        database.execute("INSERT INTO grades VALUES ('ada', 3, ?)", [new_secret()])
    GRADEBOOK.chmod(0o600)


def _likeness(path: Path) -> str:
    try:
        status = path.lstat()
        content = path.read_bytes() if path.is_file() else repr(sorted(os.listdir(path))).encode()
        attributes = os.listxattr(path)
    except OSError as error:
        return type(error).__name__
    mark = hashlib.sha256(content).hexdigest()
    changed = status.st_mtime_ns if path.is_file() else 0
    return f"{status.st_mode} {status.st_uid} {status.st_nlink} {changed} {attributes} {mark}"
