import re
from dataclasses import replace
from fractions import Fraction
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from grader.records import Grade, Result, Student
from grader.reports import class_page
from grader.reports.class_figures import class_figures
from tests.unit.reports.golden import golden
from tests.unit.reports.sample_results import ABSENT, CLASS, RESULT, SPEC, check_grade, light


def with_points(points: int, verdict: str) -> Result:
    check = check_grade("z1.numpy", points=Fraction(points), max_points=Fraction(10), verdict=verdict)
    return replace(RESULT, grade=Grade(tasks=(replace(RESULT.grade.tasks[0], checks=(check,)),)))


def test_every_submission_is_counted_once() -> None:
    figures = class_figures(iter(CLASS), SPEC, ABSENT)

    assert (figures.graded, figures.ungraded, figures.rejected, figures.absent) == (1, 1, 1, 1)
    assert (figures.waiting, figures.distribution.mean, figures.distribution.median) == (
        1,
        Fraction(5, 22),
        Fraction(5, 22),
    )
    assert [row.student.id for row in figures.rows] == ["ada", "bea", "cy", "dan"]


def test_points_that_wait_for_a_person_are_no_lost_points() -> None:
    results = [waiting(points) for points in (12, 12, 6)]
    figures = class_figures(results, SPEC)
    page = class_page(results, SPEC)

    assert (figures.distribution.mean, figures.distribution.median, figures.waiting) == (Fraction(5, 6), 1, 3)
    assert figures.distribution.bins == (0, 0, 0, 0, 0, 1, 0, 0, 0, 2)
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
    assert class_page(map(light, CLASS), SPEC, ABSENT) == class_page(CLASS, SPEC, ABSENT)


def test_one_point_is_no_plural() -> None:
    assert "For staff · 1 point ·" in class_page([], replace(SPEC, points=Fraction(1)))


def test_the_distribution_is_over_tenths_and_the_last_holds_full_marks() -> None:
    results = [with_points(points, "incorrect") for points in (0, 1, 9, 10, 10)]

    assert class_figures(results, SPEC).distribution.bins == (1, 1, 0, 0, 0, 0, 0, 0, 0, 3)


def test_pass_rates_are_of_those_who_were_marked() -> None:
    rates = class_figures(CLASS, SPEC).items

    assert [(rate.id, rate.passed, rate.marked) for rate in rates] == [
        ("z1.numpy", 1, 1),
        ("a2.numpy", 0, 1),
        ("loss.numpy", 1, 1),
        ("dw1.numpy", 0, 1),
        ("dw2.numpy", 0, 1),
    ]


def test_following_through_counts_as_passed() -> None:
    results = [with_points(10, "correct"), with_points(10, "follow-through"), with_points(0, "incorrect")]
    (rate,) = class_figures(results, SPEC).items

    assert (rate.passed, rate.marked, rate.percent) == (2, 3, 67)


@given(st.lists(st.integers(0, 10)))
def test_every_graded_submission_is_in_one_bar(points: list[int]) -> None:
    figures = class_figures([with_points(each, "partial") for each in points], SPEC)

    assert sum(figures.distribution.bins) == figures.graded == len(points)


def test_an_empty_class_has_a_page() -> None:
    page = class_page([], SPEC)

    assert "Nothing is graded yet." in page
    assert "Nothing is marked yet." in page


def test_links_lead_to_files_by_their_slug_quoted() -> None:
    links = re.findall(r'href="((?:feedback|results)/[^"]+)"', class_page(CLASS, SPEC))

    assert "feedback/ada.html" in links
    assert "results/cy%202%2F2/result.json" in links
    assert "results/cy%202%2F2/executed.ipynb" in links
    assert len(links) == 9


@given(st.text(min_size=1))
def test_no_slug_leaves_its_folder(slug: str) -> None:
    page = class_page([replace(RESULT, submission=replace(RESULT.submission, slug=slug))], SPEC)
    (quoted,) = re.findall(r'href="feedback/([^"]*)\.html"', page)

    assert not set(quoted) & set("/\\\"'<>?# ")
    assert unquote(quoted) == slug.encode("utf-8", "replace").decode()


def test_ungraded_and_absent_have_no_points_and_say_why() -> None:
    page = class_page(CLASS, SPEC, ABSENT)

    assert "No space left on /srv/secret." in page
    assert "This is no notebook: line 3 is not JSON." in page
    assert "Nothing handed in" in page
    assert page.count('<td class="number points" data-value="">–') == 2


def test_hostile_names_stay_names() -> None:
    student = Student(id='"><script>alert(1)</script>', name="<img src=x onerror=alert(1)>\u202e")
    page = class_page([replace(RESULT, submission=replace(RESULT.submission, student=student))], SPEC, [student])

    assert page.count("<script") == 1
    assert "<img" not in page
    assert "\u202e" not in page


def test_the_page_as_it_was_agreed() -> None:
    golden("class.html", class_page(CLASS, SPEC, ABSENT))
