"""The page that a student is given: marks first, then why, then the notebook as it ran."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from grader.analysis import score
from grader.assignment.spec import Reveal, Spec
from grader.records import CheckGrade, Execution, Grade, Message, Plan, Result, Words
from grader.reports.arrays import Table, pictures_of, tables_of
from grader.reports.following import Following, followings
from grader.reports.heat import Heat
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
)

_LONGEST_ERROR = 300
_LONGEST_VALUE = 80
_REMEMBERED_CHECKS = 512


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
class ShownCheck:
    """A check as a student sees it.

    `name` is empty where no variable is asked for, `because` where only the verdict is shown. `points` is short, since
    the verdict stands beside it, and `spoken` is the same in words. Pictures have a caption, and what is said of them
    to those who can't see them; tables have a caption.
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
    pictures: tuple[tuple[Heat, str, str], ...]
    tables: tuple[tuple[Table, str], ...]


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
        followings=tuple(_followings(result.grade, spec, language)) if ran and reveal != "marks" else (),
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
        because=Markup(" ").join(_because(check, section, reader)) if told else Markup(),
        diagnoses=tuple(map(reader.prose, explain_diagnoses(check, reader.reveal))),
        parts=tuple(map(reader.prose, explain_parts(check.parts))) if told else (),
        pictures=tuple(
            (each, language.say(each.caption), language.say(each.label)) for each in pictures_of(check, reader.reveal)
        ),
        tables=tuple((each, language.say(each.caption)) for each in tables_of(check, reader.reveal)),
    )


def _followings(grade: Grade, spec: Spec, language: Language) -> Iterator[Markup]:
    for graph in followings(grade, spec):
        yield _following_html(graph, language)


@lru_cache(maxsize=_REMEMBERED_CHECKS)  # a graph holds no text of a student's, and many of a class go wrong alike
def _following_html(graph: Following, language: Language) -> Markup:
    return Markup(render("following.html.j2", language, graph=graph, label=language.say(graph.label)))  # it escapes


def _because(check: CheckGrade, section: str, reader: Reader) -> Iterator[Markup]:
    """Why a check has its verdict, and where a function that isn't right stands in the notebook."""
    yield reader.prose(explain(check, reader.reveal, section))
    found = check.found
    if check.kind == "function" and check.verdict != "correct" and found is not None and found.cell is not None:
        yield reader.prose(Message("It is defined in cell {cell}.", {"cell": found.cell}))


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
