"""Which flags to look at first: those behind which most points may stand that were lost, or gained, wrongly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from grader.analysis.graded import Graded
from grader.records import CheckGrade, Flag, Result

Doubt = Literal["lost", "gained", "either"]
"""Which points a flag makes doubtful: those that its student hasn't got, those that are given, or both."""


@dataclass(frozen=True, slots=True)
class _Weight:
    doubt: Doubt
    likely: Fraction


def _weight(doubt: Doubt, percent: int) -> _Weight:
    return _Weight(doubt, Fraction(percent, 100))


_WEIGHTS: Mapping[str, _Weight] = {
    "unmarked": _weight("lost", 100),
    "missing-package": _weight("lost", 90),
    "changed-later": _weight("lost", 80),
    "missing-file": _weight("lost", 80),
    "forbidden-name": _weight("either", 80),
    "required-name": _weight("either", 80),
    "hard-coded": _weight("gained", 80),
    "hidden-bug": _weight("gained", 60),
    "not-reproducible": _weight("either", 50),
    "older-environment": _weight("lost", 50),
    "undefined-name": _weight("lost", 50),
    "similar": _weight("gained", 40),
    "given-changed": _weight("lost", 40),
    "missing-name": _weight("lost", 40),
    "rule-unclear": _weight("gained", 30),
    "not-replaced": _weight("either", 30),
    "other-name": _weight("either", 30),
    "printed-only": _weight("either", 30),
    "late": _weight("either", 30),
    "out-of-order": _weight("lost", 30),
    "keeps-state": _weight("either", 20),
    "mutates-argument": _weight("either", 20),
    "stale-output": _weight("lost", 20),
    "low-precision": _weight("gained", 10),
    "retried": _weight("lost", 10),
    "bridged": _weight("lost", 5),
    "not-varied": _weight("gained", 0),
}
"""By the codes of flags: of what points they make doubtful, how many a person may be expected to decide otherwise.
That something couldn't be tried makes no point doubtful."""

_UNKNOWN = _weight("either", 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """A kind of flag in a class: the places of the hand-ins that have it, those with most at stake first.

    `points` are those that it makes doubtful, in all of them together.
    """

    code: str
    doubt: Doubt
    points: Fraction
    places: tuple[int, ...]


def attention(hand_ins: Graded) -> tuple[Attention, ...]:
    """The flags of a class by kind, what may matter most first.

    Those that merely say that a check waits for a person are left out: nothing is wrong with these.
    """
    stakes: dict[str, dict[int, Fraction]] = {}
    for place, result in enumerate(hand_ins.results):
        for code, points in _stakes(result):
            stakes.setdefault(code, {})[place] = points
    found = [_of_kind(code, points) for code, points in stakes.items()]
    return tuple(sorted(found, key=_how_much, reverse=True))


def _of_kind(code: str, points: Mapping[int, Fraction]) -> Attention:
    return Attention(
        code=code,
        doubt=_WEIGHTS.get(code, _UNKNOWN).doubt,
        points=sum(points.values(), start=Fraction(0)),
        places=tuple(sorted(points, key=lambda place: (-points[place], place))),
    )


def _how_much(each: Attention) -> tuple[Fraction, Fraction, str]:
    likely = _WEIGHTS.get(each.code, _UNKNOWN).likely
    return (each.points * likely, likely, each.code)


def _stakes(result: Result) -> Iterator[tuple[str, Fraction]]:
    """The kinds of flags of a hand-in, and the points that each makes doubtful, no point twice."""
    checks = {check.id: check for check in result.grade.checks}
    by_code: dict[str, list[Flag]] = {}
    for flag in result.grade.flags:
        if not (flag.code == "unmarked" and flag.check in checks and checks[flag.check].kind == "person"):
            by_code.setdefault(flag.code, []).append(flag)
    for code, flags in by_code.items():
        concerned = {flag.check for flag in flags}
        of = [checks[id] for id in concerned if id in checks] if concerned <= checks.keys() else [*checks.values()]
        weight = _WEIGHTS.get(code, _UNKNOWN)
        yield code, _doubtful(of, weight.doubt) if weight.likely else Fraction(0)


def _doubtful(checks: Iterable[CheckGrade], doubt: Doubt) -> Fraction:
    total = Fraction(0)
    for check in checks:
        if check.kind == "person":
            continue
        gained = check.points or Fraction(0)
        total += {"lost": check.max_points - gained, "gained": gained, "either": check.max_points}[doubt]
    return total
