"""Several files of one student that are one hand-in, since each answers tasks that no other does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from grader.batch.hand_in import HandIn
from grader.batch.tree import home_of

TasksIn = Callable[[tuple[Path, ...]], tuple[tuple[str, ...], ...]]
"""Tells of each file which tasks it has headings of; of none, where it can't be read."""


def join_parts(hand_ins: Sequence[HandIn], tasks_in: TasksIn) -> tuple[HandIn, ...]:
    """Hand-ins in order, with those joined that lie in one folder of one student's and answer tasks, each of others.

    Copies, drafts and what has no heading of a task stay attempts of their own.
    """
    groups: dict[Path, list[HandIn]] = {}
    for hand_in in hand_ins:
        if hand_in.home is not None and not hand_in.rejected and not hand_in.fault:
            groups.setdefault(home_of(hand_in.source), []).append(hand_in)
    joined: dict[Path, HandIn] = {}
    left_out: set[Path] = set()
    for group in groups.values():
        if len(group) > 1 and len({hand_in.home for hand_in in group}) == 1:
            in_order = sorted(group, key=lambda hand_in: _natural(hand_in.source.name))
            if _are_disjoint(tasks_in(tuple(hand_in.source for hand_in in in_order))):
                joined[group[0].path] = _joined(in_order)
                left_out.update(hand_in.path for hand_in in group[1:])
    return tuple(joined.get(each.path, each) for each in hand_ins if each.path not in left_out)


def _are_disjoint(tasks: Iterable[tuple[str, ...]]) -> bool:
    seen: set[str] = set()
    for found in tasks:
        if not found or seen.intersection(found):
            return False
        seen.update(found)
    return True


def _joined(group: Sequence[HandIn]) -> HandIn:
    first = group[0]
    assert first.home is not None
    folder = home_of(first.source)
    return replace(
        first,
        path=first.home.place.at(folder).shown,
        owner=first.home.owner,
        folder=first.folder or first.home.owner,
        file=first.source,
        parts=tuple(hand_in.source for hand_in in group),
    )


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """A key by which `task10` comes after `task9`."""
    pieces = re.findall(r"\d+|\D+", name.casefold())
    return tuple((int(piece[:30]), "") if piece.isdecimal() else (-1, piece) for piece in pieces)
