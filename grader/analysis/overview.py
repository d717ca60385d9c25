"""All that is said of a class as a whole, made once from its results."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from grader.analysis.attention import Attention, attention
from grader.analysis.distribution import Distribution, distribution
from grader.analysis.graded import Graded, graded
from grader.analysis.items import Item, items
from grader.analysis.mistakes import Mistake, mistakes
from grader.analysis.similarity import Similar, flagged, similar
from grader.analysis.wrong_answers import WrongAnswer, wrong_answers
from grader.assignment.spec import Spec
from grader.records import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A class: all its results, with a flag `similar` where two are alike, and figures over those that were graded.

    `hand_ins` are the graded ones, by whose places hand-ins are told elsewhere. `distribution` is over the points that
    were marked for each, whatever still waits for a person.
    """

    results: tuple[Result, ...]
    hand_ins: Graded
    distribution: Distribution
    items: tuple[Item, ...]
    mistakes: tuple[Mistake, ...]
    wrong_answers: tuple[WrongAnswer, ...]
    similar: tuple[Similar, ...]
    attention: tuple[Attention, ...]


def overview(results: Iterable[Result], spec: Spec) -> Overview:
    """Analyse a class. Its results may be light: no notebooks, outputs, captures or comparisons are needed."""
    each = tuple(results)
    hand_ins = graded(each)
    answers = wrong_answers(hand_ins)
    pairs = similar(hand_ins, answers, spec)
    told = flagged(each, hand_ins, pairs)
    hand_ins = graded(told)
    shares = (each.share for each in hand_ins.scores)
    return Overview(
        results=told,
        hand_ins=hand_ins,
        distribution=distribution(share for share in shares if share is not None),
        items=items(hand_ins, spec),
        mistakes=mistakes(hand_ins),
        wrong_answers=answers,
        similar=pairs,
        attention=attention(hand_ins),
    )
