from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.reports.plain_text import counted, encodable, number, points_text, prose, shape_text, visible


@given(st.text(st.characters()))
def test_visible_text_can_be_encoded_and_holds_nothing_that_acts(text: str) -> None:
    shown = visible(text)

    shown.encode("utf-8")
    assert all(ord(char) >= 0x20 or char in "\n\t" for char in shown)
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x7f\x9b")


@given(st.text(st.characters(categories=["L", "N", "P", "Zs", "S"])))
def test_ordinary_text_of_any_script_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


def test_what_utf8_cannot_hold_is_replaced() -> None:
    assert encodable("a\ud800b") == "a?b"


@pytest.mark.parametrize(
    ("points", "text", "as_json"),
    [(Fraction(2), "2", 2), (Fraction(3, 2), "1.5", 1.5), (Fraction(2, 3), "0.67", 2 / 3), (None, "–", None)],
)
def test_points_are_short_for_people_and_exact_for_programs(
    points: Fraction | None, text: str, as_json: float | None
) -> None:
    assert points_text(points) == text
    assert number(points) == as_json
    assert type(number(points)) is type(as_json)


def test_one_is_singular_and_all_else_is_plural() -> None:
    assert [counted(count, "point") for count in (Fraction(1), Fraction(3, 2), Fraction(0), 1, 1000)] == [
        *("1 point", "1.5 points", "0 points", "1 point", "1,000 points"),
    ]


def test_shapes_are_told_in_words() -> None:
    assert [shape_text(shape) for shape in ((), (4,), (2, 4))] == ["a single number", "(4,)", "(2, 4)"]


def test_prose_links_cells_that_are_on_the_page_and_escapes_the_rest() -> None:
    assert prose("`<b>` in cell 3, cell 9", frozenset({3})) == (
        '<code>&lt;b&gt;</code> in <a href="#cell-3">cell 3</a>, cell 9'
    )


@given(st.text())
def test_prose_never_lets_a_tag_through(text: str) -> None:
    html = prose(text, frozenset({1}))
    for own in ("<code>", "</code>", '<a href="#cell-1">', "</a>"):
        html = html.replace(own, "")
    assert "<" not in html
    assert '"' not in html
