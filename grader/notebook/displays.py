"""What a cell shows: the expressions that it prints, displays or ends in, with the words that it puts before them."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from grader.notebook.labels import label_of
from grader.notebook.names import loaded_names, unwrapped

_SHOWING = frozenset({"print", "display", "pprint"})
_PLACEHOLDER = re.compile(r"%(?:\(\w*\))?[-#0 +]*(?:\d+|\*)?(?:\.\d+)?[a-zA-Z]")
# Code under these runs never, once or many times.
_REPEATING = (
    *(ast.For, ast.AsyncFor, ast.While, ast.If, ast.Match, ast.ExceptHandler, ast.IfExp),
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.comprehension),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """An expression that a cell shows.

    `label` is the text just before it in the same call. `name` is the variable that it is, or is a conversion of; None
    where it computes something. `reads` are all names that it loads. `repeated` says that it stands under a loop, a
    condition or in a function, so that it may be shown any number of times.
    """

    label: str
    name: str | None
    reads: frozenset[str]
    repeated: bool


def find_displays(tree: ast.Module, source: str, modules: Mapping[str, str]) -> tuple[Display, ...]:
    """Everything that a cell prints, displays or ends in, in the order in which it stands there."""
    shown = [
        _display(label, expression, repeated or many, modules)
        for call, repeated in _calls(tree, repeated=False)
        for label, expression, many in _labelled(call.args)
    ]
    final = _final_expression(tree, source)
    parts = final.elts if isinstance(final, ast.Tuple) else [final] if final is not None else []
    return (*shown, *(_display("", part, False, modules) for part in parts))


def _display(label: str, expression: ast.expr, repeated: bool, modules: Mapping[str, str]) -> Display:
    return Display(label=label, name=unwrapped(expression, modules), reads=loaded_names(expression), repeated=repeated)


def _calls(node: ast.AST, *, repeated: bool) -> Iterator[tuple[ast.Call, bool]]:
    for child in ast.iter_child_nodes(node):
        many = repeated or isinstance(child, _REPEATING)
        if _calls_show(child):
            if not _to_file(child):
                yield child, many
        else:
            yield from _calls(child, repeated=many)


def _calls_show(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _SHOWING


def _to_file(call: ast.Call) -> bool:
    return any(keyword.arg == "file" for keyword in call.keywords)


def _labelled(arguments: Iterable[ast.expr]) -> Iterator[tuple[str, ast.expr, bool]]:
    """Each expression among the arguments, the words before it, and whether it is unpacked into many."""
    words: list[str] = []
    for argument in arguments:
        for piece in _pieces(argument):
            if isinstance(piece, str):
                words.append(piece)
            else:
                many = isinstance(piece, ast.Starred)
                yield label_of(" ".join(words)), piece.value if isinstance(piece, ast.Starred) else piece, many
                words.clear()


def _pieces(expression: ast.expr) -> Iterator[str | ast.expr]:
    """An argument taken apart into fixed text and what is put into it, in the order in which it is printed."""
    match expression:
        case ast.Constant(value=str() as text):
            yield text
        case ast.JoinedStr(values=values):
            for value in values:
                yield from _pieces(value.value if isinstance(value, ast.FormattedValue) else value)
        case ast.BinOp(left=left, op=ast.Add(), right=right) if _has_text(left) or _has_text(right):
            yield from _pieces(left)
            yield from _pieces(right)
        case ast.BinOp(left=ast.Constant(value=str() as text), op=ast.Mod(), right=right):
            values = right.elts if isinstance(right, ast.Tuple) else [right]
            yield from _woven(_PLACEHOLDER.split(text), values)
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str() as text), attr="format"), args=values):
            yield from _woven(_format_texts(text), values)
        case _:
            yield expression


def _has_text(expression: ast.expr) -> bool:
    return any(isinstance(node, ast.Constant) and isinstance(node.value, str) for node in ast.walk(expression))


def _format_texts(text: str) -> list[str]:
    try:
        return [literal for literal, *_ in string.Formatter().parse(text)]
    except ValueError:
        return [text]


def _woven(texts: list[str], values: list[ast.expr]) -> Iterator[str | ast.expr]:
    for place, value in enumerate(values):
        yield from texts[place : place + 1]
        yield value


def _final_expression(tree: ast.Module, source: str) -> ast.expr | None:
    """The expression whose value the cell shows as its result; None where it ends in something else, or in `;`."""
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr) or _calls_show(last.value):
        return None
    lines = source.split("\n")
    # Columns of the syntax tree count bytes of UTF-8.
    line = lines[(last.end_lineno or 1) - 1].encode("utf-8", "replace")
    silent = line[last.end_col_offset or 0 :].lstrip().startswith(b";")
    return None if silent else last.value
