"""The instructor's code put into the reference's names and kinds: all else of it stays as it was written."""

from __future__ import annotations

import ast
import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from grader.drafting.markers import without_marks
from grader.drafting.steps import Step
from grader.notebook.syntax import parse_python

_TENSOR_MAKERS = frozenset(("tensor", "as_tensor", "asarray", "from_numpy", "Tensor", "FloatTensor", "DoubleTensor"))
_FLOATING = frozenset(("float", "float32", "float64", "double", "float16", "half"))
_LOOSE = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.IfExp, ast.Lambda)
_FILE_READERS = frozenset(
    {
        *("read_csv", "read_table", "read_json", "read_excel", "read_parquet"),
        *("load", "loadtxt", "genfromtxt", "open", "fromfile"),
    }
)
PROVIDED = "PROVIDED"
"""The generated module's name for the folder of what the handout provides."""


def file_argument(call: ast.AST) -> ast.Constant | None:
    """The literal name of a file in this folder that a call reads; None for all other code."""
    match call:
        case ast.Call(
            func=ast.Attribute(attr=name) | ast.Name(id=name), args=[ast.Constant(value=str() as file) as constant, *_]
        ) if name in _FILE_READERS and "://" not in file and not file.startswith(("/", "~", "..")):
            return constant
    return None


@dataclass(frozen=True, slots=True)
class Rewriter:
    """Writes statements anew. `names` maps names to those they get; `tensors` are names that stand for tensors."""

    names: Mapping[str, str] = field(default_factory=dict)
    tensors: frozenset[str] = frozenset()
    modules: Mapping[str, str] = field(default_factory=dict)

    def statement(self, step: Step) -> str:
        """A whole statement, at the margin."""
        match step.node:
            case ast.Assign(targets=[target], value=value):
                return f"{self.text(step, target)} = {self.expression(step, value)}"
        text = self.text(step, step.node)
        return without_marks(textwrap.dedent(text)).strip("\n")

    def expression(self, step: Step, node: ast.expr) -> str:
        """An expression that may stand by itself behind `=` or `return`."""
        text = without_marks(self.text(step, node))
        if "\n" in text and parse_python(text) is None:
            text = f"(\n{textwrap.indent(textwrap.dedent(text), '    ')}\n)"
        return _spaced(text)

    def text(self, step: Step, node: ast.AST) -> str:
        """A piece of a statement, with everything in it written anew."""
        lines = _Offsets(step.source)
        begin, end = lines.span(node)
        pieces: list[str] = []
        for (first, last), replacement in sorted(self._replacements(step, node, lines)):
            if first < begin:  # in a decorator, which is left out
                continue
            pieces += [lines.cut(begin, first), replacement]
            begin = last
        return "".join([*pieces, lines.cut(begin, end)])

    def _replacements(self, step: Step, node: ast.AST, lines: _Offsets) -> Iterator[tuple[tuple[int, int], str]]:
        hidden = {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}
        waiting = [node]
        while waiting:
            each = waiting.pop()
            if isinstance(each, ast.Name) and each.id in hidden:
                continue
            replacement = self._replacement(step, each)
            if replacement is None:
                waiting += ast.iter_child_nodes(each)
            else:
                yield lines.span(each), replacement

    def _replacement(self, step: Step, node: ast.AST) -> str | None:
        match node:
            case ast.Name(id=name) if name in self.names:
                return self.names[name]
            case ast.JoinedStr():
                return ast.unparse(_Renamed(self.names).visit(parse_expression(ast.unparse(node))))
            case ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=maker), args=[inner, *_]) if (
                self.modules.get(module) == "torch" and maker in _TENSOR_MAKERS
            ):
                return self._tensor(step, maker, node, inner)
            case ast.Call(func=ast.Attribute(value=value, attr="float"), args=[]):
                return f"{self._operand(step, value)}.double()"
            case ast.Attribute(value=ast.Name(id=module), attr="float32") if module in self.modules:
                return f"{self.names.get(module, module)}.float64"
        if (constant := file_argument(node)) is not None:
            assert isinstance(node, ast.Call)
            return self._reading(step, node, constant)
        return None

    def _reading(self, step: Step, call: ast.Call, constant: ast.Constant) -> str:
        """A call that reads a file, from where the handout's files lie."""
        further = [self.text(step, argument) for argument in call.args[1:]]
        named = [f"{keyword.arg}={self.text(step, keyword.value)}" for keyword in call.keywords if keyword.arg]
        path = f"{PROVIDED} / {json.dumps(constant.value, ensure_ascii=False)}"
        return f"{self.text(step, call.func)}({', '.join([path, *further, *named])})"

    def _tensor(self, step: Step, maker: str, call: ast.Call, inner: ast.expr) -> str | None:
        """What makes a tensor of tensors: they are there already, and only need to be stacked."""
        dtypes = {
            each.attr for keyword in call.keywords for each in ast.walk(keyword) if isinstance(each, ast.Attribute)
        }
        floating = ".double()" if maker.endswith("Tensor") or dtypes & _FLOATING else ""
        if dtypes - _FLOATING or not _names_in(inner) & self.tensors:
            return None
        match inner:
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                if not all(isinstance(element, ast.Name) and element.id in self.tensors for element in elements):
                    return None
                stacked = ", ".join(self.text(step, element) for element in elements)
                return f"{self.names.get('torch', 'torch')}.stack([{stacked}]){floating}"
        return f"{self._operand(step, inner)}{floating}" if floating else self._operand(step, inner)

    def _operand(self, step: Step, node: ast.expr) -> str:
        text = self.text(step, node)
        return f"({text})" if isinstance(node, _LOOSE) else text


def _spaced(text: str) -> str:
    """Code of one line with a space behind each comma, where it is safe to say what is a comma."""
    return text if any(mark in text for mark in "'\"#\n") else re.sub(r",(?=[^\s)\]}])", ", ", text)


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:  # ast's own way
        return ast.copy_location(ast.Name(id=self._names.get(node.id, node.id), ctx=node.ctx), node)


def parse_expression(text: str) -> ast.expr:
    """The tree of an expression that is known to be one."""
    return ast.parse(text, mode="eval").body


def _names_in(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


class _Offsets:
    """A cell's text by the lines and UTF-8 columns that trees have."""

    def __init__(self, source: str) -> None:
        self._bytes = source.encode("utf-8", "surrogatepass")
        self._starts = [0]
        for line in self._bytes.split(b"\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)

    def span(self, node: ast.AST) -> tuple[int, int]:
        assert isinstance(node, ast.stmt | ast.expr)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        begin = self._starts[node.lineno - 1] + node.col_offset
        return begin, self._starts[node.end_lineno - 1] + node.end_col_offset

    def cut(self, begin: int, end: int) -> str:
        return self._bytes[begin:end].decode("utf-8", "surrogatepass")
