"""What followed from what: the checks of one version as a small graph, in the layers of the assignment's quantities.

Only checks are in it, and of their order only what is nearest; it tells no number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from grader.assignment.spec import Spec
from grader.records import CheckGrade, Grade, Message, Verdict, Words, listed
from grader.reports.plain_text import shortened
from grader.reports.sentences import VERDICTS

MOST_CHECKS = 40
"""More checks than these make no picture that anyone could read."""

_FAILED = frozenset({"incorrect", "partial", "missing", "not-run", "follow-through"})
_LONGEST_NAME = 18
_LETTER, _SIDES = 8, 44
_TALL, _BETWEEN, _ASIDE, _MARGIN = 28, 22, 18, 4

Edge = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A check of a value, as far as the graph shows it; `sources` are the quantities that it follows from."""

    quantity: str
    name: str
    verdict: Verdict
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A check: where its box stands, its name there, and its verdict."""

    x: int
    y: int
    name: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """A line from one box to the next that depends on it; it `carries` where what is wrong went on along it."""

    path: str
    tip: tuple[int, int]
    sideways: bool
    carries: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """The graph of a version; `label` says it to those who can't see it."""

    version: str
    label: Words
    width: int
    height: int
    side: int
    tall: int
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]


def followings(grade: Grade, spec: Spec) -> Iterator[Following]:
    """A graph for each version in which a value failed, where any depends on another."""
    parents = tuple((quantity.name, quantity.parents) for quantity in spec.quantities)
    known = {name for name, _ in parents}
    for version in dict.fromkeys(check.version for check in grade.checks):
        checks = {
            check.quantity: check
            for check in grade.checks
            if check.version == version and check.kind == "value" and check.quantity in known
        }
        if any(check.verdict in _FAILED for check in checks.values()) and 2 <= len(checks) <= MOST_CHECKS:
            edges = nearest(parents, tuple(name for name, _ in parents if name in checks))
            if edges:
                yield _drawn(version or "", tuple(map(_asked, checks.values())), edges)


@lru_cache(maxsize=64)
def nearest(parents: tuple[tuple[str, tuple[str, ...]], ...], asked: tuple[str, ...]) -> tuple[Edge, ...]:
    """From which of the asked quantities each of them comes directly, or through others that nobody asked for.

    Where one comes from another in two ways, the longer is told. `parents` are in topological order.
    """
    before: dict[str, frozenset[str]] = {}
    for name, direct in parents:
        reached = (before.get(parent, frozenset()) | ({parent} if parent in asked else set()) for parent in direct)
        before[name] = frozenset().union(*reached)
    return tuple(
        (source, name)
        for name in asked
        for source in asked
        if source in before[name] and not any(source in before[other] for other in before[name])
    )


def _asked(check: CheckGrade) -> Asked:
    return Asked(
        quantity=check.quantity,
        name=shortened(next(iter(check.names), check.quantity), _LONGEST_NAME),
        verdict=check.verdict,
        sources=tuple(dict.fromkeys(source.partition(".")[0] for source in check.follows_from)),
    )


@lru_cache(maxsize=256)
def _drawn(version: str, asked: tuple[Asked, ...], edges: tuple[Edge, ...]) -> Following:
    layers = _layers([each.quantity for each in asked], edges)
    side = _SIDES + _LETTER * max(len(each.name) for each in asked)
    step, most = side + _ASIDE, max(of for _, _, of in layers.values())
    places = {
        name: (_MARGIN + (most - of) * step // 2 + at * step, _MARGIN + layer * (_TALL + _BETWEEN))
        for name, (layer, at, of) in layers.items()
    }
    carried = _carrying(asked, edges)
    arrows = tuple(
        _arrow(places[source], places[name], side, layers[name][0] - layers[source][0], (source, name) in carried)
        for source, name in edges
    )
    boxes = ((each, *places[each.quantity]) for each in asked)
    return Following(
        version=version,
        label=listed(map(_told, asked), between=" "),
        width=most * step - _ASIDE + 2 * _MARGIN + (3 * _ASIDE if any(arrow.sideways for arrow in arrows) else 0),
        height=max(y for _, y in places.values()) + _TALL + _MARGIN,
        side=side,
        tall=_TALL,
        nodes=tuple(Node(x=x, y=y, name=each.name, verdict=each.verdict) for each, x, y in boxes),
        arrows=arrows,
    )


def _layers(names: Collection[str], edges: Sequence[Edge]) -> dict[str, tuple[int, int, int]]:
    """For each name its layer, its place in it, and how many are in that."""
    layer = dict.fromkeys(names, 0)
    for source, name in edges:  # in the order of what they lead to, so that each source has its layer
        layer[name] = max(layer[name], layer[source] + 1)
    members: dict[int, list[str]] = {}
    for name in names:
        members.setdefault(layer[name], []).append(name)
    return {name: (at, members[at].index(name), len(members[at])) for name, at in layer.items()}


def _carrying(asked: Sequence[Asked], edges: Sequence[Edge]) -> frozenset[Edge]:
    """The edges on the ways from what something follows from to what follows."""
    ways = (_between(each.sources, each.quantity, edges) for each in asked if each.sources)
    return frozenset(edge for way in ways for edge in way)


def _between(sources: Collection[str], end: str, edges: Sequence[Edge]) -> set[Edge]:
    before: dict[str, set[str]] = {}
    for source, name in edges:
        before[name] = before.get(name, set()) | {source} | before.get(source, set())
    return {
        (source, name)
        for source, name in edges
        if (name == end or name in before.get(end, set())) and ({source} | before.get(source, set())) & set(sources)
    }


def _arrow(start: tuple[int, int], end: tuple[int, int], side: int, layers: int, carries: bool) -> Arrow:
    if layers == 1:
        x, y = start[0] + side // 2, start[1] + _TALL
        to, bottom = end[0] + side // 2, end[1] - 6
        middle = (y + bottom) // 2
        return Arrow(
            path=f"M{x} {y}C{x} {middle} {to} {middle} {to} {bottom}", tip=(to, end[1]), sideways=False, carries=carries
        )
    x, y, to, bottom = start[0] + side, start[1] + _TALL // 2, end[0] + side + 6, end[1] + _TALL // 2
    out = max(x, to) + 2 * _ASIDE
    return Arrow(
        path=f"M{x} {y}C{out} {y} {out} {bottom} {to} {bottom}",
        tip=(end[0] + side, bottom),
        sideways=True,
        carries=carries,
    )


def _told(asked: Asked) -> Message:
    facts: dict[str, Words] = {"name": asked.name, "verdict": Message(VERDICTS[asked.verdict])}
    if asked.sources:
        return Message("{name}: {verdict}, from {sources}.", {**facts, "sources": ", ".join(asked.sources)})
    return Message("{name}: {verdict}.", facts)
