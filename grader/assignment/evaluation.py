"""Computes a reference graph once, in float64, with gradients by autograd."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

import torch
from torch import Tensor

from grader.assignment.declarations import Function, Given, Gradient, QuantityDeclaration, depends_on
from grader.assignment.places import Place, blaming
from grader.assignment.plain import plain_value
from grader.assignment.tensors import NotNumbers, arithmetic, from_function, is_number, to_array, widened
from grader.errors import AssignmentError

_NOTHING: Mapping[str, object] = {}
Importable = Callable[[], AbstractContextManager[None]]
"""Within what it gives, an author's functions find the modules beside theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """What givens and quantities are, and why others have no value: they failed, or what they are computed from did."""

    values: Mapping[str, object]
    failed: Mapping[str, AssignmentError]


def evaluate(
    givens: Mapping[str, Given],
    quantities: Mapping[str, QuantityDeclaration],
    *,
    chosen: Mapping[str, int],
    values: Mapping[str, Tensor],
    seed: int = 0,
    known: Mapping[str, object] = _NOTHING,
    only: Collection[str] | None = None,
    unwatched: Collection[str] = (),
) -> Evaluated:
    """Compute every given and quantity, or those of `only`.

    Numbers are float64, int64, bool or complex128 tensors, all else is as it was returned. `quantities` stand in
    topological order. `chosen` tells which definition of a quantity is in force (0, the base, if it isn't in there).
    `values` are put in the place of givens and quantities; a quantity that is replaced keeps its function's derivative,
    where the shapes agree, so that gradients flow through it as the reference would have them at what the quantities
    before it are. Where a function of the author's doesn't do what it must, all that doesn't depend on it is computed.
    `seed` is that of the global generators, which a reference must not depend on. `known` is what has been computed
    before, and isn't again. For quantities that are `unwatched`, whether they change their arguments is somebody else's
    matter.
    """
    failed: dict[str, AssignmentError] = {}
    with arithmetic(seed):
        done = {name: _leaf(values.get(name, given.value)) for name, given in givens.items() if name not in known}
        computing: dict[str, object] = {**known, **done}
        for name, quantity in quantities.items():
            if name in computing or (only is not None and name not in only):
                continue
            choice = chosen.get(name, 0)
            behind = [failed[each] for each in depends_on(quantity.definitions[choice]) if each in failed]
            if behind:
                failed[name] = behind[0]
                continue
            try:
                computed = _compute(quantity, choice, computing, watched=name not in unwatched)
            except AssignmentError as error:
                failed[name] = error
            else:
                computing[name] = _replaced(computed, values[name]) if name in values else computed
    return Evaluated(values=computing, failed=failed)


def _compute(quantity: QuantityDeclaration, choice: int, known: Mapping[str, object], *, watched: bool) -> object:
    definition = quantity.definitions[choice]
    if isinstance(definition, Gradient):
        return _differentiate(definition, known, quantity.place)
    inputs = {name: known[name] for name in definition.parameters}
    result = call(definition, inputs, quantity.name, watched=watched)
    return _settled(result, inputs) if isinstance(result, Tensor) else result


def _leaf(value: Tensor) -> Tensor:
    # A fresh copy for each evaluation: no gradient, and no change in place, outlives it.
    return widened(value.detach()).clone().requires_grad_(value.is_floating_point())


def _settled(value: Tensor, inputs: Mapping[str, object]) -> Tensor:
    """Make a result a node of its own, by which others can be differentiated."""
    if not value.requires_grad:
        return _leaf(value)
    # A function that returns its argument would else be one node with it, and their gradients one sum.
    return value.view_as(value) if any(value is other for other in inputs.values()) else value


def call(
    function: Function, inputs: Mapping[str, object], name: str, *, case: int | None = None, watched: bool = True
) -> object:
    """Call a function of the author's: a number becomes a tensor of the widest dtype of its kind, all else stays.

    `case` is the number of the case that it is called with, if it is called with one. Raises AssignmentError, at the
    function's line, where it fails, changes an argument (where that is `watched`), or returns what is no plain value.
    """
    before = {parameter: state_of(value) for parameter, value in inputs.items()} if watched else {}
    what = f"The reference of {name!r}"
    what, remedy = (what, _remedy) if case is None else (f"{what}, called with case {case},", _remedy_of_case)
    with blaming(what, function.place, remedy):
        result = function.call(**inputs)
    for parameter, state in before.items():
        if state_of(inputs[parameter]) != state:
            raise function.place.error(
                f"The reference of {name!r} changes {parameter!r} in place.",
                remedy=f"Compute with a copy ({parameter}.clone()), or without methods that end in _.",
            )
    if result is None:
        raise function.place.error(f"The reference of {name!r} returns nothing.", remedy="Add the return.")
    try:
        if is_number(result):
            return from_function(result)
        plain_value(result)
    except NotNumbers as error:
        raise function.place.error(
            f"The reference of {name!r} returns {error}.",
            remedy="Return numbers (such as torch.stack([...])), text, a table, or a list or dict of them.",
        ) from None
    return result


def _remedy(error: BaseException) -> str:
    if "in-place operation" in str(error):
        return "Compute with a copy (.clone()): a reference must not change its inputs in place."
    if "backward through the graph a second time" in str(error):
        return "Write retain_graph=True where the reference differentiates, or declare it with a task's gradient()."
    return "Mend the function: it must compute from the givens as they are declared."


def _remedy_of_case(error: BaseException) -> str:
    if isinstance(error, TypeError | AttributeError):
        return (
            "Mend it, or the case: several arguments are a tuple; a number is a tensor unless it is annotated as float."
        )
    return "Mend the function, or the case."


def state_of(value: object) -> object:
    """What two states of an argument are compared by."""
    # The counter sees what leaves the numbers as they were (relu_ on positive ones); the bytes, what goes around it.
    return (value._version, to_array(value).tobytes()) if isinstance(value, Tensor) else plain_value(value)


def _differentiate(gradient: Gradient, known: Mapping[str, object], place: Place) -> Tensor:
    of, by = (_differentiable(name, known[name], place) for name in (gradient.of, gradient.by))
    _refuse_undifferentiable(gradient, of, by, place)
    # A backward method or a hook of the author's may run in it.
    with blaming(f"The gradient of {gradient.of!r} by {gradient.by!r}", place, _remedy):
        # The graph is kept, so that later gradients, and gradients of this one, find it.
        (result,) = torch.autograd.grad(of, by, create_graph=True, allow_unused=True)
    if result is None:
        raise place.error(
            f"{gradient.of!r} isn't computed from {gradient.by!r}, so there is no gradient.",
            remedy=f"Let {gradient.of!r} depend on it, with no .detach(), .item() or rounding between.",
        )
    return _settled(result, {})


def _differentiable(name: str, value: object, place: Place) -> Tensor:
    if not isinstance(value, Tensor):
        raise place.error(
            f"{name!r} is a {type(value).__name__}, and can't be differentiated.", remedy="Let it be a tensor."
        )
    return value


def _refuse_undifferentiable(gradient: Gradient, of: Tensor, by: Tensor, place: Place) -> None:
    if of.numel() != 1:
        raise place.error(
            f"{gradient.of!r} has shape {tuple(of.shape)}; a gradient is of a scalar.",
            remedy="Sum it first, in a quantity of its own.",
        )
    if not of.is_floating_point():
        raise place.error(
            f"{gradient.of!r} is {_kind(of)}, and can't be differentiated.", remedy="Let it be a real floating number."
        )
    if not by.is_floating_point():
        raise place.error(
            f"{gradient.by!r} is {_kind(by)}, and nothing is differentiable by it.",
            remedy=f"Give {gradient.by!r} as floating numbers (1.0 instead of 1).",
        )


def _kind(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _replaced(computed: object, value: Tensor) -> Tensor:
    leaf = _leaf(value)
    if (
        not isinstance(computed, Tensor)
        or leaf.shape != computed.shape
        or not (leaf.is_floating_point() and computed.is_floating_point())
    ):
        return leaf
    replaced = _Replace.apply(computed, leaf.detach())  # type: ignore[no-untyped-call]  # torch leaves it untyped
    assert isinstance(replaced, Tensor)
    return replaced


class _Replace(torch.autograd.Function):
    """Forward, the value that is put in; backward, the gradient goes to what was computed."""

    @staticmethod
    def forward(ctx: object, computed: Tensor, value: Tensor) -> Tensor:
        return value.clone()

    @staticmethod
    def backward(ctx: object, gradient: Tensor) -> tuple[Tensor, None]:
        return gradient, None
