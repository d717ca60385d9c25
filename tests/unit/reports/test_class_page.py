import re
from dataclasses import replace
from fractions import Fraction
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.analysis import overview
from grader.analysis.attention import _WEIGHTS as attention_weights
from grader.records import Diagnosis, Flag, Grade, Notebook, Result, Student, WrongValue
from grader.reports import drawing, feedback_page, grades_csv
from grader.reports.class_roll import class_roll
from grader.reports.class_wording import FLAGS
from tests.large_class import large_class, sample
from tests.unit.reports.golden import golden
from tests.unit.reports.sample_results import ABSENT, CLASS, RESULT, SPEC, check_grade, class_html, light


def with_points(points: int, verdict: str) -> Result:
    check = check_grade("z1.numpy", points=Fraction(points), max_points=Fraction(10), verdict=verdict)
    return replace(RESULT, grade=Grade(tasks=(replace(RESULT.grade.tasks[0], checks=(check,)),)))


def test_every_submission_is_counted_once() -> None:
    roll, seen = class_roll(CLASS, SPEC, ABSENT), overview(iter(CLASS), SPEC)

    assert (roll.graded, roll.ungraded, roll.rejected, roll.absent, roll.waiting) == (1, 1, 1, 1, 1)
    assert seen.distribution.mean == seen.distribution.median == Fraction(5, 22)
    assert [row.student.id for row in roll.rows] == ["ada", "bea", "cy", "dan"]


def test_points_that_wait_for_a_person_are_no_lost_points() -> None:
    results = [waiting(points) for points in (12, 12, 6)]
    spread = overview(results, SPEC).distribution
    page = class_html(results, SPEC)

    assert (spread.mean, spread.median) == (Fraction(5, 6), 1)
    assert spread.bins == (0, 0, 0, 0, 0, 1, 0, 0, 0, 2)
    assert "<dt>Median of what is marked</dt><dd>100 %</dd>" in page
    assert "<dt>Mean of what is marked</dt><dd>83.3 %</dd>" in page
    assert page.count('>12 <span class="so-far">of 12 so far</span></td>') == 4


def waiting(points: int) -> Result:
    """A submission of one task: a check of 12 points that is marked, and one of 2 that waits for a person."""
    checks = (
        check_grade("z1.numpy", points=Fraction(points), max_points=Fraction(12), verdict="partial"),
        check_grade("plot", kind="person", points=None, verdict="unmarked", reason="person"),
    )
    return replace(RESULT, grade=Grade(tasks=(replace(RESULT.grade.tasks[0], checks=checks),)))


def test_a_result_without_notebook_plan_and_outputs_is_enough() -> None:
    assert class_html(map(light, CLASS), SPEC, ABSENT) == class_html(CLASS, SPEC, ABSENT)


def test_one_point_is_no_plural() -> None:
    assert "For staff · 1 point ·" in class_html([], replace(SPEC, points=Fraction(1)))


def test_the_distribution_is_over_tenths_and_the_last_holds_full_marks() -> None:
    results = [with_points(points, "incorrect") for points in (0, 1, 9, 10, 10)]

    assert overview(results, SPEC).distribution.bins == (1, 1, 0, 0, 0, 0, 0, 0, 0, 3)


def test_pass_rates_are_of_those_who_were_marked() -> None:
    rates = overview(CLASS, SPEC).items

    assert [(rate.id, rate.passed, rate.marked) for rate in rates] == [
        ("z1.numpy", 1, 1),
        ("a2.numpy", 0, 1),
        ("loss.numpy", 1, 1),
        ("dw1.numpy", 0, 1),
        ("dw2.numpy", 0, 1),
    ]


def test_following_through_counts_as_passed() -> None:
    results = [with_points(10, "correct"), with_points(10, "follow-through"), with_points(0, "incorrect")]
    (rate,) = overview(results, SPEC).items

    assert (rate.passed, rate.marked, rate.percent) == (2, 3, 67)


@given(st.lists(st.integers(0, 10)))
def test_every_graded_submission_is_in_one_bar(points: list[int]) -> None:
    results = [with_points(each, "partial") for each in points]

    assert sum(overview(results, SPEC).distribution.bins) == class_roll(results, SPEC).graded == len(points)


def test_an_empty_class_has_a_page() -> None:
    page = class_html([], SPEC)

    assert "Nothing is graded yet." in page
    assert "Nothing is marked yet." in page


def test_links_lead_to_files_by_their_slug_quoted() -> None:
    links = re.findall(r'href="((?:feedback|results)/[^"]+)"', class_html(CLASS, SPEC))

    assert "feedback/ada.html" in links
    assert "results/cy%202%2F2/result.json" in links
    assert "results/cy%202%2F2/executed.ipynb" in links
    assert len({*links}) == 9


@given(st.text(min_size=1))
def test_no_slug_leaves_its_folder(slug: str) -> None:
    page = class_html([replace(RESULT, submission=replace(RESULT.submission, slug=slug))], SPEC)
    (quoted,) = {*re.findall(r'href="feedback/([^"]*)\.html"', page)}

    assert not set(quoted) & set("/\\\"'<>?# ")
    assert unquote(quoted) == slug.encode("utf-8", "replace").decode()


def test_ungraded_and_absent_have_no_points_and_say_why() -> None:
    page = class_html(CLASS, SPEC, ABSENT)

    assert "No space left on /srv/secret." in page
    assert "This is no notebook: line 3 is not JSON." in page
    assert "Nothing handed in" in page
    assert page.count('<td class="number points" data-value="">–') == 2


def test_hostile_names_stay_names() -> None:
    student = Student(id='"><script>alert(1)</script>', name="<img src=x onerror=alert(1)>\u202e")
    page = class_html([replace(RESULT, submission=replace(RESULT.submission, student=student))], SPEC, [student])

    assert page.count("<script") == 1
    assert "<img" not in page
    assert "\u202e" not in page


def test_a_small_class_is_not_compared_and_has_no_charts() -> None:
    page = class_html(CLASS, SPEC, ABSENT)

    assert "Hand-ins are compared from 5 graded ones on." in page
    assert 'class="chart"' not in page
    assert "<li>20 to 30 percent: 1.</li>" in page


def test_the_page_of_a_large_class_tells_what_is_in_it() -> None:
    page = class_html(large_class(), sample().spec)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page[page.index("<main") :]))

    assert page.count('class="chart"') == 2
    assert "35 of 120 students It is a mean where a sum is asked for. loss.numpy loss.torch" in text
    assert "13 of 15 wrong 3.372e-06, 3.2482e-07, 1, 1 (2×2) softmax goes down each column" in text
    assert "s017 and s063: All 3 values that both have wrong are the same, and nobody else has them." in text
    assert "similar Shares wrong values with another hand-in" in text
    assert page.count('data-flags="similar"') == 2


def test_a_page_whose_charts_cannot_be_drawn_says_it_all_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_PROGRAM", "raise SystemExit(1)")
    page = class_html(large_class(), sample().spec)

    assert 'class="chart"' not in page
    assert '<ul id="distribution-text">' in page


def test_what_two_share_is_told_to_staff_alone() -> None:
    seen = overview(large_class(), sample().spec)
    results = [result for result in seen.results if result.submission.student.id in ("s017", "s063")]

    assert [[flag.code for flag in result.grade.flags] for result in results] == [["similar"]] * 2
    for result in results:
        page = feedback_page(replace(result, notebook=Notebook(cells=())), sample().spec, "values")
        other = "s063" if result.submission.student.id == "s017" else "s017"
        assert "similar" not in page
        assert other not in page
    assert "similar" in grades_csv(seen.results, sample().spec, ())


@pytest.mark.parametrize(
    "hostile", ["</svg><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "\u202e{{7*7}}"]
)
def test_hostile_values_names_and_messages_stay_text(hostile: str) -> None:
    known = WrongValue(kind="k", size=1.0, sums=(0.5, 0.5), shown=hostile, settled=True)
    why = (Diagnosis(code=hostile, message=hostile),)
    check = check_grade("a2.numpy", title=hostile, wrong_value=known, diagnoses=why)
    grade = Grade(
        tasks=(replace(RESULT.grade.tasks[0], checks=(check,)),), flags=(Flag(code=hostile, message=hostile),)
    )
    results = [
        replace(
            RESULT,
            submission=replace(RESULT.submission, student=Student(id=f"{hostile}{number}"), slug=f"{hostile}{number}"),
            grade=grade,
        )
        for number in range(6)
    ]
    page = class_html(results, SPEC)

    assert page.count("<script") == 1
    assert "<img" not in page
    assert "\u202e" not in page
    assert page.count('class="chart"') == 2


def test_every_flag_that_has_a_weight_has_a_sentence() -> None:
    assert attention_weights.keys() == FLAGS.keys()


def test_the_page_as_it_was_agreed() -> None:
    golden("class.html", class_html(CLASS, SPEC, ABSENT))
