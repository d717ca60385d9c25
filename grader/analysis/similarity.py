"""Hand-ins whose wrong values agree in ways that chance doesn't explain: something to look at, and no more than that.

Right values say nothing here, nor do wrong ones that many have, nor what may have been left as it was handed out. A
value that a known mistake explains says little: two may make the same slip. Versions of one quantity count once, since
one mistake shows in all of them, and so does what may follow from another shared value. What remains may still be a
misunderstanding that nobody knows by name and that shows in several places: people have to read both hand-ins.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import comb, prod

from grader.analysis.chance import Chance
from grader.analysis.graded import Graded
from grader.analysis.wrong_answers import WrongAnswer
from grader.assignment.spec import Spec, ancestors_of
from grader.records import Flag, Result

MOST_CLASSES = 0.002
"""In about so many classes in which all work by themselves is any pair named: what is usual is an estimate."""

LEAST_SHARED = 3
"""Fewer quantities than these, and it is no pattern."""

RARE = 20
"""Pairs are looked for among those who share a value that at most so many have."""

LITTLE = 0.1
"""What sharing a value counts at most as, where a known mistake explains it, or another shared one."""

MOST_PAIRS = 1_000
"""So many are named at the most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A wrong value that two hand-ins share: of which check, its beginning, and how many other students have it."""

    check: str
    shown: str
    others: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """Two hand-ins, by their places among the graded ones, and the wrong values that they share, the rarest first.

    `both_wrong` is the number of checks that both have wrong. `expected` is how many pairs as alike a class like this
    would have at most, in the mean, if all had worked by themselves.
    """

    places: tuple[int, int]
    shared: tuple[Shared, ...]
    both_wrong: int
    expected: float

    @property
    def sentence(self) -> str:
        """What is the same, in numbers."""
        alone = sum(not value.others for value in self.shared)
        among = f"{len(self.shared)} of the" if len(self.shared) < self.both_wrong else "All"
        said = f"{among} {self.both_wrong} values that both have wrong are the same"
        if alone == len(self.shared):
            return f"{said}, and nobody else has them."
        rest = max(value.others for value in self.shared)
        most = f"the most common one {rest} {'other has' if rest == 1 else 'others have'}"
        return f"{said}; {f'{alone} of them nobody else has, ' if alone else ''}{most}."


@dataclass(frozen=True)
class _Class:
    """A class by its wrong answers, which are known by their numbers."""

    hand_ins: Graded
    answers: Sequence[WrongAnswer]
    quantities: Mapping[str, str]
    parents: Mapping[str, tuple[str, ...]]
    ancestors: Mapping[str, frozenset[str]]
    chance: Chance
    by_place: Mapping[int, Mapping[str, int]]


def similar(hand_ins: Graded, answers: Sequence[WrongAnswer], spec: Spec) -> tuple[Similar, ...]:
    """Pairs of different students' hand-ins to look at, the most striking first; none of a class that is too small."""
    if hand_ins.is_few:
        return ()
    by_place: dict[int, dict[str, int]] = {}
    sizes: dict[str, list[int]] = {}
    for number, answer in enumerate(answers):
        sizes.setdefault(answer.check, []).append(len(answer.students))
        for place in answer.places:
            by_place.setdefault(place, {})[answer.check] = number
    parents = {quantity.name: quantity.parents for quantity in spec.quantities}
    quantities = {check.id: check.quantity for check in spec.checks}
    ours = _Class(hand_ins, answers, quantities, parents, ancestors_of(parents), Chance(sizes), by_place)
    able = {
        hand_ins.student(place)
        for place, wrong in by_place.items()
        if len({quantities[check] for check in wrong}) >= LEAST_SHARED
    }
    found = (_judged(ours, pair, comb(len(able), 2)) for pair in _candidates(ours))
    named = sorted((pair for pair in found if pair is not None), key=lambda pair: (pair.expected, pair.places))
    return tuple(_one_for_each_pair_of_students(named, hand_ins))[:MOST_PAIRS]


def _candidates(ours: _Class) -> Iterator[tuple[int, int]]:
    """Pairs that share enough rare values, found by these: no hand-in is compared with all others."""
    rare = {number for number, answer in enumerate(ours.answers) if 1 < len(answer.students) <= RARE}
    for place, wrong in ours.by_place.items():
        partners = Counter(
            other
            for number in wrong.values()
            if number in rare
            for other in ours.answers[number].places
            if other > place
        )
        for other, count in partners.items():
            if count >= LEAST_SHARED and ours.hand_ins.student(other) != ours.hand_ins.student(place):
                yield place, other


def _judged(ours: _Class, pair: tuple[int, int], pairs: int) -> Similar | None:
    """What two hand-ins have in common, where that is more than chance would explain."""
    one, other = (ours.by_place[place] for place in pair)
    both = [check for check in one if check in other]
    same = {check: ours.answers[one[check]] for check in both if one[check] == other[check]}
    chances = _chances(ours, same)
    if len(chances) < LEAST_SHARED:
        return None
    quantities: dict[str, list[str]] = {}
    for check in both:
        quantities.setdefault(ours.quantities[check], []).append(check)
    stakes = prod(ours.chance.stakes(checks) for checks in quantities.values())
    expected = pairs * stakes * prod(chances.values())
    if expected > MOST_CLASSES:
        return None
    shared = [
        Shared(check=check, shown=answer.shown, others=len(answer.students) - 2) for check, answer in same.items()
    ]
    shared.sort(key=lambda value: value.others)
    return Similar(places=pair, shared=tuple(shared), both_wrong=len(both), expected=expected)


def _chances(ours: _Class, same: Mapping[str, WrongAnswer]) -> Mapping[str, float]:
    """By quantity, how likely it is to be shared; without those that follow from others for all we know, and those that
    two have who left the same undone."""
    quantities = {ours.quantities[check] for check in same}
    unsettled = {ours.quantities[check] for check, answer in same.items() if not answer.settled}
    found: dict[str, float] = {}
    for check, answer in same.items():
        quantity = ours.quantities[check]
        before = ours.ancestors.get(quantity, frozenset()) - {quantity}
        if answer.plain or before & unsettled:
            continue
        chance = ours.chance.of_sharing(check, len(answer.students), shared=len(same))
        follows = answer.uses & quantities or (before & quantities and _is_like_a_gradient(ours, quantity))
        if answer.explained or follows:
            chance = max(chance, LITTLE)
        found[quantity] = min(chance, found.get(quantity, 1.0))
    return found


def _is_like_a_gradient(ours: _Class, quantity: str) -> bool:
    """Whether a quantity is made of two of which one depends on the other, as a gradient of one by the other is.

    It goes through everything between them, and so through a mistake that nobody knows by name.
    """
    parents = ours.parents.get(quantity, ())
    return len(parents) == 2 and any(
        one in ours.ancestors.get(other, ()) for one, other in (parents, parents[::-1]) if one != other
    )


def _one_for_each_pair_of_students(named: Iterable[Similar], hand_ins: Graded) -> Iterator[Similar]:
    """Of several attempts of the same two, the most striking."""
    seen: set[frozenset[str]] = set()
    for pair in named:
        students = frozenset(map(hand_ins.student, pair.places))
        if students not in seen:
            seen.add(students)
            yield pair


def flagged(results: Sequence[Result], hand_ins: Graded, pairs: Iterable[Similar]) -> tuple[Result, ...]:
    """All results of a class; to those that are like another's, a flag is added, for staff."""
    flags: dict[int, list[Flag]] = {}
    for pair in pairs:
        for place, other in (pair.places, pair.places[::-1]):
            message = f"Wrong values as in the hand-in of {hand_ins.student(other)}: {pair.sentence}"
            flags.setdefault(place, []).append(Flag(code="similar", message=message))
    added = {id(hand_ins.results[place]): tuple(new) for place, new in flags.items()}
    return tuple(
        replace(result, grade=replace(result.grade, flags=(*result.grade.flags, *added[id(result)])))
        if id(result) in added
        else result
        for result in results
    )
