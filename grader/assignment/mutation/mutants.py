"""Changed trees made into functions again, for one quantity of a graph."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from grader.assignment.declarations import Function, Gradient
from grader.assignment.mutation.change import Change, Code
from grader.assignment.mutation.changes import Edit, changes_of
from grader.assignment.mutation.sources import Source, helpers_of, source_of

MOST_OF_ONE = 400
"""At most so many mutants are made of one quantity."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mutant:
    """A quantity's function with one small change.

    One that is of the `derivative` gives the right value, and has the changed function's derivative: what comes of a
    gradient that was worked out by hand with this mistake. `code` is the changed function, after the functions beside
    it that it calls; () for one that isn't made of code. `edit` is what makes it, where that is at one place; `also` is
    a second change at another.
    """

    quantity: str
    change: Change
    function: Callable[..., object]
    code: tuple[ast.FunctionDef, ...] = ()
    derivative: bool = False
    edit: Edit | None = None
    also: Change | None = None


def mutants_of(name: str, definition: Function | Gradient, others: Sequence[str] = ()) -> tuple[Mutant, ...]:
    """All mutants of a quantity, or of a function that students write, by its definition.

    `others` are names that its parameters may be mistaken for. () for a function without source of its own (a lambda,
    say, or one of a package).
    """
    if isinstance(definition, Gradient):
        made = _of_gradient(name, definition)
    else:
        made = _of_function(name, definition, others)
    return tuple(mutant for mutant, _ in zip(made, range(MOST_OF_ONE), strict=False))


def of_derivative(mutant: Mutant, definition: Function | Gradient) -> Mutant | None:
    """The same change in the derivative alone; None where it is of a gradient, or needs further parameters."""
    if isinstance(definition, Gradient) or mutant.change.code == "other-quantity":
        return None
    function = _straight_through(definition.call, mutant.function)
    return replace(mutant, function=function, derivative=True)


def _straight_through(original: Callable[..., object], changed: Callable[..., object]) -> Callable[..., object]:
    @functools.wraps(original)
    def function(*args: object, **kwargs: object) -> object:
        value, other = original(*args, **kwargs), changed(*args, **kwargs)
        if not isinstance(value, Tensor) or not isinstance(other, Tensor) or value.shape != other.shape:
            raise ValueError("only tensors of one shape have derivatives to exchange")
        return other + (value - other).detach()

    return function


def _of_gradient(name: str, gradient: Gradient) -> Iterator[Mutant]:
    def differentiated(of: Tensor, by: Tensor) -> Tensor:
        (result,) = torch.autograd.grad(of, by, create_graph=True)
        return result

    def negative(of: Tensor, by: Tensor) -> Tensor:
        return -differentiated(of, by)

    def doubled(of: Tensor, by: Tensor) -> Tensor:
        return 2 * differentiated(of, by)

    changes: tuple[tuple[Code, Callable[[Tensor, Tensor], Tensor]], ...] = (("sign", negative), ("added-up", doubled))
    for code, function in changes:
        change = Change(code=code, line=0)
        yield Mutant(quantity=name, change=change, function=_with_parameters(function, gradient.of, gradient.by))


def _with_parameters(function: Callable[..., object], *names: str) -> Callable[..., object]:
    """A function under the names by which a graph calls it."""
    text = f"lambda {', '.join(names)}: function({', '.join(names)})"
    made: Callable[..., object] = eval(text, {"function": function})  # noqa: S307  # names of the author's
    return made


def _of_function(name: str, function: Function, others: Sequence[str]) -> Iterator[Mutant]:
    source = source_of(function.call)
    if source is None:
        return
    for code, change, edit in _changed(source, others):
        made = _compiled(source, code)
        if made is not None:
            yield Mutant(quantity=name, change=change, function=made, code=code, edit=edit)


def pair_of(one: Mutant, other: Mutant, definition: Function | Gradient) -> Mutant | None:
    """Two changes of one quantity at once; None where they are at the same place, or one of them isn't at any."""
    if one.edit is None or other.edit is None or one.derivative != other.derivative or isinstance(definition, Gradient):
        return None
    source = source_of(definition.call)
    if source is None:
        return None
    right = _code_of(source)
    # Of two nodes of which one is part of the other, the outer one has to be replaced first.
    for first, second in ((one.edit, other.edit), (other.edit, one.edit)):
        once = _edited(right, first)
        twice = _edited(once, second)
        if once != right and twice != once:
            code = (*twice[:-1], _with_parameter(_with_parameter(twice[-1], one.change), other.change))
            made = _compiled(source, code)
            pair = made and replace(one, function=made, code=code, edit=None, also=other.change, derivative=False)
            return of_derivative(pair, definition) if pair and one.derivative else pair
    return None


def _edited(code: Sequence[ast.FunctionDef], edit: Edit) -> tuple[ast.FunctionDef, ...]:
    return tuple(edit.applied(tree) for tree in code)


def _code_of(source: Source) -> tuple[ast.FunctionDef, ...]:
    """A function after those beside it that it calls."""
    return (*(helper.tree for helper in helpers_of(source)), source.tree)


def _changed(
    source: Source, others: Sequence[str]
) -> Iterator[tuple[tuple[ast.FunctionDef, ...], Change, Edit | None]]:
    """A function after those that it calls, with one change in any of them."""
    code = _code_of(source)
    for tree, change, edit in changes_of(source.tree, others):
        yield (*code[:-1], _with_parameter(tree, change)), change, edit
    for at, helper in enumerate(code[:-1]):
        for tree, change, edit in changes_of(helper, ()):
            yield (*code[:at], tree, *code[at + 1 :]), change, edit


def _with_parameter(tree: ast.FunctionDef, change: Change) -> ast.FunctionDef:
    """A function that takes the quantity that was mistaken for another as well."""
    now = change.facts.get("now", "")
    if change.code != "other-quantity" or now in {argument.arg for argument in tree.args.args}:
        return tree
    arguments = ast.arguments(
        posonlyargs=[],
        args=[*tree.args.args, ast.copy_location(ast.arg(arg=now), tree)],
        kwonlyargs=[],
        kw_defaults=[],
        defaults=[],
    )
    new = ast.FunctionDef(name=tree.name, args=arguments, body=tree.body, decorator_list=[], returns=None)
    return ast.copy_location(new, tree)


def _compiled(source: Source, code: Sequence[ast.FunctionDef]) -> Callable[..., object] | None:
    module = ast.fix_missing_locations(ast.Module(body=[*code], type_ignores=[]))
    namespace = dict(source.around)
    try:
        # The author's own code but for one change; it runs where the author's does.
        exec(compile(module, "<mutant>", "exec"), namespace)  # noqa: S102
    except (SyntaxError, ValueError, RecursionError):
        return None
    made = namespace[source.name]
    assert callable(made)
    return made
