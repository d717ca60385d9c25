"""The page that a student is given: marks first, then why, then the notebook as it ran."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from grader.analysis import score
from grader.assignment.spec import Reveal, Spec
from grader.records import CheckGrade, Evidence, Execution, Grade, Plan, Result
from grader.reports.notebook_html import notebook_html, shown_cells
from grader.reports.page import render
from grader.reports.plain_text import encodable, points_text, prose, shortened
from grader.reports.scores import check_text, task_text, total_text
from grader.reports.student_flags import flag_sentences
from grader.reports.wording import (
    STATUSES,
    VERDICTS,
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
    execution = result.execution
    ran = execution.status not in {"rejected", "unavailable"}
    cells = shown_cells(result.notebook) if ran else frozenset()
    page = render(
        "feedback.html.j2",
        assignment=spec.title,
        student=result.submission.student,
        attempt=result.submission.attempt,
        status=execution.status,
        total=total_text(result.grade) if execution.status != "unavailable" else "Not graded yet",
        percent=score(result.grade.checks).percent,
        tasks=tuple(_tasks(result.grade, spec, reveal, cells, ran=ran)),
        flags=tuple(prose(told, cells) for told in flag_sentences(result.grade)) if reveal != "marks" else (),
        status_text=STATUSES[execution.status],
        reason=execution.reason if execution.status != "unavailable" else "",
        seconds=f"{execution.seconds:.1f}",
        repairs=" ".join(result.notebook.repairs) if result.notebook else "",
        replaced=tuple(_replaced(result.plan)) if ran else (),
        errors=tuple(_errors(execution)),
        cells=cells,
        notebook=notebook_html(result.notebook, execution, reveal) if ran and result.notebook else "",
    )
    return encodable(page)


def _tasks(grade: Grade, spec: Spec, reveal: Reveal, cells: frozenset[int], *, ran: bool) -> Iterator[ShownTask]:
    asked = {task.id: task for task in spec.tasks}
    for number, task in enumerate(grade.tasks, start=1):
        heading = asked[task.id].heading if task.id in asked else task.id
        checks = tuple([_check_html(check, heading, reveal, cells) for check in task.checks]) if ran else ()
        yield ShownTask(
            anchor=f"task-{number}",
            title=": ".join(filter(None, (heading, task.title.removeprefix(heading).lstrip(" :")))),
            points=task_text(task),
            checks=checks,
        )


def _check_html(check: CheckGrade, section: str, reveal: Reveal, cells: frozenset[int]) -> Markup:
    convert = _remembered if is_plain(check) else _converted
    return convert(check, section, reveal, cells)


def _converted(check: CheckGrade, section: str, reveal: Reveal, cells: frozenset[int]) -> Markup:
    return Markup(render("check.html.j2", check=_check(check, section, reveal, cells)))  # the template escapes


_remembered = lru_cache(maxsize=_REMEMBERED_CHECKS)(_converted)


def _check(check: CheckGrade, section: str, reveal: Reveal, cells: frozenset[int]) -> ShownCheck:
    told = reveal != "marks"
    title = check.title or check.quantity
    name = next(iter(check.names), check.quantity)
    return ShownCheck(
        title=title,
        name="" if check.kind == "person" or name == title else name,
        verdict=check.verdict,
        word=VERDICTS[check.verdict],
        points=f"{points_text(check.points)} of {points_text(check.max_points)}",
        spoken=check_text(check),
        because=prose(explain(check, reveal, section), cells) if told else Markup(),
        diagnoses=tuple(prose(message, cells) for message in explain_diagnoses(check, reveal)),
        parts=tuple(prose(said, cells) for said in explain_parts(check.parts)) if told else (),
        tables=tuple(_tables(check, reveal)) if told else (),
    )


def _tables(check: CheckGrade, reveal: Reveal) -> Iterator[Table]:
    """The student's own small array with what is wrong in it, and the expected one where values are revealed."""
    evidence = check.evidence
    if evidence is None or check.verdict not in _WORKED_ON or not any(evidence.wrong):
        return
    yield _table("Yours", evidence, evidence.found, evidence.wrong)
    if tells_figures(reveal):
        yield _table("Expected", evidence, evidence.expected, (False,) * len(evidence.expected))


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


def _replaced(plan: Plan | None) -> Iterator[tuple[int, str, str]]:
    """What the graded run had in place of the notebook's own: in which cell, and both statements."""
    for each in plan.replaced if plan is not None else ():
        before = shortened(" ".join(each.before.split()), _LONGEST_VALUE)
        yield each.cell, f"{each.name} = {before}", f"{each.name} = {each.after}"


def _errors(execution: Execution) -> Iterator[tuple[int, str]]:
    for run in execution.cells:
        if run.error is not None:
            yield run.index, shortened(f"{run.error.name}: {run.error.message}".removesuffix(": "), _LONGEST_ERROR)
