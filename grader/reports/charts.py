"""Charts of a class: what is to be drawn, as data, and what was drawn, made fit for a page.

Vega-Lite's specifications are written out here, since Altair, which would check them, takes half a second to import.
Colours are the page's own variables, so that a chart is light, dark or printed as all else is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from markupsafe import Markup

from grader.analysis import Item
from grader.records import Verdict
from grader.reports.plain_text import visible
from grader.reports.sentences import VERDICTS

Spec = Mapping[str, object]

_WIDTH = 460
_LONGEST_NAME = 150
_LETTER = 7.5
"""Room for a letter of a name: the page's fonts may be wider than the one that is measured when it is drawn."""

MOST_CHECKS = 60
"""More rows than these are more than anybody looks at."""

VERDICT_COLOURS: Mapping[Verdict, str] = {
    "correct": "var(--chart-correct)",
    "follow-through": "var(--chart-follow-through)",
    "partial": "var(--chart-partial)",
    "incorrect": "var(--chart-incorrect)",
    "missing": "var(--chart-missing)",
    "not-run": "var(--chart-not-run)",
    "unmarked": "var(--chart-unmarked)",
}
"""In the order in which they stand in a chart, from what is right to what nobody has marked."""

_CONFIG: Spec = {
    "background": None,
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {
        "domainColor": "var(--edge)",
        "tickColor": "var(--edge)",
        "labelColor": "var(--soft)",
        "titleColor": "var(--soft)",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    },
    "legend": {"labelColor": "var(--ink)", "labelFontSize": 12, "symbolType": "square", "symbolStrokeWidth": 0},
}


def _chart(content: Mapping[str, object]) -> Spec:
    size = {"width": _WIDTH, "padding": 2, "autosize": {"type": "fit-x", "contains": "padding"}}
    return {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "config": _CONFIG, **size, **content}


def distribution_chart(bins: Sequence[int]) -> Spec:
    """Bars of how many submissions lie in each part of what could be had."""
    step = 100 / len(bins)
    bars = [
        {"from": step * place + 0.5, "middle": step * (place + 0.5), "to": step * (place + 1) - 0.5, "count": count}
        for place, count in enumerate(bins)
    ]
    percent = {"values": [0, 20, 40, 60, 80, 100], "labelExpr": "datum.value + ' %'", "grid": False, "title": None}
    across = {"type": "quantitative", "scale": {"domain": [0, 100], "nice": False}}
    height = {"field": "count", "type": "quantitative", "axis": None}
    number = {"type": "text", "dy": -7, "fontSize": 12, "fontWeight": 600, "color": "var(--ink)"}
    return _chart(
        {
            "height": 180,
            "data": {"values": bars},
            "layer": [
                {
                    "mark": {"type": "rect", "color": "var(--accent)"},
                    "encoding": {
                        "x": {"field": "from", "axis": percent, **across},
                        "x2": {"field": "to"},
                        "y": {**height},
                        "y2": {"datum": 0},
                    },
                },
                {
                    "transform": [{"filter": "datum.count > 0"}],
                    "mark": number,
                    "encoding": {"x": {"field": "middle", **across}, "y": height, "text": {"field": "count"}},
                },
            ],
        }
    )


def checks_chart(items: Sequence[Item]) -> Spec:
    """A row for each check, in order: how many hand-ins came to each verdict."""
    shown = items[:MOST_CHECKS]
    ids = [visible(item.id) for item in shown]
    order = list(VERDICT_COLOURS)
    given = [verdict for verdict in order if any(item.verdicts.get(verdict) for item in shown)]
    parts = [
        {"check": visible(item.id), "verdict": VERDICTS[verdict], "order": order.index(verdict), "count": count}
        for item in shown
        for verdict, count in item.verdicts.items()
    ]
    names = {"title": None, "domain": False, "ticks": False, "labelColor": "var(--ink)", "labelPadding": 6}
    room = {"labelLimit": _LONGEST_NAME, "minExtent": min(_LONGEST_NAME, _LETTER * max(len(each) for each in ids))}
    colours = {"domain": [VERDICTS[verdict] for verdict in given], "range": [VERDICT_COLOURS[each] for each in given]}
    legend = {"title": None, "orient": "bottom", "columns": 3, "symbolSize": 140, "offset": 8, "columnPadding": 28}
    return _chart(
        {
            "height": {"step": 24},
            "data": {"values": parts},
            "mark": {"type": "bar", "stroke": "var(--ground)", "strokeWidth": 1},
            "encoding": {
                "y": {"field": "check", "type": "nominal", "sort": ids, "axis": names | room},
                "x": {
                    "field": "count",
                    "type": "quantitative",
                    "axis": {"title": "Hand-ins", "grid": False, "tickMinStep": 1, "format": "d", "tickCount": 5},
                },
                "color": {"field": "verdict", "type": "nominal", "scale": colours, "legend": legend},
                "order": {"field": "order", "type": "quantitative"},
            },
        }
    )


_KEPT: Mapping[str, frozenset[str]] = {
    "svg": frozenset({"viewBox"}),
    "g": frozenset({"transform", "fill", "stroke", "stroke-width"}),
    "path": frozenset({"transform", "d", "fill", "stroke", "stroke-width"}),
    "line": frozenset({"transform", "x1", "x2", "y1", "y2", "stroke", "stroke-width"}),
    "text": frozenset({"transform", "text-anchor", "fill", "font-size", "font-weight"}),
}
"""All that is kept of a drawing: shapes and text, without names, roles and references."""

_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")


def on_page(svg: str) -> Markup:
    """A drawing as an element of HTML, of which only shapes and text are left, escaped."""
    shown = _stripped(ElementTree.fromstring(svg))  # noqa: S314 (Vega wrote it)
    assert shown is not None
    shown.set("aria-hidden", "true")  # what it shows stands beside it as text
    shown.set("focusable", "false")
    # It is escaped by whoever writes it, and has no elements but those that are kept.
    return Markup(ElementTree.tostring(shown, encoding="unicode"))


def _stripped(element: ElementTree.Element) -> ElementTree.Element | None:
    """An element with what is kept of it, and of those in it; None where nothing is to be seen."""
    tag = element.tag.rpartition("}")[2]
    drawn = tag in {"svg", "g"} or element.get("fill") or element.get("stroke")
    if tag not in _KEPT or not drawn or element.get("display") == "none":
        return None
    kept = {name: _rounded(value) for name, value in element.items() if name in _KEPT[tag]}
    made = ElementTree.Element(tag, kept)
    made.text = element.text if tag == "text" else None
    made.extend([child for each in element if (child := _stripped(each)) is not None])
    return made if tag in {"svg", "path", "line"} or made.text or len(made) else None


def _rounded(value: str) -> str:
    return _LONG_NUMBER.sub(lambda match: f"{float(match[0]):.2f}".rstrip("0").rstrip("."), value)
