"""What a cell counts on that only older versions of libraries or other machines have, by its syntax.

It is bridged where the cell runs (`guest/bridges.py`); here it is found, so that it can be told.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from grader.guest.elsewhere import command_beside, fetching, guarded_imports, is_elsewhere, is_window
from grader.guest.gone import GONE
from grader.guest.rewriting import WORDS, Rewriter
from grader.notebook.code.facts import CONVENTIONAL, SOURCE_CHARACTERS, assigned_names
from grader.notebook.code.magics import parse_cell, without_magics
from grader.notebook.syntax import parse_python

Kind = Literal["name", "magic", "colab", "place", "command", "window", "tensorflow"]

_NAMES = "|".join(sorted({name for names in GONE.values() for name in names}))
_MODULES = "|".join(re.escape(module) for module in GONE)
_WORTH = re.compile(
    rf"\.\s*(?:{_NAMES}|magic)\b|\bfrom\s+(?:{_MODULES})\s+import\b|google\.colab|from\s+google\b|tensorflow_version"
)
_COMMAND = re.compile(r"\s*(?:[\w.,\[\]() ]+=\s*)?(!!?|%%?)\s*(.*)", re.DOTALL)
_SHELL_CELL = re.compile(r"\s*%%(?:bash|sh|shell)\b[^\n]*\n")
_CONTINUED = re.compile(r"\\\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class OldUse:
    """Something older or from elsewhere, the line of its cell on which it stands, and its words.

    `text` is as the code has it. A `name` that a library no longer has is `name` of `module`.
    """

    kind: Kind
    line: int
    text: str
    module: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Libraries:
    """What names stand for in a whole notebook: modules by dotted path, but for what the student binds otherwise.

    `patched` are the names of modules that the student sets.
    """

    modules: Mapping[str, str]
    patched: frozenset[tuple[str, str]] = frozenset()


def libraries(sources: Iterable[str]) -> Libraries:
    """Read what names stand for from all cells of a notebook."""
    modules: dict[str, str] = dict(CONVENTIONAL)
    bound: set[str] = set()
    stored: list[ast.Attribute] = []
    for source in sources:
        tree = parse_cell(source) if len(source) <= SOURCE_CHARACTERS else None
        if tree is not None:
            bound.update(assigned_names(source))
            modules.update(_imported(tree))
            bound.update(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef))
            stored += [target for node in tree.body if isinstance(node, ast.Assign) for target in _set_by(node)]
    known = {name: module for name, module in modules.items() if name not in bound}
    patched = frozenset((module, node.attr) for node in stored if (module := _module_of(node.value, known)))
    return Libraries(modules=known, patched=patched)


def counts_on_older(source: str) -> bool:
    """Whether a cell may hold anything for `find_older`, by its words alone; it takes no time to speak of."""
    return len(source) <= SOURCE_CHARACTERS and (_speaks_of_elsewhere(source) or _WORTH.search(source) is not None)


def _speaks_of_elsewhere(source: str) -> bool:
    return any(word in source for word in WORDS)


def find_older(source: str, known: Libraries) -> tuple[OldUse, ...]:
    """Everything older or from elsewhere in a cell, in the order of its lines; text of any kind may be asked about."""
    if not counts_on_older(source):
        return ()
    if _SHELL_CELL.match(source):
        return tuple(_of_shell_cell(source))
    plain = parse_python(source)
    # The rewriting changes the tree, so this is one of its own.
    tree = plain or parse_python(without_magics(source))
    found = [] if plain else [*_of_lines(source, tree)]
    if tree is not None:
        found += [*_of_names(tree, known), *_of_imports(tree, known)]
        found += _of_places(tree) if _speaks_of_elsewhere(source) else ()
    return tuple(sorted(found, key=lambda use: use.line))


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (top, top)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _set_by(node: ast.Assign) -> list[ast.Attribute]:
    return [target for target in node.targets if isinstance(target, ast.Attribute)]


def _module_of(expression: ast.expr, modules: Mapping[str, str]) -> str:
    """The module that an expression stands for (`IPython.core.display`); "" where it is none."""
    parts: list[str] = []
    while isinstance(expression, ast.Attribute):
        parts.append(expression.attr)
        expression = expression.value
    if not isinstance(expression, ast.Name) or expression.id not in modules:
        return ""
    return ".".join([modules[expression.id], *reversed(parts)])


def _of_names(tree: ast.Module, known: Libraries) -> Iterator[OldUse]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Load):
            continue
        if node.attr == "magic" and _is_shell(node.value):
            yield OldUse(kind="magic", line=node.lineno, text="get_ipython().magic", module="IPython", name="magic")
            continue
        module = _module_of(node.value, known.modules)
        if node.attr in GONE.get(module, ()) and (module, node.attr) not in known.patched:
            yield OldUse(kind="name", line=node.lineno, text=ast.unparse(node), module=module, name=node.attr)


def _is_shell(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "get_ipython"


def _of_imports(tree: ast.Module, known: Libraries) -> Iterator[OldUse]:
    guarded = guarded_imports(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names:
            path = f"{module}.{alias.name}" if module else alias.name
            if f"{path}.".startswith("google.colab.") and node.lineno not in guarded:
                yield OldUse(kind="colab", line=node.lineno, text="google.colab")
            elif alias.name in GONE.get(module, ()) and (module, alias.name) not in known.patched:
                yield OldUse(kind="name", line=node.lineno, text=path, module=module, name=alias.name)


def _of_places(tree: ast.Module) -> list[OldUse]:
    found: list[OldUse] = []

    def note(line: int, kind: str, text: str) -> None:
        found.append(OldUse(kind="place" if kind == "place" else "window", line=line, text=text))

    try:
        Rewriter(there=lambda path: False, note=note).visit(tree)
    except RecursionError:
        return []
    return found


def _of_shell_cell(source: str) -> Iterator[OldUse]:
    what = fetching(source.lstrip().partition("\n")[2])
    if what:
        yield OldUse(kind="command", line=_first_line(source) + 1, text=what)


def _first_line(source: str) -> int:
    """The line on which a cell has its first word, counted from 1."""
    return source[: len(source) - len(source.lstrip())].count("\n") + 1


def _of_lines(source: str, tree: ast.Module | None) -> Iterator[OldUse]:
    """What magics and shell commands say, but not where their lines stand in a string."""
    in_strings = set() if tree is None else _lines_in_strings(tree)
    lines = source.split("\n")
    if "\n" not in source.strip() and (what := fetching(source)):
        yield OldUse(kind="command", line=_first_line(source), text=what)
    for number, line in enumerate(lines, start=1):
        match = _COMMAND.match(line)
        if match and number not in in_strings:
            command = match.group(2)
            if line.endswith("\\"):
                command = _CONTINUED.sub(" ", "\n".join([command, *lines[number : number + 20]])).partition("\n")[0]
            yield from _of_command(match.group(1), command, number)


def _of_command(sign: str, command: str, line: int) -> Iterator[OldUse]:
    name, _, rest = command.partition(" ")
    if what := fetching(command):
        yield OldUse(kind="command", line=line, text=what)
    elif sign == "%" and name == "tensorflow_version":
        yield OldUse(kind="tensorflow", line=line, text="%tensorflow_version")
    elif sign == "%" and name == "matplotlib" and is_window(rest):
        yield OldUse(kind="window", line=line, text=f"%matplotlib {rest.strip()}")
    elif sign == "%" and is_elsewhere(rest.strip()):
        yield OldUse(kind="place", line=line, text=rest.strip())
    elif sign == "!" and command_beside(command, lambda path: False) != command:
        yield OldUse(kind="place", line=line, text=command.strip())


def _lines_in_strings(tree: ast.Module) -> set[int]:
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and (node.end_lineno or 0) > node.lineno:
            lines.update(range(node.lineno + 1, (node.end_lineno or 0) + 1))
    return lines
