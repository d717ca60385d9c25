from dataclasses import replace
from typing import get_args

import pytest

from grader.records import Diagnosis, ExecutionStatus, Found, Reason, Verdict
from grader.reports.wording import (
    STATUSES,
    VERDICTS,
    WITH_FIGURES,
    WITHOUT_FIGURES,
    Audience,
    explain,
    explain_diagnoses,
)
from tests.unit.reports.sample_results import check_grade, wrong_comparison


def test_every_code_has_words() -> None:
    assert set(WITHOUT_FIGURES) == set(WITH_FIGURES) == set(get_args(Reason))
    assert set(VERDICTS) == set(get_args(Verdict))
    assert set(STATUSES) == set(get_args(ExecutionStatus))


@pytest.mark.parametrize("audience", ["staff", "values", "places", "marks"])
@pytest.mark.parametrize("reason", get_args(Reason))
def test_every_reason_becomes_at_most_two_whole_sentences(reason: Reason, audience: Audience) -> None:
    for found in (None, Found(kind="variable", name="a2_n", cell=7)):
        for compared in (None, wrong_comparison()):
            text = explain(check_grade(reason=reason, found=found, comparison=compared, detail="a dict"), audience)
            assert text.endswith(".")
            assert text[0] in "`“" or text[0].isupper()
            assert text.count(". ") <= 1
            assert "{" not in text


def test_a_wrong_array_is_told_by_name_place_and_number_of_elements() -> None:
    wrong = check_grade(found=Found(kind="variable", name="a2_n", cell=7), comparison=wrong_comparison())

    assert explain(wrong, "places", "Task 1") == "`a2_n`, at the end of Task 1 (cell 7): 2 of 4 elements differ."


def test_staff_get_figures_and_tolerance() -> None:
    text = explain(
        check_grade(found=Found(kind="variable", name="a2_n", cell=7), comparison=wrong_comparison()), "staff"
    )

    assert "0.735" in text
    assert "50.7" in text
    assert "[1, 0]" in text
    assert "1.1e-05 + 1.3e-06 × |expected| (float32)" in text


def test_staff_get_the_expected_shape_and_students_only_their_own() -> None:
    wrong = check_grade(
        reason="other-shape",
        found=Found(kind="variable", name="a", cell=1),
        comparison=wrong_comparison(shape=(5,), expected_shape=(3, 4), mismatched=12, elements=12),
    )

    assert "(5,)" in explain(wrong, "places")
    assert not {"3", "4", "12"} & set(explain(wrong, "places").replace("×", " ").split())
    assert "3×4" not in explain(wrong, "places")
    assert "3×4 is asked for" in explain(wrong, "staff")


def test_marks_tell_the_verdict_alone() -> None:
    assert explain(check_grade(comparison=wrong_comparison(), detail="secret"), "marks") == "Not right."


def test_what_is_missing_is_named() -> None:
    missing = check_grade(reason="no-variable", verdict="missing", names=("dL_dw1_n", "dw1_n"))

    assert explain(missing, "places") == "There is no variable `dL_dw1_n` or `dw1_n` at the end of the notebook."


def test_an_answer_that_came_late_is_said_to_be_late() -> None:
    late = check_grade(found=Found(kind="variable", name="a2_n", cell=9), late=True, comparison=wrong_comparison())

    assert "not yet at the end of Task 1" in explain(late, "places", "Task 1")


def test_follow_through_names_where_it_follows_from() -> None:
    follows = check_grade(verdict="follow-through", follows_from=("z1.numpy",), comparison=wrong_comparison())

    assert "follows correctly from your `z1.numpy`. So it keeps its points." in explain(follows, "places")


def test_a_check_that_could_not_be_judged_says_that_a_person_will() -> None:
    coarse = check_grade(verdict="unmarked", reason="too-coarse", points=None, comparison=wrong_comparison())

    assert explain(coarse, "places").endswith("This waits for a person: it is not counted yet.")


def test_a_fault_of_ours_is_told_to_staff_in_detail_and_to_students_without() -> None:
    fault = check_grade(
        verdict="unmarked", reason="grader-fault", points=None, detail="expected 0.0144 in /srv/reference"
    )

    assert "/srv/reference" in explain(fault, "staff")
    assert "srv" not in explain(fault, "values")
    assert "0.0144" not in explain(fault, "places")


@pytest.mark.parametrize(
    ("diagnosis", "told"),
    [
        (Diagnosis(code="scaled", message="It is 2 times too large."), "All of it is off by the same factor."),
        (Diagnosis(code="mutant", message="A mean where a sum is asked for."), "A mean where a sum is asked for."),
        (Diagnosis(code="author", message="You ran it twice."), None),
        (Diagnosis(code="author", message="It should be 0.0144."), None),
    ],
)
def test_below_values_a_diagnosis_tells_the_mistake_and_no_figure(diagnosis: Diagnosis, told: str | None) -> None:
    wrong = check_grade(diagnoses=(diagnosis,))

    assert explain_diagnoses(wrong, "places") == ((told,) if told else ())
    assert explain_diagnoses(wrong, "values") == (diagnosis.message,)
    assert explain_diagnoses(wrong, "marks") == ()


def test_hostile_names_can_neither_act_nor_leave_their_quotation() -> None:
    found = Found(kind="other-name", name="a`\u202eb\x00", cell=None)
    text = explain(replace(check_grade(comparison=wrong_comparison()), found=found), "places")

    assert "`a'[U+202E]b␀`" in text
