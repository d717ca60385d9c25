"""What marking came to: verdicts with their figures, and the grade that they add up to.

Points are exact fractions here; `None` means that nobody has marked this yet, which is not zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from grader.records.message import Words

CheckKind = Literal["value", "function", "property", "person"]
Verdict = Literal["correct", "follow-through", "partial", "incorrect", "missing", "not-run", "unmarked"]
FoundKind = Literal["variable", "printed", "other-name"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where the answer to a check was found: the name it had there, and the cell (index among all cells)."""

    kind: FoundKind
    name: str
    cell: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How an answer differs from the reference.

    Errors are over the elements that could be compared, None where none could be (another shape, not numeric, not
    finite). `mismatched` of `elements` lie outside `atol + rtol * |expected|`. `shape` is the answer's, None where it
    has none. All figures are finite.
    """

    max_abs_error: float | None
    max_rel_error: float | None
    mismatched: int
    elements: int
    shape: tuple[int, ...] | None
    expected_shape: tuple[int, ...]
    dtype: str
    rtol: float
    atol: float
    worst_index: tuple[int, ...] | None = None
    tolerance_reason: Words = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The two arrays side by side, for reports; only kept where they are small enough to be looked at.

    Elements are in C order, as text at the precision worth showing. `wrong` tells, element by element, what differs.
    `expected` is for staff, or for students where the assignment reveals values. Of an answer of another shape, only
    the answer is here, with nothing `expected` and nothing `wrong`.
    """

    shape: tuple[int, ...]
    found: tuple[str, ...]
    expected: tuple[str, ...]
    wrong: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongValue:
    """What a wrong value is known by in a class, without being kept itself.

    Two are equal where `kind` is the same (the structure, and all in it that is no number), `size` (the greatest
    magnitude) is close, and so is each of `sums`: sums of the numbers with fixed weights, relative to `size`. `shown`
    is its beginning, as text for staff. `settled` says that marking has looked at what would follow from it, so that
    what is wrong after it is a mistake of its own. `uses` are the other functions that are asked for, by their names in
    the assignment, which a function may call. `plain` says that whoever left something undone may have it: no number at
    all, the same one everywhere, or a small whole one.
    """

    kind: str
    size: float
    sums: tuple[float, ...]
    shown: str
    settled: bool
    uses: tuple[str, ...] = ()
    plain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What would explain a wrong value: a code for programs, a sentence for people."""

    code: str
    message: Words


Reason = Literal[
    "equal",
    "low-precision",
    "differs",
    "other-shape",
    "other-dtype",
    "other-kind",
    "other-length",
    "no-entry",
    "not-numeric",
    "not-finite",
    "unreadable",
    "elided",
    "too-coarse",
    "no-variable",
    "cell-failed",
    "not-reached",
    "rejected",
    "person",
    "grader-fault",
    "not-accepted",
    "no-function",
    "not-callable",
    "raised",
    "not-raised",
    "other-error",
    "call-timeout",
    "call-died",
    "not-called",
    "does-not-hold",
    "broken-rule",
    "bad-given",
    "hard-coded",
    "hidden-bug",
]
"""Why a verdict is what it is; reports turn it into a sentence for whoever reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a check that was judged by itself: a case of a function, or a leaf of a nested value.

    `label` says which ("case 2", `["dW1"]`), and gives nothing of the reference away.
    """

    label: str
    verdict: Verdict
    reason: Reason
    detail: Words = ""
    comparison: Comparison | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckGrade:
    """A check's verdict. `late` says that the answer was there only at the end of the notebook, not of its section.

    `detail` is a short fact that belongs to the reason and gives nothing of the reference away (the type of something
    unreadable, the error of the cell that failed). `made_in` is the cell that would have made an answer that isn't
    there. `parts` are the parts of a function or a nested value, in order; where there are very many, the wrong ones
    before others. `right_parts` of `all_parts` are right, told or not. `said` is what the author's predicate says to
    the student. `rubric` is what a person judges by; it is for staff. `wrong_value` is what a wrong value, or what a
    function gave, is known by; it is for comparing hand-ins, and for staff.
    """

    id: str
    kind: CheckKind
    quantity: str
    version: str | None
    title: str
    points: Fraction | None
    max_points: Fraction
    verdict: Verdict
    reason: Reason
    detail: Words = ""
    names: tuple[str, ...] = ()
    late: bool = False
    made_in: int | None = None
    found: Found | None = None
    comparison: Comparison | None = None
    evidence: Evidence | None = None
    follows_from: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    right_parts: int = 0
    all_parts: int = 0
    diagnoses: tuple[Diagnosis, ...] = ()
    said: str = ""
    rubric: str = ""
    wrong_value: WrongValue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskGrade:
    """A task's checks, in the order of the assignment."""

    id: str
    title: str
    checks: tuple[CheckGrade, ...]

    @property
    def points(self) -> Fraction | None:
        """The sum of what is marked; None where nothing is."""
        return total(check.points for check in self.checks)

    @property
    def max_points(self) -> Fraction:
        """What all of it is worth."""
        return exact_sum(check.max_points for check in self.checks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Something that a person should look at; it takes no marks by itself."""

    code: str
    message: Words
    cell: int | None = None
    check: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """A submission's points, check by check, as the machine marked it."""

    tasks: tuple[TaskGrade, ...]
    flags: tuple[Flag, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)

    @property
    def checks(self) -> tuple[CheckGrade, ...]:
        """The checks of all tasks, in the order of the assignment."""
        return tuple(check for task in self.tasks for check in task.checks)

    @property
    def points(self) -> Fraction | None:
        """The sum of what is marked; None where nothing is."""
        return total(check.points for check in self.checks)

    @property
    def max_points(self) -> Fraction:
        """What all of it is worth."""
        return exact_sum(check.max_points for check in self.checks)

    @property
    def unmarked(self) -> tuple[CheckGrade, ...]:
        """Checks that wait for a person."""
        return tuple(check for check in self.checks if check.points is None)


_ZERO = Fraction(0)


def total(points: Iterable[Fraction | None]) -> Fraction | None:
    """The exact sum of the points that are there; None where there are none at all."""
    marked = [value for value in points if value is not None]
    return exact_sum(marked) if marked else None


def exact_sum(points: Iterable[Fraction]) -> Fraction:
    """The sum, zero of none. Most points are whole, and adding fractions takes ten times as long as adding integers."""
    whole, rest = 0, _ZERO
    for value in points:
        numerator, denominator = value.as_integer_ratio()
        if denominator == 1:
            whole += numerator
        else:
            rest += value
    return Fraction(whole) if rest is _ZERO else rest + whole
