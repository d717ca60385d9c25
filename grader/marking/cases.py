"""Judging a student's function, case by case."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from grader.assignment.outcomes import Expected
from grader.assignment.spec import CheckSpec, FunctionSpec
from grader.marking.answers import how_it_failed
from grader.marking.compare import Outcome
from grader.marking.leaves import Leaf, combined, compare_leaves
from grader.marking.numbers import Numeric, as_numeric
from grader.records import (
    Array,
    CallResult,
    CallsMade,
    Diagnosis,
    Evidence,
    Flag,
    Message,
    Part,
    Reason,
    Scalar,
    Value,
    Words,
    translatable,
)

SCALAR_ONLY = "scalar-only"
PRINTS_INSTEAD = "prints-instead"
CHANGES_ITS_ARGUMENT = "changes-its-argument"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedCase:
    """One case: what its parts came to (one for each leaf of a nested result), what explains it, and the first array of
    it that is wrong."""

    parts: tuple[Part, ...]
    code: str = ""
    evidence: Evidence | None = None

    @property
    def share(self) -> Fraction:
        """How many of its parts are right; none of nothing is."""
        if not self.parts:
            return Fraction(0)
        return Fraction(sum(part.verdict == "correct" for part in self.parts), len(self.parts))

    @property
    def holds(self) -> bool:
        """Whether it is right."""
        return self.share == 1


def judge_cases(
    check: CheckSpec, function: FunctionSpec, made: CallsMade, expected: Sequence[Expected | None]
) -> tuple[JudgedCase, ...]:
    """Judge each case of a function; `expected` is None where an exception is."""
    return tuple(
        _judge_case(check, function, number, result, expected[number]) for number, result in enumerate(made.results)
    )


def _judge_case(
    check: CheckSpec, function: FunctionSpec, number: int, result: CallResult, expected: Expected | None
) -> JudgedCase:
    label = f"case {number + 1}"
    error = function.errors[number]
    if error:
        return _judge_error(label, error, result)
    assert expected is not None
    if result.status != "returned":
        return _judge_failure(check, function, label, result, expected)
    assert result.value is not None
    leaves = compare_leaves(result.value, expected, check.tolerance)
    code = ""
    if isinstance(result.value, Scalar) and result.value.value is None:
        code = PRINTS_INSTEAD if result.printed.strip() else CHANGES_ITS_ARGUMENT if result.changed else ""
    return _judged(label, leaves, code)


def _judged(label: str, leaves: Sequence[Leaf], code: str) -> JudgedCase:
    parts = tuple(part_of(f"{label} {leaf.place}".strip(), leaf.outcome) for leaf in leaves)
    wrong = next((leaf.outcome for leaf in leaves if not leaf.outcome.holds), None)
    return JudgedCase(parts=parts, code=code, evidence=None if wrong is None else wrong.evidence)


def part_of(label: str, outcome: Outcome) -> Part:
    """A part that was compared."""
    return Part(
        label=label,
        verdict="correct" if outcome.holds else "incorrect",
        reason=outcome.reason,
        detail=outcome.detail,
        comparison=outcome.comparison,
    )


def _judge_error(label: str, error: str, result: CallResult) -> JudgedCase:
    if result.status == "raised" and error in result.bases:
        return JudgedCase(parts=(Part(label=label, verdict="correct", reason="equal"),))
    if result.status == "returned":
        return _failed(label, "not-raised", error)
    if result.status == "raised":
        return _failed(label, "other-error", how_it_failed(result)[1])
    return _failed(label, *how_it_failed(result))


def _judge_failure(
    check: CheckSpec, function: FunctionSpec, label: str, result: CallResult, expected: Expected
) -> JudgedCase:
    reason, detail = how_it_failed(result)
    if result.elementwise is None:
        return _failed(label, reason, detail)
    leaves = compare_leaves(_in_shape_of(result.elementwise, expected), expected, check.tolerance)
    if not combined(leaves).holds:
        return _failed(label, reason, detail)
    if function.scalar_only == "accept":
        return _judged(label, leaves, SCALAR_ONLY)
    return _failed(label, reason, detail, SCALAR_ONLY)


def _in_shape_of(value: Value, expected: Expected) -> Value | Numeric:
    """A list of numbers, given one by one, in the shape of what is expected; itself where it doesn't fit."""
    shape = expected.shape if isinstance(expected, np.ndarray | Array) else None
    numeric = as_numeric(value)
    if shape is None or not isinstance(numeric, Numeric) or numeric.values.size != math.prod(shape):
        return value
    return Numeric(values=numeric.values.reshape(shape), dtype=numeric.dtype)


def _failed(label: str, reason: Reason, detail: Words, code: str = "") -> JudgedCase:
    part = Part(label=label, verdict="incorrect", reason=reason, detail=detail)
    return JudgedCase(parts=(part,), code=code)


def share_of(function: FunctionSpec, cases: Sequence[JudgedCase]) -> Fraction:
    """The share of the points that the cases earn."""
    if not cases:
        return Fraction(0)
    if all(case.holds for case in cases):
        return Fraction(1)
    match function.credit:
        case "cases":
            return Fraction(sum(case.holds for case in cases), len(cases))
        case "leaves":
            return sum((case.share for case in cases), Fraction(0)) / len(cases)
        case _:
            return Fraction(0)


def diagnoses_of(cases: Sequence[JudgedCase]) -> tuple[Diagnosis, ...]:
    """What explains wrong cases, each said once."""
    codes = dict.fromkeys(case.code for case in cases if case.code)
    return tuple(Diagnosis(code=code, message=Message(_MESSAGES[code])) for code in codes)


_MESSAGES = {
    SCALAR_ONLY: translatable(
        "It works for one number, but not for an array: an `if` can't decide for many numbers at once. "
        "Work with whole arrays, as `np.where` and `np.maximum` do."
    ),
    PRINTS_INSTEAD: translatable("It prints its result instead of returning it, so whoever calls it gets `None`."),
    CHANGES_ITS_ARGUMENT: translatable("It changes its argument and returns nothing, so whoever calls it gets `None`."),
}


_FLAGS = {
    "mutates-argument": translatable("`{name}` changes the arguments that it is called with (case {case})."),
    "keeps-state": translatable(
        "`{name}` gives another answer the second time: it keeps state between calls, or draws random "
        "numbers that no global seed sets, as `np.random.default_rng()` does."
    ),
    "not-reproducible": translatable(
        "`{name}` gives random answers: the same call gives another one with another seed."
    ),
}


def flags_of_calls(check: CheckSpec, made: CallsMade) -> Iterator[Flag]:
    """What a person should look at in how a function behaved."""
    changed = [number + 1 for number, result in enumerate(made.results) if result.changed]
    again = {result.again for result in made.results}
    facts: dict[str, str | int] = {"name": made.found, "case": changed[0] if changed else 0}
    for code, holds in (
        ("mutates-argument", bool(changed)),
        ("keeps-state", "state" in again),
        ("not-reproducible", "random" in again and "state" not in again),
    ):
        if holds:
            yield Flag(code=code, message=Message(_FLAGS[code], facts), check=check.id)
