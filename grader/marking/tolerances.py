"""How close is close enough: the defaults of `torch.testing.assert_close`, by the less precise of two dtypes."""

from __future__ import annotations

from dataclasses import dataclass

from grader.assignment.spec import Tolerance
from grader.records import Message, translatable

DEFAULTS: dict[str, tuple[float, float]] = {
    "float16": (1e-3, 1e-5),
    "bfloat16": (1.6e-2, 1e-5),
    "float32": (1.3e-6, 1e-5),
    "complex64": (1.3e-6, 1e-5),
    "float64": (1e-7, 1e-7),
    "complex128": (1e-7, 1e-7),
}
"""(rtol, atol) by dtype, as torch 2.13 documents them; integers and bools are compared exactly."""

_DEFAULT = translatable("the default for {dtype}")
_CAPPED = translatable("the default for {dtype} (no looser than that is allowed)")


@dataclass(frozen=True, slots=True)
class Allowance:
    """The closeness that is asked for: `|answer - expected| <= atol + rtol * |expected|`, and why just that."""

    rtol: float
    atol: float
    reason: Message


def allowance(tolerance: Tolerance, answer_dtype: str, expected_dtype: str) -> Allowance:
    """The closeness for an answer of one dtype against a reference of another.

    What the answer's dtype loosens goes no further than `tolerance.dtype`, unless the reference is coarser itself.
    """
    if tolerance.rtol is not None and tolerance.atol is not None:
        return Allowance(tolerance.rtol, tolerance.atol, Message("set by the assignment"))
    claimed, capped = _closeness(answer_dtype), _closeness(tolerance.dtype)
    loosened = tuple(min(pair) for pair in zip(claimed, capped, strict=True))
    rtol, atol = (max(pair) for pair in zip(loosened, _closeness(expected_dtype), strict=True))
    limited = claimed > capped
    name = tolerance.dtype if limited else answer_dtype if claimed >= _closeness(expected_dtype) else expected_dtype
    return Allowance(rtol, atol, Message(_CAPPED if limited else _DEFAULT, {"dtype": name}))


def _closeness(dtype: str) -> tuple[float, float]:
    return DEFAULTS.get(dtype, (0.0, 0.0))
