"""What statements leave behind, gone through in the order in which they run."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from grader.notebook.code.origins.definitions import Definitions
from grader.notebook.code.origins.expressions import key_of
from grader.notebook.code.origins.values import Value

Blocks = Sequence[Sequence[ast.stmt]]


class Statements(Definitions):
    """Goes through statements. A loop's body is taken to run, and is gone through twice for what it carries over.

    `is_input` tells whether a name is that of an input: whatever it holds is no work of the answer's.
    """

    def __init__(self, is_input: Callable[[str], bool]) -> None:
        super().__init__()
        self._is_input = is_input
        self.is_answer: Callable[[str], bool] | None = None
        """Set where all else that gets a name at module level is an input."""
        self.shown: list[Value] = []
        self._branches = 0
        self._doing: dict[type[ast.stmt], Callable[..., bool]] = {
            ast.Assign: self._assign,
            ast.AnnAssign: self._annotated,
            ast.AugAssign: self._augmented,
            ast.Expr: self._expression,
            ast.If: self._if,
            ast.For: self._for,
            ast.AsyncFor: self._for,
            ast.While: self._while,
            ast.With: self._with,
            ast.AsyncWith: self._with,
            ast.Try: self._try,
            ast.TryStar: self._try,
            ast.Match: lambda node: self._one_of_blocks([[], *(case.body for case in node.cases)]),
            ast.FunctionDef: self.define,
            ast.AsyncFunctionDef: self.define,
            ast.ClassDef: self.define_class,
            ast.Import: self.import_modules,
            ast.ImportFrom: self.import_names,
            ast.Return: self._return,
            ast.Raise: lambda node: False,
            ast.Break: lambda node: False,
            ast.Continue: lambda node: False,
            ast.Global: self._share,
            ast.Nonlocal: self._share,
            ast.Delete: self._delete,
        }

    def is_input(self, name: str) -> bool:
        """Whether a name is that of an input: what it holds is no work of the answer's."""
        return self._is_input(name)

    def block(self, statements: Sequence[ast.stmt]) -> bool:
        """Go through statements; False where nothing comes after them."""
        for statement in statements:
            do = self._doing.get(type(statement))
            self.line = statement.lineno
            if do is not None and not do(statement):
                return False
        return True

    def maybe(self, statements: Sequence[ast.stmt]) -> None:
        """Go through statements that may not have run."""
        self._one_of_blocks([[], statements])

    def store(self, target: ast.expr, value: Value) -> None:
        """Let a target be a value."""
        match target:
            case ast.Name(id=name):
                if self.is_input(name) or self._comes_before(name):
                    value = self._as_input(value)
                self.scope.bind(name, (value,))
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                self._unpack(targets, value)
            case ast.Starred(value=inner):
                self.store(inner, value)
            case ast.Attribute(value=inner, attr=name):
                self._set(self.value(inner), f".{name}", self.plain, value)
            case ast.Subscript(value=inner, slice=index):
                base, key = self.value(inner), key_of(index)
                self._set(
                    base, key if base.fields or not base.kinds else "", self.plain if key else self.value(index), value
                )

    def _comes_before(self, name: str) -> bool:
        return self.is_answer is not None and self.scope.outer is None and not self.is_answer(name)

    def _as_input(self, value: Value) -> Value:
        if value.data or value.function is not None or value.made_of is not None or value.path:
            return value
        return self.new(kinds=value.kinds, data=True)

    def _unpack(self, targets: Sequence[ast.expr], value: Value) -> None:
        fields = [value.fields.get(f"[{place}]") for place in range(len(targets))]
        starred = any(isinstance(target, ast.Starred) for target in targets)
        known = len(value.fields) == len(targets) and all(fields) and not starred
        for target, field in zip(targets, fields, strict=True):
            self.store(target, self.one_of(field) if known and field else self.elements(value))

    def _set(self, base: Value, key: str, index: Value, value: Value) -> None:
        """Set a part of a value; where it isn't known which, the whole becomes something that depends on it."""
        if base.choices:
            for choice in base.choices:
                self._set(choice, key, index, value)
        elif base.path or (base is self.plain and key.startswith(".")):
            return
        elif key and base is not self.plain:
            before = base.fields.get(key, ()) if self._branches else ()
            base.fields[key] = (*before, value)
        else:
            kinds, data = base.kinds or value.kinds, base.data and value.data and index.data
            changed = self.new(of=[base, index, value], kinds=kinds, data=data)
            changed.fields = dict(base.fields)
            self.scope.replace(base, changed)

    def _assign(self, node: ast.Assign) -> bool:
        value = self._written(node.value)
        for target in node.targets:
            self.store(target, value)
        return True

    def _written(self, node: ast.expr) -> Value:
        """The value of an assignment: an empty list or dict, and a literal, is an object of its own."""
        value = self.value(node)
        return self.new(data=True) if value is self.plain else value

    def _annotated(self, node: ast.AnnAssign) -> bool:
        if node.value is not None:
            self.store(node.target, self._written(node.value))
        return True

    def _augmented(self, node: ast.AugAssign) -> bool:
        target = node.target
        before = self.value(
            ast.Name(target.id, ast.Load(), lineno=node.lineno) if isinstance(target, ast.Name) else target
        )
        value = self.value(node.value)
        self.line = node.lineno
        self.store(target, self.combined(node.op, before, value))
        return True

    def _expression(self, node: ast.Expr) -> bool:
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in {"print", "display"}:
            self.shown += self.values(call.args)
        else:
            self.shown.append(self.value(call))
        return True

    def _if(self, node: ast.If) -> bool:
        certain = _certain(node.test)
        if certain is not None:
            return self.block(node.body if certain else node.orelse)
        self._walrus(node.test)
        return self._one_of_blocks([node.body, node.orelse])

    def _walrus(self, test: ast.expr) -> None:
        if any(isinstance(each, ast.NamedExpr) for each in ast.walk(test)):
            self.value(test)

    def _one_of_blocks(self, blocks: Blocks) -> bool:
        """Go through several blocks of which one runs: afterwards, a name may stand for what any of them left."""
        before, ends = self.scope.names, []
        self._branches += 1
        for block in blocks:
            self.scope.names = dict(before)
            if self.block(block):
                ends.append(self.scope.names)
        self._branches -= 1
        self.scope.names = _merged(ends) if ends else before
        return bool(ends)

    def _for(self, node: ast.For | ast.AsyncFor) -> bool:
        element = self.elements(self.value(node.iter))

        def once() -> None:
            self.store(node.target, element)
            self.block(node.body)

        self._repeat(once)
        return self.block(node.orelse)

    def _repeat(self, once: Callable[[], object]) -> None:
        """Go through a loop's body twice; loops in it are gone through twice by that."""
        self.loops += 1
        once()
        if self.loops == 1:
            once()
        self.loops -= 1

    def _while(self, node: ast.While) -> bool:
        def once() -> None:
            self._walrus(node.test)
            self.block(node.body)

        if _certain(node.test) is not False:
            self._repeat(once)
        return self.block(node.orelse)

    def _with(self, node: ast.With | ast.AsyncWith) -> bool:
        for item in node.items:
            if item.optional_vars is not None:
                self.store(item.optional_vars, self.value(item.context_expr))
        return self.block(node.body)

    def _try(self, node: ast.Try | ast.TryStar) -> bool:
        ends = self.block(node.body) and self.block(node.orelse)
        handlers = [handler.body for handler in node.handlers]
        return (
            (self._one_of_blocks([[], *handlers]) if handlers else True)
            and self.block(node.finalbody)
            and (ends or bool(handlers))
        )

    def _return(self, node: ast.Return) -> bool:
        self.scope.returned.append(self.value(node.value) if node.value is not None else self.plain)
        return False

    def _share(self, node: ast.Global | ast.Nonlocal) -> bool:
        self.scope.shared.update(node.names)
        return True

    def _delete(self, node: ast.Delete) -> bool:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.scope.names.pop(target.id, None)
        return True


def _certain(test: ast.expr) -> bool | None:
    """What a condition comes to, where that is plain."""
    match test:
        case ast.Constant(value=value):
            return bool(value)
        case ast.Compare(left=ast.Name(id="__name__")):
            return True
        case _:
            return None


def _merged(ends: Sequence[dict[str, tuple[Value, ...]]]) -> dict[str, tuple[Value, ...]]:
    merged: dict[str, tuple[Value, ...]] = {}
    for end in ends:
        for name, values in end.items():
            if merged.setdefault(name, values) is not values:
                merged[name] = tuple({id(value): value for value in (*merged[name], *values)}.values())
    return merged
