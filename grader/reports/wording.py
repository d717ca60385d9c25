"""Sentences from codes: what a verdict, its reason, a status and a diagnosis are to the people who read of them.

Everything that is said stands in the catalogues at the top. How much is said depends on who reads: `staff` and students
of an assignment that reveals `values` get figures; at `places` they get the kind of mistake and where it is, and no
number of the reference's; at `marks` they get the verdict.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from grader.assignment.spec import Reveal
from grader.records import CheckGrade, Comparison, Diagnosis, ExecutionStatus, Part, Reason, Verdict
from grader.reports.plain_text import shape_text, shortened, visible

Audience = Literal["staff"] | Reveal

VERDICTS: dict[Verdict, str] = {
    "correct": "Correct",
    "follow-through": "Follows through",
    "partial": "Partly right",
    "incorrect": "Not right",
    "missing": "Missing",
    "not-run": "Not run",
    "unmarked": "Not marked yet",
}

STATUSES: dict[ExecutionStatus, str] = {
    "completed": "Ran to the end",
    "error": "Ran to the end, with errors in some cells",
    "timeout": "Stopped: it took too long",
    "memory": "Stopped: it used too much memory",
    "output": "Stopped: it wrote too much output",
    "died": "Its process died",
    "rejected": "Could not be read",
    "unavailable": "Not graded: a fault of the grader",
}

CELL_STATUSES = {
    "ok": "",
    "error": "raised an error",
    "timeout": "took too long",
    "output": "wrote too much output",
    "died": "the process died here",
    "not-run": "not run",
}

WITHOUT_FIGURES: dict[Reason, str] = {
    "equal": "{answer} is right.",
    "low-precision": "{answer} is right, though less precise than its type: numbers of lower precision got into it.",
    "differs": "{answer}: {mismatch}.",
    "other-shape": "{answer} {shaped}; another shape is asked for.",
    "other-dtype": "{answer} is of another type than the one that is asked for{detail}.",
    "other-kind": "{answer} is something else than what is asked for{detail}.",
    "other-length": "{answer} has another number of items than what is asked for{detail}.",
    "no-entry": "{answer} lacks an entry that is asked for{detail}.",
    "not-numeric": "{answer} can't be compared: numbers are asked for{detail}.",
    "not-finite": "{answer} holds values that are not finite numbers (NaN or infinity).",
    "unreadable": "{answer} could not be read as numbers{detail}.",
    "elided": "{answer} was shortened with “…” when it was printed, so there is nothing to compare.",
    "too-coarse": "{answer}: printed with too few digits to judge.",
    "no-variable": "There is no variable {names} at the end of the notebook.",
    "cell-failed": "There is no variable {names}: the cell that would make it{made_in} stopped{why}.",
    "not-reached": "The run ended before {names}{made_in} was reached.",
    "rejected": "The hand-in could not be run, so there is nothing to mark.",
    "person": "This waits for a person: it is not counted yet.",
    "grader-fault": "The grader failed here, not you. It is not counted yet, and a person will look at it.",
    "no-function": "There is no function {names} at the end of the notebook.",
    "not-callable": "{names} is there, but it is no function.",
    "raised": "{called} raises an error{why}.",
    "not-raised": "{called} raises no error where one is asked for{detail}.",
    "other-error": "{called} raises another error than the one that is asked for{detail}.",
    "call-timeout": "{called} takes too long.",
    "call-died": "{called} ends its process.",
    "not-called": "{called} could not be tried: its calls took all the time or room that there is.",
    "does-not-hold": "This doesn't hold for your notebook.",
    "bad-given": "It depends on an input that isn't as it is asked for{detail}.",
    "not-accepted": "{answer} was found, but this assignment counts only a variable of the agreed name{agreed}.",
}

WITH_FIGURES: dict[Reason, str] = WITHOUT_FIGURES | {
    "low-precision": "{answer} is right, though less precise than its type{largest}. Allowed {allowance}.",
    "differs": "{answer}: {mismatch}{largest}. Allowed {allowance}.",
    "other-shape": "{answer} {shaped}, where {expected_shape} is asked for.",
    "not-finite": "{answer} holds values that are not finite numbers (NaN or infinity): {mismatch}.",
    "too-coarse": "{answer}: printed with too few digits to judge{largest}.",
    "grader-fault": "The grader failed here{detail}. It is not counted yet, and a person has to look at it.",
}

CASES = "{called} is right in {right} of {cases} cases."
FUNCTION_PARTS = "{called} is right in {right} of the {cases} parts of its results."
VALUE_PARTS = "{answer} is right in {right} of {cases} parts."

FOLLOWS = "{answer} differs, but it follows correctly from your {sources}. So it keeps its points."

WAITING = " This waits for a person: it is not counted yet."

TO_JUDGE = "This waits for a person, who judges by the rubric: {rubric}."

FOUND = {
    "variable": "{name} at the end of {section}{cell}",
    "late": "{name}{cell} at the end of the notebook (not yet there at the end of {section})",
    "printed": "The printed value {name}{cell}",
    "other-name": "{name} in place of {names}{cell}",
}

PLAIN_DIAGNOSES = {
    "scaled": "All of it is off by the same factor.",
    "shifted": "All of it is off by the same amount.",
}
"""Diagnoses whose own message tells a number that leads to the right one, in words that don't."""

_FIGURE = re.compile(r"\d|\b(?:twice|double|doubled|half|halved|thrice|triple|tenfold)\b", re.IGNORECASE)
_QUOTED = re.compile(r"`[^`]*`")
_LONGEST_NAME = 80
_LONGEST_DETAIL = 200
_MOST_LABELS = 12


PART_REASONS: dict[Reason, str] = {
    "equal": "right",
    "low-precision": "right, though less precise than its type",
    "differs": "another value than is asked for",
    "other-shape": "another shape than is asked for",
    "other-dtype": "another type than is asked for",
    "other-kind": "something else than is asked for",
    "other-length": "another number of items than is asked for",
    "no-entry": "not there",
    "not-numeric": "no numbers",
    "not-finite": "not finite (NaN or infinity)",
    "raised": "raises an error",
    "not-raised": "raises no error where one is asked for",
    "other-error": "raises another error than is asked for",
    "call-timeout": "takes too long",
    "call-died": "ends its process",
    "not-called": "not tried: there was no time or room left",
}
"""What became of a part of an answer."""


def explain_parts(parts: Iterable[Part]) -> tuple[str, ...]:
    """The parts of an answer that aren't right, and what became of them, without anything of the reference.

    Parts that came to the same are told together.
    """
    together: dict[str, list[str]] = {}
    for part in parts:
        if part.verdict != "correct":
            together.setdefault(_became(part), []).append(f"`{visible(part.label).replace('`', '')}`")
    return tuple(f"{_listed(labels)}: {said}." for said, labels in together.items())


def _became(part: Part) -> str:
    comparison = part.comparison
    if part.reason == "differs" and comparison is not None and comparison.elements > 1:
        return f"{comparison.mismatched} of {comparison.elements} elements differ"
    said = PART_REASONS.get(part.reason, "not right")
    own = part.reason in {"raised", "other-error", "other-kind"} and part.detail
    return f"{said} ({shortened(visible(' '.join(part.detail.split())), _LONGEST_DETAIL)})" if own else said


def _listed(labels: Sequence[str]) -> str:
    shown = ", ".join(labels[:_MOST_LABELS])
    return shown if len(labels) <= _MOST_LABELS else f"{shown} and {len(labels) - _MOST_LABELS} more"


def explain(check: CheckGrade, audience: Audience, section: str = "its section") -> str:
    """Why a check has its verdict, in at most two sentences. `section` is the heading of its task in the notebook.

    Names stand in backticks, cells as `cell 7`, counted as in `Cell.index`. Below `values` nothing of the reference is
    told: no expected number or shape, no difference, no tolerance.
    """
    if audience == "marks":
        return f"{VERDICTS[check.verdict]}."
    return _template(check, audience).format_map(_Facts(check, audience, section))


def _template(check: CheckGrade, audience: Audience) -> str:
    if check.verdict == "follow-through":
        return FOLLOWS
    if check.reason == "person" and check.rubric and audience == "staff":
        return TO_JUDGE
    if check.said and check.verdict != "correct":
        return "{said}"
    if check.parts and check.verdict in {"partial", "incorrect"}:
        by_case = check.kind == "function" and not any(" " in part.label[len("case ") :] for part in check.parts)
        return CASES if by_case else FUNCTION_PARTS if check.kind == "function" else VALUE_PARTS
    if check.kind == "property" and check.verdict == "correct":
        return "This holds for your notebook."
    if check.kind == "function" and check.verdict == "correct":
        return "{called} gives the right answer in every case."
    told = tells_figures(audience) and (audience == "staff" or check.reason != "grader-fault")
    template = (WITH_FIGURES if told else WITHOUT_FIGURES)[check.reason]
    waits = check.verdict == "unmarked" and check.reason in {"elided", "too-coarse"}
    return template + WAITING if waits else template


def explain_diagnoses(check: CheckGrade, audience: Audience) -> tuple[str, ...]:
    """What would explain a wrong value. Below `values`, what tells a figure is left out or said plainly."""
    if audience == "marks":
        return ()
    if tells_figures(audience):
        return tuple(visible(diagnosis.message) for diagnosis in check.diagnoses)
    return tuple(message for diagnosis in check.diagnoses if (message := _without_figure(diagnosis)))


def tells_figures(audience: Audience) -> bool:
    """Whether this reader may see what the reference computes."""
    return audience in {"staff", "values"}


def is_plain(check: CheckGrade) -> bool:
    """Whether a check holds no text of a student's: then it is small, and the same for many of a class."""
    return check.found is not None and check.found.kind == "variable" and not (check.detail or check.diagnoses)


def _without_figure(diagnosis: Diagnosis) -> str:
    if diagnosis.code in PLAIN_DIAGNOSES:
        return PLAIN_DIAGNOSES[diagnosis.code]
    # Names of functions and variables may have digits (`log10`, `y1`), which tell nothing.
    return "" if _FIGURE.search(_QUOTED.sub("", diagnosis.message)) else visible(diagnosis.message)


def quoted(name: str) -> str:
    """A name that a student may have chosen, in backticks, which it can't leave."""
    inner = visible(" ".join(name.split())).replace("`", "'")
    return f"`{shortened(inner, _LONGEST_NAME)}`"


class _Facts(dict[str, str]):
    """What a sentence about a check may name; each is worked out where a sentence names it, and most name two."""

    def __init__(self, check: CheckGrade, audience: Audience, section: str) -> None:
        self._check = check
        self._audience = audience
        self._section = section

    def __missing__(self, name: str) -> str:
        check, comparison = self._check, self._check.comparison
        match name:
            case "answer":
                return _answer(check, _names(check), self._section)
            case "names":
                return _names(check)
            case "called":
                return _names(check) if check.found is None else quoted(check.found.name)
            case "right":
                return str(check.right_parts)
            case "cases":
                return str(check.all_parts)
            case "said":
                return visible(check.said)
            case "agreed":
                return f" ({_names(check)})" if check.names else ""
            case "made_in":
                return _in_cell(check.made_in)
            case "detail" | "why":
                detail = shortened(visible(" ".join(check.detail.split())).rstrip("."), _LONGEST_DETAIL)
                return "" if not detail else f" ({detail})" if name == "detail" else f": {detail}"
            case "rubric":
                return visible(" ".join(check.rubric.split())).rstrip(".")
            case "sources":
                return _sources(check.follows_from, self._audience)
            case "mismatch":
                return _mismatch(comparison)
            case "shaped":
                return _shaped(comparison.shape if comparison else None)
        if tells_figures(self._audience):
            return _figures(comparison)[name]
        raise KeyError(name)


def _names(check: CheckGrade) -> str:
    return " or ".join(f"`{name}`" for name in check.names) or f"`{check.quantity}`"


def _answer(check: CheckGrade, names: str, section: str) -> str:
    if check.found is None:
        return f"The answer for {names}"
    late = check.late and check.found.kind == "variable"
    template = FOUND["late" if late else check.found.kind]
    return template.format(name=quoted(check.found.name), section=section, cell=_in_cell(check.found.cell), names=names)


def _in_cell(cell: int | None) -> str:
    return "" if cell is None else f" (cell {cell})"


def _sources(checks: tuple[str, ...], audience: Audience) -> str:
    """Checks by their ids for staff, by the quantities that they are about for students."""
    known = checks if audience == "staff" else dict.fromkeys(check.partition(".")[0] for check in checks)
    return ", ".join(f"`{source}`" for source in known) or "earlier values"


def _mismatch(comparison: Comparison | None) -> str:
    if comparison is None or comparison.elements <= 1:
        return "the value differs"
    return (
        f"{comparison.mismatched} of {comparison.elements} elements differ{'s' if comparison.mismatched == 1 else ''}"
    )


def _shaped(shape: tuple[int, ...] | None) -> str:
    if shape is None:
        return "is no array"
    return f"has the shape {shape_text(shape)}" if shape else f"is {shape_text(shape)}"


def _figures(comparison: Comparison | None) -> dict[str, str]:
    if comparison is None:
        return {"largest": "", "expected_shape": "another", "allowance": "is what the tolerance says"}
    reason = f" ({comparison.tolerance_reason})" if comparison.tolerance_reason else ""
    return {
        "largest": _largest(comparison),
        "expected_shape": shape_text(comparison.expected_shape),
        "allowance": f"is {comparison.atol:.3g} + {comparison.rtol:.3g} × |expected|{reason}",
    }


def _largest(comparison: Comparison) -> str:
    if comparison.max_abs_error is None:
        return ""
    relative = f" (relative {comparison.max_rel_error:.3g})" if comparison.max_rel_error is not None else ""
    place = f" at {list(comparison.worst_index)}" if comparison.worst_index else ""
    return f"; the greatest difference is {comparison.max_abs_error:.3g}{relative}{place}"
