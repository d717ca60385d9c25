"""`index.html`: the class at a glance, for staff."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from urllib.parse import quote

from grader.analysis import BINS
from grader.assignment.spec import Spec
from grader.records import Result, Student
from grader.reports.class_figures import class_figures
from grader.reports.page import render
from grader.reports.plain_text import counted, encodable, number
from grader.reports.wording import STATUSES

ABSENT = "Nothing handed in"

_STATUS_WORDS = {str(status): words for status, words in STATUSES.items()} | {"absent": ABSENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar of the distribution: from and to which percent, how many, and its height of at most 100."""

    start: int
    end: int
    count: int
    height: float


def class_page(results: Iterable[Result], spec: Spec, absent: Sequence[Student] = ()) -> str:
    """A self-contained page of HTML: counts, distribution, hardest checks, and a table of all submissions.

    It links to `grades.csv`, `results/<slug>/result.json`, `results/<slug>/executed.ipynb` and `feedback/<slug>.html`
    beside it. It can be read without its script, which sorts and filters the table. `results` is read once.
    """
    figures = class_figures(results, spec, absent)
    page = render(
        "class.html.j2",
        assignment=spec,
        figures=figures,
        bars=_bars(figures.distribution.bins),
        hardest=sorted(figures.items, key=lambda item: item.passed / item.marked),
        status_words=_STATUS_WORDS,
        statuses=sorted({row.status for row in figures.rows}),
        flags=sorted({flag for row in figures.rows for flag in row.flags}),
        attempts=any(row.attempt > 1 for row in figures.rows),
        quote=_quoted,
        number=number,
        counted=counted,
        percent=_percent,
    )
    return encodable(page)


def _bars(distribution: tuple[int, ...]) -> tuple[Bar, ...]:
    largest = max((*distribution, 1))
    step = 100 // BINS
    return tuple(
        Bar(start=step * position, end=step * (position + 1), count=count, height=round(100 * count / largest, 1))
        for position, count in enumerate(distribution)
    )


def _percent(share: Fraction | None) -> str:
    return "–" if share is None else f"{float(100 * share):.3g} %"


def _quoted(slug: str) -> str:
    return quote(slug, safe="", errors="replace")
