import json
from dataclasses import replace

import pytest

from grader.records import Output, Result, Student
from grader.reports import result_document
from tests.unit.reports.sample_results import CLASS, REJECTED, RESULT, SPEC, UNAVAILABLE, with_outputs


def document(result: Result) -> dict[str, object]:
    loaded: dict[str, object] = json.loads(
        result_document(result, SPEC, {"limits": {"cell_seconds": 20.0}}).model_dump_json()
    )
    return loaded


def test_the_document_has_every_field_of_its_schema() -> None:
    told = document(RESULT)

    assert told["schema"] == "grader.result/1"
    assert set(told) == {
        *("schema", "assignment", "student", "members", "attempt", "submitted_at", "submission", "provenance"),
        *("execution", "points", "max_points", "adjustments", "tasks", "flags"),
    }
    assert told["assignment"] == {"id": "mlp", "title": "Two-layer perceptron", "digest": "d" * 64}
    assert told["student"] == {"id": "ada", "name": "Ada Lovelace"}
    assert told["submission"] == {"path": "in/ada.ipynb", "sha256": "a" * 64}


def test_a_check_has_its_figures_and_a_sentence_for_staff() -> None:
    check = document(RESULT)["tasks"][0]["checks"][1]  # type: ignore[index]

    assert {"id", "kind", "quantity", "version", "points", "max_points", "verdict", "found"} <= set(check)
    assert check["comparison"]["expected_shape"] == [2, 2]
    assert check["comparison"]["max_abs_error"] == 0.734567
    assert check["found"] == {"kind": "variable", "name": "a2_n", "cell": 3}
    assert check["diagnoses"][1] == {"code": "scaled", "message": "All of it is 3.25 times what is asked for."}
    assert "0.735" in check["message"]


def test_points_are_whole_numbers_where_they_are_whole_and_null_where_unmarked() -> None:
    told = document(RESULT)
    tasks = told["tasks"]

    assert (told["points"], told["max_points"]) == (2.5, 13)
    assert [task["points"] for task in tasks] == [1, 1.5]  # type: ignore[attr-defined]
    assert isinstance(tasks[0]["points"], int)  # type: ignore[index]
    assert tasks[1]["checks"][3]["points"] is None  # type: ignore[index]


def test_our_own_fault_is_null_and_never_zero() -> None:
    told = document(UNAVAILABLE)

    assert told["points"] is None
    assert told["execution"]["status"] == "unavailable"  # type: ignore[index]


def test_a_rejected_hand_in_tells_why() -> None:
    assert document(REJECTED)["execution"]["reason"] == "This is no notebook: line 3 is not JSON."  # type: ignore[index]


def test_provenance_is_enough_to_mark_again() -> None:
    provenance = document(RESULT)["provenance"]

    assert provenance == {
        "grader": "0.1.0",
        "python": "3.11.9",
        "torch": "2.4.0",
        "numpy": "1.26.4",
        "reference_digest": "d" * 64,
        "seed": 7,
        "limits": {"cell_seconds": 20.0},
        "policies": {"reveal": "places", "printed": "credit", "other_names": "credit", "repeat": 1},
        "marked_at": "2026-01-02T03:04:05+00:00",
    }


@pytest.mark.parametrize("result", CLASS)
def test_a_name_that_utf8_cannot_hold_breaks_nothing(result: Result) -> None:
    hostile = replace(result, submission=replace(result.submission, student=Student(id="\ud800", name="\x00\udfff")))

    result_document(hostile, SPEC).model_dump_json().encode()


def test_the_document_holds_no_outputs() -> None:
    assert (
        "swordfish"
        not in result_document(with_outputs(Output(kind="stream", text="swordfish")), SPEC).model_dump_json()
    )
