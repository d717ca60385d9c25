import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from grader.records import Output, Result, Student
from grader.reports import result_document
from tests.unit.reports.sample_results import CLASS, REJECTED, RESULT, SPEC, UNAVAILABLE, with_outputs

Fields = dict[str, Any]
"""The fields of an object, each with those of the objects in it."""


def fields(names: str, **inner: Fields) -> Fields:
    return {name: {} for name in names.split()} | inner


CHECK = fields(
    "id kind quantity version points max_points verdict follows_from parts message",
    found=fields("kind name cell"),
    comparison=fields("max_abs_error max_rel_error mismatched elements shape expected_shape dtype rtol atol"),
    diagnoses=fields("code message"),
)
SCHEMA = fields(
    "schema members attempt submitted_at points max_points adjustments",
    assignment=fields("id title digest"),
    student=fields("id name"),
    submission=fields("path sha256"),
    provenance=fields("grader python torch numpy reference_digest seed limits policies marked_at"),
    execution=fields("status engine seconds", cells=fields("index status seconds", error=fields("name message"))),
    tasks=fields("id title points max_points", checks=CHECK),
    flags=fields("code message cell check"),
)
"""Every field of `grader.result/1` that other programs count on, level by level."""


def missing(schema: Fields, told: dict[str, Any], parents: tuple[str, ...] = ()) -> list[str]:
    """The paths of all fields that some object of a level lacks, or that no object has at all."""
    paths = []
    for name, inner in schema.items():
        path = (*parents, name)
        holders = objects(told, parents)
        if not holders or any(name not in holder for holder in holders):
            paths.append(".".join(path))
        paths.extend(missing(inner, told, path))
    return paths


def objects(told: Any, path: Iterable[str]) -> list[dict[str, Any]]:
    """All objects at a path; lists are gone through, and what is null is left out."""
    level = [told]
    for name in path:
        values = (each[name] for each in level if each.get(name) is not None)
        level = [item for value in values for item in (value if isinstance(value, list) else [value])]
    return level


def document(result: Result) -> dict[str, object]:
    loaded: dict[str, object] = json.loads(
        result_document(result, SPEC, {"limits": {"cell_seconds": 20.0}}).model_dump_json()
    )
    return loaded


def test_the_document_has_every_field_of_its_schema() -> None:
    assert missing(SCHEMA, document(RESULT)) == []
    assert document(RESULT)["schema"] == "grader.result/1"


@pytest.mark.parametrize("path", ["points", "student.name", "tasks.checks.comparison.rtol", "execution.cells.error"])
def test_a_field_that_is_gone_is_noticed(path: str) -> None:
    *parents, last = path.split(".")
    told = document(RESULT)
    for each in objects(told, parents):
        each.pop(last, None)

    assert path in missing(SCHEMA, told)


def test_who_handed_in_what_is_told_as_it_is() -> None:
    told = document(RESULT)

    assert told["assignment"] == {"id": "mlp", "title": "Two-layer perceptron", "digest": "d" * 64}
    assert told["student"] == {"id": "ada", "name": "Ada Lovelace"}
    assert told["submission"] == {"path": "in/ada.ipynb", "sha256": "a" * 64, "repairs": []}


def test_what_was_mended_is_told() -> None:
    assert RESULT.notebook
    mended = replace(RESULT, notebook=replace(RESULT.notebook, repairs=("NUL characters were removed.",)))

    assert document(mended)["submission"]["repairs"] == ["NUL characters were removed."]  # type: ignore[index]
    assert document(REJECTED)["submission"]["repairs"] == []  # type: ignore[index]


def test_a_check_has_its_figures_and_a_sentence_for_staff() -> None:
    check = document(RESULT)["tasks"][0]["checks"][1]  # type: ignore[index]

    assert {"id", "kind", "quantity", "version", "points", "max_points", "verdict", "found"} <= set(check)
    assert check["comparison"]["expected_shape"] == [2, 2]
    assert check["comparison"]["max_abs_error"] == 0.734567
    assert check["found"] == {"kind": "variable", "name": "a2_n", "cell": 3}
    assert check["diagnoses"][1] == {"code": "scaled", "message": "All of it is 3.25 times what is asked for."}
    assert "0.735" in check["message"]
    assert check["message"].startswith("`a2_n` at the end of Task 1 (cell 3): ")


def test_staff_read_the_rubric_of_what_waits_for_a_person() -> None:
    assert document(RESULT)["tasks"][1]["checks"][3]["message"].endswith("One for the pelican.")  # type: ignore[index]


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
        "policies": {
            "reveal": "places",
            "printed": "credit",
            "other_names": "credit",
            "repeat": 1,
            "follow_through": 1.0,
            "broken_rules": "flag",
            "vary": 2,
            "varied": "flag",
        },
        "marked_at": "2026-01-02T03:04:05+00:00",
    }


def test_policies_are_those_in_force() -> None:
    spec = replace(SPEC, policies=replace(SPEC.policies, reveal="values"))

    assert result_document(RESULT, spec).provenance.policies["reveal"] == "values"


@pytest.mark.parametrize("result", CLASS)
def test_a_name_that_utf8_cannot_hold_breaks_nothing(result: Result) -> None:
    hostile = replace(result, submission=replace(result.submission, student=Student(id="\ud800", name="\x00\udfff")))

    result_document(hostile, SPEC).model_dump_json().encode()


def test_the_document_holds_no_outputs() -> None:
    assert (
        "swordfish"
        not in result_document(with_outputs(Output(kind="stream", text="swordfish")), SPEC).model_dump_json()
    )
