"""What calls give: of functions and classes of the notebook, which are followed, and of libraries."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Sequence

from grader.notebook.code.origins.expressions import Expressions
from grader.notebook.code.origins.functions import Function, Scope, own_names
from grader.notebook.code.origins.libraries import (
    ADDING,
    BY_NAME,
    CONVERTING,
    FACTS,
    PASSING,
    PLAIN,
    SHAPING,
    TELLING,
    UNCLEAR,
    kind_of,
    makes_data,
)
from grader.notebook.code.origins.values import Value, kinds_of

DEPTH = 12
"""Calls in calls are followed so far."""


class Calls(Expressions):
    """Says what calls give."""

    def __init__(self) -> None:
        super().__init__()
        self.loops = 0
        self._under_way: list[Function] = []
        self._own: dict[int, frozenset[str]] = {}

    @abstractmethod
    def block(self, statements: Sequence[ast.stmt]) -> bool:
        """Go through statements; False where nothing comes after them."""

    def call(self, node: ast.Call) -> Value:
        """What a call gives."""
        self.line = node.lineno
        if isinstance(node.func, ast.Attribute):
            base = self.value(node.func.value)
            function = self._method(base, node.func.attr)
        else:
            base, function = None, self.value(node.func)
        given = self.values(node.args)
        named = {each.arg or "**": self.value(each.value) for each in node.keywords}
        self.line = node.lineno
        if function.path in BY_NAME | {"getattr"} or function.path in UNCLEAR:
            return self._by_name(node, function.path, given)
        if base is not None and function is base:
            assert isinstance(node.func, ast.Attribute)
            return self._of_object(node.func, base, given, named)
        result = self.called(function, given, named)
        self._put_out(node, result)
        return result

    def _method(self, base: Value, name: str) -> Value:
        """What is called as a method; the object itself, where nothing is known of its method."""
        if any(each.path or f".{name}" in each.fields or _has(each, name) for each in (base, *base.choices)):
            return self.attribute(base, name)
        return base

    def _by_name(self, node: ast.Call, path: str, given: Sequence[Value]) -> Value:
        """What is looked up by its name, as far as that is written out."""
        match path, node.args:
            case "getattr", [_, ast.Constant(value=str() as name), *_]:
                return self.attribute(given[0], name)
            case (("__import__" | "importlib.import_module"), [ast.Constant(value=str() as name), *_]):
                return self.new(path=name if path != "__import__" else name.partition(".")[0])
        if path == "getattr" and given and not given[0].path:
            return self.elements(given[0])
        words = " ".join(ast.unparse(node).split())[:60]
        library = given[0].path if path == "getattr" and given else ""
        return self.new(uses=[self.use("unclear", words, library)], of=[value for value in given if not value.path])

    def called(self, function: Value, given: Sequence[Value], named: dict[str, Value]) -> Value:
        """What calling a value with these arguments gives."""
        if function.choices:
            return self.one_of([self.called(choice, given, named) for choice in function.choices])
        if function.function is not None:
            mine = [function.me, *given] if function.me is not None else given
            return self._followed(function, function.function, mine, named)
        if function.made_of is not None and function.me is None and not function.path:
            return self._object(function, given, named) if function.data else self._called_object(function, given)
        arguments = [*given, *named.values()]
        if function.path:
            return self._of_library(function, arguments)
        operations = [self.use("operation", kind) for kind in sorted(function.kinds)]
        return self.new(uses=operations, of=[function, *arguments], kinds=function.kinds)

    def _of_library(self, function: Value, given: Sequence[Value]) -> Value:
        path = function.path
        results = self._results(given)
        if path in TELLING:
            return self.plain
        if path in PASSING:
            values = [*given, *results]
            return values[0] if len(values) == 1 and values[0].fields else self.together(values)
        values = [*given, *results]
        data, kinds = all(value.data for value in values), kind_of(path)
        if data and (path in PLAIN or makes_data(path)):
            uses = [] if path in PLAIN else [self.use("data", path)]
            return self.new(uses=uses, of=given, kinds=kinds, data=True)
        # Taking numbers out of another library's object goes on with what that library computed.
        others = kinds_of(value for value in values if not value.data) - kinds
        operations = [self.use("operation", kind) for kind in sorted(others)]
        kinds = kinds or (frozenset() if path in PLAIN else others)
        return self.new(uses=[self.use("name", path), *operations], of=values, kinds=kinds)

    def _results(self, given: Sequence[Value]) -> list[Value]:
        """What functions among arguments give for the others, as `map` and `np.vectorize` call them."""
        functions = [value for value in given if value.function is not None or (value.path and _computes(value.path))]
        if not functions:
            return []
        others = [self.elements(value) for value in given if value not in functions and not value.path]
        return [self.called(function, others, {}) for function in functions]

    def _of_object(self, method: ast.Attribute, base: Value, given: Sequence[Value], named: dict[str, Value]) -> Value:
        """What a method of a value gives that isn't defined in the notebook."""
        name, arguments = method.attr, [*given, *named.values()]
        if name in ADDING:
            added = self.new(of=[base, *arguments], kinds=base.kinds, data=all(v.data for v in (base, *arguments)))
            self.scope.replace(base, added)
            return added
        if name in {"get", "pop"} and method.attr and base.fields:
            return self.elements(base)
        if name in {"items", "values"} and base.fields:
            return self.elements(base) if name == "values" else self.sequence_of([self.plain, self.elements(base)])
        if name in FACTS:
            return self.plain
        if name in CONVERTING and base.kinds:
            return self.converted(base, name)
        data = base.data and name in SHAPING and all(value.data for value in arguments)
        result = self.operation([base, *arguments, *self._results(arguments)], data=data)
        result.uses = (*result.uses, self.use("method", name))
        return result

    def _put_out(self, node: ast.Call, result: Value) -> None:
        """`np.add(a, b, out=c)` puts its result into `c`."""
        for keyword in node.keywords:
            if keyword.arg == "out" and isinstance(keyword.value, ast.Name):
                self.store(ast.Name(keyword.value.id, ast.Store()), result)

    def _object(self, made: Value, given: Sequence[Value], named: dict[str, Value]) -> Value:
        """An object of a class of the notebook."""
        assert made.made_of is not None
        outside = made.made_of.outside
        thing = self.new(
            uses=[self.use("name", each.path) for each in outside if each.path],
            kinds=frozenset().union(*(kind_of(each.path) for each in outside)),
        )
        thing.made_of = made.made_of
        for start in made.made_of.find("__init__"):
            if start.function is not None:
                self._followed(start, start.function, [thing, *given], named)
        return thing

    def _called_object(self, thing: Value, given: Sequence[Value]) -> Value:
        assert thing.made_of is not None
        for name in ("__call__", "forward"):
            if thing.made_of.find(name):
                return self.called(self.attribute(thing, name), given, {})
        return self.operation([thing, *given])

    def _followed(self, value: Value, function: Function, given: Sequence[Value], named: dict[str, Value]) -> Value:
        """What a function of the notebook returns, as names stand when it is called."""
        if function in self._under_way or len(self._under_way) >= DEPTH:
            return self.plain
        outer, cell, line, loops = self.scope, self.cell, self.line, self.loops
        self._under_way.append(function)
        self.scope, self.cell, self.loops = Scope(function.scope, self._own_names(function)), function.cell, 0
        try:
            self._bind_parameters(function, given, named)
            body = function.node.body
            if isinstance(body, list):
                self.block(body)
                results = self.scope.returned
            else:
                results = [self.value(body)]
        finally:
            self._under_way.pop()
            self.scope, self.cell, self.line, self.loops = outer, cell, line, loops
        result = self.one_of(results)
        return self.new(of=[result, *function.decorators], kinds=result.kinds) if function.decorators else result

    def _own_names(self, function: Function) -> frozenset[str]:
        key = id(function.node)
        if key not in self._own:
            self._own[key] = own_names(function.node)
        return self._own[key]

    def _bind_parameters(self, function: Function, given: Sequence[Value], named: dict[str, Value]) -> None:
        parameters = function.node.args
        names = [each.arg for each in (*parameters.posonlyargs, *parameters.args)]
        self.scope.names.update({name: (value,) for name, value in function.defaults.items()})
        self.scope.names.update({name: (value,) for name, value in zip(names, given, strict=False)})
        if parameters.vararg is not None:
            self.scope.names[parameters.vararg.arg] = (self.sequence_of(given[len(names) :]),)
        known = {*names, *(each.arg for each in parameters.kwonlyargs)}
        self.scope.names.update({name: (value,) for name, value in named.items() if name in known})
        if parameters.kwarg is not None:
            self.scope.names[parameters.kwarg.arg] = (
                self.together([value for name, value in named.items() if name not in known]),
            )
        for name in known - self.scope.names.keys():
            # Whoever calls it gives what isn't known here.
            self.scope.names[name] = (self.new(data=True),)


def _computes(path: str) -> bool:
    return path not in TELLING | PASSING | PLAIN and not makes_data(path)


def _has(value: Value, name: str) -> bool:
    return value.made_of is not None and bool(value.made_of.find(name))
