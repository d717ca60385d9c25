"""What a class came to on each check: how many passed, and how well it tells the strong from the weak."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import StatisticsError, correlation, fmean

from grader.analysis.graded import Graded
from grader.analysis.mistakes import cause
from grader.assignment.spec import CheckSpec, Spec
from grader.records import CheckGrade, Verdict

PASSED = frozenset({"correct", "follow-through"})
"""Verdicts that count as passed in a check's pass rate."""

_SMALLEST_SPREAD = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A check in figures, over those who were marked on it.

    `mean` is their mean share of its points, None where it is worth none. `discrimination` is the corrected item-total
    correlation, None where either side doesn't vary, or the class is too small. `verdicts` are all that were given.
    `mistake` is what explains most of the wrong answers that one thing explains, and `mistaken` how many; "" and 0
    where nothing does.
    """

    id: str
    title: str
    passed: int
    marked: int
    mean: float | None
    discrimination: float | None
    verdicts: Mapping[Verdict, int]
    mistake: str
    mistaken: int

    @property
    def percent(self) -> int:
        """The pass rate, rounded to whole percent; 0 where nobody was marked."""
        return round(100 * self.passed / self.marked) if self.marked else 0


def items(hand_ins: Graded, spec: Spec) -> tuple[Item, ...]:
    """The figures of all checks on which anybody was marked, in the order of the assignment."""
    points = [(float(each.points or 0), float(each.marked)) for each in hand_ins.scores]
    found = (_item(check, hand_ins.by_check.get(check.id, {}), points, hand_ins) for check in spec.checks)
    return tuple(item for item in found if item.marked)


def _item(
    spec: CheckSpec, checks: Mapping[int, CheckGrade], points: Sequence[tuple[float, float]], hand_ins: Graded
) -> Item:
    marked = {place: check for place, check in checks.items() if check.points is not None}
    shares = {place: share for place, check in marked.items() if (share := _share(check)) is not None}
    rest = {place: _rest(marked[place], *points[place]) for place in shares}
    causes = Counter(str(why.message) for check in checks.values() if (why := cause(check)) is not None)
    mistake, mistaken = min(causes.items(), key=lambda each: (-each[1], each[0]), default=("", 0))
    both = [(shares[place], other) for place, other in rest.items() if other is not None]
    return Item(
        id=spec.id,
        title="" if spec.title == spec.quantity else spec.title,
        passed=sum(check.verdict in PASSED for check in marked.values()),
        marked=len(marked),
        mean=fmean(shares.values()) if shares else None,
        discrimination=None if hand_ins.is_few else discrimination(both),
        verdicts=Counter(check.verdict for check in checks.values()),
        mistake=mistake,
        mistaken=mistaken,
    )


def _share(check: CheckGrade) -> float | None:
    return float(check.points) / float(check.max_points) if check.points is not None and check.max_points else None


def _rest(check: CheckGrade, points: float, marked: float) -> float | None:
    """The share of all other points that a hand-in has; None where no other check is marked."""
    others = marked - float(check.max_points)
    return (points - float(check.points or 0)) / others if others > _SMALLEST_SPREAD else None


def discrimination(pairs: Iterable[tuple[float, float]]) -> float | None:
    """The corrected item-total correlation of (share of a check, share of all the rest); None where nothing varies.

    With shares of 0 and 1 it is the point-biserial correlation. The rest leaves the check itself out, since its
    correlation with a total that it is part of is too high: S. Henrysson, "Correction of item-total correlations in
    item analysis", Psychometrika 28 (1963), 211-218. Above 0.3 is usually called good; below 0, those who get the check
    right are the weaker ones elsewhere.
    """
    own, others = list(zip(*pairs, strict=True)) or ((), ())
    if len(own) < 2 or any(max(side) - min(side) < _SMALLEST_SPREAD for side in (own, others)):
        return None
    try:
        return max(-1.0, min(1.0, correlation(own, others)))
    except StatisticsError:
        return None
