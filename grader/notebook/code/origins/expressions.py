"""What an expression comes from: names, operators, attributes and parts of values; calls are `calls.py`."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence

from grader.notebook.code.origins.functions import BUILTINS, Scope
from grader.notebook.code.origins.libraries import CONVERTING, DUNDERS, FACTS, SHAPING
from grader.notebook.code.origins.values import NO_KINDS, Use, UseKind, Value, kinds_of

STEPS = 30_000
"""At most so many expressions are looked at for one notebook."""


class TooLong(Exception):
    """A notebook is built so that following its values would take very long."""


class Expressions(ABC):
    """Says what expressions come from, in the scope and cell that are looked at now."""

    def __init__(self) -> None:
        self.cell = 0
        self.line = 0
        self.scope = Scope()
        self.stars: list[str] = []
        self._made = 0
        self.plain = Value(0, data=True)
        """What is written out, or tells nothing of where it comes from."""
        self._builtins: dict[str, Value] = {}
        self._steps = 0
        self._reading: dict[type[ast.expr], Callable[..., Value]] = {
            ast.Constant: lambda node: self.plain,
            ast.Name: self._name,
            ast.Attribute: lambda node: self.attribute(self.value(node.value), node.attr),
            ast.Subscript: self._subscript,
            ast.BinOp: self._binary,
            ast.UnaryOp: lambda node: self.shaped(self.value(node.operand)),
            ast.BoolOp: lambda node: self.operation(self.values(node.values)),
            ast.Compare: lambda node: self.operation(self.values([node.left, *node.comparators])),
            ast.Call: self.call,
            ast.IfExp: lambda node: self.one_of([self.value(node.body), self.value(node.orelse)]),
            ast.List: lambda node: self.sequence(node.elts),
            ast.Tuple: lambda node: self.sequence(node.elts),
            ast.Set: lambda node: self.sequence(node.elts),
            ast.Dict: self._dict,
            ast.Lambda: self.function,
            ast.ListComp: lambda node: self._comprehension(node, [node.elt]),
            ast.SetComp: lambda node: self._comprehension(node, [node.elt]),
            ast.GeneratorExp: lambda node: self._comprehension(node, [node.elt]),
            ast.DictComp: lambda node: self._comprehension(node, [node.key, node.value]),
            ast.NamedExpr: self._named,
            ast.Starred: lambda node: self.value(node.value),
            ast.Await: lambda node: self.value(node.value),
            ast.Yield: self._yield,
            ast.YieldFrom: self._yield,
            ast.Slice: lambda node: self.together(
                self.values([part for part in (node.lower, node.upper, node.step) if part is not None])
            ),
        }

    @abstractmethod
    def is_input(self, name: str) -> bool:
        """Whether a name is that of an input: what it holds is no work of the answer's."""

    @abstractmethod
    def call(self, node: ast.Call) -> Value:
        """What a call gives."""

    @abstractmethod
    def called(self, function: Value, given: Sequence[Value], named: dict[str, Value]) -> Value:
        """What calling a value with these arguments gives."""

    @abstractmethod
    def function(self, node: ast.Lambda) -> Value:
        """A function that is defined here."""

    @abstractmethod
    def store(self, target: ast.expr, value: Value) -> None:
        """Let a target be a value."""

    def value(self, node: ast.expr) -> Value:
        """What an expression comes to."""
        self._steps += 1
        if self._steps > STEPS:
            raise TooLong
        read = self._reading.get(type(node))
        return read(node) if read is not None else self.plain

    def values(self, nodes: Iterable[ast.expr]) -> list[Value]:
        """What several expressions come to, in order."""
        return [self.value(node) for node in nodes]

    def new(
        self,
        *,
        uses: Sequence[Use] = (),
        of: Sequence[Value] = (),
        kinds: frozenset[str] = NO_KINDS,
        data: bool = False,
        path: str = "",
        choices: tuple[Value, ...] = (),
    ) -> Value:
        """A value that is computed `of` others, with all their parts as they are now."""
        self._made += 1
        needs: list[tuple[Value, ...]] = []
        for value in of:
            if value.fields or value.choices:
                needs += value.parts()
            elif value is not self.plain:
                needs.append((value,))
        if choices:
            needs.append(choices)
        return Value(self._made, uses=uses, needs=needs, kinds=kinds, data=data, path=path, choices=choices)

    def use(self, kind: UseKind, name: str, of: str = "") -> Use:
        """A use on the line that is looked at."""
        return Use(kind, name, self.cell, self.line, of)

    def one_of(self, values: Sequence[Value]) -> Value:
        """One of several values, whichever it is."""
        distinct = tuple({id(value): value for value in values}.values())
        if len(distinct) == 1:
            return distinct[0]
        if not distinct:
            return self.plain
        kinds = kinds_of(distinct)
        return self.new(choices=distinct, kinds=kinds, data=all(value.data for value in distinct))

    def together(self, values: Sequence[Value]) -> Value:
        """Something that holds several values."""
        if all(value is self.plain for value in values):
            return self.plain
        kinds = kinds_of(values)
        return self.new(of=values, kinds=kinds, data=all(value.data for value in values))

    def operation(self, values: Sequence[Value], *, data: bool = False) -> Value:
        """What is computed of values by an operator, or by methods: by the libraries whose objects they are."""
        if all(value is self.plain for value in values):
            return self.plain
        kinds = kinds_of(values)
        uses = () if data else tuple(self.use("operation", kind) for kind in sorted(kinds))
        return self.new(uses=uses, of=values, kinds=kinds, data=data)

    def shaped(self, value: Value, *more: Value) -> Value:
        """A value whose numbers were merely put elsewhere, where it is data; else something computed of it."""
        return self.operation([value, *more], data=value.data and all(each.data for each in more))

    def elements(self, value: Value) -> Value:
        """Any of the elements of a value."""
        known = [each for group in value.fields.values() for each in group]
        if known and not value.needs:
            return self.one_of(known)
        if value.choices:
            return self.one_of([self.elements(choice) for choice in value.choices])
        return self.new(of=[value], kinds=value.kinds, data=value.data) if value is not self.plain else value

    def attribute(self, value: Value, name: str) -> Value:
        """An attribute of a value."""
        if value.choices:
            return self.one_of([self.attribute(choice, name) for choice in value.choices])
        if value.path:
            return self.new(path=f"{value.path}.{name}", of=[value] if value.needs else [], data=True)
        if f".{name}" in value.fields:
            return self.one_of(value.fields[f".{name}"])
        found = value.made_of.find(name) if value.made_of is not None else ()
        if found:
            return self.one_of([self._member(each, value) for each in found])
        if name in FACTS:
            return self.plain
        return self._attribute_of_object(value, name)

    def _attribute_of_object(self, value: Value, name: str) -> Value:
        if name == "grad" and value.kinds & {"torch", "tensorflow"}:
            return self.operation([value])
        if name in CONVERTING and value.kinds:
            return self.converted(value, name)
        if name in SHAPING:
            return self.shaped(value)
        return self.new(of=[value], kinds=value.kinds, data=value.data)

    def converted(self, value: Value, name: str) -> Value:
        """A library's object as another's, or as a plain one: the result of that library's work, unless it is data."""
        kinds = frozenset({CONVERTING[name]} - {""})
        uses = () if value.data else tuple(self.use("operation", kind) for kind in sorted(value.kinds))
        return self.new(uses=uses, of=[value], kinds=kinds, data=value.data)

    def _member(self, member: Value, me: Value) -> Value:
        function = member.function
        if function is None:
            return member
        if any(decorator.path in {"property", "functools.cached_property"} for decorator in function.decorators):
            return self.called(member, [me], {})
        if not function.binds:
            return member
        bound = self.new(of=[me])
        bound.function, bound.me = function, me
        return bound

    def _name(self, node: ast.Name) -> Value:
        found = self.scope.find(node.id)
        if found:
            return found[0] if len(found) == 1 else self.one_of(found)
        if node.id in BUILTINS:
            if node.id not in self._builtins:
                self._builtins[node.id] = self.new(path=node.id, data=True)
            return self._builtins[node.id]
        return self.unbound(node)

    def unbound(self, node: ast.Name) -> Value:
        """A name that nothing in the notebook binds before."""
        if self.is_input(node.id):
            return self.new(data=True)
        self.line = node.lineno
        starred = [self.use("unclear", f"from {module} import *", module) for module in self.stars]
        return self.new(uses=[self.use("unknown", node.id), *starred])

    def _subscript(self, node: ast.Subscript) -> Value:
        base = self.value(node.value)
        key = key_of(node.slice)
        return self.item(base, key, self.plain if key else self.value(node.slice))

    def item(self, base: Value, key: str, index: Value) -> Value:
        """What stands in a value under a key, which is "" where it isn't written out."""
        if base.choices:
            return self.one_of([self.item(choice, key, index) for choice in base.choices])
        if key and key in base.fields:
            return self.one_of(base.fields[key])
        if base.path:
            return self.new(path=base.path, of=[index])
        if base.fields and not base.needs and not key:
            return self.one_of([each for group in base.fields.values() for each in group])
        return self.shaped(base, index)

    def _binary(self, node: ast.BinOp) -> Value:
        left, right = self.value(node.left), self.value(node.right)
        self.line = node.lineno
        return self.combined(node.op, left, right)

    def combined(self, operator: ast.operator, left: Value, right: Value) -> Value:
        """Two values under an operator; data scaled or shifted by a written number is still data."""
        method = DUNDERS.get(type(operator).__name__, "")
        if method and left.made_of is not None and left.made_of.find(method):
            return self.called(self.attribute(left, method), [right], {})
        scaled = left.data and right.data and (left is self.plain or right is self.plain)
        return self.operation([left, right], data=scaled)

    def sequence(self, nodes: Sequence[ast.expr]) -> Value:
        """A list, tuple or set that is written out."""
        return self.sequence_of(
            [self.value(node) for node in nodes], spread=any(isinstance(node, ast.Starred) for node in nodes)
        )

    def sequence_of(self, values: Sequence[Value], *, spread: bool = False) -> Value:
        """A sequence of values; what is known one by one, where none of them is `spread` over several places."""
        if spread or len(values) > 40 or all(value is self.plain for value in values):
            return self.together(values)
        kinds = kinds_of(values)
        made = self.new(kinds=kinds, data=all(value.data for value in values))
        made.fields = {f"[{place}]": (value,) for place, value in enumerate(values)}
        return made

    def _dict(self, node: ast.Dict) -> Value:
        values = self.values(node.values)
        keys = [key_of(key) if key is not None else "" for key in node.keys]
        if not all(keys) or len(keys) > 40:
            return self.together([*self.values(key for key in node.keys if key is not None), *values])
        made = self.new(kinds=kinds_of(values), data=all(v.data for v in values))
        made.fields = {key: (value,) for key, value in zip(keys, values, strict=True)}
        return made

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, parts: Sequence[ast.expr]
    ) -> Value:
        outer, self.scope = self.scope, Scope(self.scope, frozenset())
        try:
            for each in node.generators:
                self.store(each.target, self.elements(self.value(each.iter)))
            return self.together(self.values(parts))
        finally:
            self.scope = outer

    def _named(self, node: ast.NamedExpr) -> Value:
        value = self.value(node.value)
        self.store(node.target, value)
        return value

    def _yield(self, node: ast.Yield | ast.YieldFrom) -> Value:
        if node.value is not None:
            self.scope.returned.append(self.value(node.value))
        return self.plain


def key_of(node: ast.expr) -> str:
    """The key of a field, where it is written out as text or a whole number; "" otherwise."""
    match node:
        case ast.Constant(value=str() | int() as key) if not isinstance(key, bool):
            return f"[{key!r}]"
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as key)):
            return f"[{-key}]"
        case _:
            return ""
