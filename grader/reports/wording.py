"""Words for what marking found: the sentence of a check, its parts and its diagnoses, as messages in any language.

How much is said depends on who reads: `staff` and students of an assignment that reveals `values` get figures; at
`places` they get the kind of mistake and where it is, and no number of the reference's; at `marks` the verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Literal

from grader.assignment.spec import Reveal
from grader.records import (
    CheckGrade,
    Comparison,
    Diagnosis,
    Message,
    Part,
    Words,
    either,
    gaps,
    has_figure,
    translatable,
)
from grader.reports import sentences
from grader.reports.plain_text import shape_text, shortened, visible

Audience = Literal["staff"] | Reveal

ITS_SECTION = Message("its section")

_LONGEST_NAME = 80
_LONGEST_DETAIL = 200
_MOST_LABELS = 12
_NAMED_BY_DETAIL = frozenset({"no-variable", "no-function", "not-callable"})
_NOTHING = ""

# Punctuation alone: there is nothing in it to translate.
_SENTENCE = "{said}."
_LISTED = "{labels}: {said}."
_BRACKETED = "{said} ({detail})"
_IN_BRACKETS = " ({detail})"
_BECAUSE = ": {detail}"

_gaps = lru_cache(gaps)


def explain_parts(parts: Iterable[Part]) -> tuple[Message, ...]:
    """The parts of an answer that aren't right, and what became of them, without anything of the reference.

    Parts that came to the same are told together.
    """
    together: dict[Message, list[str]] = {}
    for part in parts:
        if part.verdict != "correct":
            together.setdefault(_became(part), []).append(f"`{visible(part.label).replace('`', '')}`")
    return tuple(Message(_LISTED, {"labels": _listed(labels), "said": said}) for said, labels in together.items())


def _became(part: Part) -> Message:
    comparison = part.comparison
    if part.reason == "differs" and comparison is not None and comparison.elements > 1:
        return _mismatch(comparison)
    said = Message(sentences.PART_REASONS.get(part.reason, sentences.OTHER_PART))
    own = part.reason in {"raised", "other-error", "other-kind"} and part.detail
    return Message(_BRACKETED, {"said": said, "detail": _short(part.detail)}) if own else said


def _listed(labels: Sequence[str]) -> Words:
    shown, rest = ", ".join(labels[:_MOST_LABELS]), len(labels) - _MOST_LABELS
    return shown if rest <= 0 else Message("{names} and {count} more", {"names": shown, "count": rest})


def _short(detail: Words) -> Words:
    """A detail that may hold a student's own text, on one line and not too long."""
    if isinstance(detail, Message):
        facts = {name: fact if isinstance(fact, int) else _short(fact) for name, fact in detail.facts.items()}
        return Message(detail.template, facts)
    return shortened(visible(" ".join(detail.split())), _LONGEST_DETAIL)


def explain(check: CheckGrade, audience: Audience, section: Words = ITS_SECTION) -> Message:
    """Why a check has its verdict, in at most two sentences. `section` is the heading of its task in the notebook.

    Names stand in backticks, cells as `cell 7`, counted as in `Cell.index`. Below `values` nothing of the reference is
    told: no expected number or shape, no difference, no tolerance.
    """
    if audience == "marks":
        return Message(_SENTENCE, {"said": Message(sentences.VERDICTS[check.verdict])})
    template = _template(check, audience)
    figures = _FIGURES if tells_figures(audience) else {}
    facts: dict[str, Words | int] = {}
    for name in _gaps(template):
        if name in figures:
            facts[name] = figures[name](check.comparison)
        elif name in _FACTS:
            facts[name] = _FACTS[name](check)
        elif name == "answer":
            facts[name] = _answer(check, section)
        elif name == "sources":
            facts[name] = _sources(check.follows_from, audience)
        else:
            facts[name] = _NOTHING
    return Message(template, facts)


def _template(check: CheckGrade, audience: Audience) -> str:
    if check.verdict == "follow-through":
        return sentences.FOLLOWS if check.points == check.max_points else sentences.FOLLOWS_IN_PART
    if check.reason == "person" and check.rubric and audience == "staff":
        return sentences.TO_JUDGE
    if check.said and check.verdict != "correct":
        return "{said}"
    if check.parts and check.verdict in {"partial", "incorrect"}:
        by_case = check.kind == "function" and not any(" " in part.label[len("case ") :] for part in check.parts)
        of_function = sentences.CASES if by_case else sentences.FUNCTION_PARTS
        return of_function if check.kind == "function" else sentences.VALUE_PARTS
    if check.kind == "property" and check.verdict == "correct":
        return sentences.HOLDS
    if check.kind == "function" and check.verdict == "correct":
        return sentences.EVERY_CASE
    if check.verdict == "unmarked" and check.reason in sentences.WAITING:
        return sentences.WAITING[check.reason]
    told = tells_figures(audience) and (audience == "staff" or check.reason != "grader-fault")
    return (sentences.WITH_FIGURES if told else sentences.WITHOUT_FIGURES)[check.reason]


def explain_diagnoses(check: CheckGrade, audience: Audience) -> tuple[Words, ...]:
    """What would explain a wrong value. Below `values`, what tells a figure is left out or said plainly."""
    if audience == "marks":
        return ()
    if tells_figures(audience):
        return tuple(diagnosis.message for diagnosis in check.diagnoses)
    return tuple(message for diagnosis in check.diagnoses if (message := _without_figure(diagnosis)))


def tells_figures(audience: Audience) -> bool:
    """Whether this reader may see what the reference computes."""
    return audience in {"staff", "values"}


def is_plain(check: CheckGrade) -> bool:
    """Whether a check holds no text of a student's: then it is small, and the same for many of a class."""
    return check.found is not None and check.found.kind == "variable" and not (check.detail or check.diagnoses)


def _without_figure(diagnosis: Diagnosis) -> Words:
    if diagnosis.code in sentences.PLAIN_DIAGNOSES:
        return Message(sentences.PLAIN_DIAGNOSES[diagnosis.code])
    return "" if has_figure(diagnosis.message) else diagnosis.message


def quoted(name: str) -> str:
    """A name that a student may have chosen, in backticks, which it can't leave."""
    inner = visible(" ".join(name.split())).replace("`", "'")
    return f"`{shortened(inner, _LONGEST_NAME)}`"


def _names(check: CheckGrade) -> Words:
    if check.kind == "property" and check.detail and check.reason in _NAMED_BY_DETAIL:
        return quoted(str(check.detail))
    return either(check.names) or f"`{check.quantity}`"


def _called(check: CheckGrade) -> Words:
    if check.kind == "property":
        return Message("Your function")
    return _names(check) if check.found is None else quoted(check.found.name)


def _answer(check: CheckGrade, section: Words) -> Message:
    found = check.found
    if found is None:
        return Message("The answer for {names}", {"names": _names(check)})
    late = check.late and found.kind == "variable"
    template = sentences.FOUND_LATE if late else sentences.FOUND[found.kind]
    facts = {"name": quoted(found.name), "section": section, "cell": _in_cell(found.cell), "names": _names(check)}
    return Message(template, {name: facts[name] for name in _gaps(template)})


def _in_cell(cell: int | None) -> Words:
    return _NOTHING if cell is None else Message(" (cell {cell})", {"cell": cell})


def _agreed(check: CheckGrade) -> Words:
    return Message(_IN_BRACKETS, {"detail": _names(check)}) if check.names else _NOTHING


def _detail(check: CheckGrade, template: str) -> Words:
    detail = _short(check.detail)
    if isinstance(detail, str):
        detail = detail.rstrip(".")
    return Message(template, {"detail": detail}) if detail else _NOTHING


_INSTEAD = translatable(" (found: {detail})")


def _sources(checks: tuple[str, ...], audience: Audience) -> Words:
    """Checks by their ids for staff, by the quantities that they are about for students."""
    known = checks if audience == "staff" else dict.fromkeys(check.partition(".")[0] for check in checks)
    return ", ".join(f"`{source}`" for source in known) or Message("earlier values")


def _mismatch(comparison: Comparison | None) -> Message:
    if comparison is None or comparison.elements <= 1:
        return Message("the value differs")
    if comparison.mismatched == 1:
        return Message("1 of {elements} elements differs", {"elements": comparison.elements})
    facts = {"mismatched": comparison.mismatched, "elements": comparison.elements}
    return Message("{mismatched} of {elements} elements differ", facts)


def _shaped(comparison: Comparison | None) -> Message:
    if comparison is None or comparison.shape is None:
        return Message("is no array")
    if not comparison.shape:
        return Message("is a single number")
    return Message("has the shape {shape}", {"shape": shape_text(comparison.shape)})


def _expected_shape(comparison: Comparison | None) -> Words:
    if comparison is None:
        return Message("another")
    return shape_text(comparison.expected_shape) if comparison.expected_shape else Message("a single number")


def _allowance(comparison: Comparison | None) -> Message:
    if comparison is None:
        return Message("is what the tolerance says")
    reason = comparison.tolerance_reason
    facts: dict[str, Words] = {
        "atol": f"{comparison.atol:.3g}",
        "rtol": f"{comparison.rtol:.3g}",
        "reason": Message(_IN_BRACKETS, {"detail": reason}) if reason else _NOTHING,
    }
    return Message("is {atol} + {rtol} × |expected|{reason}", facts)


def _largest(comparison: Comparison | None) -> Words:
    if comparison is None or comparison.max_abs_error is None:
        return _NOTHING
    relative = comparison.max_rel_error
    place = list(comparison.worst_index or ())
    facts: dict[str, Words] = {
        "difference": f"{comparison.max_abs_error:.3g}",
        "relative": _NOTHING
        if relative is None
        else Message(" (relative {relative})", {"relative": f"{relative:.3g}"}),
        "place": Message(" at {place}", {"place": str(place)}) if place else _NOTHING,
    }
    return Message("; the greatest difference is {difference}{relative}{place}", facts)


_FACTS: Mapping[str, Callable[[CheckGrade], Words | int]] = {
    "names": _names,
    "called": _called,
    "right": lambda check: check.right_parts,
    "cases": lambda check: check.all_parts,
    "said": lambda check: visible(check.said),
    "agreed": _agreed,
    "made_in": lambda check: _in_cell(check.made_in),
    "detail": lambda check: _detail(check, _IN_BRACKETS),
    "found": lambda check: (
        Message(" (found: {detail})", {"detail": _short(check.detail)}) if check.detail else _NOTHING
    ),
    "why": lambda check: _detail(check, _BECAUSE),
    "rubric": lambda check: visible(" ".join(check.rubric.split())).rstrip("."),
    "mismatch": lambda check: _mismatch(check.comparison),
    "shaped": lambda check: _shaped(check.comparison),
}
"""What a sentence about a check may name, and nothing of the reference."""

_FIGURES: Mapping[str, Callable[[Comparison | None], Words]] = {
    "largest": _largest,
    "expected_shape": _expected_shape,
    "allowance": _allowance,
}
"""What only those are told who may see figures."""
