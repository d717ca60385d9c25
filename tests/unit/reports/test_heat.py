import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.assignment.spec import Reveal
from grader.records import CheckGrade, Evidence, Part
from grader.reports.arrays import pictures_of, tables_of
from grader.reports.heat import Heat, differences, heat_of
from tests.unit.reports.sample_results import check_grade, wrong_comparison

EVIDENCE = Evidence(
    shape=(2, 2),
    found=("1", "-8", "nan", "0"),
    expected=("1", "800", "3", "0.001"),
    wrong=(False, True, True, True),
)


def wrong(evidence: Evidence = EVIDENCE, **fields: object) -> CheckGrade:
    return check_grade(comparison=wrong_comparison(), evidence=evidence, **fields)


def pictures(reveal: Reveal, evidence: Evidence = EVIDENCE, **fields: object) -> list[Heat]:
    return list(pictures_of(wrong(evidence, **fields), reveal))


def grounds(heat: Heat) -> list[str]:
    """The ground of each square, in their order."""
    found = {corner: ground for ground, outline in heat.grounds for corner in re.findall(r"M(\d+) (\d+)h", outline)}
    return [found[corner] for corner in sorted(found, key=lambda corner: (int(corner[1]), int(corner[0])))]


def numbers(heat: Heat) -> list[str]:
    return [text for _, _, text in heat.numbers]


def picture(*shape: int, texts: tuple[str, ...] | None = None) -> Heat | None:
    size = 1
    for length in shape:
        size *= length
    found = texts or tuple(str(number) for number in range(size))
    return heat_of("Yours", Evidence(shape=shape, found=found, expected=(), wrong=()), found)


def test_a_ground_says_the_sign_and_how_large_a_number_is_beside_the_largest_of_its_own() -> None:
    (own,) = pictures("places")

    assert grounds(own) == ["p1", "n4", "odd", "p0"]
    assert own.frames.count("M") == own.crosses.count("l4 4") == 3
    assert numbers(own) == ["1", "-8", "nan", "0"]


def test_where_values_are_revealed_what_is_expected_stands_beside_on_the_same_scale_and_then_what_is_between() -> None:
    own, expected, between = pictures("values")

    assert [str(each.caption) for each in (own, expected, between)] == ["Yours", "Expected", "Yours less expected"]
    assert grounds(own) == ["p1", "n1", "odd", "p0"]
    assert grounds(expected) == ["p1", "p4", "p1", "p1"]
    assert numbers(between) == ["-808", "-0.001"]
    assert expected.frames == between.frames == ""


def test_at_marks_there_is_neither_picture_nor_table() -> None:
    assert pictures("marks") == []
    assert list(tables_of(wrong(), "marks")) == []


@given(st.lists(st.floats(width=32), min_size=4, max_size=4))
def test_below_values_a_picture_is_the_same_whatever_is_expected(expected: list[float]) -> None:
    other = Evidence(shape=(2, 2), found=EVIDENCE.found, expected=tuple(map(str, expected)), wrong=EVIDENCE.wrong)

    assert pictures("places", other) == pictures("places")
    assert list(tables_of(wrong(other), "places")) == list(tables_of(wrong(), "places"))


def test_an_answer_of_another_shape_is_shown_by_itself() -> None:
    own = Evidence(shape=(1, 3), found=("1", "2", "3"), expected=(), wrong=())
    (heat,) = pictures("values", own, reason="other-shape")

    assert numbers(heat) == ["1", "2", "3"]
    assert str(heat.label) == "Yours, of the shape (1, 3)."


def test_of_a_nested_value_the_first_part_that_is_wrong_is_shown_and_named() -> None:
    parts = (
        Part(label="['W']", verdict="correct", reason="equal"),
        Part(label="['b']", verdict="incorrect", reason="differs"),
    )
    (heat,) = pictures("places", parts=parts)

    assert str(heat.caption) == "Yours, ['b']"


def test_what_is_wrong_is_said_to_those_who_cannot_see_it() -> None:
    (heat,) = pictures("places")
    many = Evidence(shape=(20,), found=("1",) * 20, expected=("2",) * 20, wrong=(True,) * 20)
    (long,) = pictures("places", many)

    assert str(heat.label) == "Yours, of the shape (2, 2), wrong at [0, 1], [1, 0], [1, 1]."
    assert str(long.label).endswith("[11] and 8 more.")


@pytest.mark.parametrize(
    ("shape", "heads"),
    [
        ((4,), []),
        ((25,), ["0", "10", "20"]),
        ((1, 25), ["0", "10", "20"]),
        ((3, 2), ["0", "1", "2"]),
        ((2, 2, 3), ["0, 0", "0, 1", "1, 0", "1, 1"]),
    ],
)
def test_rows_are_headed_by_their_place_and_long_vectors_go_on_below(shape: tuple[int, ...], heads: list[str]) -> None:
    heat = picture(*shape)

    assert heat is not None
    assert [text for _, _, text in heat.rows] == heads


@pytest.mark.parametrize("shape", [(), (1,), (1, 1), (2, 100), (0, 3)])
def test_what_no_picture_would_help_with_has_none(shape: tuple[int, ...]) -> None:
    assert picture(*shape) is None


@pytest.mark.parametrize("shape", [(200,), (5, 40), (40, 5), (2, 2, 2, 5, 5), (66, 3)])
def test_every_square_of_a_picture_lies_within_it(shape: tuple[int, ...]) -> None:
    heat = picture(*shape)

    assert heat is not None
    squares = re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)", "".join(outline for _, outline in heat.grounds))
    assert len(set(squares)) == math.prod(shape)
    for x, y, side, tall in (map(int, square) for square in squares):
        assert x + side <= heat.width <= 780
        assert y + tall <= heat.height


@given(st.lists(st.text() | st.floats().map(str), min_size=2, max_size=12))
def test_any_text_can_stand_for_a_number(texts: list[str]) -> None:
    found = tuple(texts)
    size = len(found)
    evidence = Evidence(shape=(size,), found=found, expected=("1",) * size, wrong=(True,) * size)
    heat = heat_of("Yours", evidence, found)

    assert heat is not None
    assert all(len(text) <= 7 for text in numbers(heat))
    assert len(differences(evidence)) == size
