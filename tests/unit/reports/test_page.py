"""The look: contrast of every pair of colours in both schemes, and the policy that a page runs under."""

import base64
import hashlib
import re
from pathlib import Path

import pytest

import grader.reports
from grader.reports import feedback_page
from tests.unit.reports.sample_results import CLASS, RESULT, SPEC, class_html

STYLE = (Path(grader.reports.__file__).parent / "templates" / "style.css").read_text(encoding="utf-8")

TEXT_PAIRS = [
    *((ink, ground) for ink in ("ink", "soft", "accent") for ground in ("ground", "raised")),
    *((name, f"{name}-ground") for name in ("good", "bad", "part", "wait")),
    *((f"code-{name}", "raised") for name in ("keyword", "string", "number", "name", "comment")),
    *((name, "ground") for name in ("good", "bad", "part", "code-name", "code-keyword")),
    *((name, "bad-ground") for name in ("ink", "good", "part", "code-name", "code-keyword")),
    *((name, "wait-ground") for name in ("ink",)),
    *(("ink", f"heat-{ground}") for ground in ("p0", "p1", "p2", "p3", "p4", "n1", "n2", "n3", "n4")),
]
GRAPHIC_PAIRS = [("edge", "ground"), ("accent", "line"), ("bad", "ground"), ("accent", "ground")]


def palette(scheme: str) -> dict[str, str]:
    blocks = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    light, dark, printed = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in blocks)
    return {"light": light, "dark": light | dark, "print": light | printed}[scheme]


def contrast(first: str, second: str) -> float:
    """The contrast ratio of WCAG 2.2, from 1 to 21."""
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_black_on_white_is_twenty_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_has_the_contrast_of_wcag_aa(scheme: str, ink: str, ground: str) -> None:
    colours = palette(scheme)

    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("mark", "ground"), GRAPHIC_PAIRS)
def test_what_must_be_seen_beside_text_has_three_to_one(scheme: str, mark: str, ground: str) -> None:
    colours = palette(scheme)

    assert contrast(colours[mark], colours[ground]) >= 3


def test_the_style_fetches_nothing() -> None:
    assert "url(" not in STYLE
    assert "@import" not in STYLE


@pytest.mark.parametrize("tag", ["style", "script"])
def test_the_policy_allows_our_own_style_and_script_by_their_hash_alone(tag: str) -> None:
    html = class_html(CLASS, SPEC)
    bodies = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)

    assert len(bodies) == 1
    digest = base64.b64encode(hashlib.sha256(bodies[0].encode()).digest()).decode()
    assert f"{tag}-src 'sha256-{digest}';" in html


def test_a_students_page_has_no_script_at_all() -> None:
    html = feedback_page(RESULT, SPEC, "values")

    assert "<script" not in html
    assert "script-src" not in html
    assert "default-src 'none'; style-src 'sha256-" in html


@pytest.mark.parametrize("html", [class_html(CLASS, SPEC), feedback_page(RESULT, SPEC, "values")])
def test_no_element_has_a_style_or_a_handler_of_its_own(html: str) -> None:
    assert not re.search(r"<[a-z][^>]*\s(?:style|on[a-z]+)=", html)
