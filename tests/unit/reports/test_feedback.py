import html as htmllib
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from grader.assignment.spec import Reveal
from grader.records import (
    CellError,
    CellRun,
    Comparison,
    Evidence,
    Execution,
    Flag,
    Grade,
    Output,
    Part,
    Result,
    Student,
)
from grader.reports import feedback_page
from tests.catalogues import said_in_source
from tests.unit.reports.golden import golden
from tests.unit.reports.sample_results import (
    REJECTED,
    RESULT,
    SPEC,
    UNAVAILABLE,
    check_grade,
    with_outputs,
    wrong_comparison,
)

SECRETS = (
    *("0.01448572", "0.98551428"),  # expected values
    *("0.7345", "0.735", "50.7"),  # differences
    *("1.3e-06", "1.1e-05", "float32"),  # the tolerance
    *("3×4", "(3, 4)"),  # the expected shape
    "3.25",  # a ratio
)


def shown(result: Result, reveal: Reveal = "places") -> str:
    """All that the file holds but our own style, tags and attributes included."""
    return re.sub(r"<style>.*?</style>", "", feedback_page(result, SPEC, reveal), flags=re.DOTALL)


def text(result: Result, reveal: Reveal = "places") -> str:
    """What a reader sees."""
    return " ".join(htmllib.unescape(re.sub(r"<[^>]*>", "", shown(result, reveal))).split())


@pytest.mark.parametrize("reveal", ["places", "marks"])
@pytest.mark.parametrize("secret", SECRETS)
def test_below_values_a_file_holds_nothing_of_the_reference(secret: str, reveal: Reveal) -> None:
    assert secret not in shown(RESULT, reveal)


@pytest.mark.parametrize("secret", [*SECRETS[:2], "0.735", "1.3e-06", "(3, 4)", "3.25"])
def test_values_are_shown_where_the_assignment_reveals_them(secret: str) -> None:
    assert secret in shown(RESULT, "values")


def test_the_total_comes_first_and_says_what_waits() -> None:
    seen = text(RESULT)

    assert "2.5 of 11 so far, 2 to be marked by hand" in seen
    assert seen.index("2.5 of 11") < seen.index("1 of 3") < seen.index("Not right")


def test_points_that_wait_for_a_person_are_no_lost_points() -> None:
    page = shown(RESULT)

    assert '<td class="number">1.5 of 8 so far</td>' in page
    assert '<span class="of">1.5 of 8 so far</span>' in page
    assert 'class="fill" width="22"' in page
    assert "1.5 of 10" not in page


def test_a_check_names_its_question_its_answer_and_links_to_the_cell() -> None:
    page = shown(RESULT)

    assert "Class probabilities, one row an example" in page
    assert '<code>a2_n</code> at the end of Task 1 (<a href="#cell-3">cell 3</a>): 2 of 4 elements differ.' in page
    assert 'id="cell-3"' in page


def test_wrong_elements_of_the_students_own_array_are_marked() -> None:
    page = shown(RESULT)

    assert page.count('<td class="wrong">0.5') == 2
    assert "<td>0.13238887</td>" in page
    assert "Yours" in page
    assert "Expected" not in page


def test_a_single_number_has_no_head_of_a_column() -> None:
    evidence = Evidence(shape=(), found=("2.5",), expected=("3.5",), wrong=(True,))
    page = shown(with_checks(check_grade(comparison=wrong_comparison(), evidence=evidence)), "values")

    assert "<tr><td>3.5</td></tr>" in page
    assert '<th scope="col">0</th>' not in page


def test_expected_elements_stand_beside_where_values_are_revealed() -> None:
    assert "<td>0.98551428</td>" in shown(RESULT, "values")


def test_rows_of_an_array_of_three_axes_are_headed_by_their_place() -> None:
    numbers = tuple(map(str, range(8)))
    evidence = Evidence(shape=(2, 2, 2), found=numbers, expected=numbers, wrong=(True, *(False,) * 7))
    page = shown(with_checks(check_grade(comparison=wrong_comparison(), evidence=evidence)))

    assert re.findall(r'<th scope="row">(\d, \d)</th>', page) == ["0, 0", "0, 1", "1, 0", "1, 1"]


def with_checks(*checks: object) -> Result:
    task = replace(RESULT.grade.tasks[0], checks=checks)  # type: ignore[arg-type]
    return replace(RESULT, grade=Grade(tasks=(task,)))


def test_at_marks_there_are_verdicts_and_points_alone() -> None:
    page = shown(RESULT, "marks").split('id="run"')[0]

    assert "Not right" in page
    assert "0 of 2" in page
    assert not re.search(r"#cell-|elements|Yours|softmax over|Worth a look|my_loss|NameError", page)


def test_flags_that_raise_a_suspicion_are_for_staff() -> None:
    codes = ("similar", "hard-coded", "made-up", "missing-name", "low-precision", "missing-package", "changed-later")
    flags = tuple(Flag(code=code, message=f"about {code}") for code in codes)
    seen = text(replace(RESULT, grade=replace(RESULT.grade, flags=flags)))

    assert re.findall(r"about ([a-z-]+)", seen) == ["missing-package", "changed-later"]


@pytest.mark.parametrize("reveal", ["values", "places", "marks"])
def test_no_student_reads_the_id_of_a_check(reveal: Reveal) -> None:
    seen = text(RESULT, reveal)

    assert "my_loss in place of loss_n" in seen or reveal == "marks"
    assert not re.search(r"\b(?:z1|a2|loss|dw1|dw2)\.numpy\b", shown(RESULT, reveal))
    assert "plot plot" not in seen.lower()


def test_a_rubric_is_not_for_students() -> None:
    assert not any("pelican" in shown(RESULT, reveal) for reveal in ("values", "places", "marks"))  # type: ignore[arg-type]


def test_a_check_of_a_persons_names_no_variable_and_is_spoken_of_in_words() -> None:
    page = shown(RESULT)

    assert "<h3>A plot of the loss</h3>" in page
    assert '<span aria-hidden="true">– of 2</span><span class="unseen">not marked yet, 2 points</span>' in page


def test_what_was_mended_in_the_file_is_told() -> None:
    assert RESULT.notebook
    mended = replace(RESULT, notebook=replace(RESULT.notebook, repairs=("NUL characters were removed.", "<b> too.")))

    assert "To read your file, we had to mend it: NUL characters were removed. <b> too." in text(mended)
    assert "<b>" not in shown(mended)
    assert "mend" not in text(RESULT)


def test_a_check_that_waits_for_a_person_says_so() -> None:
    assert "This waits for a person: it is not counted yet." in text(RESULT)
    assert "Waits for a person: not counted yet." in text(RESULT, "marks")


def test_how_it_ran_is_told_with_the_errors_of_cells() -> None:
    seen = text(RESULT)

    assert "Ran to the end, with errors in some cells, in 2.8 seconds." in seen
    assert "cell 4: NameError: name 'w2' is not defined" in seen


@pytest.mark.parametrize("status", ["timeout", "memory", "output", "died"])
def test_a_run_that_was_stopped_says_why(status: str) -> None:
    execution = Execution(
        status=status,  # type: ignore[arg-type]
        engine="kernel",
        seconds=20.0,
        seed=0,
        reason="Cell 2 ran for 20 s.",
        cells=(
            CellRun(index=2, status="timeout", error=CellError(name="KeyboardInterrupt", message="")),
            CellRun(index=3, status="not-run"),
        ),
    )
    seen = text(replace(RESULT, executions=(execution,)))

    assert "after 20.0 seconds." in seen
    assert "Cell 2 ran for 20 s." in seen
    assert "took too long" in seen
    assert "KeyboardInterrupt:" not in seen
    assert "not run" in seen


def test_a_rejected_hand_in_is_told_why_and_nothing_twice() -> None:
    assert text(REJECTED).partition("Feedback for bea ")[2] == (
        "Your hand-in could not be run This is no notebook: line 3 is not JSON. So nothing was run and nothing could "
        "be marked. If it is too late to hand in again, write to your instructor. Marks 0 of 13"
    )


def test_our_own_fault_is_told_as_such_without_our_own_paths() -> None:
    seen = text(UNAVAILABLE)

    assert "Not graded yet" in seen
    assert "This is not your fault" in seen
    assert "/srv/secret" not in shown(UNAVAILABLE, "values")


def test_a_shape_that_is_huge_or_odd_breaks_nothing() -> None:
    odd = Evidence(shape=(0, 3), found=("1",), expected=(), wrong=(True, True))
    comparison: Comparison = wrong_comparison(shape=(), mismatched=0, elements=0)

    assert "Yours" in text(with_checks(check_grade(comparison=comparison, evidence=odd)), "values")


def test_a_name_can_neither_act_nor_turn_the_line_around() -> None:
    student = Student(id="x", name="<script>alert(1)</script>\u202eevil\x00\ud800")
    page = feedback_page(replace(RESULT, submission=replace(RESULT.submission, student=student)), SPEC, "places")

    page.encode()
    assert "<script" not in page
    assert "[U+202E]evil␀�" in page


def test_the_page_is_well_formed_for_those_who_hear_it() -> None:
    page = feedback_page(RESULT, SPEC, "values")
    ids = re.findall(r' id="([^"]+)"', page)

    assert page.count("<h1") == 1
    assert '<html lang="en">' in page
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
    assert page.count("<caption") == page.count("<table") - len(re.findall(r"<table>", page))


def test_pictures_are_well_formed_whatever_stands_in_them() -> None:
    hostile = ("<script>", '"\x00&amp;', "]]>", "\u202e\ud800")
    evidence = Evidence(shape=(2, 2), found=hostile, expected=hostile, wrong=(True,) * 4)
    part = Part(label="['<b>\"&']", verdict="incorrect", reason="differs")
    page = shown(with_checks(check_grade(comparison=wrong_comparison(), evidence=evidence, parts=(part,))), "values")
    pictures = re.findall(r"<svg.*?</svg>", page, re.DOTALL)

    assert sum('role="img"' in picture for picture in pictures) == 3
    for picture in pictures:
        drawn = ElementTree.fromstring(picture)
        assert drawn.get("aria-hidden") or drawn.findtext("title") == drawn.get("aria-label")


def test_the_page_as_it_was_agreed() -> None:
    golden("feedback-places.html", feedback_page(RESULT, SPEC, "places"))


def test_the_page_in_another_language_as_it_was_agreed() -> None:
    golden("feedback-ko.html", feedback_page(RESULT, replace(SPEC, language="ko"), "values"))


@pytest.mark.parametrize("result", [RESULT, REJECTED, UNAVAILABLE], ids=["graded", "rejected", "unavailable"])
def test_a_page_in_another_language_leaves_nothing_of_ours_in_english(result: Result) -> None:
    page = feedback_page(result, replace(SPEC, language="ko"), "values")
    english = [message.id for message in said_in_source() if isinstance(message.id, str) and len(message.id) > 12]

    assert '<html lang="ko">' in page
    assert [told for told in english if "{" not in told and "%" not in told and told in page] == []


def test_a_long_output_does_not_push_marks_away() -> None:
    long = with_outputs(Output(kind="stream", text="x\n" * 10_000))

    assert len(feedback_page(long, SPEC, "places")) < 60_000
