from collections.abc import Iterable

import pytest

from grader.records import CheckGrade, Flag, Found, FoundKind, Grade, TaskGrade
from grader.reports.student_flags import flag_sentences
from tests.unit.reports.sample_results import check_grade


def found(id: str, kind: FoundKind, name: str) -> CheckGrade:
    return check_grade(id, found=Found(kind=kind, name=name, cell=3))


def sentences(checks: Iterable[CheckGrade], flags: Iterable[Flag]) -> list[str]:
    task = TaskGrade(id="task-1", title="Forward pass", checks=tuple(checks))
    return [str(words) for words in flag_sentences(Grade(tasks=(task,), flags=tuple(flags)))]


def flag(code: str, check: str | None, message: str = "z1.numpy is told to staff.") -> Flag:
    return Flag(code=code, message=message, cell=3, check=check)


@pytest.mark.parametrize(
    ("code", "kind", "told"),
    [
        ("printed-only", "printed", "Only printed, never kept in the agreed variable: `z1_n`, `a1_n`."),
        (
            "other-name",
            "other-name",
            "Kept under another name than the agreed one: `mine` in place of `z1_n`, `yours` in place of `a1_n`.",
        ),
        (
            "late",
            "variable",
            "Not there at the end of the task, only at the end of the notebook: `mine`, `yours`.",
        ),
    ],
)
def test_what_is_alike_is_one_sentence_of_names_without_ids(code: str, kind: FoundKind, told: str) -> None:
    checks = [found("z1.numpy", kind, "mine"), found("a1.numpy", kind, "yours")]

    assert sentences(checks, [flag(code, check.id) for check in checks]) == [told]


def test_other_flags_are_told_one_by_one_and_the_same_words_once() -> None:
    flags = [flag("stale-output", None, text) for text in ("Cell 3 is stale.", "Cell 4 is stale.", "Cell 3 is stale.")]

    assert sentences([], flags) == ["Cell 3 is stale.", "Cell 4 is stale."]


@pytest.mark.parametrize("code", ["bridged", "older-environment", "missing-file"])
def test_what_older_versions_and_other_places_have_is_told_to_its_student(code: str) -> None:
    assert sentences([], [flag(code, None, "Cell 3, line 1: …")]) == ["Cell 3, line 1: …"]


@pytest.mark.parametrize("code", ["missing-name", "unmarked", "low-precision", "retried", "similar", "made-up"])
def test_what_stands_beside_the_check_or_is_for_staff_is_left_out(code: str) -> None:
    assert sentences([check_grade("z1.numpy")], [flag(code, "z1.numpy")]) == []


def test_a_flag_of_a_check_that_is_not_there_is_left_out() -> None:
    assert sentences([], [flag("printed-only", "gone")]) == []


def test_a_name_of_a_students_stays_within_its_quotation() -> None:
    (told,) = sentences([found("z1.numpy", "other-name", "a`{names}\n" + "b" * 500)], [flag("other-name", "z1.numpy")])

    assert told.startswith("Kept under another name than the agreed one: `a'{names} bbb")
    assert told.endswith("…` in place of `z1_n`.")
    assert len(told) < 200
