"""The page that a student is given: marks first, then why, then the notebook as it ran."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from grader.analysis import score
from grader.assignment.spec import Reveal, Spec
from grader.records import CheckGrade, Evidence, Execution, Grade, Message, Plan, Result, Words, translatable
from grader.reports.languages import Language, language_of
from grader.reports.notebook_html import notebook_html, shown_cells
from grader.reports.page import render
from grader.reports.plain_text import encodable, points_text, prose, shortened
from grader.reports.scores import check_text, task_text, total_text
from grader.reports.sentences import STATUSES, VERDICTS
from grader.reports.student_flags import flag_sentences
from grader.reports.wording import (
    explain,
    explain_diagnoses,
    explain_parts,
    is_plain,
    tells_figures,
)

_WORKED_ON = frozenset({"incorrect", "partial", "follow-through"})
_LONGEST_ERROR = 300
_LONGEST_VALUE = 80
_REMEMBERED_CHECKS = 512

_YOURS, _EXPECTED = translatable("Yours"), translatable("Expected")


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a page is for: what is revealed to them, the cells that they can be led to, and their language."""

    reveal: Reveal
    cells: frozenset[int]
    language: Language

    def prose(self, words: Words) -> Markup:
        """Words as HTML in the reader's language."""
        return prose(self.language.say(words), self.cells, self.language.cell)


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

    caption: str
    headed: bool
    columns: tuple[int, ...]
    rows: tuple[tuple[str, tuple[Element, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCheck:
    """A check as a student sees it.

    `name` is empty where no variable is asked for, `because` where only the verdict is shown. `points` is short, since
    the verdict stands beside it, and `spoken` is the same in words.
    """

    title: str
    name: str
    verdict: str
    word: str
    points: str
    spoken: str
    because: Markup
    diagnoses: tuple[Markup, ...]
    parts: tuple[Markup, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTask:
    """A task as a student sees it; its `checks` are HTML."""

    anchor: str
    title: str
    points: str
    checks: tuple[Markup, ...]


def feedback_page(result: Result, spec: Spec, reveal: Reveal) -> str:
    """A self-contained page of HTML for the student.

    Below `reveal="values"` it holds nothing of the reference beyond the hand-in and its own outputs; at `marks` it
    holds verdicts and points, how the run went, and the notebook. Nothing in it runs or is fetched. A hand-in that was
    rejected, or that we could not run, gets a page that says so, and what to do.
    """
    execution, language = result.execution, language_of(spec.language)
    ran = execution.status not in {"rejected", "unavailable"}
    cells = shown_cells(result.notebook) if ran else frozenset()
    reader = Reader(reveal, cells, language)
    page = render(
        "feedback.html.j2",
        language,
        assignment=spec.title,
        student=result.submission.student,
        attempt=result.submission.attempt,
        status=execution.status,
        total=language.say(total_text(result.grade)) if execution.status != "unavailable" else "",
        percent=score(result.grade.checks).percent,
        tasks=tuple(_tasks(result.grade, spec, reader, ran=ran)),
        flags=tuple(map(reader.prose, flag_sentences(result.grade))) if reveal != "marks" else (),
        status_text=language.gettext(STATUSES[execution.status]),
        reason=execution.reason if execution.status != "unavailable" else "",
        seconds=f"{execution.seconds:.1f}",
        repairs=" ".join(result.notebook.repairs) if result.notebook else "",
        replaced=tuple(_replaced(result.plan, reader)) if ran else (),
        errors=tuple(_errors(execution, reader)),
        notebook=notebook_html(result.notebook, execution, language) if ran and result.notebook else "",
    )
    return encodable(page)


def _tasks(grade: Grade, spec: Spec, reader: Reader, *, ran: bool) -> Iterator[ShownTask]:
    asked = {task.id: task for task in spec.tasks}
    for number, task in enumerate(grade.tasks, start=1):
        heading = asked[task.id].heading if task.id in asked else task.id
        checks = tuple([_check_html(check, heading, reader) for check in task.checks]) if ran else ()
        yield ShownTask(
            anchor=f"task-{number}",
            title=": ".join(filter(None, (heading, task.title.removeprefix(heading).lstrip(" :")))),
            points=reader.language.say(task_text(task)),
            checks=checks,
        )


def _check_html(check: CheckGrade, section: str, reader: Reader) -> Markup:
    convert = _remembered if is_plain(check) else _converted
    return convert(check, section, reader)


def _converted(check: CheckGrade, section: str, reader: Reader) -> Markup:
    return Markup(render("check.html.j2", reader.language, check=_check(check, section, reader)))  # it escapes


_remembered = lru_cache(maxsize=_REMEMBERED_CHECKS)(_converted)


def _check(check: CheckGrade, section: str, reader: Reader) -> ShownCheck:
    told, language = reader.reveal != "marks", reader.language
    title = check.title or check.quantity
    name = next(iter(check.names), check.quantity)
    points = {"points": points_text(check.points), "most": points_text(check.max_points)}
    return ShownCheck(
        title=title,
        name="" if check.kind == "person" or name == title else name,
        verdict=check.verdict,
        word=language.gettext(VERDICTS[check.verdict]),
        points=language.say(Message("{points} of {most}", points)),
        spoken=language.say(check_text(check)),
        because=reader.prose(explain(check, reader.reveal, section)) if told else Markup(),
        diagnoses=tuple(map(reader.prose, explain_diagnoses(check, reader.reveal))),
        parts=tuple(map(reader.prose, explain_parts(check.parts))) if told else (),
        tables=tuple(_tables(check, reader)) if told else (),
    )


def _tables(check: CheckGrade, reader: Reader) -> Iterator[Table]:
    """The student's own small array with what is wrong in it, and the expected one where values are revealed."""
    evidence = check.evidence
    if evidence is None or check.verdict not in _WORKED_ON or not any(evidence.wrong):
        return
    yield _table(reader.language.gettext(_YOURS), evidence, evidence.found, evidence.wrong)
    if tells_figures(reader.reveal):
        yield _table(reader.language.gettext(_EXPECTED), evidence, evidence.expected, (False,) * len(evidence.expected))


def _table(caption: str, evidence: Evidence, texts: tuple[str, ...], wrong: tuple[bool, ...]) -> Table:
    elements = tuple(Element(text=text, wrong=bad) for text, bad in zip(texts, wrong, strict=False))
    width = max(1, evidence.shape[-1]) if evidence.shape else 1
    rows = (elements[start : start + width] for start in range(0, len(elements), width))
    return Table(
        caption=caption,
        headed=len(elements) > 1,
        columns=tuple(range(width)),
        rows=tuple((_place(row, evidence.shape[:-1]), members) for row, members in enumerate(rows)),
    )


def _place(row: int, outer: tuple[int, ...]) -> str:
    """Where a row stands in the axes before the last: `1`, or `0, 1` where there are two."""
    places = []
    for length in reversed(outer):
        row, place = divmod(row, max(1, length))
        places.append(str(place))
    return ", ".join(reversed(places))


def _replaced(plan: Plan | None, reader: Reader) -> Iterator[Markup]:
    """What the graded run had in place of the notebook's own: in which cell, and both statements."""
    for each in plan.replaced if plan is not None else ():
        before = shortened(" ".join(each.before.split()).replace("`", "'"), _LONGEST_VALUE)
        told = Message(
            "For grading, {before} in cell {cell} was run as {after}.",
            {"before": f"`{each.name} = {before}`", "after": f"`{each.name} = {each.after}`", "cell": each.cell},
        )
        yield reader.prose(told)


def _errors(execution: Execution, reader: Reader) -> Iterator[tuple[Markup, str]]:
    for run in execution.cells:
        if run.error is not None:
            told = shortened(f"{run.error.name}: {run.error.message}".removesuffix(": "), _LONGEST_ERROR)
            yield reader.prose(Message("cell {cell}", {"cell": run.index})), told
