"""What a cell shows: the expressions that it prints, displays or ends in, with the words that it puts before them."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeGuard

from grader.notebook.code.conversions import unwrapped
from grader.notebook.code.outline import Outline
from grader.notebook.labels import label_of

_SHOWING = frozenset({"print", "display", "pprint"})
_PLACEHOLDER = re.compile(r"%(?:\(\w*\))?[-#0 +]*+(?:\d+|\*)?(?:\.\d+)?[a-zA-Z]")
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


def find_displays(tree: ast.Module, source: str, outline: Outline, modules: Mapping[str, str]) -> tuple[Display, ...]:
    """Everything that a cell prints, displays or ends in, in the order in which it stands there."""

    def display(label: str, expression: ast.expr, repeated: bool) -> Display:
        name, reads = unwrapped(expression, modules), outline.loads(expression)
        return Display(label=label, name=name, reads=reads, repeated=repeated)

    shown = [
        display(label, expression, repeated or many)
        for call, repeated in _calls(outline)
        for label, expression, many in _labelled(call.args, outline)
    ]
    final = _final_expression(tree, source)
    parts = final.elts if isinstance(final, ast.Tuple) else [final] if final is not None else []
    return (*shown, *(display("", part, False) for part in parts))


def _calls(outline: Outline) -> Iterator[tuple[ast.Call, bool]]:
    """The calls that show something, in order, and whether they may be made any number of times."""
    place = repeated_until = 0
    while place < len(outline.nodes):
        node, end = outline.nodes[place], outline.ends[place]
        if _calls_show(node):
            if not _to_file(node):
                yield node, place < repeated_until
            place = end
            continue
        if isinstance(node, _REPEATING):
            repeated_until = max(repeated_until, end)
        place += 1


def _calls_show(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _SHOWING


def _to_file(call: ast.Call) -> bool:
    return any(keyword.arg == "file" for keyword in call.keywords)


def _labelled(arguments: Sequence[ast.expr], outline: Outline) -> Iterator[tuple[str, ast.expr, bool]]:
    """Each expression among the arguments, the words before it, and whether it is unpacked into many."""
    words: list[str] = []
    for piece in _pieces(arguments, outline):
        if isinstance(piece, str):
            words.append(piece)
        else:
            many = isinstance(piece, ast.Starred)
            yield label_of(" ".join(words)), piece.value if isinstance(piece, ast.Starred) else piece, many
            words.clear()


def _pieces(arguments: Sequence[ast.expr], outline: Outline) -> Iterator[str | ast.expr]:
    """Arguments taken apart into fixed text and what is put into it, in the order in which it is printed."""
    waiting: list[str | ast.expr] = [*reversed(arguments)]
    while waiting:
        piece = waiting.pop()
        parts = None if isinstance(piece, str) else _taken_apart(piece, outline)
        if parts is None:
            yield piece
        else:
            waiting.extend(parts[::-1])


def _taken_apart(expression: ast.expr, outline: Outline) -> Sequence[str | ast.expr] | None:
    """The pieces of an expression that makes text, one layer down; None where it is a piece itself."""
    match expression:
        case ast.Constant(value=str() as text):
            return [text]
        case ast.JoinedStr(values=values):
            return [value.value if isinstance(value, ast.FormattedValue) else value for value in values]
        case ast.BinOp(left=left, op=ast.Add(), right=right) if outline.has_text(expression):
            return [left, right]
        case ast.BinOp(left=ast.Constant(value=str() as text), op=ast.Mod(), right=right):
            return _woven(_PLACEHOLDER.split(text), right.elts if isinstance(right, ast.Tuple) else [right])
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str() as text), attr="format"), args=values):
            return _woven(_format_texts(text), values)
        case _:
            return None


def _format_texts(text: str) -> list[str]:
    try:
        return [literal for literal, *_ in string.Formatter().parse(text)]
    except ValueError:
        return [text]


def _woven(texts: Sequence[str], values: Sequence[ast.expr]) -> list[str | ast.expr]:
    """Texts and values by turns; texts beyond the last value are left out."""
    pairs = zip_longest(texts[: len(values)], values, fillvalue="")
    return [piece for pair in pairs for piece in pair]


def _final_expression(tree: ast.Module, source: str) -> ast.expr | None:
    """The expression whose value the cell shows as its result; None where it ends in something else, or in `;`."""
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr) or _calls_show(last.value):
        return None
    # As the parser counts lines.
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    # Columns of the syntax tree count bytes of UTF-8.
    line = lines[(last.end_lineno or 1) - 1].encode("utf-8", "replace")
    silent = line[last.end_col_offset or 0 :].lstrip().startswith(b";")
    return None if silent else last.value
