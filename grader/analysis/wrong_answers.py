"""Wrong answers grouped by their values: equal within a tolerance, whatever dtype they were in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.analysis.graded import Graded
from grader.analysis.mistakes import cause
from grader.records import CheckGrade, WrongValue

CLOSE = 1e-5
"""Numbers that differ by less, relative to the largest of their value, come of the same mistake: about what float32
loses on the way to a result."""

_OPEN = frozenset({"shifted", "given-changed"})
"""Explanations that fit many values: that two have the same one of these is not explained by them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongAnswer:
    """A wrong value of a check, and the places of the hand-ins that have it.

    `students` are who they are, each once, `wrong` how many students have a value of this check that is known and
    wrong. `shown` is the value's beginning; `message` says what explains it, "" where nothing alone does. It is
    `explained` where a known mistake, or one of several, gives just this value. `settled` says that what is wrong after
    it is a mistake of its own; `uses` are the other functions that it may come of. It is `plain`
    where it may be what was there before anybody worked.
    """

    check: str
    places: tuple[int, ...]
    students: tuple[str, ...]
    wrong: int
    shown: str
    message: str
    explained: bool
    settled: bool
    uses: frozenset[str]
    plain: bool


def wrong_answers(hand_ins: Graded) -> tuple[WrongAnswer, ...]:
    """All wrong answers of a class, those that most students share first.

    Grouping sorts values instead of comparing each with each.
    """
    found = [answer for checks in hand_ins.by_check.items() for answer in _of_check(hand_ins, *checks)]
    return tuple(sorted(found, key=lambda answer: -len(answer.students)))


def _of_check(hand_ins: Graded, check: str, grades: dict[int, CheckGrade]) -> Iterator[WrongAnswer]:
    known = [(place, grade.wrong_value) for place, grade in grades.items() if grade.wrong_value is not None]
    wrong = len({hand_ins.student(place) for place, _ in known})
    for group in _groups(known):
        places = tuple(sorted(place for place, _ in group))
        yield WrongAnswer(
            check=check,
            places=places,
            students=tuple(dict.fromkeys(map(hand_ins.student, places))),
            wrong=wrong,
            shown=grades[places[0]].wrong_value.shown,  # type: ignore[union-attr]  # only those that have one are here
            message=_explanation(grades[place] for place in places),
            explained=any(why.code not in _OPEN for place in places for why in grades[place].diagnoses),
            settled=all(value.settled for _, value in group),
            plain=any(value.plain for _, value in group),
            uses=frozenset(name for _, value in group for name in value.uses),
        )


def grouped_by_value(known: Sequence[tuple[int, WrongValue]]) -> Iterator[tuple[int, ...]]:
    """Places of wrong values, those of equal ones together."""
    for group in _groups(known):
        yield tuple(place for place, _ in group)


def _explanation(grades: Iterable[CheckGrade]) -> str:
    """What is most often found to explain a value: equal ones may be explained differently, by what stands before."""
    causes = Counter("" if (why := cause(grade)) is None else str(why.message) for grade in grades)
    return causes.most_common(1)[0][0]


_Known = tuple[int, WrongValue]


def _groups(known: Sequence[_Known]) -> Iterator[list[_Known]]:
    by_kind: dict[str, list[_Known]] = {}
    for each in known:
        by_kind.setdefault(each[1].kind, []).append(each)
    for alike in by_kind.values():
        yield from _split(alike, 0)


def _split(known: list[_Known], number: int) -> Iterator[list[_Known]]:
    """Groups in which all that a value is known by is close, its figures looked at one after the other.

    Each group reaches from its smallest figure as far as what is close to that, so that values in a dense row aren't
    taken for one. Equal ones stay together as long as nothing else is as near.
    """
    figures = [(value.size, *value.sums)[number] if number <= len(value.sums) else None for _, value in known]
    if None in figures or len(known) == 1:
        yield known
        return
    order = sorted(range(len(known)), key=lambda place: (figures[place], known[place][0]))
    group: list[_Known] = []
    start = 0.0
    for place in order:
        figure = figures[place]
        assert figure is not None
        if group and figure - start > CLOSE * (start if number == 0 else 1.0):
            yield from _split(group, number + 1)
            group = []
        if not group:
            start = figure
        group.append(known[place])
    yield from _split(group, number + 1)
