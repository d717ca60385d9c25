"""Places and commands that only another machine has: Colab's and Kaggle's folders, a home folder, the network.

All of it is pure, by what the code says. The bridges act on it, and on our side it is told.
"""

from __future__ import annotations

import ast
import re
from typing import Any, Callable, Optional

_LONGEST = 1_000
_ROOTS = (
    r"/content(?:/g?drive(?:/(?:MyDrive|My Drive|Shareddrives))?)?",
    r"/kaggle(?:/(?:input|working))?",
    r"\.\./input",
    r"/Users/[^/\n]+",
    r"/home/[^/\n]+",
    r"[A-Za-z]:[\\/]+Users[\\/]+[^\\/\n]+",
)
_PLACE = re.compile("(?:%s)((?:[\\\\/][^\\n\\0]*)?)" % "|".join(_ROOTS))
_IN_COMMAND = re.compile(r"(?<![^\s'\"=])(?:/content|/kaggle)/(?:[^\s'\";|&>\\]|\\.)+")
_SEPARATORS = re.compile(r"[\\/]+")
_QUOTED = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"")
_STEPS = re.compile(r"&&|\|\||;|\n")
_FETCHING = re.compile(
    r"""\s*(?:sudo\s+)?(
        (?:(?:\S*python[\d.]*|\{sys\.executable\}|Q)\s+-m\s+)?pip[\d.]*\s+(?:-\S+\s+)*(?:install|uninstall|download)
        | (?:conda|mamba|micromamba)\s+(?:-\S+\s+)*(?:install|update|create|uninstall|remove)
        | apt(?:-get|-fast|itude)?\s+(?:-\S+\s+)*(?:install|update|upgrade|remove)
        | brew\s+install | npm\s+install | wget | curl | gdown | git\s+clone | kaggle\s+\w+
    )(?=\s|$)""",
    re.VERBOSE,
)
_TARGET = re.compile(r"(?:-O|-o|--output-document|--output)(?:\s+|=)['\"]?([^\s'\"]+)")
_ADDRESS = re.compile(r"(?:https?|ftp)://[^\s'\"?#]+/([^\s'\"/?#]+)")
_CATCHING = frozenset(("ImportError", "ModuleNotFoundError", "Exception", "BaseException"))


def is_elsewhere(text: str) -> bool:
    """Whether a text is a path on a machine that this isn't: on Colab, on Kaggle, or in somebody's home."""
    return len(text) < _LONGEST and _PLACE.fullmatch(text) is not None and ".." not in _parts(text)


def is_root(text: str) -> bool:
    """Whether a path elsewhere is the top of all there, by whose presence code asks where it runs."""
    return is_elsewhere(text) and not _parts(text) and not text.endswith(("/", "\\"))


def beside(text: str, there: Callable[[str], bool]) -> str:
    """Where a path elsewhere leads from the working folder: to as much of its end as is `there`, or else to its name.

    What has no suffix is taken as a folder, and what is in it lies in the working folder.
    """
    parts = _parts(text)
    slash = "/" if text.endswith(("/", "\\")) else ""
    for start in range(len(parts)):
        tail = "/".join(parts[start:])
        if there(tail):
            return tail + slash
    if not parts or slash or not re.search(r"[.*?\[]", parts[-1]):
        return "." + slash
    return parts[-1]


def beginning_beside(text: str) -> str:
    """The same for the beginning of a path whose end isn't known yet."""
    return "./" + (_SEPARATORS.split(text)[-1] if _parts(text) else "")


def _parts(text: str) -> list[str]:
    match = _PLACE.fullmatch(text)
    return [part for part in _SEPARATORS.split(match.group(1)) if part not in ("", ".")] if match else []


def command_beside(command: str, there: Callable[[str], bool]) -> str:
    """A shell command whose paths on Colab and Kaggle lead to the working folder instead."""

    def replaced(match: Any) -> str:
        path = match.group()
        return beside(path, there) if is_elsewhere(path) else path

    return _IN_COMMAND.sub(replaced, command)


def fetching(command: str) -> Optional[str]:
    """What a shell command begins with, where all that it does is to fetch or install something; else None.

    Of a pipe, what stands first decides.
    """
    if len(command) > 10 * _LONGEST:
        return None
    plain = _QUOTED.sub("Q", command.replace("\\\n", " "))
    steps = [step for step in _STEPS.split(plain) if step.strip() and not step.lstrip().startswith("#")]
    found = [_FETCHING.match(step) for step in steps]
    if not found or not all(found):
        return None
    first = found[0]
    return " ".join(first.group(1).replace("Q", "python").split()) if first else None


def target(command: str) -> str:
    """The name of the file that a command would fetch; "" where it doesn't say."""
    found = _TARGET.search(command) or _ADDRESS.search(command)
    return _SEPARATORS.split(found.group(1))[-1] if found else ""


def is_window(backend: str) -> bool:
    """Whether Matplotlib's backend of this name needs a screen, or a frontend that listens."""
    name = backend.strip().lower()
    return name in _WINDOWS or name.startswith("module://ipympl")


_WINDOWS = frozenset(
    (
        *("notebook", "nbagg", "widget", "ipympl", "qt", "qt4", "qt5", "qt6", "tk", "gtk", "gtk3", "gtk4", "wx", "osx"),
        *("tkagg", "qtagg", "qt4agg", "qt5agg", "gtkagg", "gtk3agg", "gtk4agg", "wxagg", "macosx", "webagg", "auto"),
    )
)


def guarded_imports(tree: ast.AST) -> set[int]:
    """The lines that stand in a `try` which goes on where an import fails: code there knows what to do without."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and any(map(_catches, node.handlers)):
            last = node.body[-1]
            lines.update(range(node.body[0].lineno, (last.end_lineno or last.lineno) + 1))
    return lines


def _catches(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or (isinstance(kind, ast.Name) and kind.id in _CATCHING) for kind in kinds)
