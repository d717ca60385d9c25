"""The instructor's functions: what a student's function should give for each case, and the calls that find it out."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from grader.assignment.cases import (
    Case,
    Passing,
    as_reference_sees,
    frame_of,
    read_argument,
    read_cases,
)
from grader.assignment.changed_functions import ChangedFunctions
from grader.assignment.declarations import Function, FunctionDeclaration
from grader.assignment.evaluation import Importable, call
from grader.assignment.mutation import Mutant
from grader.assignment.outcomes import Expected
from grader.assignment.places import blaming
from grader.assignment.plain import equal, expected_of, has_nan
from grader.assignment.tensors import arithmetic
from grader.records import Array, Calls, Frame, Masked, Value
from grader.records import Mapping as MappingValue
from grader.records import Sequence as SequenceValue

_NUMBERS = (float, int, bool)


@dataclass(frozen=True, kw_only=True)
class FunctionReference:
    """One version of a function: its cases as they go into the sandbox, and the function that knows the answers.

    `frame` holds the arguments, `calls` is what is asked for. `state` are the parameters that objects get,
    `mistakes` those that the author expects.
    """

    declaration: FunctionDeclaration
    cases: tuple[Case, ...]
    construct: tuple[Value, ...] | None
    state: Mapping[str, Value] | None
    calls: Calls
    frame: bytes
    importable: Importable
    mistakes: tuple[Mutant, ...] = ()

    @cached_property
    def expected(self) -> tuple[Expected | None, ...]:
        """What is right for each case; None where an exception is.

        Computed twice, the second time the other way round. Raises AssignmentError, at the function's line, where it
        fails, raises nothing where it should, isn't deterministic, keeps state, changes its arguments, or gives
        another shape for other numbers of the same shapes.
        """
        first = self._compute(range(len(self.cases)), seed=0)
        again = self._compute(reversed(range(len(self.cases))), seed=1)
        for number, answer in first.items():
            self._refuse_unsteady(number, answer, again[number])
        if not self.declaration.varying_shape:
            self._refuse_varying_shapes(first)
        return tuple(first[number] for number in range(len(self.cases)))

    @cached_property
    def changed(self) -> ChangedFunctions:
        """What the function would give if some small thing in it were otherwise."""
        return ChangedFunctions(self)

    def _compute(self, numbers: range | Iterator[int], *, seed: int) -> dict[int, Expected | None]:
        with self.importable(), arithmetic(seed):
            function = self._function()
            return {number: self._answer(function, number) for number in numbers}

    def _function(self) -> Function:
        declared = self.declaration.function
        if self.construct is None:
            return declared
        with blaming(f"The reference of {self.declaration.name!r}", declared.place, _remedy):
            made = _construct(declared, self.construct, self.state)
            target: Callable[..., object] = getattr(made, self.declaration.method or "__call__")
        return replace(declared, call=lambda **inputs: target(*inputs.values()))

    def _answer(self, function: Function, number: int) -> Expected | None:
        case = self.cases[number]
        inputs = self.inputs(function, case)
        if case.error:
            self._refuse_no_error(function, inputs, case.error, number)
            return None
        answer = expected_of(call(function, inputs, self.declaration.name, case=number + 1))
        if self.declaration.tolerance.nan == "unequal" and has_nan(answer):
            raise function.place.error(
                f"The reference of {self.declaration.name!r} gives NaN for case {number}.",
                remedy='Mend it, or set tolerance=Tolerance(nan="equal") where NaN is the right answer.',
            )
        return answer

    def inputs(self, function: Function, case: Case) -> dict[str, object]:
        """The arguments of a case by their parameters, as far as it has some: those of classes are given in order."""
        given = zip(function.parameters, case.arguments, strict=False)
        said = {} if self.construct is not None else inspect.signature(function.call).parameters
        return {name: _as_annotated(value, said[name].annotation if said else None) for name, value in given}

    def _refuse_no_error(self, function: Function, inputs: Mapping[str, object], error: str, number: int) -> None:
        raised: tuple[str, ...] = ()
        try:
            function.call(**inputs)
        except Exception as fault:
            raised = tuple(kind.__name__ for kind in type(fault).__mro__)
        if error not in raised:
            came = f"raises {raised[0]}" if raised else "raises nothing"
            raise function.place.error(
                f"The reference of {self.declaration.name!r} {came} for case {number}, where {error} is declared.",
                remedy="Raise it there, or take raises() away from the case.",
            )

    def _refuse_unsteady(self, number: int, one: Expected | None, other: Expected | None) -> None:
        if one is None or other is None or equal(one, other):
            return
        place = self.declaration.function.place
        raise place.error(
            f"The reference of {self.declaration.name!r} isn't deterministic: "
            f"it gives another answer for case {number} the second time.",
            remedy="Let it depend on its arguments alone: no global state, no random numbers.",
        )

    def _refuse_varying_shapes(self, answers: Mapping[int, Expected | None]) -> None:
        known: dict[object, tuple[int, object]] = {}
        for number, answer in answers.items():
            if answer is None:
                continue
            shape = _shape(answer)
            asked = tuple(_shape(argument) for argument in self.cases[number].arguments)
            first, before = known.setdefault(asked, (number, shape))
            if before != shape:
                raise self.declaration.function.place.error(
                    f"The reference of {self.declaration.name!r} gives another shape for case {number} than for case "
                    f"{first}, whose arguments have the same shapes.",
                    remedy="Mend it, or say varying_shape=True where the shape depends on the numbers.",
                )


def _construct(declared: Function, arguments: tuple[Value, ...], state: Mapping[str, Value] | None) -> object:
    """Make the reference's object, with the same parameters as the students'."""
    torch.manual_seed(0)
    made = declared.call(*map(_as_constructors_see, arguments))
    if state is not None:
        made.load_state_dict({name: as_reference_sees(value) for name, value in state.items()})  # type: ignore[attr-defined]  # checked when declared
    if isinstance(made, torch.nn.Module):
        made.eval()
    return made


def _as_annotated(value: Value, annotation: object) -> object:
    """An argument as the reference's function gets it: a number is a tensor, unless it says that it takes numbers."""
    seen = as_reference_sees(value)
    plain = annotation in _NUMBERS or annotation in {kind.__name__ for kind in _NUMBERS}
    return seen.item() if plain and isinstance(seen, Tensor) and not seen.ndim else seen


def _as_constructors_see(value: Value) -> object:
    """An argument of a constructor: a lone number stays Python's, since layers are made of numbers."""
    seen = as_reference_sees(value)
    return seen.item() if isinstance(seen, Tensor) and not seen.ndim else seen


def build_function(
    declared: FunctionDeclaration,
    version: str,
    folder: Path,
    importable: Importable,
    mistakes: tuple[Mutant, ...] = (),
) -> FunctionReference:
    """Read a function's cases for one version, and make the frame that holds them."""
    passing = Passing.of(declared.kinds[version], declared.dtype, folder)
    parameters = len(declared.function.parameters)
    arity = range(parameters - declared.function.optional, parameters + 1)
    cases = read_cases(declared.cases, arity, passing, declared.place)
    made = None
    if declared.construct is not None:
        made = tuple(read_argument(argument, passing, declared.place) for argument in declared.construct)
    state = _state(declared, made or (), importable) if declared.load_state else None
    digest, frame = frame_of(cases, construct=made, state=state)
    calls = Calls(
        names=declared.names[version],
        inputs=digest,
        count=len(cases),
        constructed=made is not None,
        method=declared.method,
        seconds=declared.seconds,
        elementwise=made is None,
    )
    return FunctionReference(
        declaration=declared,
        cases=cases,
        construct=made,
        state=state,
        calls=calls,
        frame=frame,
        importable=importable,
        mistakes=mistakes,
    )


def _state(declared: FunctionDeclaration, arguments: tuple[Value, ...], importable: Importable) -> Mapping[str, Value]:
    place = declared.function.place
    with importable(), arithmetic(), blaming(f"The reference of {declared.name!r}", place, _remedy):
        made = _construct(declared.function, arguments, None)
    if not isinstance(made, torch.nn.Module):
        raise place.error(
            f"{declared.name!r} has no state_dict to load.", remedy="Let it be an nn.Module, or take load_state away."
        )
    return {name: _parameter(tensor) for name, tensor in made.state_dict().items()}


def _parameter(tensor: Tensor) -> Value:
    array = tensor.detach().float().numpy() if tensor.is_floating_point() else tensor.numpy()
    return Array(dtype=array.dtype.name, shape=array.shape, data=array.tobytes(), container="tensor")


def method_parameters(kind: type, method: str) -> tuple[inspect.Parameter, ...]:
    """The parameters of what is called of an object of a class: its `method`, or the object itself. Raises ValueError
    where there is no such method."""
    name = method or ("forward" if issubclass(kind, torch.nn.Module) else "__call__")
    function = getattr(kind, name, None)
    if not inspect.isfunction(function):
        raise ValueError(f"it has no method {name!r}")
    return tuple(inspect.signature(function).parameters.values())[1:]


def _shape(value: Expected) -> object:
    """How a value is built: kinds, keys and shapes, without numbers."""
    match value:
        case np.ndarray() | Array():
            return value.shape
        case SequenceValue(items=items):
            return tuple(map(_shape, items))
        case MappingValue():
            return value.keys, tuple(map(_shape, value.values))
        case Masked():
            return value.data.shape
        case Frame():
            return _shape(value.columns), tuple(map(_shape, value.data))
        case _:
            return None


def _remedy(error: BaseException) -> str:
    return "Mend it: it is called with the cases as they are declared."
