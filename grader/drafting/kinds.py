"""Which library the values of names are of, as they stand at a statement, and as what a reference gets them."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader.drafting.steps import Step

_TABLES = frozenset(
    {
        *(
            "read_csv",
            "read_table",
            "read_json",
            "read_excel",
            "DataFrame",
            "Series",
            "dropna",
            "fillna",
            "reset_index",
        ),
        *(
            "sort_values",
            "sort_index",
            "copy",
            "merge",
            "concat",
            "head",
            "tail",
            "pivot",
            "pivot_table",
            "value_counts",
        ),
        *(
            "astype",
            "rename",
            "drop",
            "assign",
            "set_index",
            "query",
            "drop_duplicates",
            "melt",
            "describe",
            "get_dummies",
        ),
        *("crosstab", "isna", "notna", "nlargest", "nsmallest", "groupby", "map", "apply", "join", "stack", "unstack"),
    }
)
_PLAIN_CALLS = frozenset(("list", "dict", "sorted", "str", "set", "tuple", "tolist", "to_dict", "join", "format"))
_PLAIN = (ast.JoinedStr, ast.List, ast.ListComp, ast.Dict, ast.DictComp, ast.Set, ast.SetComp, ast.Tuple)


@dataclass(frozen=True, kw_only=True)
class Kinds:
    """The libraries of a solution's values; `definers` are the statements that bind or change each name."""

    steps: Sequence[Step]
    modules: Mapping[str, str]
    definers: Mapping[str, tuple[int, ...]]
    _found: dict[tuple[str, int], str] = field(default_factory=dict, repr=False, compare=False)

    def kind(self, name: str, before: int) -> str:
        """Which library an array of this name is of before a statement: "torch", "numpy", "table", or "" where it can't
        be told."""
        places = [at for at in self.definers.get(name, ()) if at < before]
        if not places:
            return ""
        last = places[-1]
        if (name, last) not in self._found:
            self._found[name, last] = ""
            # What is only changed stays what it was: a table of which a column is set.
            earlier = "" if name in self.steps[last].binds else self.kind(name, last)
            self._found[name, last] = earlier or self.kind_at(last)
        return self._found[name, last]

    def kind_at(self, place: int) -> str:
        """Which library a statement computes with."""
        step = self.steps[place]
        used = {self.modules.get(read) for read in step.reads}
        for module, kind in (("torch", "torch"), ("numpy", "numpy"), ("pandas", "table")):
            if module in used:
                return kind
        if step.value is not None and ast.unparse(step.value).endswith(".to_numpy()"):
            return "numpy"
        defined = [read for read in sorted(step.reads) if isinstance(self._definition(read), ast.FunctionDef)]
        kinds = [self.kind(read, place if read not in defined else len(self.steps)) for read in sorted(step.reads)]
        return next((kind for kind in ("torch", "numpy", "table") if kind in kinds), "")

    def arrives(self, name: str, at: int) -> str:
        """As what a reference gets a quantity: "tensor", "plain" (text, lists, tables), "" where that isn't told."""
        place = next(
            (each for each in reversed(self.definers[name]) if each <= at and name in self.steps[each].binds), at
        )
        value, kind = self.steps[place].value, self.kind(name, at + 1)
        match value:
            case ast.Constant(value=str()) | ast.IfExp(body=ast.Constant(value=str())):
                return "plain"
            case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)) if called in _PLAIN_CALLS:
                return "plain"
            case ast.Call(func=ast.Name()):
                return ""
            case ast.Call(func=ast.Attribute(attr=called)) if kind == "table" and called in _TABLES:
                return "plain"
            case ast.Subscript() if kind == "table" and not isinstance(value.slice, ast.Constant | ast.Tuple):
                return "plain"
        if isinstance(value, _PLAIN) or (kind == "table" and value is not None and "groupby(" in ast.unparse(value)):
            return "plain"
        of_tables = any(self.kind(read, place) == "table" for read in self.steps[place].reads)
        functions = any(isinstance(self._definition(read), ast.FunctionDef) for read in self.steps[place].reads)
        return "tensor" if kind in ("torch", "numpy") and not of_tables and not functions else ""

    def _definition(self, name: str) -> ast.stmt | None:
        places = self.definers.get(name, ())
        return self.steps[places[0]].node if len(places) == 1 else None
