"""`index.html`: the class at a glance, for staff."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from urllib.parse import quote

from markupsafe import Markup

from grader.analysis import BINS, FEW, Attention, Graded, Item, Overview, Similar
from grader.assignment.spec import Spec
from grader.records import Student, Submission
from grader.reports.charts import MOST_CHECKS, checks_chart, distribution_chart, on_page
from grader.reports.class_roll import class_roll
from grader.reports.class_wording import FLAGS, in_doubt, who
from grader.reports.drawing import Drawing
from grader.reports.page import render
from grader.reports.plain_text import counted, encodable, number, prose, shortened, visible
from grader.reports.sentences import STATUSES, VERDICTS

ABSENT = "Nothing handed in"

MOST_MISTAKES, MOST_ANSWERS, MOST_FLAGS, MOST_SIMILAR = 12, 15, 12, 20
"""So many of each are shown; what is left out is counted."""

_NAMED, _LONGEST_NAME = 3, 32

_LONGEST_EXAMPLE = 200

_STATUS_WORDS = {str(status): words for status, words in STATUSES.items()} | {"absent": ABSENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A part of the distribution: from and to which percent, and how many."""

    start: int
    end: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownItem:
    """A check's row: its figures, and the mistake that explains most wrong answers to it, if it explains several.

    Its discrimination is `doubtful` where it is further below zero than chance would bring it.
    """

    item: Item
    mean: str
    discrimination: str
    doubtful: bool
    mistake: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFlag:
    """A kind of flag: what it says, in how many hand-ins, what is in doubt, and those to look at first.

    `example` is what is said of the first of these.
    """

    code: str
    meaning: str
    hand_ins: int
    doubt: str
    first: tuple[Submission, ...]
    example: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPair:
    """Two hand-ins that are alike, the numbers, and the values that they share, each with who else has it."""

    pair: tuple[Submission, Submission]
    sentence: str
    rarity: str
    shared: tuple[tuple[str, str, str], ...]


def class_page(overview: Overview, spec: Spec, absent: Sequence[Student] = ()) -> str:
    """A self-contained page of HTML: counts, charts, what to look at first, checks, mistakes, and all submissions.

    It links to `grades.csv`, `results/<slug>/result.json`, `results/<slug>/executed.ipynb` and `feedback/<slug>.html`
    beside it. It can be read without its script, which sorts and filters the table, and without its charts.
    """
    drawing = Drawing(_charts(overview))
    roll = class_roll(overview.results, spec, absent)
    shared = [answer for answer in overview.wrong_answers if len(answer.students) > 1]
    common = [mistake for mistake in overview.mistakes if mistake.students > 1]
    page = render(
        "class.html.j2",
        assignment=spec,
        roll=roll,
        students=overview.hand_ins.students,
        drawn_checks=min(MOST_CHECKS, len(overview.items)),
        distribution=overview.distribution,
        bars=_bars(overview.distribution.bins),
        few=FEW if overview.hand_ins.is_few else 0,
        items=tuple(_items(overview.items)),
        verdicts=VERDICTS,
        mistakes=tuple((mistake, prose(mistake.message)) for mistake in common[:MOST_MISTAKES]),
        more_mistakes=len(common[MOST_MISTAKES:]),
        answers=tuple(
            (each, prose(each.message), who(tuple(map(_short, each.students)), _NAMED))
            for each in shared[:MOST_ANSWERS]
        ),
        more_answers=len(shared[MOST_ANSWERS:]),
        attention=tuple(_flag(each, overview.hand_ins) for each in overview.attention[:MOST_FLAGS]),
        pairs=tuple(_pair(each, overview.hand_ins) for each in overview.similar[:MOST_SIMILAR]),
        more_pairs=len(overview.similar[MOST_SIMILAR:]),
        status_words=_STATUS_WORDS,
        statuses=sorted({row.status for row in roll.rows}),
        flags=sorted({flag for row in roll.rows for flag in row.flags}),
        attempts=any(row.attempt > 1 for row in roll.rows),
        quote=_quoted,
        short=_short,
        number=number,
        counted=counted,
        percent=_percent,
        charts=tuple(map(on_page, drawing.finish())),
    )
    return encodable(page)


def _charts(overview: Overview) -> Sequence[dict[str, object]]:
    """What is to be drawn; nothing of a class so small that its rows say as much."""
    if overview.hand_ins.is_few or not overview.items:
        return ()
    return (dict(distribution_chart(overview.distribution.bins)), dict(checks_chart(overview.items)))


def _bars(bins: tuple[int, ...]) -> tuple[Bar, ...]:
    step = 100 // BINS
    return tuple(
        Bar(start=step * position, end=step * (position + 1), count=count) for position, count in enumerate(bins)
    )


def _items(items: Iterable[Item]) -> Iterator[ShownItem]:
    for item in items:
        yield ShownItem(
            item=item,
            mean="–" if item.mean is None else f"{100 * item.mean:.0f} %",
            discrimination="–" if item.discrimination is None else f"{item.discrimination:.2f}".replace("-", "−"),
            doubtful=item.discrimination is not None and item.discrimination < -2 / item.marked**0.5,
            mistake=prose(item.mistake) if item.mistaken > 1 else Markup(""),
        )


def _flag(each: Attention, hand_ins: Graded) -> ShownFlag:
    flags = hand_ins.results[each.places[0]].grade.flags
    said = str(next(flag.message for flag in flags if flag.code == each.code))
    return ShownFlag(
        code=each.code,
        meaning=FLAGS.get(each.code, ""),
        hand_ins=len(each.places),
        doubt=in_doubt(each),
        first=tuple(hand_ins.results[place].submission for place in each.places[:_NAMED]),
        example=prose(shortened(said, _LONGEST_EXAMPLE)),
    )


def _pair(each: Similar, hand_ins: Graded) -> ShownPair:
    one, other = (hand_ins.results[place].submission for place in each.places)
    return ShownPair(
        pair=(one, other),
        sentence=each.sentence,
        rarity=_rarity(each.expected),
        shared=tuple(
            (value.check, value.shown, "nobody else" if not value.others else counted(value.others, "other"))
            for value in each.shared
        ),
    )


def _who(students: Sequence[str]) -> str:
    return who(tuple(map(_short, students)), _NAMED)


def _short(student: str) -> str:
    return shortened(visible(student), _LONGEST_NAME)


def _rarity(expected: float) -> str:
    """In one of how many classes chance gives a pair as alike at most, to one digit."""
    classes = int(min(1 / max(expected, 1e-9), 1e9))
    digit = 10 ** (len(str(classes)) - 1)
    return f"{classes // digit * digit:,}"


def _percent(share: Fraction | None) -> str:
    return "–" if share is None else f"{float(100 * share):.3g} %"


def _quoted(slug: str) -> str:
    return quote(slug, safe="", errors="replace")
