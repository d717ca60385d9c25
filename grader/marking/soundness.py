"""Whether an assignment's tolerances tell right from nearly right: its own values as answers, the nearest mistakes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypedDict

import numpy as np
from numpy.typing import NDArray

from grader.assignment.outcomes import Expected
from grader.assignment.spec import CheckSpec, Spec, Tolerance
from grader.marking.compare import allowed_for, compare
from grader.marking.leaves import holds
from grader.marking.mistakes import sentence_of
from grader.marking.numbers import Numeric, as_answer
from grader.records import Array, Mapping, Value
from grader.records import Sequence as SequenceValue
from grader.wire.arrays import AnyArray, elements_of

if TYPE_CHECKING:
    from grader.assignment.mutation import Mutant
    from grader.assignment.reference import Reference

Printed = Literal["right", "too coarse", "wrong", ""]
_DIGITS = 4
_SAME = 1e-3
"""What is off by less than this part of the tolerance is the same but for rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The mistake whose answer is nearest to the right one: it is off by so many `times` the tolerance."""

    mistake: str
    times: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Soundness:
    """What becomes of a check's own expected value as an answer: as it is, in float32, and (of variables that may be
    printed) with four digits, as PyTorch prints it. `within` are mistakes that the tolerance lets pass."""

    check: str
    itself: bool
    float32: bool
    printed: Printed = ""
    nearest: Nearest | None = None
    within: tuple[str, ...] = ()


def soundness(spec: Spec, reference: Reference) -> tuple[Soundness, ...]:
    """Examine every check of a value or a function. Properties have no expected value."""
    found: list[Soundness] = []
    for check in spec.checks:
        if check.kind == "value":
            found.append(_of_value(check, spec, reference))
        elif check.id in reference.functions:
            found.append(_of_function(check, reference))
    return tuple(found)


def _of_value(check: CheckSpec, spec: Spec, reference: Reference) -> Soundness:
    rights = [world.values[check.quantity] for world in reference.worlds()]
    hypotheses, right = reference.hypotheses, rights[0]
    mutants = [*hypotheses.mutants(check.quantity)]
    if hypotheses.differentiates(check.quantity):
        before = hypotheses.ancestors(check.quantity) & {quantity.name for quantity in spec.quantities}
        mutants += [mutant for name in sorted(before - {check.quantity}) for mutant in hypotheses.derivatives(name)]
    answers = ((mutant, (hypotheses.alone((mutant,), check.quantity, chosen={}),)) for mutant in mutants)
    return replace(
        _as_answers(check, rights),
        printed=_printed(right, check.tolerance) if spec.policies.printed == "credit" else "",
        **_apart(check, answers, (right,)),
    )


def _of_function(check: CheckSpec, reference: Reference) -> Soundness:
    function = reference.functions[check.id]
    asked = [number for number, right in enumerate(function.expected) if right is not None]
    rights = [right for right in function.expected if right is not None]
    changed = function.changed
    answers = ((mutant, tuple(changed.answer(mutant, number) for number in asked)) for mutant in changed.mutants)
    return replace(_as_answers(check, rights), **_apart(check, answers, rights))


def _as_answers(check: CheckSpec, rights: Sequence[Expected]) -> Soundness:
    return Soundness(
        check=check.id,
        itself=all(holds(as_answer(right), right, check.tolerance) for right in rights),
        float32=all(holds(_in_float32(right), right, check.tolerance) for right in rights),
    )


def _in_float32(value: Expected) -> Value | Numeric:
    match value:
        case np.ndarray() if value.dtype.kind == "f":
            return Numeric(values=_rounded(value), dtype="float32")
        case Array(dtype="float64"):
            return replace(value, dtype="float32", data=_rounded(elements_of(value)).tobytes())
        case SequenceValue():
            return replace(value, items=tuple(_value(_in_float32(item)) for item in value.items))
        case Mapping():
            return replace(value, values=tuple(_value(_in_float32(item)) for item in value.values))
        case _:
            return as_answer(value)


def _rounded(value: AnyArray) -> AnyArray:
    with np.errstate(over="ignore"):
        return value.astype(np.float32)


def _value(value: Value | Numeric) -> Value:
    assert not isinstance(value, Numeric), "only a whole answer is one"
    return value


def _printed(right: Expected, tolerance: Tolerance) -> Printed:
    """What becomes of an answer that PyTorch has printed, in its usual form or with powers of ten."""
    if not isinstance(right, np.ndarray) or right.dtype.kind != "f" or not right.size or not np.isfinite(right).all():
        return ""
    numbers: NDArray[np.float64] = right.astype(np.float64)
    sizes = np.abs(numbers[numbers != 0])
    powers = np.zeros(numbers.shape)
    if sizes.size and (sizes.min() < 1e-4 or sizes.max() > 1000 * sizes.min()):
        with np.errstate(divide="ignore"):
            powers = np.where(numbers == 0, 0.0, np.floor(np.log10(np.abs(numbers))))
    units = 10.0 ** (powers - _DIGITS)
    answer = Numeric(values=np.round(numbers / units) * units, dtype="float32", half_units=units / 2)
    outcome = compare(answer, right, tolerance)
    return "right" if outcome.holds else "too coarse" if outcome.reason == "too-coarse" else "wrong"


class _Apart(TypedDict):
    nearest: Nearest | None
    within: tuple[str, ...]


def _apart(
    check: CheckSpec, answers: Iterator[tuple[Mutant, tuple[Expected | None, ...]]], rights: Sequence[Expected]
) -> _Apart:
    nearest: Nearest | None = None
    within: list[str] = []
    for mutant, given in answers:
        times = _times(check.tolerance, given, rights)
        if times is None:
            continue
        mistake = str(sentence_of(mutant, check.quantity))
        if times > 1 and (nearest is None or times < nearest.times):
            nearest = Nearest(mistake=mistake, times=times)
        elif _SAME < times <= 1:
            within.append(mistake)
    return _Apart(nearest=nearest, within=tuple(dict.fromkeys(within)))


def _times(tolerance: Tolerance, given: Sequence[Expected | None], rights: Sequence[Expected]) -> float | None:
    """By how many times the tolerance answers are off, at the most; None for those that aren't numbers of one shape."""
    found = [_off(one, right, tolerance) for one, right in zip(given, rights, strict=True)]
    known = [times for times in found if times is not None]
    return max(known) if known and len(known) == len(found) else None


def _off(given: Expected | None, right: Expected, tolerance: Tolerance) -> float | None:
    if isinstance(given, Mapping) and isinstance(right, Mapping) and given.keys == right.keys:
        return _times(tolerance, given.values, right.values)
    one, other = (_numbers(value) for value in (given, right))
    if one is None or other is None or one.shape != other.shape or not one.size or not np.isfinite(one).all():
        return None
    allowed = allowed_for(tolerance, tolerance.dtype, other.dtype)
    wanted: NDArray[np.float64] = other.astype(np.float64)
    apart: NDArray[np.float64] = np.abs(one.astype(np.float64) - wanted)
    bound: NDArray[np.float64] = allowed.atol + allowed.rtol * np.abs(wanted)
    with np.errstate(divide="ignore", invalid="ignore"):
        times = float(np.where(apart == 0, 0.0, np.divide(apart, bound)).max())
    return times if math.isfinite(times) else None  # what is compared exactly has no tolerance


def _numbers(value: Expected | None) -> AnyArray | None:
    array = elements_of(value) if isinstance(value, Array) and not value.is_time else value
    return array if isinstance(array, np.ndarray) and array.dtype.kind in "biuf" else None
