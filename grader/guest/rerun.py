"""Runs a notebook again in the process in which it has just run, with another seed or with other numbers in it.

That costs a fraction of a process of its own. It is sound only as far as the first run has left nothing behind but
names: where it wrote files, started threads or went to another folder, nothing is run again.
"""

from __future__ import annotations

import ast
import builtins
import io
import itertools
import json
import os
import sys
import threading
from typing import Any

from .captures import run_prelude, seed_generators

_OTHER = "_other_numbers"
_OF_LIBRARIES = (".", "__pycache__", "ipython", "ipykernel", "matplotlib")
_TEXT = 200_000
_CLOSE = 1e-6


class Rerun:
    """Remembers how everything was before student code ran, and begins there again."""

    def __init__(self, shell: Any, prelude: str) -> None:
        self._shell = shell
        self._namespace = shell.user_ns
        self._prelude = prelude
        self._before = dict(shell.user_ns)
        self._folder = os.getcwd()
        self._files = self._left()
        self._own_process, self._process = os.getpid, os.getpid()
        self._threads = threading.active_count()
        self._last_module = next(reversed(sys.modules))
        self._environment, self._path = dict(os.environ), list(sys.path)
        self._ambient = _ambient()
        self._known: dict[tuple[str, bool], list[Any]] = {}

    def is_sound(self) -> bool:
        """Whether the run that is over has left nothing behind that another would find."""
        try:
            return (
                os.getcwd() == self._folder
                and self._left() == self._files
                and threading.active_count() == self._threads
            )
        except OSError:
            return False

    def _left(self) -> dict[str, tuple[int, int]]:
        """The files that there are where a notebook may leave some."""
        places = (self._folder, os.environ.get("HOME", ""), os.environ.get("TMPDIR", ""))
        return {path: facts for place in places if place for path, facts in _files(place).items()}

    def run(self, asked: dict[str, Any], captures: Any) -> list[bytes]:
        """Run the cells once more, and give what came of it: behind its length, a JSON document with the cells' text
        and how they ended, then for each cell after which something is due a frame behind its length."""
        self._reset(asked["seed"])
        frames: list[bytes] = []
        cells: list[dict[str, Any]] = []
        if not asked["text"]:
            builtins.print = _silent
        setattr(builtins, _OTHER, other_numbers)
        kept = sys.stdout, sys.stderr, sys.displayhook, self._shell.display_pub.publish
        output = _Text()
        sys.stdout, sys.stderr = output, _Text()
        self._shell.display_pub.publish = output.published if asked["text"] else _silent
        sys.displayhook = _Shown(self._shell, output) if asked["text"] else _silent
        try:
            run_prelude(self._prelude if asked["prelude"] is None else asked["prelude"], self._namespace)
            for cell in asked["cells"]:
                error = self._cell(cell["code"], shown=asked["text"])
                cells.append({"error": error, "text": output.taken() if asked["text"] else ""})
                if cell["due"] is not None:
                    frame = captures.frame(cell["due"])
                    frames.append(sum(map(len, frame)).to_bytes(8, "little"))
                    frames += frame
        finally:
            builtins.print = _print
            sys.stdout, sys.stderr, sys.displayhook, self._shell.display_pub.publish = kept
        told = json.dumps({"cells": cells}).encode("ascii")
        return [len(told).to_bytes(8, "little"), told, *frames]

    def _reset(self, seed: int) -> None:
        self._namespace.clear()
        self._namespace.update(self._before)
        for name in self._new_modules():
            if _lies_in(sys.modules[name], self._folder):
                del sys.modules[name]
        if os.environ != self._environment:
            os.environ.clear()
            os.environ.update(self._environment)
        sys.path[:] = self._path
        for put_back in self._ambient:
            put_back()
        seed_generators(seed)

    def _new_modules(self) -> list[str]:
        """What was imported since: the last of all modules. To go through the others would write to all their names."""
        return list(itertools.takewhile(lambda name: name != self._last_module, reversed(sys.modules)))

    def _cell(self, code: str, *, shown: bool) -> str:
        """Run a cell as IPython does, but for its records; the name of the exception with which it ended, or nothing."""
        try:
            for compiled in self._compiled(code, shown):
                exec(compiled, self._namespace)
        except BaseException as error:
            ended = str(type(error).__name__)[:200]
        else:
            ended = ""
        if self._own_process() != self._process:  # a fork that came out of its cell isn't the notebook
            os._exit(bool(ended))
        return ended

    def _compiled(self, code: str, shown: bool) -> list[Any]:
        """A cell's statements, and its last expression by itself where that is shown. Most cells run more than once."""
        for known in ((code, True), (code, shown)):
            if known in self._known:
                return self._known[known]
        shell = self._shell
        shell.events.trigger("pre_run_cell", _Cell(code))
        text = shell.transform_cell(code)
        if shown or shell.ast_transformers:
            tree = shell.transform_ast(compile(text, "<cell>", "exec", _TREE, dont_inherit=True))
            last: Any = tree.body[-1] if tree.body else None
            apart = isinstance(last, ast.Expr) and not code.rstrip().endswith(";")
            body = ast.Module(tree.body[:-1] if apart else tree.body, [])
            pieces: list[Any] = [body, ast.Interactive([last])] if apart else [body]
        else:
            pieces = [text]
        kinds = ("exec", "single")
        made = [compile(piece, "<cell>", kind, dont_inherit=True) for piece, kind in zip(pieces, kinds)]
        return self._known.setdefault((code, shown), made)


_TREE = ast.PyCF_ONLY_AST
_print = builtins.print


class _Cell:
    """What those who wait for a cell to begin are told of it."""

    def __init__(self, code: str) -> None:
        self.raw_cell = code


class _Text(io.StringIO):
    """What a cell prints, up to a bound."""

    def write(self, text: str) -> int:
        super().write(text[: max(_TEXT - self.tell(), 0)])
        return len(text)

    def published(self, data: Any, *_: Any, **__: Any) -> None:
        """What is displayed, as text."""
        self.write("\n" + str(data.get("text/plain", "")))

    def taken(self) -> str:
        """All of it since the last time."""
        text = self.getvalue()
        self.seek(0)
        self.truncate()
        return text


class _Shown:
    """What a cell's last expression is, as text."""

    def __init__(self, shell: Any, output: _Text) -> None:
        self._format = shell.display_formatter.format
        self._output = output

    def __call__(self, value: Any) -> None:
        if value is not None:
            data, _ = self._format(value, include={"text/plain"})
            self._output.published(data)


def _silent(*_: Any, **__: Any) -> None:
    """Show nothing, and work nothing out in order to show it."""


def other_numbers(value: Any, shape: tuple[int, ...], before: tuple[float, ...], after: tuple[float, ...]) -> Any:
    """A value in which a given's numbers are exchanged for others; as it is, where it hasn't exactly those."""
    try:
        torch: Any = sys.modules.get("torch")
        numpy = sys.modules["numpy"]
        is_tensor = torch is not None and isinstance(value, torch.Tensor)
        found = numpy.asarray(value.detach().cpu().numpy() if is_tensor else value)
        if found.size != len(before) or not numpy.allclose(found.ravel(), before, rtol=_CLOSE, atol=_CLOSE):
            return value
        other = numpy.array(after).reshape(found.shape)
        if is_tensor:
            made = torch.tensor(other, dtype=value.dtype if value.is_floating_point() else None)
            return made.requires_grad_(value.requires_grad)
        if isinstance(value, numpy.ndarray):
            return other.astype(value.dtype) if value.dtype.kind == "f" else other
        return other.tolist()
    except Exception:
        return value


def _files(folder: str) -> dict[str, tuple[int, int]]:
    """What lies below a folder, and when each was changed last; what libraries keep there for themselves doesn't
    count."""
    found: dict[str, tuple[int, int]] = {}
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(_OF_LIBRARIES)]
        for name in names:
            facts = os.lstat(os.path.join(place, name))
            found[os.path.join(place, name)] = (facts.st_mtime_ns, facts.st_size)
    return found


def _lies_in(module: Any, folder: str) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and os.path.abspath(file).startswith(folder + os.sep)


def _ambient() -> list[Any]:
    """What puts the settings of libraries back that notebooks change."""
    putting_back: list[Any] = []
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None:
        printing, errors = numpy.get_printoptions(), numpy.geterr()
        printing.pop("override_repr", None)
        putting_back += [lambda: numpy.set_printoptions(**printing), lambda: numpy.seterr(**errors)]
    if torch is not None:
        kind = torch.get_default_dtype()
        putting_back += [
            lambda: torch.set_default_dtype(kind),
            lambda: torch.set_printoptions(profile="default"),
            lambda: torch.set_grad_enabled(True),
        ]
    return putting_back
