"""Judging answers: a verdict for every check, with its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypedDict

from grader.assignment.outcomes import Expected, Held, Values
from grader.assignment.spec import CheckSpec, Policies
from grader.marking.answers import Absent, Answer, Called
from grader.marking.cases import diagnoses_of, judge_cases, part_of, share_of
from grader.marking.compare import Outcome
from grader.marking.leaves import Leaf, combined, compare_leaves
from grader.records import CheckGrade, CheckKind, Part, Verdict

MOST_PARTS = 100
"""At most so many leaves are told one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A check's grade, and the worlds in which everything judged so far holds together."""

    grade: CheckGrade
    worlds: tuple[Values, ...]


def judge(check: CheckSpec, answer: Answer, worlds: Sequence[Values], policies: Policies) -> Judgement:
    """Judge a value.

    `worlds` are those that the answers judged before it, in the same version, left possible: whoever takes the mean
    loss where both are right has to go on with the mean's gradient.
    """
    if answer.found.kind != "variable" and not _accepted(answer, policies):
        return Judgement(grade=_not_accepted(check, answer), worlds=tuple(worlds))
    compared = [compare_leaves(answer.value, world[check.quantity], check.tolerance) for world in worlds]
    outcomes = [combined(leaves) for leaves in compared]
    holding = tuple(world for world, outcome in zip(worlds, outcomes, strict=True) if outcome.holds)
    best = max(range(len(outcomes)), key=lambda number: outcomes[number].share)
    grade = _compared(check, answer, outcomes[best], _parts_of(compared[best]))
    return Judgement(grade=grade, worlds=holding or tuple(worlds))


def judge_function(check: CheckSpec, answer: Called, expected: Sequence[Expected | None]) -> CheckGrade:
    """Judge a function by what it gave for each case; `expected` is None where an exception is."""
    assert check.function is not None
    cases = judge_cases(check, check.function, answer.made, expected)
    share = share_of(check.function, cases)
    parts = tuple(part for case in cases for part in case.parts)
    wrong = next((part for part in parts if part.verdict != "correct"), None)
    return CheckGrade(
        **_asked(check),
        points=check.points * share,
        verdict=_by_share(share),
        reason="equal" if wrong is None else wrong.reason,
        detail="" if wrong is None else wrong.detail,
        found=answer.found,
        comparison=None if wrong is None else wrong.comparison,
        evidence=next((case.evidence for case in cases if not case.holds), None),
        **_told(parts),
        diagnoses=diagnoses_of(cases),
    )


def judge_property(check: CheckSpec, held: Held) -> CheckGrade:
    """The grade of a property of which so much holds."""
    return CheckGrade(
        **_asked(check),
        points=check.points * held.share,
        verdict=_by_share(held.share),
        reason="equal" if held.share == 1 else "does-not-hold",
        said=held.sentence,
    )


def _by_share(share: Fraction) -> Verdict:
    return "correct" if share == 1 else "partial" if share else "incorrect"


def _parts_of(leaves: Sequence[Leaf]) -> tuple[Part, ...]:
    """The leaves of a nested value as parts; none for a value that is one."""
    if len(leaves) < 2:
        return ()
    return tuple(part_of(leaf.place, leaf.outcome) for leaf in leaves)


class _Asked(TypedDict):
    id: str
    kind: CheckKind
    quantity: str
    version: str | None
    title: str
    max_points: Fraction
    names: tuple[str, ...]
    rubric: str


def _asked(check: CheckSpec) -> _Asked:
    """What a check's grade says of the check, whatever was answered."""
    return _Asked(
        id=check.id,
        kind=check.kind,
        quantity=check.quantity,
        version=check.version,
        title=check.title,
        max_points=check.points,
        names=check.names,
        rubric=check.rubric,
    )


def absent(check: CheckSpec, why: Absent) -> CheckGrade:
    """The grade of a check that has no answer."""
    return CheckGrade(
        **_asked(check),
        points=None if why.verdict == "unmarked" else Fraction(0),
        verdict=why.verdict,
        reason=why.reason,
        detail=why.detail,
        made_in=why.made_in,
    )


def _not_accepted(check: CheckSpec, answer: Answer) -> CheckGrade:
    return CheckGrade(
        **_asked(check),
        points=Fraction(0),
        verdict="missing",
        reason="not-accepted",
        late=answer.late,
        found=answer.found,
    )


def _accepted(answer: Answer, policies: Policies) -> bool:
    policy = policies.printed if answer.found.kind == "printed" else policies.other_names
    return policy == "credit"


def _compared(check: CheckSpec, answer: Answer, outcome: Outcome, parts: tuple[Part, ...]) -> CheckGrade:
    verdict, points = _verdict(check, outcome)
    return CheckGrade(
        **_asked(check),
        points=points,
        verdict=verdict,
        reason=outcome.reason,
        detail=outcome.detail,
        late=answer.late,
        found=answer.found,
        comparison=outcome.comparison,
        evidence=outcome.evidence,
        **_told(parts),
    )


class _Told(TypedDict):
    parts: tuple[Part, ...]
    right_parts: int
    all_parts: int


def _told(parts: tuple[Part, ...]) -> _Told:
    """What is told of parts one by one: all, or as many as are looked at, those that are wrong before others."""
    numbered = sorted(enumerate(parts), key=lambda each: each[1].verdict == "correct")[:MOST_PARTS]
    shown = tuple(part for _, part in sorted(numbered, key=lambda each: each[0]))
    return _Told(parts=shown, right_parts=sum(part.verdict == "correct" for part in parts), all_parts=len(parts))


def _verdict(check: CheckSpec, outcome: Outcome) -> tuple[Verdict, Fraction | None]:
    if outcome.holds:
        return "correct", check.points
    if outcome.reason in {"too-coarse", "elided"}:
        return "unmarked", None
    if check.tolerance.credit != "all-or-nothing" and outcome.share > 0:
        return "partial", check.points * outcome.share
    return "incorrect", Fraction(0)
