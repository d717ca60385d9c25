"""What would settle most disagreements between the grader and people: other tolerances, answers, headings, policies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from statistics import median
from typing import Literal

from grader.analysis.calibration import Remarked
from grader.analysis.wrong_answers import grouped_by_value
from grader.assignment.spec import CheckSpec, Spec, Tolerance
from grader.records import CheckGrade

Kind = Literal["tolerance", "accept", "headings", "policy"]

_STEPS = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 2e-2, 5e-2)
"""Relative tolerances that are tried, each with an absolute one of a hundredth of it, and with one as large."""

_JUDGED_BY_TOLERANCE = frozenset({"differs", "too-coarse"})


def looser(check: CheckSpec) -> tuple[Tolerance, ...]:
    """Tolerances that may be tried for a check, the strictest first."""
    tried = [(step, step / part) for part in (100, 1) for step in _STEPS]
    return tuple(
        replace(check.tolerance, rtol=rtol, atol=atol) for rtol, atol in tried if rtol > (check.tolerance.rtol or 0.0)
    )


def to_rejudge(hand_in: Remarked, spec: Spec) -> dict[str, tuple[Tolerance, ...]]:
    """The checks of a hand-in whose answers are worth judging again, since people's marks are known; at what."""
    grades = {grade.id: grade for grade in hand_in.grade.checks}
    return {
        check.id: looser(check)
        for check in spec.checks
        if (grade := grades.get(check.id)) is not None
        and grade.reason in _JUDGED_BY_TOLERANCE
        and grade.points != grade.max_points
        and hand_in.theirs_on(grade) is not None
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """A change to an assignment. On `check` ("" for all of it), it would settle so many disagreements, and make `new`
    ones of marks that agree now. `write` is what its author would write, `why` what it rests on."""

    kind: Kind
    check: str
    settles: int
    new: int
    write: str
    why: str
    students: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    """A check of one hand-in on which people's mark is known."""

    hand_in: Remarked
    check: CheckGrade
    theirs: Fraction

    @property
    def agrees(self) -> bool:
        return self.check.points == self.theirs

    @property
    def lost_wrongly(self) -> bool:
        """Whether people gave all of it, and the grader didn't."""
        return self.hand_in.lost(self.check)

    @property
    def lost_rightly(self) -> bool:
        """Whether neither gave all of it."""
        return self.theirs != self.check.max_points != self.check.points


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfound:
    """The tasks of a hand-in that have no heading in it, and what headings look like that count for nothing there."""

    tasks: frozenset[str]
    patterns: tuple[str, ...]


def settling(hand_ins: Sequence[Remarked], spec: Spec, unfound: Mapping[str, Unfound]) -> tuple[Settling, ...]:
    """Changes that would settle more disagreements than they make, those that settle most first."""
    by_check: dict[str, list[_Case]] = {check.id: [] for check in spec.checks}
    for hand_in in hand_ins:
        for check in hand_in.grade.checks:
            theirs = hand_in.theirs_on(check)
            if theirs is not None and check.points is not None:
                by_check.setdefault(check.id, []).append(_Case(hand_in, check, theirs))
    found: list[Settling] = []
    for asked in spec.checks:
        known = by_check[asked.id]
        tolerance = _tolerance(asked, known)
        found += [tolerance] if tolerance is not None else []
        settled = frozenset(tolerance.students if tolerance is not None else ())
        found += _accepted(asked.id, [case for case in known if case.hand_in.student not in settled])
    cases = [case for each in by_check.values() for case in each]
    found += [*_policies(cases, spec), *_headings(cases, unfound)]
    worth = [each for each in found if each.settles > each.new]
    return tuple(sorted(worth, key=lambda each: (each.new - each.settles, each.check, each.write)))


def _tolerance(check: CheckSpec, cases: Sequence[_Case]) -> Settling | None:
    """The strictest tolerance that settles most, by judging all values that are wrong now once more."""
    best: Settling | None = None
    for tolerance in looser(check):
        right = [case for case in cases if tolerance in case.hand_in.right_at.get(check.id, ())]
        lost = tuple(case.hand_in.student for case in right if case.lost_wrongly)
        new = sum(case.lost_rightly for case in right)
        if lost and (best is None or len(lost) - new > best.settles - best.new):
            best = Settling(
                kind="tolerance",
                check=check.id,
                settles=len(lost),
                new=new,
                write=f"tolerance=Tolerance(rtol={tolerance.rtol:g}, atol={tolerance.atol:g})",
                why="people gave full points to values that differ by less",
                students=lost,
            )
    return best


def _accepted(id: str, cases: Sequence[_Case]) -> Iterator[Settling]:
    """Values that several share to whom people gave full points: a second right answer, as it seems."""
    known = [(place, case.check.wrong_value) for place, case in enumerate(cases) if case.check.wrong_value is not None]
    for places in grouped_by_value(known):
        group = [cases[place] for place in places]
        lost = tuple(case.hand_in.student for case in group if case.lost_wrongly)
        if len(lost) < 2:
            continue
        first = group[0].check
        shown = first.wrong_value.shown if first.wrong_value is not None else ""
        cause = f" ({first.diagnoses[0].message})" if first.diagnoses else ""
        yield Settling(
            kind="accept",
            check=id,
            settles=len(lost),
            new=sum(case.lost_rightly for case in group),
            write="accept=… a function that gives it",
            why=f"{len(group)} have the same value, {shown}{cause}",
            students=lost,
        )


def _policies(cases: Sequence[_Case], spec: Spec) -> Iterator[Settling]:
    for kind, option, what in (
        ("other-name", "other_names", "under another name"),
        ("printed", "printed", "only in print"),
    ):
        found = [case for case in cases if case.check.found is not None and case.check.found.kind == kind]
        refused = [case for case in found if case.check.reason == "not-accepted"]
        credited = [case for case in found if case.check.points]
        yield from _policy(refused, f'{option}="credit"', f"people gave points to answers {what}", bool)
        yield from _policy(credited, f'{option}="refuse"', f"people gave none to answers {what}", _nothing)
    followed = [case for case in cases if case.check.verdict == "follow-through"]
    if followed and spec.policies.follow_through:
        share = Fraction(median(case.theirs / case.check.max_points for case in followed if case.check.max_points))
        if share != spec.policies.follow_through:
            worth = [case for case in followed if case.theirs == share * case.check.max_points]
            yield from _policy(
                followed,
                f"follow_through={float(share):g}",
                "people gave that share where an answer follows from an earlier mistake",
                lambda points: any(points == case.theirs for case in worth),
            )
    broken = [case for case in cases if case.check.reason == "broken-rule"]
    yield from _policy(broken, 'broken_rules="flag"', "people gave points to answers that break a rule", bool)


def _nothing(points: Fraction) -> bool:
    return not points


def _policy(cases: Sequence[_Case], write: str, why: str, settles: Callable[[Fraction], bool]) -> Iterator[Settling]:
    lost = tuple(dict.fromkeys(case.hand_in.student for case in cases if not case.agrees and settles(case.theirs)))
    if lost:
        count = sum(not case.agrees and settles(case.theirs) for case in cases)
        yield Settling(
            kind="policy",
            check="",
            settles=count,
            new=sum(case.agrees for case in cases),
            write=write,
            why=why,
            students=lost,
        )


def _headings(cases: Iterable[_Case], unfound: Mapping[str, Unfound]) -> Iterator[Settling]:
    """Headings that would open sections where answers are missing, or were taken where another task left them."""
    lost = [
        (case.hand_in.student, unfound[case.hand_in.student].patterns)
        for case in cases
        if case.lost_wrongly
        and case.hand_in.student in unfound
        and case.hand_in.task_of(case.check) in unfound[case.hand_in.student].tasks
    ]
    patterns = Counter(pattern for _, those in dict(lost).items() for pattern in set(those))
    for pattern, _ in patterns.most_common(1):
        having = [student for student, those in lost if pattern in those]
        yield Settling(
            kind="headings",
            check="",
            settles=len(having),
            new=0,
            write=f"headings={pattern!r}",
            why="sections begin with such headings, which don't count now, and answers to their tasks lost points",
            students=tuple(dict.fromkeys(having)),
        )
