"""Puts back what older notebooks count on, before any student code runs, and only where it is missing."""

from __future__ import annotations

import importlib
import sys
import warnings
from typing import Any

from .colab import Finder
from .gone import GONE
from .rewriting import NOTHING_FETCHED, Rewriting, nothing_fetched


def install(shell: Any) -> None:
    """Bridge a shell and what is imported by now."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # names that a library has, but warns of
        for module in GONE:
            if module in sys.modules:
                _put_back(sys.modules[module], module)
    kind = type(shell)
    if not hasattr(kind, "magic"):
        kind.magic = _magic
    shell.events.register("pre_run_cell", Rewriting(shell).before_cell)
    shell.register_magic_function(nothing_fetched(shell), "line", NOTHING_FETCHED)
    shell.register_magic_function(_tensorflow_version, "line", "tensorflow_version")
    sys.meta_path.append(Finder())


def _put_back(library: Any, module: str) -> None:
    for name, gone in GONE[module].items():
        if not hasattr(library, name):
            try:
                value = _OWN[name](library) if name in _OWN else _resolved(gone.meaning)
            except (ImportError, AttributeError):  # a version of the library that we don't know
                continue
            setattr(library, name, value)


def _resolved(path: str) -> Any:
    module, _, name = path.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)
    except ModuleNotFoundError:  # of a class in a module
        return getattr(_resolved(module), name)


def _in1d(numpy: Any) -> Any:
    isin, ravel = numpy.isin, numpy.ravel

    def in1d(ar1: Any, ar2: Any, assume_unique: bool = False, invert: bool = False, **named: Any) -> Any:
        return isin(ravel(ar1), ar2, assume_unique=assume_unique, invert=invert, **named)

    return in1d


def _asfarray(numpy: Any) -> Any:
    asarray, inexact, float64, dtype_of = numpy.asarray, numpy.inexact, numpy.float64, numpy.dtype

    def asfarray(a: Any, dtype: Any = float64) -> Any:
        return asarray(a, dtype=dtype if issubclass(dtype_of(dtype).type, inexact) else float64)

    return asfarray


def _msort(numpy: Any) -> Any:
    sort = numpy.sort
    return lambda a: sort(a, axis=0)


_OWN: dict[str, Any] = {
    "NINF": lambda numpy: -numpy.inf,
    "PZERO": lambda numpy: 0.0,
    "NZERO": lambda numpy: -0.0,
    "asscalar": lambda numpy: lambda a: a.item(),
    "in1d": _in1d,
    "asfarray": _asfarray,
    "msort": _msort,
}


def _magic(self: Any, arg_s: str) -> Any:
    """A line magic by its text, with or without its `%`."""
    name, _, line = arg_s.strip().lstrip("%").partition(" ")
    return self.run_line_magic(name, line.strip(), _stack_depth=2)


def _tensorflow_version(line: str) -> None:
    print("There is one version of TensorFlow here, if any.")
