"""Mistakes in words: what a change to a formula means, said to whoever made it, about the mathematics alone.

Nothing here quotes the reference: names of functions and of the assignment's own quantities, never its code or numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from grader.records import Diagnosis, Message, Words, listed, translatable

if TYPE_CHECKING:
    from grader.assignment.mutation import Change, Mutant
    from grader.assignment.supposing import Supposed

MOST_SAID = 3
"""Of more possibilities than these, none is worth saying."""

_SENTENCES: Mapping[str, str] = {
    "other-axis": translatable("`{call}` goes {now} instead of {was}."),
    "no-axis": translatable("`{call}` goes over all elements together, where each row or column has its own."),
    "kept-axis": translatable("`{call}` goes {now} only, where it should go over all elements."),
    "mean-for-sum": translatable("It is a mean where a sum is asked for."),
    "sum-for-mean": translatable("It is a sum where a mean is asked for."),
    "other-function": translatable("It is `{now}` where `{was}` is asked for."),
    "call-left-out": translatable("`{call}` is left out."),
    "called-twice": translatable("`{call}` is applied to its own result once more."),
    "sign": translatable("It has the opposite sign."),
    "other-operator": translatable("There is a `{now}` where a `{was}` belongs."),
    "operands-swapped": translatable("The two sides of a `{operator}` are exchanged."),
    "term-left-out": translatable("A term of a sum is left out."),
    "factor-left-out": translatable("A factor, a division or a power is left out."),
    "elementwise-product": translatable("A product is taken element by element, where a matrix product is asked for."),
    "transposed": translatable("A matrix is transposed that shouldn't be."),
    "not-transposed": translatable("A matrix should be transposed, and isn't."),
    "other-constant": translatable("A constant of the formula is another one."),
    "other-comparison": translatable("There is a `{now}` where a `{was}` belongs."),
    "off-by-one": translatable("A bound is off by one."),
    "other-correction": translatable(
        "The variance or standard deviation divides by the wrong count: all elements, or all but one (`ddof`)."
    ),
    "other-quantity": translatable("`{now}` is used where `{was}` belongs."),
    "exchanged": translatable("`{was}` and `{now}` stand in each other's places."),
    "authors": "{says}",
    "added-up": translatable(
        "The gradient was added up more than once: each `backward()` adds to what stands in `.grad` already."
    ),
}
_DERIVATIVES: Mapping[str, str] = {
    "call-left-out": translatable("The derivative of `{call}` is missing from the chain rule."),
    "other-function": translatable("The derivative is that of `{now}` where that of `{was}` is asked for."),
}
_ALONG_ROWS = translatable("along each row")
_AXES = {"0": translatable("down each column"), "1": _ALONG_ROWS, "-1": _ALONG_ROWS}
_OTHER_AXIS = translatable("along another axis")
_IN = translatable("In `{quantity}`: {sentence}")
_DERIVED = translatable("In the derivative of `{quantity}`: {sentence}")
_CHANGED = translatable("It comes of other numbers than the handout gives for {givens}.")
_POSSIBLE = translatable("Perhaps: {sentence}")


def explained(fitting: Sequence[Mapping[str, Supposed]], quantity: str) -> tuple[Diagnosis, ...]:
    """What is said of hypotheses that all give a student's value: one of them the cause, several possibilities.

    Those that say the same count as one. `quantity` is the student's wrong one. () where too many fit.
    """
    said: dict[Words, str] = {}
    for supposed in fitting:
        code, sentence = _told(supposed, quantity)
        said.setdefault(sentence, code)
    if not 0 < len(said) <= MOST_SAID:
        return ()
    if len(said) == 1:
        return tuple(Diagnosis(code=code, message=sentence) for sentence, code in said.items())
    return tuple(
        Diagnosis(code=f"possible-{code}", message=Message(_POSSIBLE, {"sentence": sentence}))
        for sentence, code in said.items()
    )


def _told(supposed: Mapping[str, Supposed], quantity: str) -> tuple[str, Words]:
    mutants = [put for put in supposed.values() if not isinstance(put, np.ndarray)]
    if not mutants:
        return "given-changed", Message(_CHANGED, {"givens": ", ".join(f"`{name}`" for name in supposed)})
    said = [(_code(each), sentence_of(each, quantity)) for mutant in mutants for each in apart(mutant)]
    return "+".join(code for code, _ in said), listed(dict.fromkeys(sentence for _, sentence in said), between=" ")


def apart(mutant: Mutant) -> tuple[Mutant, ...]:
    """The single changes of a mutant, one after the other."""
    return (mutant,) if mutant.also is None else (mutant, replace(mutant, change=mutant.also, also=None))


def _code(mutant: Mutant) -> str:
    return f"{mutant.change.code}-in-derivative" if mutant.derivative else mutant.change.code


def sentence_of(mutant: Mutant, quantity: str) -> Message:
    """What is said of a mutant as the cause of a wrong quantity."""
    change = mutant.change
    if mutant.derivative:
        if change.code in _DERIVATIVES:
            return Message(_DERIVATIVES[change.code], dict(change.facts))
        return Message(_DERIVED, {"quantity": mutant.quantity, "sentence": _plain(change)})
    sentence = _plain(change)
    return (
        sentence
        if mutant.quantity == quantity or change.code == "authors"
        else Message(_IN, {"quantity": mutant.quantity, "sentence": sentence})
    )


def _plain(change: Change) -> Message:
    facts: dict[str, Words] = dict(change.facts)
    if change.code in ("other-axis", "kept-axis"):
        facts |= {
            role: Message(_AXES.get(change.facts[role], _OTHER_AXIS)) for role in ("was", "now") if role in change.facts
        }
    return Message(_SENTENCES[change.code], facts)
