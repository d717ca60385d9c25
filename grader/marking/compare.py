"""Comparing an answer with the reference: element by element, never by broadcasting."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray

from grader.assignment.spec import Tolerance
from grader.marking.alignment import aligned
from grader.marking.numbers import NotNumeric, Numeric
from grader.marking.tolerances import Allowance, allowance
from grader.records import Comparison, Evidence, Reason, Words
from grader.wire.arrays import AnyArray

COARSEST_PRINT = 1e-3
"""A printed number is never judged more coarsely than this, relative to the largest number of its array."""

SUMMARISED_ELEMENTS = 1000
"""NumPy and PyTorch leave elements out of what they print only where there are more than this."""

_ALL = Fraction(1)

_REMEMBERED_OUTCOMES, _REMEMBERED_BYTES = 512, 2_000

SHOWN_ELEMENTS = 200
"""Arrays of at most so many elements are kept side by side for the reports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a comparison came to: the share of the elements that are right, and the figures.

    `share` is 1 for an answer that holds. Reason `too-coarse` means that it was printed with too few digits to tell.
    """

    reason: Reason
    share: Fraction = Fraction(0)
    detail: Words = ""
    comparison: Comparison | None = None
    evidence: Evidence | None = None

    @property
    def holds(self) -> bool:
        """Whether all of the answer is right."""
        return self.share == 1


def compare(answer: Numeric | NotNumeric, expected: AnyArray, tolerance: Tolerance) -> Outcome:
    """Compare an answer with what the reference gives.

    Closeness is that of `torch.testing.assert_close` without its check of dtypes: equal shapes, then
    `|answer - expected| <= atol + rtol * |expected|`, infinities equal to themselves, NaN to nothing unless
    `tolerance.nan` says so. Exceptions: one element where a scalar is asked for counts as that scalar, and
    `tolerance.shape="squeeze"` lets axes of length one come and go. Printed numbers get half a unit of their last digit
    on top, but no more than `COARSEST_PRINT`.
    """
    if isinstance(answer, NotNumeric):
        return Outcome(reason="not-numeric", detail=answer.detail)
    printed = answer.half_units is not None or answer.judged is not None
    if printed or answer.values.nbytes > _REMEMBERED_BYTES or expected.nbytes > _REMEMBERED_BYTES:
        return _compare(answer, expected, tolerance)
    return _remembered(_bits(answer.values), answer.dtype, _bits(expected), tolerance)


class _Bits(NamedTuple):
    """A small array as a key, which differs where a bit of it does: `-0.0` is not `0.0`, and NaN is itself."""

    dtype: np.dtype[np.generic]
    shape: tuple[int, ...]
    data: bytes

    def array(self) -> AnyArray:
        """The array, to be read only."""
        return np.frombuffer(self.data, dtype=self.dtype).reshape(self.shape)


def _bits(values: AnyArray) -> _Bits:
    return _Bits(values.dtype, values.shape, values.tobytes())


# Right answers are all alike, and wrong ones often.
@lru_cache(maxsize=_REMEMBERED_OUTCOMES)
def _remembered(answer: _Bits, dtype: str, expected: _Bits, tolerance: Tolerance) -> Outcome:
    return _compare(Numeric(values=answer.array(), dtype=dtype), expected.array(), tolerance)


def _compare(answer: Numeric, expected: AnyArray, tolerance: Tolerance) -> Outcome:
    allowed = allowed_for(tolerance, answer.dtype, expected.dtype)
    shaped = _in_shape(answer, expected.shape, tolerance)
    if shaped is None:
        return _other_shape(answer, expected, allowed)
    with np.errstate(all="ignore"):
        shaped = aligned(shaped, expected, tolerance)
        return _judge(shaped, expected, allowed, answer.values.shape, tolerance)


@lru_cache(maxsize=256)
def allowed_for(tolerance: Tolerance, answer_dtype: str, expected_dtype: np.dtype[np.generic]) -> Allowance:
    """The closeness that is asked for of an answer of one dtype; see `allowance`."""
    return allowance(tolerance, answer_dtype, expected_dtype.name)


def _in_shape(answer: Numeric, shape: tuple[int, ...], tolerance: Tolerance) -> Numeric | None:
    found = answer.values.shape
    if found == shape:
        return answer
    scalar = shape == () and answer.values.size == 1
    squeezed = tolerance.shape == "squeeze" and _without_ones(found) == _without_ones(shape)
    if not (scalar or squeezed):
        return None
    return Numeric(
        values=answer.values.reshape(shape),
        dtype=answer.dtype,
        half_units=None if answer.half_units is None else answer.half_units.reshape(shape),
        judged=None if answer.judged is None else answer.judged.reshape(shape),
    )


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(length for length in shape if length != 1)


def _other_shape(answer: Numeric, expected: AnyArray, allowed: Allowance) -> Outcome:
    comparison = Comparison(
        max_abs_error=None,
        max_rel_error=None,
        mismatched=expected.size,
        elements=expected.size,
        shape=answer.values.shape,
        expected_shape=expected.shape,
        dtype=answer.dtype,
        rtol=allowed.rtol,
        atol=allowed.atol,
        tolerance_reason=allowed.reason,
    )
    small = answer.values.size <= SHOWN_ELEMENTS
    own = Evidence(shape=answer.values.shape, found=_shown(answer.values), expected=(), wrong=()) if small else None
    return Outcome(reason="other-shape", comparison=comparison, evidence=own)


def _judge(
    answer: Numeric, expected: AnyArray, allowed: Allowance, found_shape: tuple[int, ...], tolerance: Tolerance
) -> Outcome:
    magnitude = np.abs(expected.astype(_wide(expected), copy=False))
    error = _distance(answer.values, expected)
    bound = _bound(magnitude, allowed)
    coarse: NDArray[np.bool_] | None = None
    if answer.half_units is None:
        wrong = ~_close(answer.values, expected, error, bound, tolerance)
    else:
        printed = np.minimum(answer.half_units, COARSEST_PRINT * _largest(magnitude))
        wrong = ~_close(answer.values, expected, error, bound + printed, tolerance)
        coarse = wrong & _close(answer.values, expected, error, bound + answer.half_units, tolerance)
    if answer.judged is not None:
        wrong &= answer.judged
    comparison = Comparison(
        **_figures(error, magnitude, answer.judged),
        mismatched=int(np.count_nonzero(wrong)),
        elements=error.size if answer.judged is None else int(np.count_nonzero(answer.judged)),
        shape=found_shape,
        expected_shape=expected.shape,
        dtype=answer.dtype,
        rtol=allowed.rtol,
        atol=allowed.atol,
        tolerance_reason=allowed.reason,
    )
    return _concluded(answer.values, expected, wrong, coarse, comparison)


def _concluded(
    values: AnyArray,
    expected: AnyArray,
    wrong: NDArray[np.bool_],
    coarse: NDArray[np.bool_] | None,
    comparison: Comparison,
) -> Outcome:
    """The outcome of a comparison; `coarse` is what might be right, but was printed with too few digits to tell."""
    elements, mismatched = comparison.elements, comparison.mismatched
    hidden = elements < expected.size <= SUMMARISED_ELEMENTS or elements == 0 < expected.size
    if mismatched == 0 and hidden:
        return Outcome(reason="elided", comparison=comparison)
    evidence = _evidence(values, expected, wrong)
    if mismatched == 0:
        return Outcome(reason="equal", share=_ALL, comparison=comparison, evidence=evidence)
    if coarse is not None and not (wrong & ~coarse).any():
        return Outcome(reason="too-coarse", comparison=comparison, evidence=evidence)
    reason: Reason = "differs" if _finite(values, expected) else "not-finite"
    share = Fraction(elements - mismatched, elements)
    return Outcome(reason=reason, share=share, comparison=comparison, evidence=evidence)


def _distance(values: AnyArray, expected: AnyArray) -> NDArray[np.float64]:
    """`|values - expected|`, without the overflow and wrap-around of narrow types."""
    if values.dtype.kind in "biu" and expected.dtype.kind in "biu":
        # Exact for every 64-bit integer; object arithmetic is slow, and integer answers are small.
        exact = np.abs(values.astype(object) - expected.astype(object))
        return np.asarray(exact, dtype=np.float64)
    wide = np.complex128 if "c" in (values.dtype.kind, expected.dtype.kind) else np.float64
    apart = np.abs(values.astype(wide, copy=False) - expected.astype(wide, copy=False))
    return np.asarray(apart, dtype=np.float64)


def _bound(magnitude: NDArray[np.float64], allowed: Allowance) -> NDArray[np.float64]:
    bound = allowed.atol + allowed.rtol * magnitude
    # An infinite bound would let every finite answer pass for an infinity.
    return np.where(np.isfinite(bound), bound, 0.0)


def _wide(values: AnyArray) -> type[np.complex128] | type[np.float64]:
    return np.complex128 if values.dtype.kind == "c" else np.float64


def _close(
    values: AnyArray,
    expected: AnyArray,
    error: NDArray[np.float64],
    bound: NDArray[np.float64],
    tolerance: Tolerance,
) -> NDArray[np.bool_]:
    close = (error <= bound) | (values == expected)
    if tolerance.nan == "equal":
        close |= np.isnan(values.astype(_wide(values))) & np.isnan(expected.astype(_wide(expected)))
    return np.asarray(close, dtype=bool)


def _largest(magnitude: NDArray[np.float64]) -> float:
    finite = magnitude[np.isfinite(magnitude)]
    return float(finite.max()) if finite.size else 0.0


def _finite(values: AnyArray, expected: AnyArray) -> bool:
    """Whether the answer is finite wherever the reference is."""
    return bool(np.isfinite(values.astype(_wide(values)))[np.isfinite(expected.astype(_wide(expected)))].all())


class _Figures(TypedDict):
    max_abs_error: float | None
    max_rel_error: float | None
    worst_index: tuple[int, ...] | None


def _figures(error: NDArray[np.float64], magnitude: NDArray[np.float64], judged: NDArray[np.bool_] | None) -> _Figures:
    """The greatest differences of the elements that can be compared."""
    comparable = np.isfinite(error)
    if judged is not None:
        comparable &= judged
    worst = np.where(comparable, error, -1.0)
    place = int(worst.argmax()) if worst.size else 0
    if not worst.size or worst.flat[place] < 0:
        return _Figures(max_abs_error=None, max_rel_error=None, worst_index=None)
    relative = np.where(error == 0, 0.0, error / magnitude)
    relative = relative[comparable & np.isfinite(relative)]
    return _Figures(
        max_abs_error=float(worst.flat[place]),
        max_rel_error=float(relative.max()) if relative.size else None,
        worst_index=tuple([int(index) for index in np.unravel_index(place, error.shape)]),
    )


def _evidence(values: AnyArray, expected: AnyArray, wrong: NDArray[np.bool_]) -> Evidence | None:
    if expected.size > SHOWN_ELEMENTS:
        return None
    return Evidence(
        shape=expected.shape,
        found=_shown(values),
        expected=_shown(expected),
        wrong=tuple(wrong.ravel().tolist()),
    )


def _shown(values: AnyArray) -> tuple[str, ...]:
    """Numbers as a reader wants them: eight significant digits at the most."""
    numbers = values.ravel().tolist()
    if values.dtype.kind in "biu":
        return tuple(map(str, numbers))
    return tuple([f"{number:.8g}" for number in numbers])
