"""An instructor's solution as facts about its names: where each is defined, what it stands for, what is fixed."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from grader.drafting.expressions import is_floating, literal
from grader.drafting.kinds import Kinds
from grader.drafting.rewriting import file_argument
from grader.drafting.shapes import Lookup, is_draw
from grader.drafting.steps import GRADIENTS, RANDOM, Step
from grader.drafting.versions import Versions
from grader.notebook.code.conversions import unwrapped

_LOSSY = re.compile(r"\b(?:int\d*|long|bool_?|uint8|round|item)\b")
_FLOATING = re.compile(r"\b(?:Tensor|FloatTensor|DoubleTensor|float\w*|double)\b")
_BUILDING = frozenset(
    {
        *("stack", "vstack", "hstack", "concatenate", "cat", "column_stack", "row_stack", "array", "asarray", "tensor"),
        *("Tensor", "as_tensor", "from_numpy", "FloatTensor", "DoubleTensor", "Parameter", "clone", "copy", "float"),
        *("double", "numpy"),
    }
)
_MAKING = frozenset(
    {
        *(
            "arange",
            "linspace",
            "logspace",
            "zeros",
            "ones",
            "eye",
            "full",
            "identity",
            "diag",
            "reshape",
            "view",
            "astype",
        ),
        *("transpose", "sin", "cos", "exp", "sqrt", "meshgrid", "tile", "repeat"),
    }
)
_VALUES = frozenset(
    {
        *("Tensor", "FloatTensor", "DoubleTensor", "LongTensor", "IntTensor", "BoolTensor", "Parameter", "Variable"),
        *("DataFrame", "Series", "Index", "Categorical", "Timestamp", "Fraction", "Decimal", "Counter"),
    }
)
"""Classes whose objects are values, or nearly."""
_COMPUTING = (ast.JoinedStr, ast.BinOp, ast.Compare, ast.BoolOp, ast.IfExp, ast.Subscript, ast.ListComp, ast.Lambda)


@dataclass(frozen=True, kw_only=True)
class Solution:
    """What is known of a solution's names. `modules` tells which module a name stands for; `values` are the variables
    that are asked for."""

    steps: tuple[Step, ...]
    versions: Versions = field(default_factory=Versions)
    modules: Mapping[str, str] = field(default_factory=dict)
    values: frozenset[str] = frozenset()
    _fixed: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)
    _data: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def definers(self) -> Mapping[str, tuple[int, ...]]:
        """The statements that bind or change each name, in order."""
        found: dict[str, tuple[int, ...]] = {}
        for at, step in enumerate(self.steps):
            for name in step.in_order:
                found[name] = (*found.get(name, ()), at)
        return found

    @cached_property
    def kinds(self) -> Kinds:
        """Which library the values of names are of."""
        return Kinds(steps=self.steps, modules=self.modules, definers=self.definers)

    def once(self, name: str) -> Step | None:
        """The statement that binds a name, where no other one binds or changes it."""
        places = self.definers.get(name, ())
        step = self.steps[places[0]] if len(places) == 1 else None
        return step if step and name in step.binds else None

    def lookup(self, name: str) -> ast.expr | None:
        """What a name stands for, where it is assigned once."""
        step = self.once(name)
        return step.value if step else None

    def lookup_before(self, place: int) -> Lookup:
        """What names stand for as they are before a statement, as far as the last ones before it tell."""

        def found(name: str) -> ast.expr | None:
            before = [at for at in self.definers.get(name, ()) if at < place]
            step = self.steps[before[-1]] if before else None
            return step.value if step and name in step.binds else None

        return found

    def is_function(self, name: str) -> bool:
        """Whether a name is a function's or a class's, and nothing else."""
        step = self.once(name)
        return step is not None and isinstance(step.node, ast.FunctionDef | ast.ClassDef)

    def is_import(self, name: str) -> bool:
        """Whether a name is imported, wherever."""
        places = self.definers.get(name, ())
        return bool(places) and all(isinstance(self.steps[at].node, ast.Import | ast.ImportFrom) for at in places)

    def is_unknown(self, name: str) -> bool:
        """Whether nothing in the solution defines a name."""
        return name not in self.definers

    def is_given(self, name: str) -> bool:
        """Whether a name gets numbers that are written out, or computed of such alone, once."""
        if name in self.values or (value := self.lookup(name)) is None:
            return False
        step = self.once(name)
        assert step is not None
        if literal(value) is not None:
            return True
        fixed = all(self.modules.get(read) in ("numpy", "torch", "math") for read in step.reads)
        calls = [each.func for each in ast.walk(value) if isinstance(each, ast.Call)]
        made = all(isinstance(func, ast.Attribute) and func.attr in _BUILDING | _MAKING for func in calls)
        return fixed and made and not step.draws and isinstance(value, ast.Call | ast.BinOp)

    def is_drawn(self, name: str) -> bool:
        """Whether a name gets nothing but random numbers, once."""
        value = None if name in self.values else self.lookup(name)
        return value is not None and is_draw(value)

    def alias(self, name: str) -> str | None:
        """The variable of which a name is a mere conversion, if it can do without; None where it is more than that."""
        return self._alias(name, self.once(name))

    def _alias(self, name: str, step: Step | None) -> str | None:
        if name in self.values or step is None or step.value is None:
            return None
        inner = unwrapped(step.value, self.modules)
        text = ast.unparse(step.value)
        if inner is None or inner == name or _LOSSY.search(text):
            return None
        root = self.lookup(inner)
        whole = root is not None and (written := literal(root)) is not None and not is_floating(written)
        return None if whole and _FLOATING.search(text) else inner

    def root(self, name: str, before: int) -> str:
        """The variable that a name is in the end as it stands before a statement, through all mere conversions."""
        for _ in range(20):
            places = [place for place in self.definers.get(name, ()) if place < before]
            step = self.steps[places[-1]] if places else None
            inner = self._alias(name, step if step and name in step.binds else None)
            if inner is None:
                break
            name, before = inner, places[-1]
        return name

    def is_constant(self, name: str) -> bool:
        """Whether a name has to stand in the module itself: an import, data that are no numbers, a function of such."""
        if self.is_import(name) or self.is_unknown(name):
            return True
        return (self.is_function(name) or self._holds_data(name)) and self.is_fixed(name)

    def is_fixed(self, name: str) -> bool:
        """Whether a name could stand in the module itself: nothing in it is asked for, drawn or changed."""
        if name not in self._fixed:
            self._fixed[name] = False  # what needs itself, in a circle, doesn't stand
            self._fixed[name] = self._find_fixed(name)
        return self._fixed[name]

    def _find_fixed(self, name: str) -> bool:
        if name in self.values:
            return False
        if self.is_import(name) or self.is_unknown(name) or self.is_given(name):
            return True
        step = self.once(name)
        if step is None or (not self.is_function(name) and (step.draws or step.value is None)):
            return False
        return all(map(self.is_fixed, step.reads - {RANDOM, GRADIENTS, name}))

    def _holds_data(self, name: str) -> bool:
        """Whether a name gets what a file holds, or a literal that is no number, or is computed of such."""
        if name not in self._data:
            self._data[name] = False
            value = None if self.is_given(name) else self.lookup(name)
            step = self.once(name)
            if value is not None and step is not None:
                held = _reads_file(value) or not step.reads
                self._data[name] = held or any(map(self._holds_data, step.reads))
        return self._data[name]

    def is_object(self, name: str) -> bool:
        """Whether a name gets an object, such as a model or an optimiser, that is no value to be compared."""
        places = [at for at in self.definers.get(name, ()) if name in self.steps[at].binds]
        match self.steps[places[-1]].value if places else None:
            case ast.Call(func=ast.Attribute(attr=made) | ast.Name(id=made)):
                return (made[:1].isupper() or made == "default_rng") and made not in _VALUES
        return False

    def is_setup(self, name: str) -> bool:
        """Whether a name only puts arrays together, without computing anything."""
        value = self.lookup(name)
        if value is None or isinstance(value, ast.Name):
            return isinstance(value, ast.Name)
        calls = [each.func for each in ast.walk(value) if isinstance(each, ast.Call)]
        builds = all(isinstance(func, ast.Attribute) and func.attr in _BUILDING for func in calls)
        computes = any(isinstance(each, _COMPUTING) for each in ast.walk(value)) or ".grad" in ast.unparse(value)
        return builds and not computes


def _reads_file(node: ast.AST) -> bool:
    return any(file_argument(each) is not None for each in ast.walk(node))
