"""The modules that run from an author's folder."""

from __future__ import annotations

import hashlib
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import grader
from grader.assignment import authoring
from grader.assignment.places import Place, blaming, is_authors, suggestion
from grader.assignment.sources import MODULE
from grader.assignment.tensors import arithmetic


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
