"""Functions, classes and imports: names that get what is defined or comes from elsewhere."""

from __future__ import annotations

import ast

from grader.notebook.code.origins.calls import Calls
from grader.notebook.code.origins.functions import Class, Function, Scope
from grader.notebook.code.origins.values import Value


class Definitions(Calls):
    """Remembers what is defined; all of it is looked into only where it is called."""

    def function(self, node: ast.Lambda) -> Value:
        """A lambda."""
        made = self.new()
        made.function = Function(node, self.scope, self.cell, self._defaults(node.args))
        return made

    def define(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        """A function gets its name."""
        decorators = tuple(self.values(node.decorator_list))
        binds = not any(each.path in {"staticmethod"} for each in decorators)
        harmless = {"staticmethod", "classmethod", "property", "functools.wraps", "functools.lru_cache"}
        counting = tuple(each for each in decorators if each.path not in harmless or each.path == "property")
        made = self.new(of=[self._decorating(each) for each in counting if each.path != "property"])
        made.function = Function(node, self.scope, self.cell, self._defaults(node.args), counting, binds)
        self.scope.bind(node.name, (made,))
        return True

    def _decorating(self, decorator: Value) -> Value:
        return self.new(uses=[self.use("name", decorator.path)], of=[decorator]) if decorator.path else decorator

    def _defaults(self, parameters: ast.arguments) -> dict[str, Value]:
        positional = [*parameters.posonlyargs, *parameters.args]
        behind = positional[len(positional) - len(parameters.defaults) :]
        values = {each.arg: self.value(default) for each, default in zip(behind, parameters.defaults, strict=True)}
        for each, default in zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True):
            if default is not None:
                values[each.arg] = self.value(default)
        return values

    def define_class(self, node: ast.ClassDef) -> bool:
        """A class gets its name."""
        bases = self.values(node.bases)
        outer, self.scope = self.scope, Scope(self.scope)
        try:
            self.block(node.body)
            names = self.scope.names
        finally:
            self.scope = outer
        # A method's names are looked up around the class, never in it.
        for values in names.values():
            for value in values:
                if value.function is not None:
                    inner = value.function
                    value.function = Function(
                        inner.node, outer, inner.cell, inner.defaults, inner.decorators, inner.binds
                    )
        made = self.new(data=True)
        made.made_of = Class(
            names,
            tuple(base.made_of for base in bases if base.made_of is not None),
            tuple(base for base in bases if base.made_of is None),
        )
        self.scope.bind(node.name, (made,))
        return True

    def import_modules(self, node: ast.Import) -> bool:
        """Modules get names."""
        for alias in node.names:
            path = alias.name if alias.asname else alias.name.partition(".")[0]
            self.scope.bind(alias.asname or path, (self.new(path=path, data=True),))
        return True

    def import_names(self, node: ast.ImportFrom) -> bool:
        """Names come from a module."""
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                self.stars.append(module)
            else:
                self.scope.bind(alias.asname or alias.name, (self.new(path=f"{module}.{alias.name}", data=True),))
        return True
