"""An author's folder: the files in it that decide marks, known by a digest, and the modules that run from it."""

from __future__ import annotations

import hashlib
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import grader
from grader.assignment import authoring
from grader.assignment.places import Place, blaming, is_authors, suggestion
from grader.assignment.tensors import arithmetic
from grader.errors import AssignmentError

MODULE = "assignment.py"
MOST_FILES = 1_000
MOST_BYTES = 256 * 1024**2
LONGEST_TEXT = 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """A reference folder as it was read.

    `texts` holds what is text, by path relative to the folder, with `/`: UTF-8 files of at most 1 MiB. `digest` is a
    SHA-256 over the paths and bytes of all files. `module` is the source of `assignment.py`.
    """

    module: bytes
    texts: Mapping[str, str]
    digest: str


def read_sources(folder: Path) -> Sources:
    """Read all files in and below `folder`, except hidden ones and caches.

    Raises AssignmentError for a folder that isn't there, has no `assignment.py`, can't be read, or is too large.
    """
    _refuse_missing(folder)
    digest = hashlib.sha256()
    texts: dict[str, str] = {}
    module = b""
    for relative, content in contents_of(folder):
        # Both parts are hashed by themselves first, so that no two folders give the same stream of bytes.
        digest.update(hashlib.sha256(relative.encode("utf-8", "surrogateescape")).digest())
        digest.update(hashlib.sha256(content).digest())
        if (text := _text(content)) is not None:
            texts[relative] = text
        if relative == MODULE:
            module = content
    return Sources(module=module, texts=texts, digest=digest.hexdigest())


def _refuse_missing(folder: Path) -> None:
    if not folder.is_dir():
        raise AssignmentError(
            "There is no such folder." if not folder.exists() else "This is no folder.",
            remedy=f"Name the reference folder, which holds {MODULE}.",
            file=str(folder),
        )
    if not (folder / MODULE).is_file():
        raise AssignmentError(
            f"The folder holds no {MODULE}.", remedy=f"Write the assignment in {MODULE}.", file=str(folder)
        )


def contents_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Read each file's relative path and bytes, in the order of the paths."""
    paths = sorted((path.relative_to(folder).as_posix(), path) for path in _files(folder))
    total = 0
    for number, (relative, path) in enumerate(paths, start=1):
        try:
            total += path.stat().st_size
            if number > MOST_FILES or total > MOST_BYTES:
                raise _too_large(folder)
            yield relative, path.read_bytes()
        except OSError as error:
            raise _unreadable(error, path) from error


def _unreadable(error: OSError, path: Path) -> AssignmentError:
    return AssignmentError(
        f"This can't be read: {error.strerror}.", remedy="Make it readable, or take it out.", file=str(path)
    )


def _too_large(folder: Path) -> AssignmentError:
    return AssignmentError(
        f"The folder holds more than {MOST_FILES} files or {MOST_BYTES // 1024**2} MiB.",
        remedy="Keep only what decides marks in it.",
        file=str(folder),
    )


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder, onerror=_refuse_unreadable):
        folders[:] = [name for name in folders if name != "__pycache__" and not name.startswith(".")]
        for name in names:
            path = Path(parent, name)
            if not name.startswith(".") and path.is_file():
                yield path


def _refuse_unreadable(error: OSError) -> None:
    raise _unreadable(error, Path(error.filename)) from error


def _text(content: bytes) -> str | None:
    if len(content) > LONGEST_TEXT or b"\0" in content:
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


class _Loader(importlib.abc.SourceLoader):
    """Loads the bytes that were read, and that the digest covers; never a cached compilation."""

    def __init__(self, file: str, source: bytes) -> None:
        self._file = file
        self._source = source

    def get_filename(self, fullname: str) -> str:
        return self._file

    def get_data(self, path: str | bytes) -> bytes:
        return self._source


class FolderModules:
    """The modules of one folder. They can be imported while its own code runs; to all others they aren't there.

    Another folder's may have the same names. What has been imported is kept from one run to the next.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[str, ModuleType] = {}
        self._importing = False

    def run(self, source: bytes) -> ModuleType:
        """Run `assignment.py`, of which `source` was read; AssignmentError for all that goes wrong in it."""
        file = str(self._folder / MODULE)
        name = f"_grader_assignment_{hashlib.sha256(source).hexdigest()[:16]}"
        loader = _Loader(file, source)
        spec = importlib.machinery.ModuleSpec(name, loader, origin=file)
        spec.has_location = True
        self._kept[name] = module = importlib.util.module_from_spec(spec)
        with self.importable(), arithmetic(), blaming("The module", Place(file=file, line=1), _remedy):
            loader.exec_module(module)
        return module

    @contextmanager
    def importable(self) -> Iterator[None]:
        """Let the folder's code find itself and its neighbours, and leave everything as it was."""
        if self._importing:
            yield
            return
        path, cached, before = sys.path[:], sys.dont_write_bytecode, dict(sys.modules)
        importlib.invalidate_caches()
        sys.path.insert(0, str(self._folder.absolute()))
        sys.modules.update(self._kept)
        sys.dont_write_bytecode = True  # the author's folder stays as it is
        self._importing = True
        try:
            yield
        finally:
            self._importing = False
            sys.path[:], sys.dont_write_bytecode = path, cached
            self._take_back(before)

    def _take_back(self, before: Mapping[str, ModuleType]) -> None:
        for name, module in list(sys.modules.items()):
            if module is before.get(name) or not self._holds(module):
                continue
            self._kept[name] = module
            if name in before:
                sys.modules[name] = before[name]
            else:
                del sys.modules[name]

    def _holds(self, module: ModuleType) -> bool:
        return any(is_authors(file, str(self._folder)) for file in _origins(module))


def _origins(module: ModuleType) -> list[str]:
    """Name where a module is from: its file, or the folders of a package that has none."""
    file = getattr(module, "__file__", None)
    return [file] if file else list(getattr(module, "__path__", []))


def _remedy(error: BaseException) -> str:
    if isinstance(error, ImportError):
        return f"Install what it imports, or put it beside {MODULE}."
    if isinstance(error, NameError) and error.name in grader.__all__:
        return f"Import it: from grader import {error.name}."
    if isinstance(error, SystemExit):
        return f"Take the exit out: {MODULE} only declares."
    if isinstance(error, TypeError) and (
        found := re.match(r"(\w+)\.(\w+)\(\) got an unexpected .*'(\w+)'", str(error))
    ):
        return _meant(*found.groups())
    if isinstance(error, TypeError) and (found := re.search(r"missing \d+ required .*arguments?: (.*)", str(error))):
        return f"Add {found[1]}."
    return "Mend the statement."


def _meant(owner: str, method: str, keyword: str) -> str:
    """Suggest a keyword that the method of ours has; nothing special for the author's own."""
    function = getattr(getattr(authoring, owner, None), method, None)
    if function is None:
        return "Mend the statement."
    return suggestion(keyword, [name for name in inspect.signature(function).parameters if name != "self"])
