"""Where in the author's files something was written, for errors that point at it."""

from __future__ import annotations

import difflib
import inspect
import linecache
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType

from grader.errors import AssignmentError

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_LONGEST_MESSAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of a file; lines count from 1."""

    file: str
    line: int

    def error(self, message: str, *, remedy: str) -> AssignmentError:
        """Make the error that points here; the caller raises it."""
        return AssignmentError(message, remedy=remedy, file=self.file, line=self.line)


def author_place() -> Place:
    """Find the author's statement that called into this package: the first frame outside it."""
    frame = sys._getframe(1)
    while frame.f_back is not None and _is_ours(frame.f_code.co_filename):
        frame = frame.f_back
    return Place(file=frame.f_code.co_filename, line=frame.f_lineno)


def definition_place(function: object, otherwise: Place) -> Place:
    """Find the `def` line of a function; `otherwise` for a callable that has no Python code."""
    code = getattr(inspect.unwrap(function), "__code__", None) if callable(function) else None
    if not isinstance(code, CodeType):
        return otherwise
    return Place(file=code.co_filename, line=_definition_line(code))


def _definition_line(code: CodeType) -> int:
    # The code of a decorated function begins at its first decorator; people look for the `def` below.
    first = code.co_firstlineno
    if code.co_name == "<lambda>":
        return first
    linecache.checkcache(code.co_filename)
    lines = linecache.getlines(code.co_filename)[first - 1 :]
    return next((first + n for n, line in enumerate(lines) if line.lstrip().startswith(("def ", "async def "))), first)


@contextmanager
def blaming(what: str, start: Place, remedy: Callable[[BaseException], str]) -> Iterator[None]:
    """Turn all that the author's code raises within into an AssignmentError at the author's line, or else at `start`.

    `what` is what raised, for the message. KeyboardInterrupt and AssignmentErrors go through as they are.
    """
    try:
        yield
    except (AssignmentError, KeyboardInterrupt):
        raise
    except BaseException as error:
        folder = os.path.dirname(os.path.abspath(start.file))
        if isinstance(error, SyntaxError) and error.filename and is_authors(error.filename, folder):
            place = Place(file=error.filename, line=error.lineno or 1)
            raise place.error(f"This isn't Python: {error.msg}.", remedy="Mend the statement.") from error
        place = _raised_place(error, start, folder)
        raise place.error(f"{what} raised {brief(error)}.", remedy=remedy(error)) from error


def _raised_place(error: BaseException, otherwise: Place, folder: str) -> Place:
    """Find the innermost line of the author's own, in or below `folder`, at which `error` was raised."""
    places = [
        Place(file=frame.f_code.co_filename, line=line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if is_authors(frame.f_code.co_filename, folder)
    ]
    return places[-1] if places else otherwise


def is_authors(file: str, folder: str) -> bool:
    """Tell whether a file in or below `folder` is the author's: neither ours, nor an installed package's."""
    path = os.path.abspath(file)
    return path.startswith(os.path.abspath(folder) + os.sep) and not _is_ours(file) and "site-packages" not in path


def _is_ours(file: str) -> bool:
    return os.path.abspath(file).startswith(_PACKAGE)


def brief(error: BaseException) -> str:
    """Put an exception in one short line, without a full stop: its type, and the first line of what it says."""
    said = next(iter(str(error).strip().splitlines()), "").rstrip(".")
    text = f"{type(error).__name__}: {said}" if said else type(error).__name__
    return text if len(text) <= _LONGEST_MESSAGE else text[:_LONGEST_MESSAGE] + "…"


def suggestion(word: str, known: Iterable[str]) -> str:
    """Say what the author may have meant by `word`: the nearest word that is known, or all of them."""
    words = sorted(known)
    return nearest(word, words) or (f"Known here: {', '.join(words)}." if words else "None is declared here.")


def nearest(word: str, known: Iterable[str]) -> str:
    """Ask whether the author meant the word that is nearest to `word`; "" where none is near."""
    near = difflib.get_close_matches(word, sorted(known), n=1)
    return f"Did you mean {near[0]!r}?" if near else ""
