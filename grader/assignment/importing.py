"""Imports an author's module, and turns whatever goes wrong in it into an error that says where."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from grader.assignment import authoring
from grader.assignment.authoring import Assignment
from grader.assignment.places import Place, brief, is_authors, raised_place, suggestion
from grader.assignment.sources import MODULE, Sources
from grader.assignment.tensors import arithmetic
from grader.errors import AssignmentError


class _Loader(importlib.abc.SourceLoader):
    """Loads the bytes that were read, and that the digest covers; never a cached compilation."""

    def __init__(self, file: str, source: bytes) -> None:
        self._file = file
        self._source = source

    def get_filename(self, fullname: str) -> str:
        return self._file

    def get_data(self, path: str | bytes) -> bytes:
        return self._source


def import_assignment(folder: Path, sources: Sources) -> Assignment:
    """Run `assignment.py` and give the one Assignment in it; AssignmentError for all that goes wrong."""
    file = str(folder / MODULE)
    name = f"_grader_assignment_{sources.digest[:16]}"
    spec = importlib.machinery.ModuleSpec(name, _Loader(file, sources.module), origin=file)
    module = importlib.util.module_from_spec(spec)
    with _importable(folder, module), arithmetic():
        _run(module, Place(file=file, line=1))
    return _the_assignment(module, file)


@contextmanager
def _importable(folder: Path, module: ModuleType) -> Iterator[None]:
    """Let the module find itself and its neighbours; afterwards, another folder's may have the same names."""
    path, modules, cached = sys.path[:], set(sys.modules), sys.dont_write_bytecode
    importlib.invalidate_caches()
    sys.path.insert(0, str(folder.absolute()))
    sys.modules[module.__name__] = module
    sys.dont_write_bytecode = True  # the author's folder stays as it is
    try:
        yield
    finally:
        sys.path[:], sys.dont_write_bytecode = path, cached
        for name in set(sys.modules) - modules:
            if any(is_authors(file, str(folder)) for file in _files(sys.modules[name])):
                del sys.modules[name]


def _files(module: ModuleType) -> list[str]:
    """Name where a module is from: its file, or the folders of a package that has none."""
    file = getattr(module, "__file__", None)
    return [file] if file else list(getattr(module, "__path__", []))


def _run(module: ModuleType, start: Place) -> None:
    assert module.__spec__ is not None
    assert module.__spec__.loader is not None
    try:
        module.__spec__.loader.exec_module(module)
    except AssignmentError:
        raise
    except SyntaxError as error:
        place = Place(file=error.filename or start.file, line=error.lineno or 1)
        raise place.error(f"This isn't Python: {error.msg}.", remedy="Mend the statement.") from error
    except (Exception, SystemExit) as error:
        raise raised_place(error, start).error(f"The module raised {brief(error)}.", remedy=_remedy(error)) from error


def _remedy(error: BaseException) -> str:
    if isinstance(error, ImportError):
        return f"Install what it imports, or put it beside {MODULE}."
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


def _the_assignment(module: ModuleType, file: str) -> Assignment:
    found = list({id(value): value for value in vars(module).values() if isinstance(value, Assignment)}.values())
    if not found:
        raise AssignmentError(
            "The module holds no Assignment.", remedy='Write name = Assignment("id", title="…", points=…).', file=file
        )
    if len(found) > 1:
        raise found[1].declaration.place.error(
            f"The module holds {len(found)} assignments; the first is on line {found[0].declaration.place.line}.",
            remedy="Keep one, and give the others folders of their own.",
        )
    return found[0]
