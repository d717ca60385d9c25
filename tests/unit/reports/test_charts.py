"""Charts are drawn in a process of their own, and come out as shapes and text alone."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.analysis import BINS, Item
from grader.records import Verdict
from grader.reports import drawing
from grader.reports.charts import VERDICT_COLOURS, checks_chart, distribution_chart, on_page
from grader.reports.drawing import Drawing
from grader.reports.sentences import VERDICTS

HOSTILE = "</text><script>alert(1)</script>&\"'{{7*7}}\u202e"


def item(id: str, **verdicts: int) -> Item:
    named: dict[Verdict, int] = {verdict: verdicts.get(verdict.replace("-", "_"), 0) for verdict in VERDICT_COLOURS}
    return Item(
        id=id, title="", passed=0, marked=1, mean=None, discrimination=None, verdicts=named, mistake="", mistaken=0
    )


def drawn(*specs: object) -> list[str]:
    return [str(on_page(svg)) for svg in Drawing(specs).finish()]  # type: ignore[arg-type]


def test_charts_show_what_they_are_given() -> None:
    spread, checks = drawn(
        distribution_chart((0, 3, *[0] * 7, 42)),
        checks_chart([item("a2.numpy", correct=7, incorrect=2), item(HOSTILE, correct=1, follow_through=4)]),
    )

    assert re.findall(r">(\d+)</text>", spread) == ["3", "42"]
    assert spread.count('fill="var(--accent)"') == BINS
    assert ">a2.numpy</text>" in checks
    assert [word for word in VERDICTS.values() if f">{word}</text>" in checks] == [
        *("Correct", "Follows through", "Not right"),
    ]
    assert checks.count('fill="var(--chart-correct)"') == 3  # two bars and the legend's
    for svg in (spread, checks):
        assert set(re.findall(r"<(\w+)", svg)) <= {"svg", "g", "path", "line", "text"}
        assert not re.search(r"\b(?:id|class|style|href|role|on\w+)=", svg)
        assert "\u202e" not in svg


def test_every_verdict_has_a_colour() -> None:
    assert VERDICT_COLOURS.keys() == VERDICTS.keys()


@pytest.mark.parametrize(
    "program", ["raise SystemExit(1)", "print('no JSON')", "import os; os.abort()", "import sys; sys.stdin.close()"]
)
def test_a_drawing_that_fails_is_none(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_PROGRAM", program)

    assert Drawing([distribution_chart((1,))] * 500).finish() == ()


def test_a_drawing_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_PROGRAM", "import time; time.sleep(60)")
    monkeypatch.setattr(drawing, "LONGEST_SECONDS", 0.2)

    assert Drawing([distribution_chart((1,))]).finish() == ()


def test_nothing_to_draw_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("subprocess.Popen", None)

    assert Drawing([]).finish() == ()


@given(st.text())
def test_whatever_stands_in_a_drawing_is_escaped(text: str) -> None:
    legal = "".join(letter for letter in text if letter.isprintable())
    written = f'<script>1</script><text fill="red" onload="x">{escape(legal)}</text>'
    shown = str(on_page(f'<svg xmlns="http://www.w3.org/2000/svg">{written}</svg>'))

    assert "script" not in shown or "script" in legal
    assert "onload" not in shown or "onload" in legal
    assert shown.count("<") == (4 if legal else 1)
