import re
from dataclasses import replace
from fractions import Fraction
from typing import get_args

import pytest

from grader.records import CheckGrade, Diagnosis, ExecutionStatus, Found, Message, Reason, Verdict, has_figure
from grader.reports import wording
from grader.reports.sentences import STATUSES, VERDICTS, WITH_FIGURES, WITHOUT_FIGURES
from grader.reports.wording import Audience, explain_diagnoses
from tests.unit.reports.sample_results import check_grade, wrong_comparison


def explain(check: CheckGrade, audience: Audience, section: str = "its section") -> str:
    return str(wording.explain(check, audience, section))


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

    assert explain(wrong, "places", "Task 1") == "`a2_n` at the end of Task 1 (cell 7): 2 of 4 elements differ."


@pytest.mark.parametrize(
    ("mismatched", "elements", "told"),
    [(1, 1, "the value differs"), (1, 4, "1 of 4 elements differs"), (4, 4, "4 of 4 elements differ")],
)
def test_elements_that_differ_are_counted_in_grammar(mismatched: int, elements: int, told: str) -> None:
    wrong = check_grade(comparison=wrong_comparison(mismatched=mismatched, elements=elements))

    assert explain(wrong, "places") == f"The answer for `a2_n`: {told}."


@pytest.mark.parametrize("audience", ["staff", "values", "places"])
def test_what_is_equal_is_right_without_figures(audience: Audience) -> None:
    right = check_grade(verdict="correct", reason="equal", comparison=wrong_comparison())

    assert explain(right, audience) == "The answer for `a2_n` is right."


def test_staff_get_figures_and_tolerance() -> None:
    text = explain(
        check_grade(found=Found(kind="variable", name="a2_n", cell=7), comparison=wrong_comparison()), "staff"
    )

    assert "the greatest difference is 0.735 (relative 50.7) at [1, 0]. " in text
    assert "1.1e-05 + 1.3e-06 × |expected| (float32)" in text


def test_staff_get_the_expected_shape_and_students_only_their_own() -> None:
    wrong = check_grade(
        reason="other-shape",
        found=Found(kind="variable", name="a", cell=1),
        comparison=wrong_comparison(shape=(5,), expected_shape=(3, 4), mismatched=12, elements=12),
    )

    assert "(5,)" in explain(wrong, "places")
    assert not re.search(r"3|4|12", explain(wrong, "places"))
    assert explain(wrong, "staff").endswith("has the shape (5,), where (3, 4) is asked for.")


@pytest.mark.parametrize(
    ("shape", "told"), [((), "is a single number"), ((2, 1), "has the shape (2, 1)"), (None, "is no array")]
)
def test_a_shape_is_told_in_one_notation(shape: tuple[int, ...] | None, told: str) -> None:
    wrong = check_grade(reason="other-shape", comparison=wrong_comparison(shape=shape, expected_shape=(2,)))

    assert explain(wrong, "staff") == f"The answer for `a2_n` {told}, where (2,) is asked for."
    assert explain(wrong, "places") == f"The answer for `a2_n` {told}; another shape is asked for."


def test_marks_tell_the_verdict_alone() -> None:
    assert explain(check_grade(comparison=wrong_comparison(), detail="secret"), "marks") == "Not right."


def test_what_is_missing_is_named() -> None:
    missing = check_grade(reason="no-variable", verdict="missing", names=("dL_dw1_n", "dw1_n"))

    assert explain(missing, "places") == "There is no variable `dL_dw1_n` or `dw1_n` at the end of the notebook."


@pytest.mark.parametrize(
    ("made_in", "detail", "told"),
    [
        (8, "NameError: name 'x' is not defined", " (cell 8) stopped: NameError: name 'x' is not defined."),
        (8, "it ran longer than its limit.", " (cell 8) stopped: it ran longer than its limit."),
        (None, "", " stopped."),
        (0, "a\nb", " (cell 0) stopped: a b."),
    ],
)
def test_a_cell_that_failed_is_named_with_its_reason(made_in: int | None, detail: str, told: str) -> None:
    failed = check_grade(reason="cell-failed", verdict="not-run", names=("loss_t",), made_in=made_in, detail=detail)

    assert explain(failed, "places") == f"There is no variable `loss_t`, since the cell that would make it{told}"


def test_what_was_never_reached_is_named_with_its_cell() -> None:
    ahead = check_grade(reason="not-reached", verdict="not-run", made_in=8)

    assert explain(ahead, "places") == "The run ended before it came to `a2_n` (cell 8)."


def test_a_rubric_is_told_to_staff_alone() -> None:
    waiting = check_grade("plot", kind="person", verdict="unmarked", reason="person", rubric="Axes\nhave names.")

    assert explain(waiting, "staff") == "This waits for a person, who judges by the rubric: Axes have names."
    assert explain(replace(waiting, rubric=""), "staff") == "This waits for a person: it is not counted yet."
    for audience in ("values", "places", "marks"):
        assert "Axes" not in explain(waiting, audience)  # type: ignore[arg-type]


def test_an_answer_that_is_not_accepted_was_found_all_the_same() -> None:
    refused = check_grade(reason="not-accepted", verdict="missing", found=Found(kind="printed", name="a2_n", cell=3))

    assert explain(refused, "places") == (
        "The printed value `a2_n` (cell 3) was found, but this assignment counts only a variable of the agreed name "
        "(`a2_n`)."
    )


def test_an_answer_that_came_late_is_said_to_be_late() -> None:
    late = check_grade(found=Found(kind="variable", name="a2_n", cell=9), late=True, comparison=wrong_comparison())

    assert explain(late, "places", "Task 1").startswith(
        "`a2_n` (cell 9) at the end of the notebook (not yet there at the end of Task 1): "
    )


def test_follow_through_names_where_it_follows_from() -> None:
    follows = check_grade(
        verdict="follow-through", points=Fraction(2), follows_from=("z1.numpy",), comparison=wrong_comparison()
    )

    assert "follows correctly from your `z1.numpy`. So it keeps its points." in explain(follows, "staff")
    assert "follows correctly from your `z1`. So it keeps its points." in explain(follows, "places")
    assert explain(replace(follows, points=Fraction(1)), "places").endswith("So it keeps a part of its points.")


@pytest.mark.parametrize(
    ("reason", "detail", "told"),
    [
        ("no-function", "predict", "There is no function `predict` at the end of the notebook."),
        ("no-variable", "model.weight", "There is no variable `model.weight` at the end of the notebook."),
        ("raised", "ValueError: no", "Your function raises an error: ValueError: no."),
    ],
)
def test_a_property_names_what_it_needs_and_not_itself(reason: Reason, detail: str, told: str) -> None:
    learns = check_grade("learns", kind="property", reason=reason, detail=detail, names=())

    assert explain(learns, "places") == told


def test_what_was_found_in_place_of_what_is_asked_for_is_said_to_be_found() -> None:
    other = check_grade(reason="other-kind", detail=Message("a number"))

    assert explain(other, "places").endswith("is of another kind than what is asked for (found: a number).")


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
        (
            Diagnosis(code="mutant", message="It is `log10` where `log` is asked for."),
            "It is `log10` where `log` is asked for.",
        ),
        (Diagnosis(code="author", message="You ran it twice."), None),
        (Diagnosis(code="author", message="It should be 0.0144."), None),
    ],
)
def test_below_values_a_diagnosis_tells_the_mistake_and_no_figure(diagnosis: Diagnosis, told: str | None) -> None:
    wrong = check_grade(diagnoses=(diagnosis,))

    assert [str(words) for words in explain_diagnoses(wrong, "places")] == ([told] if told else [])
    assert explain_diagnoses(wrong, "values") == (diagnosis.message,)
    assert explain_diagnoses(wrong, "marks") == ()


def test_hostile_names_can_neither_act_nor_leave_their_quotation() -> None:
    found = Found(kind="other-name", name="a`\n\u202eb\x00", cell=None)
    text = explain(replace(check_grade(comparison=wrong_comparison()), found=found), "places")

    assert "`a' [U+202E]b␀`" in text


@pytest.mark.parametrize(
    ("said", "figure"),
    [
        ("It is 2 times as large.", True),
        ("You counted this Double.", True),
        ("Half of it is gone.", True),
        ("`log10` stands where `log` is asked for.", False),
        ("`y1` is left out of the doublet.", False),
    ],
)
def test_a_figure_is_one_in_digits_or_in_words_and_names_have_none(said: str, figure: bool) -> None:
    assert has_figure(said) is figure
    assert has_figure(Message("{cause}", {"cause": said})) is figure
