"""What a check's array shows its student: pictures of it, and tables of all its digits.

Below `reveal="values"` only the student's own numbers are in them, and which of them are wrong; at `marks` there are
none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from grader.assignment.spec import Reveal
from grader.records import CheckGrade, Evidence, Message, Words
from grader.reports.heat import Heat, differences, greatest, heat_of, row_heads
from grader.reports.wording import tells_figures

_WORKED_ON = frozenset({"incorrect", "partial", "follow-through"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element of an array, as text; `wrong` where it differs from what is asked for."""

    text: str
    wrong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A small array as a table: columns are its last axis, and each row is headed by its place in the others.

    A single element has no heads.
    """

    caption: Words
    headed: bool
    columns: tuple[int, ...]
    rows: tuple[tuple[str, tuple[Element, ...]], ...]


def pictures_of(check: CheckGrade, reveal: Reveal) -> Iterator[Heat]:
    """The student's own array with what is wrong in it; where values are revealed, what is expected, and what lies
    between them."""
    evidence = _shown(check, reveal)
    if evidence is None:
        return
    compared = tells_figures(reveal) and len(evidence.expected) == len(evidence.found)
    scale = max(greatest(evidence.found), greatest(evidence.expected)) if compared else None
    own = heat_of(_placed(Message("Yours"), check), evidence, evidence.found, scale)
    if own is None:
        return
    yield own
    if compared:
        unmarked = replace(evidence, wrong=())
        for caption, texts, largest in (
            (Message("Expected"), evidence.expected, scale),
            (Message("Yours less expected"), differences(evidence), None),
        ):
            picture = heat_of(caption, unmarked, texts, largest)
            if picture is not None:
                yield picture


def tables_of(check: CheckGrade, reveal: Reveal) -> Iterator[Table]:
    """The same as tables, with all digits, and without the differences."""
    evidence = _shown(check, reveal)
    if evidence is None:
        return
    wrong = evidence.wrong or (False,) * len(evidence.found)
    yield _table(_placed(Message("Yours"), check), evidence, evidence.found, wrong)
    if tells_figures(reveal) and evidence.expected:
        yield _table(Message("Expected"), evidence, evidence.expected, (False,) * len(evidence.expected))


def _shown(check: CheckGrade, reveal: Reveal) -> Evidence | None:
    evidence = check.evidence
    if evidence is None or reveal == "marks" or check.verdict not in _WORKED_ON:
        return None
    return evidence if any(evidence.wrong) or check.reason == "other-shape" else None


def _placed(caption: Message, check: CheckGrade) -> Message:
    """The caption, with the part that it is of: the first that is wrong of several."""
    part = next((part for part in check.parts if part.verdict != "correct"), None)
    return caption if part is None else Message("{caption}, {place}", {"caption": caption, "place": part.label})


def _table(caption: Words, evidence: Evidence, texts: tuple[str, ...], wrong: tuple[bool, ...]) -> Table:
    elements = tuple(Element(text=text, wrong=bad) for text, bad in zip(texts, wrong, strict=False))
    width = max(1, evidence.shape[-1]) if evidence.shape else 1
    rows = (elements[start : start + width] for start in range(0, len(elements), width))
    return Table(
        caption=caption,
        headed=len(elements) > 1,
        columns=tuple(range(width)),
        rows=tuple(zip(row_heads(evidence.shape[:-1]), rows, strict=False)),
    )
